/*
 * <ck-copy text="https://…" data-done="网址已复制"><button type="button">…</button></ck-copy>
 *
 * Copies `text` when its button is tapped and says so. Without a secure context or script the text stands beside it to be selected.
 * Events: ck:toast {text} (on document).
 */
import { toast } from '../lib/events.js';

class CkCopy extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', (event) => event.target.closest('button') && this.#copy());
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.getAttribute('text'));
      toast(this.dataset.done);
    } catch {
      getSelection().selectAllChildren(document.querySelector('[data-copy-from]') ?? this);
    }
  }
}

customElements.define('ck-copy', CkCopy);
