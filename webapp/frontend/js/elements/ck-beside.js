/*
 * <ck-beside><div class="panel"><a class="row" href="…">…</a></div></ck-beside>
 *
 * A list whose rows open beside it: from 900 px a tap brings only the detail of the page behind the link (htmx), so that the list
 * keeps its place and what was loaded into it. On phones, without script and in a new tab the links are what they are.
 * Works inside layouts/split.html (.split-list, .split-detail).
 * A row with [data-beside] is the one that lies beside at first, although the page is the list's. Events: those of htmx.
 */
const WIDE = matchMedia('(min-width: 900px)');
const BOOST = {
  'hx-boost': 'true',
  'hx-target': '.split-detail',
  'hx-select': '.split-detail > *',
  'hx-swap': 'innerHTML show:window:top',
};

class CkBeside extends HTMLElement {
  connectedCallback() {
    if (WIDE.matches) for (const [name, value] of Object.entries(BOOST)) this.setAttribute(name, value);
    this.addEventListener('htmx:confirm', (event) => this.#leave(event));
    this.addEventListener('htmx:afterRequest', ({ target, detail }) => detail.successful && this.#show(target));
  }

  /* Only rows open beside. Another link (the day before) changes the list itself, and where the window became narrow meanwhile there is no
     room: go to the page. What asks for itself (hx-get: the pager) is left alone. */
  #leave(event) {
    const link = event.target;
    if (!link.matches('a:not([hx-get])') || (WIDE.matches && link.matches('a.row'))) return;
    event.preventDefault();
    location.assign(event.target.href);
  }

  #show(row) {
    if (!row.matches('a.row')) return;
    for (const other of this.querySelectorAll('[aria-current], [data-beside]')) {
      other.removeAttribute('aria-current');
      other.removeAttribute('data-beside');
    }
    row.setAttribute('aria-current', 'page');
    row.closest('.split').dataset.show = 'detail';
  }
}

customElements.define('ck-beside', CkBeside);
