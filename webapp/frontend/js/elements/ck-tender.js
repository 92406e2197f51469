/*
 * <ck-tender large="500000">: 收款. How much by what, one or several ways, and one sale under one key.
 *
 * Attributes
 *   large             fen; a sale above it is asked for once more
 *   data-choose, data-take, data-partly, data-free, data-ask   words of the button; places {kind} {amount}
 *   data-amount-words, data-cash-hint, data-part-hint, data-wallet-hint, data-wallet-after, data-wallet-own, data-wallet-shared, data-wallet-most, data-saved, data-due-label, data-left-label, data-large-words, data-who, data-no-net, data-too-much, data-booked, data-unfit, data-not-kept
 *   data-sign-in      address of the sign-in page
 *
 * Expected inside: a <dialog> with form, [data-kind] radios (data-name), [data-amount], [data-quick], [data-taken], [data-change],
 *   ck-keypad, [data-choices] around all of them, [data-go], [data-back], [data-words], [data-local-note], [data-unsure-note]; <ck-dialog id="large-sale"> and <ck-dialog id="repriced">;
 *   <template data-template="tender | quick | difference">.
 * Events: ck:paid {order, tenders} (bubbles); {kept, tenders} where the sale was kept on this device, for want of a network.
 * Methods: open(till), confirm(till) (a sale whose answer was lost), say(text).
 *
 * What is sent stays with the cart, under the cart's idempotency key, until an answer is known. Sending it again is the same sale.
 */
import { fenOf, textOf } from '../lib/amount.js';
import { newKey, post } from '../lib/api.js';
import { pieces, total } from '../lib/cart.js';
import { tell } from '../lib/events.js';
import { net } from '../lib/net.js';
import { changeOf, fitting, MOST_CHANGE, take, taken, without } from '../lib/tenders.js';
import { fill, write, yuan } from '../counter/draw.js';
import { drawButton, drawChange, drawQuick, drawRepriced, drawSaved, drawTaken, drawWallet, nameOf } from '../counter/tender-view.js';

const AGAIN = 4000; // ms until a lost answer is asked for again

