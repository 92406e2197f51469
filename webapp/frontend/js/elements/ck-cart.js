/*
 * <ck-cart store="1" staff="3">: the counter's page: tiles, who stands here, what is in the cart, what it costs. The cart is the till's
 * (counter/till.js); paying is <ck-tender>'s, what comes after <ck-done>'s, both inside.
 *
 * Attributes
 *   store, staff   ids of the store and of whoever is signed in
 *   data-pieces, data-cleared, data-undo, data-added, data-not-here, data-no-net, data-skew, data-no-barcode, data-failed,
 *   data-pending, data-unanswered, data-sold-out-now, data-back-now, data-list-total, data-sum   words with places like {name}
 *   data-saved, data-adjust, data-change, data-ask, data-ask-first, data-has-coupons, data-has-points, data-has-wallet, data-use-points,
 *   data-saves, data-until, data-parked   words about what the member holds; data-least-points
 *   data-local, data-scanned-member   words for the time without network; data-seller, the name of whoever is signed in
 *   data-sign-in   address of the sign-in page
 *
 * Expected inside (staff/counter/index.html draws it)
 *   [data-tiles] with tiles (counter/tiles.js)   [data-shelf] chips   input[data-find-product], button[data-find], [data-none]
 *   [data-member]      holds the member strip ([data-member-id], data-name, data-standing, -coupons, -points, -wallet), drawn by the server;
 *                      in it, where a household shares an account, [data-household] with the button [data-own] (data-family, data-alone)
 *   [data-cart] with [data-lines] [data-trouble] [data-pay] [data-clear] [data-fold]; [data-said], a live region
 *   <template data-template="line | option | choice | strip">
 * On the page: sheets #options, #measure, #line, #tile, #people, #adjust, #proof, #parked; <ck-scanner> inside.
 *
 * Sets on itself: `data-filled` (something in the cart), `data-attached` (a member), `data-folded` (the cart is folded);
 * on <html> `data-busy` while something is in the cart, so that updates wait, and `--cart` (its height).
 * Hears: ck:scan {code} and ck:member {id} on document, ck:net. Sends: ck:toast.
 */
import './ck-done.js';
import './ck-scanner.js';
import './ck-sheet.js';
import './ck-tender.js';
import './ck-toast.js';
import { add, lineOf, NOTHING_SPENT, setQuantity } from '../lib/cart.js';
import { buzz } from '../lib/buzz.js';
import { fenOf } from '../lib/amount.js';
import { get } from '../lib/api.js';
import { tell, toast } from '../lib/events.js';
import { net } from '../lib/net.js';
import { drawCart } from '../counter/cart-view.js';
import { copy, fill, write } from '../counter/draw.js';
import { askMeasure } from '../counter/measure.js';
import { Offers } from '../counter/offers.js';
import { Offline } from '../counter/offline.js';
import { askOptions } from '../counter/options.js';
import { Parked } from '../counter/parked.js';
import { Proofs } from '../counter/proofs.js';
import { whatIs } from '../counter/scans.js';
import { Sheets } from '../counter/sheets.js';
import { Tiles, onHold } from '../counter/tiles.js';
import { Till } from '../counter/till.js';

const STALE = 15 * 60_000;
const LOOK = 5000; // ms between two looks at what the member holds: they may top up or get a coupon meanwhile
const CODE = /^(88\d{18}|\d{13}|CK:[A-Z]:.+)$/i; // what nobody types to find a person
const byId = (id) => document.getElementById(id);

