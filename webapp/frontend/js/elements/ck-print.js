/*
 * <ck-print><button type="button">打印</button></ck-print>: opens the browser's print dialog for this page; at once when the
 * address ends in #print.
 */
class CkPrint extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', (event) => event.target.closest('button') && print());
    if (location.hash === '#print') print();
  }
}

customElements.define('ck-print', CkPrint);
