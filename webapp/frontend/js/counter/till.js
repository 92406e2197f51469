/*
 * The till of this device: the cart that survives a reload, and the server's price of it.
 *
 * Kept in localStorage under the app's own name; signing out removes it (lib/forget.js). Two tabs share one cart.
 * Events: `change` whenever cart, quote or trouble are others than before.
 */
import { fenOf } from '../lib/amount.js';
import { newKey, post } from '../lib/api.js';
import { asQuestion, emptyCart, priced, total, troubles } from '../lib/cart.js';

const KEPT = 'ck-staff-cart';
const KEPT_FOR = 12 * 3600 * 1000;
const AGAIN = 5000; // ms until it is asked once more after no answer
const PATIENCE = 200; // ms of quiet before the server is asked for the price

export class Till extends EventTarget {
  quote = null;
  trouble = null; // {offline, text, lines: {id: words}}: why there is no quote
  #asked = 0;

  /* Whether somebody else left a sale here whose answer never came: under another person's name its key means nothing. */
  unanswered = false;

  constructor(store, staff) {
    super();
    Object.assign(this, { store, staff });
    this.cart = this.#found();
    addEventListener('storage', ({ key }) => key === KEPT && this.#takeOver());
  }

  /** Whether the cart is sold at list prices and kept here: there is no network, or there was none when the member was scanned. */
  get local() {
    return Boolean(this.trouble?.offline || this.cart.code);
  }

  /** Amount due in fen: the server's, or our own sum until it has answered. */
  get due() {
    return this.quote ? fenOf(this.quote.due) : total(this.cart);
  }

  /** Another cart: it is kept, and priced anew. */
  put(cart) {
    this.cart = { ...cart, pending: null };
    this.#keep();
    this.ask();
  }

  /** Something beside what is priced: tenders, a sale that was sent. */
  mark(values) {
    this.cart = { ...this.cart, ...values };
    this.#keep();
    this.#told();
  }

  /** The next customer. */
  reset() {
    this.put(emptyCart(newKey()));
  }

  /** Ask for the price; only the newest question counts. */
  async ask() {
    const number = (this.#asked += 1);
    this.quote = this.trouble = null;
    this.#told();
    if (!this.cart.lines.length || this.cart.code) return;
    await new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
    if (number === this.#asked) await this.fresh().catch(() => {});
  }

  /** The quote of the cart as it stands. Throws ApiError; `trouble` then says why. */
  async fresh() {
    if (this.quote && Date.parse(this.quote.expires_at) > Date.now() + 30_000) return this.quote;
    const number = (this.#asked += 1);
    try {
      const quote = await post('/api/v1/quotes', asQuestion(this.cart, this.store), { pauses: [400] });
      if (number === this.#asked) this.requote(quote);
      return quote;
    } catch (error) {
      if (number === this.#asked) this.#refused(error);
      throw error;
    }
  }

  /** Take over a quote of the server's. */
  requote(quote) {
    this.quote = quote;
    this.trouble = null;
    this.cart = priced(this.cart, quote.lines.map((line) => fenOf(line.list_price)));
    this.#keep();
    this.#told();
  }

  #refused({ status, title, errors }) {
    const lines = troubles(this.cart, errors);
    this.trouble = { offline: status === 0, lines, text: Object.keys(lines).length ? '' : (Object.values(errors).flat()[0] ?? title) };
    this.#told();
    if (status === 0) setTimeout(() => this.trouble?.offline && this.fresh().catch(() => {}), AGAIN);
  }

  #found() {
    const found = kept(this.store);
    if (!found) return emptyCart(newKey());
    const { staff, ...cart } = found;
    if (staff === this.staff) return cart;
    this.unanswered = Boolean(cart.pending);
    return { ...cart, key: newKey(), tenders: [], pending: null };
  }

  #takeOver() {
    this.cart = this.#found();
    this.ask();
  }

  #keep() {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ ...this.cart, store: this.store, staff: this.staff, at: Date.now() }));
    } catch { /* no room: the cart lives as long as the page */ }
  }

  #told() {
    this.dispatchEvent(new Event('change'));
  }
}

function kept(store) {
  try {
    const { at, store: where, ...cart } = JSON.parse(localStorage.getItem(KEPT));
    return where === store && Date.now() - at < KEPT_FOR && cart.key ? { ...emptyCart(cart.key), ...cart } : null;
  } catch {
    return null;
  }
}
