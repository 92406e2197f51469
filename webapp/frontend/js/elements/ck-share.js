/*
 * <ck-share text="https://…" data-done="链接已复制"><button type="button" hidden>…</button></ck-share>
 *
 * Hands `text` to the phone's share sheet, else copies it and says so. The button stays hidden where neither can be done; the text
 * stands beside it to be selected. Events: ck:toast {text} (on document).
 */
import { toast } from '../lib/events.js';

class CkShare extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector('button');
    button.hidden = !navigator.share && !navigator.clipboard;
    button.addEventListener('click', () => this.#share());
  }

  async #share() {
    const text = this.getAttribute('text');
    try {
      if (navigator.share) await navigator.share({ url: text });
      else {
        await navigator.clipboard.writeText(text);
        toast(this.dataset.done);
      }
    } catch { /* closed without sharing */ }
  }
}

customElements.define('ck-share', CkShare);
