/*
 * The counter without network: what it keeps for that time (the seller's credential, the server's time, who came lately), finding a
 * member among those, and keeping a sale until it can be sent (lib/sales-queue.js).
 *
 * `kit` is {staff, store, credential, offset, members: [[id, name, end of the phone]], at}, kept until somebody signs out; the members
 * in it for three days. Null where this device has never been at this counter with network.
 */
import { get } from '../lib/api.js';
import { net } from '../lib/net.js';
import { asSale } from '../lib/offline-sale.js';
import { keep } from '../lib/sales-queue.js';
import { sendSoon } from '../lib/keep-sending.js';
import { offsetFrom } from '../lib/server-clock.js';
import { storeOf } from '../lib/store.js';
import { copy, write } from './draw.js';

const KEPT = 'offline-kit';
const MEMBERS_FOR = 3 * 24 * 3600 * 1000;
const FRESH = 15 * 60_000;
const AGAIN = 10_000; // ms until another try where there is none yet

export class Offline {
  kit = null;
  #timer = 0;
  #asking = null;
  #counter;
  #people = document.getElementById('people');

  constructor(counter, signal) {
    this.#counter = counter;
    this.#people.addEventListener('ck:open', () => this.#find(), { signal });
    this.#people.addEventListener('input', () => this.#find(), { signal });
    this.#people.addEventListener('htmx:beforeRequest', (event) => !net.online && event.preventDefault(), { signal });
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
    this.#begin();
  }

  async #begin() {
    this.#use(await storeOf('staff').get(KEPT).catch(() => null));
    await this.renew();
  }

  #use(kit) {
    const { store, staff } = this.#counter.till;
    if (kit?.store !== store || kit.staff !== staff) return;
    this.kit = kit;
    this.#counter.draw();
  }

  /** Fetch it anew, unless that was just done. */
  renew() {
    if (this.kit && Date.now() - this.kit.at < FRESH) return undefined;
    this.#asking ??= this.#fetch().finally(() => { this.#asking = null; });
    return this.#asking;
  }

  async #fetch() {
    clearTimeout(this.#timer);
    const asked = Date.now();
    const kit = await get('/staff/counter/offline').catch(() => null);
    if (!kit?.credential) {
      if (!this.kit) this.#timer = setTimeout(() => this.renew(), AGAIN);
      return;
    }
    const { store, staff } = this.#counter.till;
    const kept = { ...kit, store, staff, at: Date.now(), offset: offsetFrom(kit.now, asked, Date.now()) };
    await storeOf('staff').set(KEPT, kept);
    this.#use(kept);
  }

  /** The server's time, as a text. */
  get now() {
    return new Date(Date.now() + (this.kit?.offset ?? 0)).toISOString();
  }

  /** {id, name} of a member from the list, or undefined. */
  member(id) {
    const found = this.#members.find(([each]) => each === id);
    return found && { id, name: found[1] };
  }

  get #members() {
    return this.kit && Date.now() - this.kit.at < MEMBERS_FOR ? this.kit.members : [];
  }

  /* Without network the sheet finds those who came lately: by a part of the name or the end of the phone. */
  #find() {
    if (net.online) return;
    const text = this.#people.querySelector('[type=search]').value.trim();
    const found = this.#members.filter(([, name, phone]) => name.includes(text) || phone.endsWith(text)).slice(0, 20);
    const list = copy(this.#people, 'kept');
    list.querySelector('[data-list]').append(...found.map(([id, name, phone]) => {
      const row = write(copy(this.#people, 'kept-row'), { name, initial: name.slice(0, 1), phone: phone && `**** ${phone}` });
      row.dataset.chooseMember = id;
      return row;
    }));
    list.querySelector('[data-list]').hidden = !found.length;
    document.getElementById('found-members').replaceChildren(list);
  }

  /** Keep the sale of this cart; it is on the disk when this resolves. Throws where the device keeps nothing. */
  async keep(cart, tenders) {
    const sale = asSale({ cart, tenders, kit: this.kit, now: Date.now(), staff: this.#counter.dataset.seller });
    await keep(sale);
    sendSoon();
    return sale;
  }
}
