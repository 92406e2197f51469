/*
 * <ck-counter store="1" large-tender="500000" words='{"…": "…"}'>: the sale, from the first tile to the done screen.
 *
 * Attributes: store (id), large-tender (fen: asks once more above it), words (JSON of translated words, see staff/counter/index.html).
 * Expected inside: tiles [data-product data-name data-price data-options?]; [data-lines], [data-due], [data-count-words], [data-pay],
 *   [data-clear]; [data-member] (the strip) with [data-member-id] inside when someone is attached; the sheets #options, #found and #tender;
 *   [data-done]; templates line, tender, option, choice.
 * Hears: ck:scan {code}. Sends: ck:toast. Keeps the cart in localStorage (`ck-staff-cart`), so that a reload loses nothing; the
 * idempotency key stays with the cart until the sale's answer is known, so that a lost answer never makes a second sale.
 * The page is marked data-busy while the cart holds something: updates wait.
 */
import { fenOf, textOf } from '../lib/amount.js';
import { newKey, post } from '../lib/api.js';
import { add, annotate, asQuestion, change, emptyCart, pieces, piecesOf, total } from '../lib/cart.js';
import { Checkout } from '../counter/checkout.js';
import { drawCounts, drawLines, fill } from '../counter/views.js';
import { chooseOptions } from '../counter/options.js';

const KEPT = 'ck-staff-cart';
const KEPT_FOR = 12 * 3600 * 1000;

class Counter extends HTMLElement {
  #cart = emptyCart(newKey());
  #quote = null;
  #asked = 0;
  #heard = null;

  connectedCallback() {
    this.words = JSON.parse(this.getAttribute('words') ?? '{}');
    this.checkout = new Checkout(this);
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    this.addEventListener('click', (event) => this.#clicked(event), { signal });
    this.addEventListener('change', (event) => this.#changed(event), { signal });
    this.addEventListener('contextmenu', (event) => this.#held(event), { signal });
    document.addEventListener('ck:scan', (event) => this.#scanned(event), { signal });
    document.addEventListener('ck:net', ({ detail }) => detail.online && !this.#quote && this.#ask(), { signal });
    this.#restore();
    this.#attachShown();
    this.#draw();
  }

  disconnectedCallback() {
    this.#heard.abort();
  }

  get cart() {
    return this.#cart;
  }

  set cart(cart) {
    this.#cart = cart;
    this.#keep();
  }

  get quote() {
    return this.#quote;
  }

  get due() {
    return this.#quote ? fenOf(this.#quote.due) : total(this.#cart);
  }

  /** Take over a quote that the server answered instead of the old one. */
  requote(quote) {
    this.#quote = quote;
    this.#drawDue();
  }

  say(text) {
    document.dispatchEvent(new CustomEvent('ck:toast', { detail: { text } }));
  }

  part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  /** Everything from new: the next customer. */
  reset() {
    this.cart = emptyCart(newKey());
    this.#quote = null;
    this.part('member').replaceChildren();
    this.removeAttribute('data-attached');
    if (location.search) history.replaceState(null, '', location.pathname);
    this.#draw();
  }

  #clicked(event) {
    const on = (selector) => event.target.closest(selector);
    const tile = on('[data-product]');
    if (tile) return this.#tapped(tile);
    const step = on('[data-step]');
    if (step) return this.#set(change(this.#cart, Number(step.closest('[data-at]').dataset.at), Number(step.dataset.step)));
    if (on('[data-clear]')) return this.#clear();
    if (on('[data-pay]')) return this.checkout.open();
    if (on('[data-detach]')) return this.#detach();
    const category = on('[data-category]');
    if (category) return this.#filter(category);
    const person = on('[data-choose-member]');
    if (person) {
      event.preventDefault();
      return this.attach({ id: person.dataset.chooseMember, scan: null });
    }
    return undefined;
  }

  async #tapped(tile) {
    if (tile.getAttribute('aria-disabled') === 'true') return this.say(fill(this.words.soldOut, { name: tile.dataset.name }));
    const product = { product: tile.dataset.product, name: tile.dataset.name, price: Number(tile.dataset.price) };
    if (!tile.dataset.options) return this.#set(add(this.#cart, product));
    const chosen = await chooseOptions(this, product, JSON.parse(tile.dataset.options));
    return chosen && this.#set(add(this.#cart, chosen));
  }

  #held(event) {
    const line = event.target.closest('[data-at]');
    if (line) event.preventDefault();
  }

  #changed(event) {
    const note = event.target.closest('[data-note]');
    if (note) this.#set(annotate(this.#cart, Number(note.closest('[data-at]').dataset.at), note.value.trim()));
  }

  #set(cart) {
    this.cart = { ...cart, tenders: [] };
    this.#draw();
  }