class CkCart extends HTMLElement {
  #heard = null;
  #born = Date.now();
  #looks = 0;

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    const on = (target, name, act) => target.addEventListener(name, act, { signal });
    this.till = new Till(this.getAttribute('store'), this.getAttribute('staff'));
    this.tiles = new Tiles(this);
    this.sheets = new Sheets(this, signal);
    this.offers = new Offers(this, signal);
    this.proofs = new Proofs(this, signal);
    this.parked = new Parked(this, signal);
    this.offline = new Offline(this, signal);
    this.#looks = setInterval(() => this.#look(), LOOK);
    onHold(this, (tile) => this.sheets.openTile(tile), signal);
    on(this.till, 'change', () => this.draw());
    on(this, 'click', (event) => this.#clicked(event));
    on(this, 'input', ({ target }) => target.matches('[data-find-product]') && this.tiles.find(target.value));
    on(this, 'ck:paid', ({ detail }) => this.#paid(detail));
    on(this, 'ck:next', () => this.#next());
    on(document, 'click', (event) => this.#clickedBeside(event));
    on(document, 'ck:scan', (event) => this.#scanned(event));
    on(document, 'ck:member', ({ detail }) => this.attach(detail.id));
    on(document, 'ck:net', ({ detail }) => detail.online && this.#reached());
    on(document, 'visibilitychange', () => this.#back());
    byId('people').addEventListener('keydown', (event) => this.#scannedIntoSearch(event), { signal, capture: true });
    new ResizeObserver(([{ borderBoxSize }]) => this.#measured(borderBoxSize[0].blockSize)).observe(this.#part('cart'));
    this.#begin();
  }

  disconnectedCallback() {
    this.#heard?.abort();
    clearInterval(this.#looks);
    document.documentElement.removeAttribute('data-busy');
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  get #tender() {
    return this.querySelector('ck-tender');
  }

  get #scanner() {
    return this.querySelector('ck-scanner');
  }

  /* A page may open with a member (?member=), with the scanner (?scan=1), or in the middle of a sale whose answer was lost. */
  #begin() {
    const shown = this.#part('member').querySelector('[data-member-id]');
    const { cart } = this.till;
    if (shown) this.#attached(null);
    else if (cart.code) this.#stands({ id: '', name: this.dataset.scannedMember });
    else if (cart.member) this.#show(cart.member);
    this.till.ask();
    if (cart.pending) this.#tender.confirm(this.till);
    if (this.till.unanswered) toast(this.dataset.unanswered);
    const asked = new URLSearchParams(location.search);
    if (asked.has('scan')) this.#scanner.open();
    if (asked.size) history.replaceState(null, '', location.pathname);
  }

  /* ------------------------------------------------ taps */

  #clicked(event) {
    const on = (selector) => event.target.closest(selector);
    const acts = [
      ['[data-product]', (tile) => this.#tapped(tile)],
      ['[data-step]', (button) => this.#step(button)],
      ['[data-open-line]', (button) => this.sheets.openLine(button.closest('[data-row]').dataset.row)],
      ['[data-clear]', () => this.#clear()],
      ['[data-pay]', () => this.#pay()],
      ['[data-fold]', () => this.#fold()],
      ['[data-offers]', () => this.offers.open()],
      ['[data-park]', () => this.parked.park()],
      ['[data-scan]', () => this.#scanner.open()],
      ['[data-detach]', () => this.#detach()],
      ['[data-own]', () => this.#switchAccount()],
      ['[data-shelf]', (chip) => this.#shelf(chip)],
      ['[data-find]', () => this.#find()],
    ];
    for (const [selector, act] of acts) {
      const found = on(selector);
      if (found) return act(found);
    }
    return undefined;
  }

  /* In the sheets, which stand beside us. */
  #clickedBeside(event) {
    const person = event.target.closest('[data-choose-member]');
    if (person) {
      event.preventDefault();
      this.attach(person.dataset.chooseMember);
    }
  }

  async #tapped(tile) {
    if (tile.hasAttribute('data-sold-out')) return this.sheets.openTile(tile);
    const product = { product: tile.dataset.product, name: tile.dataset.name, price: Number(tile.dataset.price) };
    const { options, pricing } = tile.dataset;
    let chosen = options ? await askOptions(this, product, JSON.parse(options)) : product;
    if (chosen && pricing) {
      const measured = await askMeasure(chosen, pricing);
      chosen = measured && { ...chosen, ...measured };
    }
    if (chosen) this.till.put(add(this.till.cart, chosen));
    return Boolean(chosen);
  }

  #step(button) {
    const { cart } = this.till;
    const line = lineOf(cart, button.closest('[data-row]').dataset.row);
    const next = button.closest('li').nextElementSibling ?? button.closest('li').previousElementSibling;
    this.till.put(setQuantity(cart, line.id, line.quantity + Number(button.dataset.step)));
    if (!lineOf(this.till.cart, line.id)) next?.querySelector('[data-step]').focus();
  }

  #clear() {
    const before = this.till.cart;
    this.till.put({ ...before, lines: [], tenders: [], coupons: null, points: 0, manual: { off: 0, reason: '' } });
    toast(this.dataset.cleared, { undo: { label: this.dataset.undo, act: () => this.till.put(before) } });
    this.querySelector('[data-product]')?.focus({ preventScroll: true });
  }

  #pay() {
    if (!this.till.cart.lines.length) return;
    const { trouble } = this.till;
    if (trouble?.offline && !this.offline.kit) return void toast(this.dataset.noNet);
    if (trouble && !trouble.offline) return void toast(trouble.text || Object.values(trouble.lines)[0]);
    this.#tender.open(this.till);
  }

  #fold() {
    const folded = this.toggleAttribute('data-folded');
    this.#part('fold').setAttribute('aria-expanded', String(!folded));
  }

  #shelf(chip) {
    for (const each of this.querySelectorAll('[data-shelf]')) each.setAttribute('aria-pressed', String(each === chip));
    this.tiles.open(chip.dataset.shelf);
  }

  /* The chips make room for a field, and come back with an empty one. */
  #find() {
    const finding = this.toggleAttribute('data-finding');
    const field = this.#part('find-product');
    this.#part('find').setAttribute('aria-expanded', String(finding));
    field.value = '';
    this.tiles.find('');
    if (finding) field.focus();
  }

  /* ------------------------------------------------ scans and people */

  async #scanned(event) {
    event.preventDefault();
    this.querySelector('ck-done').close();
    const { code } = event.detail;
    const known = this.tiles.byCode(code);
    if (known) return this.#scannedProduct(known);
    const found = await whatIs(code, this.till.store, this.dataset);
    if (found.kind === 'scanned') return this.#keepCode(code);
    if (found.kind === 'product') return this.#scannedProduct(this.tiles.byId(found.product));
    if (found.kind === 'member') return this.attach(found.member, found.spendable ? found.id : null);
    this.#scanner.close();
    if (found.kind === 'order') return location.assign(`/staff/orders/${found.order}`);
    if (found.kind === 'coupon') return this.#scannedCoupon(found);
    if (found.kind === 'search') return this.#search(found.text);
    if (found.status === 401) return location.assign(this.dataset.signIn);
    buzz([80, 60, 80]);
    return this.#say(found.text);
  }

  /* The camera stays open for the next product; what has questions is asked beside it. */
  async #scannedProduct(tile) {
    if (!tile) return this.#say(this.dataset.notHere);
    if (tile.dataset.options || tile.hasAttribute('data-sold-out')) this.#scanner.close();
    if (await this.#tapped(tile)) this.#say(fill(this.dataset.added, { name: tile.dataset.name }), true);
    return undefined;
  }

  /* In the open camera, in the open tender screen, or as a toast; what only confirms what is seen is for ears alone. */
  #say(text, seen = false) {
    const camera = this.#scanner.querySelector('dialog');
    if (camera.open) this.#scanner.querySelector('[data-status]').textContent = text;
    else if (this.#tender.isOpen) this.#tender.say(text);
    else if (seen) this.#part('said').textContent = text;
    else toast(text);
  }

  /* A scanner on a wire types into the field that has the focus. */
  #scannedIntoSearch(event) {
    const code = event.target.value?.trim() ?? '';
    if (event.key !== 'Enter' || !CODE.test(code)) return;
    event.preventDefault();
    event.stopPropagation();
    event.target.value = '';
    byId('people').close();
    tell(this, 'ck:scan', { code, way: 'wedge' });
  }

  #search(text) {
    const sheet = byId('people');
    const field = sheet.querySelector('input[type=search]');
    sheet.show();
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /* A coupon of whoever stands here joins the cart's choice; any other opens its own page. */
  #scannedCoupon({ coupon, member }) {
    const { cart, quote } = this.till;
    if (!cart.lines.length || cart.member?.id !== member) return location.assign(`/staff/coupons/held/${coupon}`);
    const applied = (quote?.coupons ?? []).filter((each) => each.applied).map((each) => each.coupon);
    return this.till.put({ ...cart, coupons: [...new Set([...applied, coupon])] });
  }

  /** Ask the member to agree; with a proof, the best of what they hold is used. Resolves to whether there is one. */
  async ask(words = '') {
    const { quote } = this.till;
    const proof = await this.proofs.ask(quote ? fenOf(quote.steps[0].amount) : this.till.due, words);
    if (proof) this.till.put({ ...this.till.cart, proof });
    return Boolean(proof);
  }

  /** Ask whoever shares their account with the member, where much of theirs is to be spent. Resolves to whether they agreed. */
  async askHolder(words) {
    const holderProof = await this.proofs.ask(this.till.due, words, { holder: true });
    if (holderProof) this.till.mark({ holderProof });
    return Boolean(holderProof);
  }

  /* The member's own account, or the one that is shared with them. */
  #switchAccount() {
    const { cart } = this.till;
    this.till.put({ ...cart, own: !cart.own, holderProof: null, points: 0, tenders: [] });
  }

  scan() {
    this.#scanner.open();
  }

  /** The cart went elsewhere: nobody stands here any more. */
  leave() {
    this.#part('member').replaceChildren();
    this.toggleAttribute('data-attached', false);
    this.till.reset();
  }

  /** What the member holds, as the strip says: {coupons, points, wallet}, in texts; with `holder` it is (partly) that one's. */
  get standing() {
    return this.#part('member').querySelector('[data-member-id]')?.dataset ?? null;
  }

  /* The member may have topped up, confirmed or got a coupon on the phone: then everything is drawn anew. */
  async #look() {
    const { member, pending } = this.till.cart;
    const known = this.standing?.standing;
    if (!member || !known || pending || document.hidden || !navigator.onLine) return;
    const answer = await get(`/staff/counter/members/${member.id}/standing`, { pauses: [] }).catch(() => null);
    if (!answer || answer.standing === known || this.till.cart.member?.id !== member.id) return;
    await this.attach(member.id, this.till.cart.proof);
    this.till.ask();
  }

  /** Show who stands here; `scan` is the proof of a live code. */
  async attach(id, scan = null) {
    const answer = await fetch(`/staff/counter/members/${id}`, { headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (!answer) return this.#attachKept(id);
    if (!answer.ok || answer.redirected) return this.#say(this.dataset.failed);
    this.#part('member').innerHTML = await answer.text();
    this.#scanner.close();
    byId('people').close();
    return this.#attached(scan);
  }

  #attached(scan) {
    const { memberId: id, name } = this.#part('member').querySelector('[data-member-id]').dataset;
    const { cart } = this.till;
    this.toggleAttribute('data-attached', true);
    if (cart.member?.id === id && scan && this.proofs.isOpen) return this.proofs.scanned(scan);
    if (cart.member?.id === id && (!scan || scan === cart.proof)) return this.till.mark({ member: { id, name } });
    const same = cart.member?.id === id ? {} : NOTHING_SPENT;
    return this.till.put({ ...cart, ...same, member: { id, name }, proof: scan });
  }

  /* After a reload: at once by name, then with everything, if the network is there. */
  #show(member) {
    this.#stands(member);
    this.attach(member.id, this.till.cart.proof);
  }

  /* Who stands here, by name alone. */
  #stands({ id, name }) {
    const strip = write(copy(this, 'strip'), { name, initial: name.slice(0, 1) });
    Object.assign(strip.dataset, { memberId: id, name });
    this.#part('member').replaceChildren(strip);
    this.toggleAttribute('data-attached', true);
    this.#scanner.close();
    byId('people').close();
  }

  /* ------------------------------------------------ without network */

  #attachKept(id) {
    net.failed();
    const { cart } = this.till;
    const known = this.offline.member(id) ?? (cart.member?.id === id ? cart.member : null);
    if (!known) return this.#say(this.dataset.noNet);
    this.#stands(known);
    return cart.member?.id === id ? undefined : this.till.put({ ...cart, ...NOTHING_SPENT, member: known });
  }

  /* Whose code it is the server will say, when the sale is sent: by then it is long over, so when it was scanned is kept with it. */
  #keepCode(digits) {
    const { cart } = this.till;
    if (!this.offline.kit) return this.#say(this.dataset.noNet);
    this.#stands({ id: '', name: this.dataset.scannedMember });
    this.till.put({ ...cart, ...NOTHING_SPENT, member: null, code: { digits, at: this.offline.now } });
    return this.#say(this.dataset.local);
  }

