/*
 * <ck-keypad for="amount" all="10140"><div class="pad"><button type="button" data-key="7">7</button>…</div></ck-keypad>
 *
 * A large keypad for an amount field; the field also takes a real keyboard.
 * Attributes: for (id of the input), all (fen: what "half" and "all" mean).
 * Keys: 0–9, 00, ".", back, clear, half, all. The first digit replaces an amount that was only proposed.
 * The input gets the events input and change, as if typed.
 * Methods: propose(fen): what the field shows is a proposal now, "all" means this much.
 */
import { press } from '../lib/amount.js';

class CkKeypad extends HTMLElement {
  #proposed = true;

  connectedCallback() {
    this.addEventListener('click', this);
  }

  disconnectedCallback() {
    this.removeEventListener('click', this);
  }

  propose(fen) {
    this.setAttribute('all', String(fen));
    this.#proposed = true;
  }

  handleEvent(event) {
    const key = event.target.closest('[data-key]')?.dataset.key;
    const field = document.getElementById(this.getAttribute('for'));
    if (!key || !field) return;
    const isDigit = /^[\d.]+$/.test(key);
    const text = this.#proposed && isDigit ? '' : field.value;
    this.#proposed = key === 'half' || key === 'all';
    field.value = press(text, key, Number(this.getAttribute('all') ?? 0));
    for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }));
  }
}

customElements.define('ck-keypad', CkKeypad);
