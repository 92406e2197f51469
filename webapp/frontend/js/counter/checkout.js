/* From the amount due to the done screen: tenders, one sale under one key, and what to say afterwards. */
import { fenOf, textOf } from '../lib/amount.js';
import { newKey, post } from '../lib/api.js';
import { changeOf, notesAbove, take, taken } from '../lib/cart.js';
import { copy, drawTenders, fill } from './views.js';

export class Checkout {
  #counter;
  #sending = false;
  #kind = 'cash';

  constructor(counter) {
    this.#counter = counter;
    this.sheet = counter.querySelector('[data-tender-screen]');
    this.done = counter.querySelector('[data-done]');
    this.sheet.addEventListener('click', (event) => this.#clicked(event));
    this.sheet.addEventListener('input', () => this.#draw());
    this.sheet.addEventListener('submit', (event) => { event.preventDefault(); this.#take(); });
    this.done.addEventListener('click', (event) => event.target.closest('[data-next]') && this.#next());
    this.done.addEventListener('cancel', (event) => event.preventDefault());
  }

  #part(name) {
    return this.sheet.querySelector(`[data-${name}]`);
  }

  async open() {
    const counter = this.#counter;
    if (!counter.cart.lines.length) return;
    if (counter.cart.pending) return void this.#send();
    try {
      await counter.fresh();
    } catch (error) {
      counter.say(error.status ? Object.values(error.errors).flat()[0] ?? error.title : counter.words.noNet);
      return;
    }
    this.#choose('cash');
    this.sheet.showModal();
  }

  get #due() {
    return this.#counter.due;
  }

  get #left() {
    return this.#due - taken(this.#counter.cart.tenders);
  }

  #clicked(event) {
    const on = (selector) => event.target.closest(selector);
    if (on('[data-back]')) return this.sheet.close();
    const kind = on('[data-kind]');
    if (kind) return this.#choose(kind.dataset.kind);
    const note = on('[data-amount-quick]');
    if (note) return this.#put(Number(note.dataset.amountQuick));
    const drop = on('[data-drop]');
    if (drop) return this.#set(this.#counter.cart.tenders.filter((_tender, at) => at !== Number(drop.dataset.drop)));
    return undefined;
  }

  #choose(kind) {
    this.#kind = kind;
    for (const button of this.sheet.querySelectorAll('[data-kind]')) {
      button.setAttribute('aria-checked', String(button.dataset.kind === kind));
    }
    this.#put(this.#left);
  }

  #put(fen) {
    this.#part('amount').value = textOf(Math.max(0, fen));
    this.#draw();
  }

  #set(tenders) {
    this.#counter.cart = { ...this.#counter.cart, tenders };
    this.#put(this.#left);
  }

  #draw() {
    const { words, cart } = this.#counter;
    const amount = fenOf(this.#part('amount').value) ?? 0;
    const after = take(cart.tenders, this.#due, this.#kind, amount);
    const covers = amount > 0 && taken(after) === this.#due;
    this.#part('total').textContent = textOf(this.#due);
    this.#part('left-words').textContent = cart.tenders.length ? fill(words.left, { amount: `¥${textOf(this.#left)}` }) : '';
    drawTenders(this.#counter, this.#part('taken'), cart.tenders, words.kinds);
    this.#part('quick').replaceChildren(...(this.#kind === 'cash' ? this.#quick() : []));
    this.#part('change').textContent = changeOf(after) ? fill(words.change, { amount: `¥${textOf(changeOf(after))}` }) : '';
    const button = this.#part('take');
    const verb = covers || this.#due === 0 ? words.finish : words.takePart;
    button.textContent = fill(verb, { kind: words.kinds[this.#kind], amount: `¥${textOf(covers ? this.#due - taken(cart.tenders) : amount)}` });
    button.disabled = this.#sending || (amount <= 0 && this.#due > 0);
  }

  #quick() {
    const { words } = this.#counter;
    return [this.#left, ...notesAbove(this.#left)].map((fen, at) => {
      const chip = copy(this.#counter, 'quick', { text: at ? `¥${textOf(fen).replace('.00', '')}` : words.exact });
      chip.dataset.amountQuick = fen;
      return chip;
    });
  }

  #take() {
    const amount = fenOf(this.#part('amount').value) ?? 0;
    if (this.#sending || (amount <= 0 && this.#due > 0)) return undefined;
    const tenders = this.#due === 0 ? [] : take(this.#counter.cart.tenders, this.#due, this.#kind, amount);
    if (taken(tenders) < this.#due) return this.#set(tenders);
    const large = Number(this.#counter.getAttribute('large-tender'));
    if (large && this.#due > large && !this.#part('sure').checked) {
      this.#part('large').hidden = false;
      return this.#part('sure').focus();
    }
    return this.#finish(tenders);
  }

  /* What is sent stays with the cart, with its key, until an answer is known: sending it again is the same sale. */
  async #finish(tenders) {
    const counter = this.#counter;
    const body = {
      quote: (await counter.fresh()).id,
      tenders: tenders.map(({ kind, amount, received }) => ({
        kind,
        amount: textOf(amount),
        ...(received === undefined ? {} : { received: textOf(received) }),
      })),
      proof: counter.cart.scan,
    };
    counter.cart = { ...counter.cart, pending: body };
    return this.#send();
  }

  async #send() {
    const { cart } = this.#counter;
    this.#busy(true);
    try {
      this.#show(await post('/api/v1/orders', cart.pending, { key: cart.key }), cart.pending.tenders);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#busy(false);
    }
  }

  #failed(error) {
    const counter = this.#counter;
    if (!error.status || error.status >= 500) return counter.say(counter.words.unsure);
    const { pending, ...cart } = counter.cart; // refused: nothing was sold, the next try is a new one
    counter.cart = { ...cart, tenders: [], key: newKey() };
    if (error.code === 'quote_changed' && error.detail.quote) {
      counter.requote(error.detail.quote);
      counter.say(counter.words.repriced);
    } else {
      counter.say(Object.values(error.errors ?? {}).flat()[0] ?? error.title);
    }
    return this.#put(this.#left);
  }

  #busy(on) {
    this.#sending = on;
    this.#part('take').setAttribute('aria-busy', String(on));
    this.#part('take').disabled = on;
  }

  #show(order, tenders) {
    const { words, cart } = this.#counter;
    const show = (name, text) => {
      for (const place of this.done.querySelectorAll(`[data-show="${name}"]`)) place.textContent = text;
    };
    show('number', order.number);
    show('paid', order.paid ?? order.due);
    show('how', tenders.map((tender) => words.kinds[tender.kind]).join(' + '));
    show('change', order.change && order.change !== '0.00' ? fill(words.change, { amount: `¥${order.change}` }) : '');
    this.done.querySelector('[data-points]').hidden = !cart.member;
    this.done.querySelector('[data-walk-in]').hidden = Boolean(cart.member);
    if (cart.member) {
      show('earned', `+${order.points?.earned ?? 0}`);
      show('after', fill(words.points, { before: order.points?.before ?? 0, after: order.points?.after ?? 0 }));
      show('name', cart.member.name);
    }
    show('receipt-code', order.receipt_code);
    for (const link of this.done.querySelectorAll('[data-receipt]')) link.href = `/staff/orders/${order.id}/receipt`;
    for (const link of this.done.querySelectorAll('[data-order]')) link.href = `/staff/orders/${order.id}`;
    this.#counter.reset();
    this.sheet.close();
    this.done.showModal();
  }

  #next() {
    this.done.close();
    this.#counter.querySelector('ck-scanner')?.open();
  }
}
