/*
 * What sheet and dialog share: a native <dialog> that opens by any element with data-opens="its id", and closes by
 * data-closes inside it, by Escape, and by a tap beside it. The opener's own address stays as the way without script.
 */
import { tell } from './events.js';

export class Modal extends HTMLElement {
  #heard = null;

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    document.addEventListener('click', (event) => this.#openedBy(event), { signal });
    this.addEventListener('click', (event) => this.#closedBy(event), { signal });
    this.dialog?.addEventListener('close', () => tell(this, 'ck:close', { value: this.dialog.returnValue }), { signal });
    if (this.hasAttribute('open')) this.show();
  }

  disconnectedCallback() {
    this.#heard?.abort();
  }

  get dialog() {
    return this.querySelector(':scope > dialog');
  }

  show() {
    if (!this.dialog || this.dialog.open) return;
    this.dialog.showModal();
    tell(this, 'ck:open');
  }

  close(value) {
    this.dialog?.close(value);
  }

  #openedBy(event) {
    const opener = event.target.closest?.('[data-opens]');
    if (!opener || opener.dataset.opens !== this.id) return;
    event.preventDefault();
    this.show();
  }

  #closedBy(event) {
    if (event.target.closest('[data-closes]')) this.close();
    else if (event.target === this.dialog && isBeside(this.dialog, event)) this.close();
  }
}

/* A tap on the backdrop is a click on the dialog itself, outside its box. Keyboard clicks have no place. */
function isBeside(dialog, { clientX: x, clientY: y, detail }) {
  const box = dialog.getBoundingClientRect();
  return detail > 0 && (x < box.left || x > box.right || y < box.top || y > box.bottom);
}
