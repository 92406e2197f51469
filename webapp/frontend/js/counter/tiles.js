/*
 * The product tiles: how many of each are in the cart, finding one by shelf or words, and 售罄.
 *
 * A tile is [data-product] with data-name, data-price (fen), data-find (what a search looks at), data-codes (barcodes, split
 * by spaces), data-in (shelf), data-options (JSON) and, when it is sold out, data-sold-out.
 */
import { send } from '../lib/api.js';
import { piecesOf } from '../lib/cart.js';

const LONG = 500; // ms

export class Tiles {
  #root;
  #shelf = '';
  #text = '';

  constructor(root) {
    this.#root = root;
  }

  get #all() {
    return [...this.#root.querySelectorAll('[data-product]')];
  }

  byId(id) {
    return this.#all.find((tile) => tile.dataset.product === String(id));
  }

  byCode(code) {
    return this.#all.find((tile) => tile.dataset.codes.split(' ').includes(code));
  }

  /** The counts in the corners. */
  count(cart) {
    for (const tile of this.#all) {
      const count = piecesOf(cart, tile.dataset.product);
      const badge = tile.querySelector('.q');
      tile.classList.toggle('in', count > 0);
      badge.hidden = !count;
      badge.querySelector('[data-count]').textContent = count;
    }
  }

  /** Show one shelf ('' is all of them). */
  open(shelf) {
    this.#shelf = shelf;
    this.#filter();
  }

  /** Show what has these words in its name, initials or codes, on any shelf. */
  find(text) {
    this.#text = text.trim().toLowerCase();
    this.#filter();
  }

  #filter() {
    for (const tile of this.#all) {
      tile.hidden = this.#text ? !tile.dataset.find.includes(this.#text) : Boolean(this.#shelf) && tile.dataset.in !== this.#shelf;
    }
    this.#root.querySelector('[data-none]').hidden = this.#all.some((tile) => !tile.hidden);
  }

  /** Say at this store that it is sold out, or that there is some again. Throws ApiError. */
  async sellOut(id, store, soldOut) {
    await send('PUT', `/api/v1/products/${id}/stores/${store}/sold-out`, { sold_out: soldOut });
    this.byId(id)?.toggleAttribute('data-sold-out', soldOut);
  }

  /** What other tills changed meanwhile: prices, 售罄, new products. */
  async renew() {
    const answer = await fetch(location.pathname, { credentials: 'same-origin' }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.querySelector('[data-tiles]');
    if (fresh) this.#root.querySelector('[data-tiles]').replaceChildren(...fresh.children);
    this.#filter();
  }
}

/** Call `act(tile)` on a long press, the right mouse button or the menu key; the tap that ends a long press is none. */
export function onHold(root, act, signal) {
  let timer = 0;
  let held = false;
  const stop = () => clearTimeout(timer);
  root.addEventListener('pointerdown', ({ target, button }) => {
    const tile = target.closest('[data-product]');
    held = false;
    stop();
    if (tile && button === 0) timer = setTimeout(() => { held = true; act(tile); }, LONG);
  }, { signal });
  for (const name of ['pointerup', 'pointercancel', 'pointerleave']) root.addEventListener(name, stop, { signal });
  document.addEventListener('scroll', stop, { signal, capture: true, passive: true });
  root.addEventListener('contextmenu', (event) => {
    const tile = event.target.closest('[data-product]');
    if (!tile) return;
    event.preventDefault();
    stop();
    if (!held) act(tile);
  }, { signal });
  root.addEventListener('click', (event) => {
    if (!held || !event.target.closest('[data-product]')) return;
    held = false;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { signal, capture: true });
}
