/* <ck-print><button type="button">打印</button></ck-print>: opens the browser's print dialog for this page. */
class CkPrint extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', (event) => event.target.closest('button') && print());
  }
}

customElements.define('ck-print', CkPrint);