class CkTender extends HTMLElement {
  #heard = null;
  #till = null;
  #kind = '';
  #typed = false; // an amount was typed: choosing a way keeps it
  #sending = false;
  #unsure = false; // a sale was sent and nothing came back
  #timer = 0;

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    this.addEventListener('click', (event) => this.#clicked(event), { signal });
    this.addEventListener('input', () => { this.#typed = true; this.#draw(); }, { signal });
    this.#part('amount').addEventListener('beforeinput', (event) => this.#replaced(event), { signal });
    this.addEventListener('submit', (event) => this.#submitted(event), { signal });
    this.#dialog.addEventListener('cancel', (event) => this.#sending && event.preventDefault(), { signal });
    document.addEventListener('ck:net', ({ detail }) => detail.online && this.#again(), { signal });
  }

  disconnectedCallback() {
    this.#heard?.abort();
    clearTimeout(this.#timer);
  }

  get #dialog() {
    return this.querySelector('dialog');
  }

  get isOpen() {
    return this.#dialog.open;
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  /** Ask how the till's cart is paid. */
  open(till) {
    this.#use(till);
    this.#choose('');
    this.say('');
    if (till.cart.pending) return this.#send();
    return till.local ? undefined : till.fresh().catch(() => {});
  }

  /** The page was left before the answer came: ask for it. */
  confirm(till) {
    this.#use(till);
    return this.#send();
  }

  say(text) {
    write(this.#dialog, { words: text });
    this.#part('words').hidden = !text;
  }

  #use(till) {
    if (this.#till !== till) till.addEventListener('change', () => this.isOpen && this.#changed(), { signal: this.#heard.signal });
    this.#till = till;
    if (!this.isOpen) this.#dialog.showModal();
    this.#draw();
  }

  get #due() {
    return this.#till.due;
  }

  get #left() {
    return this.#due - taken(this.#till.cart.tenders);
  }

  get #amount() {
    return Math.min(fenOf(this.#part('amount').value) ?? 0, this.#room(this.#kind));
  }

  /* What a way can pay at most: a wallet what is in it, and once. */
  #room(kind) {
    if (kind !== 'wallet') return Number.MAX_SAFE_INTEGER;
    const taken = this.#till.cart.tenders.some((tender) => tender.kind === 'wallet');
    return taken ? 0 : this.#wallet;
  }

  get #wallet() {
    return fenOf(this.#till.quote?.holds?.wallet ?? '') ?? 0;
  }

  /* ------------------------------------------------ choosing */

  #clicked(event) {
    const on = (selector) => event.target.closest(selector);
    const quick = on('[data-quick-amount]');
    const drop = on('[data-drop]');
    if (this.#sending) return;
    if (on('[data-back]')) this.#dialog.close();
    else if (on('[data-kind]')) this.#choose(on('[data-kind]').dataset.kind);
    else if (quick) this.#put(Number(quick.dataset.quickAmount));
    else if (drop) this.#keep(without(this.#till.cart.tenders, Number(drop.closest('[data-row]').dataset.row)));
    else if (on('[data-large-yes]')) this.#large(true);
    else if (on('[data-repriced-yes]')) document.getElementById('repriced').close();
  }

  #choose(kind) {
    this.#kind = kind;
    for (const button of this.querySelectorAll('[data-kind]')) {
      button.setAttribute('aria-checked', String(button.dataset.kind === kind));
    }
    if (!kind || !this.#typed || kind === 'wallet') this.#put(Math.min(this.#left, this.#room(kind)));
    else this.#draw();
    if (kind) this.#part('amount').focus({ preventScroll: true });
  }

  #put(fen) {
    this.#part('amount').value = textOf(Math.max(0, fen));
    this.querySelector('ck-keypad').propose(Math.max(0, this.#left));
    this.#typed = false;
    this.#draw();
  }

  /* The first key on a real keyboard replaces an amount that was only proposed, as the keypad's does. */
  #replaced({ target, inputType }) {
    if (!this.#typed && inputType === 'insertText') target.value = '';
  }

  #keep(tenders) {
    this.#till.mark({ tenders });
    this.#choose('');
  }

  /* The price moved while the screen was open: a member was scanned, a product added. */
  #changed() {
    const { tenders } = this.#till.cart;
    const stored = this.#till.local && tenders.some(({ kind }) => kind === 'wallet');
    const fit = stored ? [] : fitting(tenders, this.#due);
    if (fit !== tenders) {
      this.say(this.dataset.unfit);
      this.#till.mark({ tenders: fit });
    }
    if (this.#typed || this.#sending) this.#draw();
    else this.#put(this.#left);
  }

  /* ------------------------------------------------ taking */

  #submitted(event) {
    event.preventDefault();
    if (this.#sending) return undefined;
    if (this.#till.cart.pending) return this.#send();
    if (this.#due > 0 && (!this.#kind || this.#amount <= 0)) return undefined;
    const tenders = this.#due > 0 ? take(this.#till.cart.tenders, this.#due, this.#kind, this.#amount) : [];
    if (changeOf(tenders) > MOST_CHANGE) return this.say(this.dataset.tooMuch);
    this.say('');
    if (taken(tenders) < this.#due) return this.#keep(tenders);
    return this.#large(false) && this.#finish(tenders);
  }

  /* Above the shop's limit somebody looks twice; the button of the question carries the verb and the amount. */
  #large(sure) {
    const question = document.getElementById('large-sale');
    const limit = Number(this.getAttribute('large'));
    if (sure) {
      question.close();
      this.#finish(this.#due > 0 ? take(this.#till.cart.tenders, this.#due, this.#kind, this.#amount) : []);
    } else if (limit && this.#due > limit) {
      this.#part('large-yes').textContent = fill(this.dataset.largeWords, { amount: yuan(this.#due) });
      question.show();
      return false;
    }
    return true;
  }

  async #finish(tenders) {
    const till = this.#till;
    const shown = till.quote;
    if (till.local) return this.#keepHere(tenders.map(asSent));
    this.#busy(true);
    try {
      const quote = await till.fresh();
      if (fenOf(quote.due) !== taken(tenders)) return this.#repriced(quote, shown, taken(tenders));
      const plain = quote.steps.length === 1 && fenOf(quote.due) === total(till.cart) && !tenders.some(({ kind }) => kind === 'wallet');
      till.mark({ plain, pending: { quote: quote.id, tenders: tenders.map(asSent), proof: till.cart.proof, holder_proof: till.cart.holderProof } });
    } catch (error) {
      return this.#refused(error);
    } finally {
      this.#busy(false);
    }
    return this.#send();
  }

  /* Without network: the sale is kept on this device under the cart's key, and sent by itself (counter/offline.js). */
  async #keepHere(tenders) {
    this.#busy(true);
    try {
      const kept = await this.#counter.offline.keep(this.#till.cart, tenders);
      this.#dialog.close();
      tell(this, 'ck:paid', { kept, tenders });
    } catch {
      this.say(this.dataset.notKept);
    } finally {
      this.#busy(false);
    }
  }

  get #counter() {
    return this.closest('ck-cart');
  }

  async #send() {
    const { key, pending } = this.#till.cart;
    clearTimeout(this.#timer);
    this.#busy(true);
    try {
      const order = await post('/api/v1/orders', pending, { key });
      this.#dialog.close();
      tell(this, 'ck:paid', { order, tenders: order.tenders });
    } catch (error) {
      if (await this.#isCutOff(error)) return await this.#keepHere(pending.tenders);
      this.#refused(error);
    } finally {
      this.#busy(false);
    }
    return undefined;
  }

  /* The network is gone, and the sale cost what it costs without one: it goes into the queue under its own key. Had it got through,
     the server knows, and it stays one sale. */
  async #isCutOff(error) {
    return error.status === 0 && this.#till.cart.plain && Boolean(this.#counter.offline.kit) && !(await net.check());
  }

  /* No answer is no answer: the sale stays sent, and is asked for again by itself. Everything else is known, and says so. */
  #refused(error) {
    const till = this.#till;
    if (!till.cart.pending && till.local && this.#counter.offline.kit) return this.#choose(''); // at list prices: whoever pays is asked again
    if (till.cart.pending && (error.status === 0 || error.status >= 500)) {
      this.#timer = setTimeout(() => this.#again(), AGAIN);
      this.#unsure = true;
      return this.#draw();
    }
    if (error.status === 401) return location.assign(this.dataset.signIn);
    const sent = till.cart.pending;
    till.mark({ pending: null });
    if (error.code === 'member_proof_required') return this.#prove(error, sent?.tenders);
    if (error.code === 'quote_changed') return this.#repriced(error.detail.quote, till.quote, till.due);
    if (error.code === 'idempotency_key_reused') till.mark({ key: newKey() });
    const lines = Object.keys(error.errors ?? {}).some((field) => field.startsWith('lines.'));
    if (lines) {
      this.#dialog.close();
      till.ask();
    }
    return this.say(this.#wordsFor(error));
  }

  /* The member has to agree first; what was typed stays, and the same button goes on. */
  async #prove({ title: words, detail }, tenders) {
    const asked = detail.why === 'holder' ? this.#counter.askHolder(words) : this.#counter.ask(words);
    if (!(await asked)) return this.say(words);
    this.say('');
    if (!tenders) return undefined;
    await this.#till.fresh().catch(() => null);
    return this.#till.quote && fenOf(this.#till.quote.due) === sum(tenders) ? this.#finish(tenders.map(asKept)) : this.#choose('');
  }

  #wordsFor(error) {
    if (error.code === 'idempotency_key_reused') return this.dataset.booked;
    return error.status === 0 ? this.dataset.noNet : (Object.values(error.errors ?? {}).flat()[0] ?? error.title);
  }

  #again() {
    if (this.isOpen && !this.#sending && this.#till?.cart.pending) this.#send();
  }

  /* What changed, line by line, and the new amount on the button that goes on. */
  #repriced(quote, before, was) {
    const till = this.#till;
    const question = document.getElementById('repriced');
    till.requote(quote);
    drawRepriced(this, question, { before, quote, was, due: till.due });
    till.mark({ tenders: fitting(till.cart.tenders, till.due) });
    this.#choose('');
    question.show();
  }

  /* ------------------------------------------------ drawing */

  #busy(on) {
    this.#sending = on;
    this.#part('go').setAttribute('aria-busy', String(on));
    this.#draw();
  }

  #draw() {
    const { cart } = this.#till;
    const due = this.#due;
    const left = this.#left;
    const kind = this.#kind;
    const amount = this.#amount;
    const pending = Boolean(cart.pending);
    const after = kind ? take(cart.tenders, due, kind, amount) : cart.tenders;
    this.#part('amount').size = Math.max(4, this.#part('amount').value.length); // where field-sizing is not known
    write(this.#dialog, {
      due: textOf(left),
      'due-label': cart.tenders.length ? fill(this.dataset.leftLabel, { amount: yuan(due) }) : this.dataset.dueLabel,
      who: fill(this.dataset.who, { name: cart.member?.name ?? '', count: pieces(cart) }).replace(/^ · /, ''),
      kind: nameOf(this, kind) || this.dataset.amountWords,
      hint: { cash: this.dataset.cashHint, wallet: this.dataset.walletHint }[kind] ?? this.dataset.partHint,
    });
    drawWallet(this, { wallet: this.#wallet, pays: kind === 'wallet' ? amount : 0, left, shared: this.#till.quote?.holds?.shared });
    drawSaved(this, this.#till.quote);
    drawChange(this, changeOf(after));
    drawTaken(this, cart.tenders);
    drawQuick(this, left, amount, kind === 'cash');
    drawButton(this, { kind, amount, left, due, covers: taken(after) >= due, pending });
    this.#part('choices').inert = this.#sending || pending;
    this.#part('local-note').hidden = !this.#till.local || pending;
    this.#unsure &&= pending;
    this.#part('unsure-note').hidden = !this.#unsure;
    this.#part('pad').hidden = this.#unsure;
  }
}

const sum = (tenders) => tenders.reduce((all, { amount }) => all + fenOf(amount), 0);

function asKept({ kind, amount, received }) {
  return { kind, amount: fenOf(amount), ...(received === undefined ? {} : { received: fenOf(received) }) };
}

function asSent({ kind, amount, received }) {
  return { kind, amount: textOf(amount), ...(received === undefined ? {} : { received: textOf(received) }) };
}

customElements.define('ck-tender', CkTender);
