/*
 * <ck-sheet id="cart"><dialog class="sheet" aria-labelledby="…">…</dialog></ck-sheet>
 *
 * A panel that comes from the bottom of a phone and stands in the middle of a wide screen.
 * Attributes: id (an opener names it in data-opens), open (open it at once, for a form that came back with errors).
 * Inside: [data-closes] closes; .grab and .sheet-h can be pulled down to close.
 * Events: ck:open, ck:close {value}.  Methods: show(), close(value).
 */
import { Modal } from '../lib/modal.js';

const FAR_ENOUGH = 80;

class CkSheet extends Modal {
  connectedCallback() {
    super.connectedCallback();
    this.dialog?.addEventListener('pointerdown', (event) => this.#pull(event));
  }

  #pull(start) {
    if (!start.target.closest('.grab, .sheet-h') || start.target.closest('button, a, input')) return;
    const { dialog } = this;
    const done = new AbortController();
    const way = (event) => Math.max(0, event.clientY - start.clientY);
    const end = (event) => {
      done.abort();
      dialog.style.translate = '';
      if (event.type === 'pointerup' && way(event) > FAR_ENOUGH) this.close();
    };
    addEventListener('pointermove', (event) => { dialog.style.translate = `0 ${way(event)}px`; }, { signal: done.signal });
    addEventListener('pointerup', end, { signal: done.signal });
    addEventListener('pointercancel', end, { signal: done.signal });
  }
}

customElements.define('ck-sheet', CkSheet);