  #clear() {
    const before = this.#cart;
    this.#set({ ...before, lines: [] });
    this.say(this.words.cleared);
  }

  #detach() {
    this.part('member').replaceChildren();
    this.removeAttribute('data-attached');
    this.#set({ ...this.#cart, member: null, scan: null });
  }

  #filter(chip) {
    for (const each of this.querySelectorAll('[data-category]')) each.setAttribute('aria-pressed', String(each === chip));
    const wanted = chip.dataset.category;
    for (const tile of this.querySelectorAll('[data-product]')) tile.hidden = Boolean(wanted) && tile.dataset.in !== wanted;
  }

  async #scanned(event) {
    event.preventDefault();
    const { code } = event.detail;
    try {
      const found = await post('/api/v1/scans', { code, store: this.getAttribute('store') });
      if (found.kind === 'member') return await this.attach({ id: found.member, scan: found.spendable ? found.id : null });
      if (found.kind === 'product') return this.#scannedProduct(found.product);
      if (found.kind === 'order') location.assign(`/staff/orders/${found.order}`);
    } catch (error) {
      if (error.code === 'code_unknown' || error.status === 404) return this.#search(code, error);
      this.say(error.status ? error.title : this.words.noNet);
    }
    return undefined;
  }

  /* Digits that are no code are a phone number or its end. */
  #search(code, error) {
    if (code.startsWith('88') && code.length === 20) return this.say(error.title);
    const field = document.querySelector('#counter-search input[name=q]');
    document.getElementById('found')?.show();
    field.value = code;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    return undefined;
  }

  #scannedProduct(id) {
    const tile = this.querySelector(`[data-product="${CSS.escape(id)}"]`);
    if (!tile) return this.say(this.words.notHere);
    this.say(fill(this.words.added, { name: tile.dataset.name }));
    return this.#tapped(tile);
  }

  /** Show who stands here; `scan` is the proof of a live code. */
  async attach({ id, scan }) {
    const answer = await fetch(`/staff/counter/members/${id}`, { headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (!answer?.ok) return this.say(this.words.noNet);
    this.part('member').innerHTML = await answer.text();
    document.getElementById('found')?.close?.();
    this.cart = { ...this.#cart, scan };
    this.#attachShown();
    this.#draw();
    return undefined;
  }

  #attachShown() {
    const strip = this.part('member').querySelector('[data-member-id]');
    if (!strip) return;
    this.cart = { ...this.#cart, member: { id: strip.dataset.memberId, name: strip.dataset.name } };
    this.setAttribute('data-attached', '');
  }

  #draw() {
    drawLines(this, this.part('lines'), this.#cart);
    drawCounts(this, this.#cart, piecesOf);
    const count = pieces(this.#cart);
    this.part('count-words').textContent = fill(this.words.pieces, { count });
    this.toggleAttribute('data-filled', count > 0);
    document.documentElement.toggleAttribute('data-busy', count > 0);
    this.#quote = null;
    this.#drawDue();
    this.#ask();
  }

  #drawDue() {
    this.part('due').textContent = textOf(this.due);
  }

  /* The server decides the price; only the newest question counts. */
  async #ask() {
    const number = ++this.#asked;
    if (!this.#cart.lines.length) return;
    await new Promise((resolve) => setTimeout(resolve, 120));
    if (number !== this.#asked) return;
    try {
      const quote = await post('/api/v1/quotes', asQuestion(this.#cart, this.getAttribute('store')));
      if (number === this.#asked) this.requote(quote);
    } catch (error) {
      if (number === this.#asked) this.say(error.status ? Object.values(error.errors).flat()[0] ?? error.title : this.words.noNet);
    }
  }

  /** A quote that fits the cart as it stands, asked for now if need be. */
  async fresh() {
    if (!this.#quote) this.requote(await post('/api/v1/quotes', asQuestion(this.#cart, this.getAttribute('store'))));
    return this.#quote;
  }

  #keep() {
    localStorage.setItem(KEPT, JSON.stringify({ ...this.#cart, store: this.getAttribute('store'), at: Date.now() }));
  }

  #restore() {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null');
    if (!kept || kept.store !== this.getAttribute('store') || Date.now() - kept.at > KEPT_FOR) return;
    const { at, store, ...cart } = kept;
    this.#cart = { ...emptyCart(newKey()), ...cart };
    const shown = this.part('member').querySelector('[data-member-id]');
    if (!shown && cart.member) this.attach({ id: cart.member.id, scan: cart.scan });
  }
}

customElements.define('ck-counter', Counter);
