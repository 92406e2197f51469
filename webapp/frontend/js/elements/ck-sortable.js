/*
 * <ck-sortable>: rows that are put in order by dragging, by the arrow keys, or by two buttons.
 *
 * Attributes
 *   data-moved    the words for a screen reader: 「%place」 stands for the new place
 *
 * Expected inside
 *   [data-item]     a row                       [data-handle]   a button in it: drag it, or arrow up and down
 *   button[name="up"], button[name="down"]      move a row by one; without script they are posts of their own
 *   [role="status"] (optional)                  where the new place is said
 * The order on the page is what the form sends. Events: ck:sorted (bubbles).
 */
import { tell } from '../lib/events.js';

class Sortable extends HTMLElement {
  #heard = null;

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    this.addEventListener('click', (event) => this.#clicked(event), { signal });
    this.addEventListener('keydown', (event) => this.#key(event), { signal });
    this.addEventListener('pointerdown', (event) => this.#grab(event), { signal });
  }

  disconnectedCallback() {
    this.#heard?.abort();
  }

  get #rows() {
    return [...this.querySelectorAll('[data-item]')];
  }

  #clicked(event) {
    const button = event.target.closest('button[name="up"], button[name="down"]');
    if (!button) return;
    event.preventDefault();
    this.#step(button.closest('[data-item]'), button.name === 'up' ? -1 : 1, button);
  }

  #key(event) {
    const handle = event.target.closest('[data-handle]');
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!handle || !step) return;
    event.preventDefault();
    this.#step(handle.closest('[data-item]'), step, handle);
  }

  #step(row, step, focus) {
    const rows = this.#rows;
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    focus.focus();
    this.#said(row);
  }

  #grab(start) {
    const row = start.target.closest('[data-handle]')?.closest('[data-item]');
    if (!row || start.button > 0) return;
    start.preventDefault();
    const done = new AbortController();
    row.dataset.dragged = '';
    const end = () => {
      done.abort();
      delete row.dataset.dragged;
      this.#said(row);
    };
    addEventListener('pointermove', (event) => this.#drag(row, event.clientY), { signal: done.signal });
    for (const name of ['pointerup', 'pointercancel']) addEventListener(name, end, { signal: done.signal });
  }

  #drag(row, y) {
    for (const other of this.#rows) {
      if (other === row) continue;
      const box = other.getBoundingClientRect();
      if (y < box.top || y > box.bottom) continue;
      const down = row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (down && y > box.top + box.height / 2) other.after(row);
      else if (!down && y < box.top + box.height / 2) other.before(row);
    }
  }

  #said(row) {
    const status = this.querySelector('[role="status"]');
    if (status) status.textContent = (this.dataset.moved ?? '').replace('%place', this.#rows.indexOf(row) + 1);
    tell(this, 'ck:sorted');
  }
}

customElements.define('ck-sortable', Sortable);
