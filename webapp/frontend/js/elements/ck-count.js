/*
 * <ck-count data-expected='{"cash": 30000}' data-more="多 ¥{amount}" data-less="少 ¥{amount}" data-even="对上了">
 *   <input data-piece="10000"> … <input data-kind="cash"> … <p data-off="cash" hidden></p> … <span data-off="all" hidden></span>
 * </ck-count>
 *
 * Counting a till: notes and coins (data-piece is the denomination in fen) add up into the field of cash; a sum typed there by hand
 * empties them. With data-expected (fen by kind) every field says at once by how much it differs; without it counting is blind.
 */
import { fenOf, textOf } from '../lib/amount.js';

class CkCount extends HTMLElement {
  connectedCallback() {
    this.addEventListener('input', this);
    this.#compare();
  }

  disconnectedCallback() {
    this.removeEventListener('input', this);
  }

  handleEvent({ target }) {
    if (target.dataset.piece) this.#addUp();
    if (target.dataset.kind === 'cash') for (const piece of this.#pieces) piece.value = '';
    this.#compare();
  }

  get #pieces() {
    return [...this.querySelectorAll('[data-piece]')];
  }

  #addUp() {
    const worth = this.#pieces.map(({ value, dataset }) => (/^\d+$/.test(value) ? Number(value) : 0) * Number(dataset.piece));
    const typed = this.#pieces.some(({ value }) => value.trim());
    this.querySelector('[data-kind="cash"]').value = typed ? textOf(worth.reduce((sum, fen) => sum + fen, 0)) : '';
  }

  #compare() {
    if (!this.dataset.expected) return;
    const expected = JSON.parse(this.dataset.expected);
    const fields = [...this.querySelectorAll('[data-kind]')];
    let all = 0;
    for (const { value, dataset } of fields) {
      const off = (fenOf(value) ?? 0) - expected[dataset.kind];
      all += off;
      this.#say(dataset.kind, off, value.trim());
    }
    this.#say('all', all, fields.some(({ value }) => value.trim()));
  }

  #say(kind, off, counted) {
    const place = this.querySelector(`[data-off="${kind}"]`);
    const { more, less, even } = this.dataset;
    place.hidden = !counted;
    place.textContent = off ? (off > 0 ? more : less).replace('{amount}', textOf(Math.abs(off))) : even;
    place.classList.toggle('text-error-ink', off < 0);
    place.classList.toggle('text-warning-ink', off > 0);
    place.classList.toggle('text-success-ink', off === 0);
  }
}

customElements.define('ck-count', CkCount);