  #reached() {
    this.offline.renew();
    if (this.till.trouble?.offline) this.till.ask();
    const { member, proof } = this.till.cart;
    if (member && !this.standing?.standing) this.attach(member.id, proof);
  }

  #detach() {
    this.#part('member').replaceChildren();
    this.toggleAttribute('data-attached', false);
    this.till.put({ ...this.till.cart, member: null, ...NOTHING_SPENT });
    this.querySelector('[data-open]').focus();
  }

  /* ------------------------------------------------ after the sale */

  #paid({ order, tenders, kept }) {
    const { member } = this.till.cart;
    const wallet = this.standing?.holder ? undefined : this.standing?.wallet;
    this.leave();
    if (kept) return this.querySelector('ck-done').showKept(kept, tenders);
    return this.querySelector('ck-done').show(order, tenders, member, wallet === undefined ? null : Number(wallet));
  }

  #next() {
    this.#scanner.open();
    this.#back();
  }

  /* Back after a while: other tills may have said 售罄. */
  #back() {
    if (document.hidden || Date.now() - this.#born < STALE) return;
    this.#born = Date.now();
    this.offline.renew();
    this.tiles.renew().then(() => this.tiles.count(this.till.cart));
  }

  /* ------------------------------------------------ drawing */

  draw() {
    const { cart } = this.till;
    this.toggleAttribute('data-filled', cart.lines.length > 0);
    document.documentElement.toggleAttribute('data-busy', cart.lines.length > 0);
    this.tiles.count(cart);
    this.#drawAccount(cart.own);
    drawCart(this, this.till, cart.pending && !this.#tender.isOpen ? this.dataset.pending : '');
    this.offers.draw();
  }

  #drawAccount(own) {
    const button = this.#part('own');
    if (button) button.textContent = own ? button.dataset.family : button.dataset.alone;
    this.#part('household')?.toggleAttribute('data-off', own);
  }

  #measured(height) {
    document.documentElement.style.setProperty('--cart', `${Math.ceil(height)}px`);
  }
}

customElements.define('ck-cart', CkCart);
