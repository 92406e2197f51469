/* Carts that wait (挂单): the button that puts this one aside, and the sheet #parked to take one back, on any device of the store. */
import { get, newKey, post } from '../lib/api.js';
import { emptyCart, pieces } from '../lib/cart.js';
import { toast } from '../lib/events.js';
import { copy, fill, keyed, write } from './draw.js';

export class Parked {
  #counter;
  #sheet = document.getElementById('parked');

  constructor(counter, signal) {
    this.#counter = counter;
    this.#sheet.addEventListener('ck:open', () => this.renew(), { signal });
    this.#sheet.addEventListener('click', ({ target }) => {
      const row = target.closest('[data-row]');
      if (row) this.#take(row.dataset.row);
    }, { signal });
    this.renew();
  }

  get #words() {
    return this.#counter.dataset;
  }

  /** Which carts wait at this store; what cannot be asked now stays as it was drawn. */
  async renew() {
    const { store } = this.#counter.till;
    const answer = await get(`/api/v1/parked-carts?store=${store}`, { pauses: [] }).catch(() => null);
    if (!answer) return;
    const button = this.#counter.querySelector('[data-parked]');
    button.hidden = !answer.items.length;
    write(button, { count: answer.items.length });
    this.#sheet.querySelector('[data-nothing]').hidden = answer.items.length > 0;
    keyed(this.#sheet.querySelector('[data-list]'), answer.items, {
      key: ({ id }) => id,
      make: () => copy(this.#sheet, 'parked'),
      show: (node, { label, pieces: count, staff, created_at: since }) => write(node, {
        label,
        about: [fill(this.#words.pieces, { count }), staff, clock(since)].filter(Boolean).join(' · '),
      }),
    });
  }

  /** Put the cart aside: lines, member, choices; its coupons are held for a quarter of an hour. */
  async park() {
    const { till } = this.#counter;
    const { key, tenders, pending, proof, holderProof, ...cart } = till.cart;
    if (!cart.lines.length || pending) return;
    const coupons = (till.quote?.coupons ?? []).filter((each) => each.applied).map(({ coupon }) => coupon);
    const names = cart.lines.slice(0, 2).map(({ name }) => name).join('、');
    const label = cart.member?.name ?? names;
    try {
      await post('/api/v1/parked-carts', { store: till.store, member: cart.member?.id ?? null, label, pieces: pieces(cart), cart, coupons });
      this.#counter.leave();
      toast(fill(this.#words.parked, { label }));
      this.renew();
    } catch (error) {
      toast(error.status ? error.title : this.#words.noNet);
    }
  }

  async #take(id) {
    const { till } = this.#counter;
    try {
      if (till.cart.lines.length) await this.park();
      const { cart } = await post(`/api/v1/parked-carts/${id}/takings`, {});
      this.#sheet.close();
      till.put({ ...emptyCart(newKey()), ...cart });
      if (cart.member) this.#counter.attach(cart.member.id);
    } catch (error) {
      toast(error.status ? error.title : this.#words.noNet);
    }
    this.renew();
  }
}

const clock = (moment) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' }).format(new Date(moment));
