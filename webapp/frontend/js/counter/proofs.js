/*
 * Asking the member to agree (sheet #proof): a fresh member code, a question in the member app, a code that the member says, on top of
 * either of these codes a PIN that the member types, or a manager who answers. `ask` resolves to a proof (`s_…`, `p_…`), or null when the
 * sheet was closed.
 *
 * The sheet shows [data-face="ways | waiting | code | pin | reason"], one at a time.
 */
import { textOf } from '../lib/amount.js';
import { get, post } from '../lib/api.js';
import { fill, write } from './draw.js';

const PAUSE = 1500; // ms between two looks at the answer
const ENDED = { declined: 'declined', expired: 'expired' };

export class Proofs {
  #counter;
  #sheet = document.getElementById('proof');
  #settle = null;
  #asked = null; // the proof that is waited for
  #holder = false;
  #said = null; // the proof whose code was sent last: in the cart it stands once the member has said it
  #timer = 0;

  constructor(counter, signal) {
    this.#counter = counter;
    this.#sheet.addEventListener('click', ({ target }) => this.#clicked(target), { signal });
    this.#sheet.addEventListener('submit', (event) => this.#submitted(event), { signal });
    this.#sheet.addEventListener('ck:close', () => this.#finish(null), { signal });
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  /** Ask for a proof that reaches up to `most` fen; `words` say why it is needed. `holder`: of whoever shares their account with the member. */
  ask(most, words = '', { holder = false } = {}) {
    this.#finish(null);
    this.most = most;
    this.#holder = holder;
    this.#ways(words);
    write(this.#sheet, { most: textOf(most) });
    this.#sheet.show();
    return new Promise((resolve) => { this.#settle = resolve; });
  }

  /* What a PIN comes on top of: the member was scanned for this cart, or said a code. */
  get #base() {
    const { proof } = this.#counter.till.cart;
    return proof?.startsWith('s_') || (proof && proof === this.#said) ? proof : null;
  }

  get isOpen() {
    return this.#sheet.dialog.open;
  }

  /** A member code was scanned while the question was open. */
  scanned(proof) {
    this.#finish(proof);
    this.#sheet.close();
  }

  #finish(proof) {
    clearTimeout(this.#timer);
    this.#asked = null;
    const settle = this.#settle;
    this.#settle = null;
    settle?.(proof);
  }

  /* To choose how; whoever asked for a proof goes on waiting for it. */
  #ways(words = '') {
    clearTimeout(this.#timer);
    this.#asked = null;
    this.#face('ways');
    for (const way of this.#sheet.querySelectorAll('[data-way]')) way.hidden = (way.dataset.way === 'holder') !== this.#holder;
    this.#sheet.querySelector('[data-way="pin"]').hidden ||= !this.#base;
    this.#say(words);
  }

  #face(name) {
    for (const face of this.#sheet.querySelectorAll('[data-face]')) {
      face.hidden = face.dataset.face !== name;
      for (const field of face.querySelectorAll('input')) field.value = '';
      if (!face.hidden) face.querySelector('input')?.focus();
    }
  }

  #say(text) {
    write(this.#sheet, { words: text });
    this.#sheet.querySelector('[data-words]').hidden = !text;
  }

  #clicked(target) {
    const way = target.closest('[data-way]')?.dataset.way;
    if (way === 'scan') this.#counter.scan();
    else if (way === 'override') this.#face('reason');
    else if (way === 'pin') this.#face('pin');
    else if (way === 'adjust') this.#adjust();
    else if (way) this.#open(way);
    else if (target.closest('[data-other-way]')) this.#ways();
  }

  /* Nothing of the member's: a price by hand. */
  #adjust() {
    this.#sheet.close();
    this.#counter.offers.show();
  }

  async #open(way, more = {}) {
    const { store, cart } = this.#counter.till;
    this.#say('');
    try {
      const proof = await post('/api/v1/proofs', { member: cart.member.id, store, way, amount: textOf(this.most), ...more });
      this.#asked = proof.id;
      if (proof.state === 'confirmed') return this.scanned(proof.id);
      if (way === 'code') this.#said = proof.id;
      this.#face(way === 'code' ? 'code' : 'waiting');
      return this.#look(proof.id);
    } catch (error) {
      return this.#say(this.#wordsFor(error));
    }
  }

  /* Until the member has answered, or the sheet is closed. A lost network only makes it later. */
  async #look(id) {
    const proof = await get(`/api/v1/proofs/${id}`, { pauses: [] }).catch(() => null);
    if (this.#asked !== id) return;
    if (proof?.state === 'confirmed') return void this.scanned(id);
    if (ENDED[proof?.state]) return this.#ways(this.#sheet.dataset[ENDED[proof.state]]);
    this.#timer = setTimeout(() => this.#look(id), PAUSE);
  }

  async #submitted(event) {
    event.preventDefault();
    const form = event.target;
    if (form.reason) return this.#open('override', { reason: form.reason.value.trim() });
    if (form.pin) return this.#open('pin', { pin: form.pin.value, proof: this.#base });
    try {
      await post(`/api/v1/proofs/${this.#asked}/confirmations`, { code: form.code.value.trim() });
      return this.scanned(this.#asked);
    } catch (error) {
      form.code.select();
      return this.#say(this.#wordsFor(error));
    }
  }

  #wordsFor(error) {
    if (error.status === 0) return this.#counter.dataset.noNet;
    return Object.values(error.errors ?? {}).flat()[0] ?? error.title ?? fill(this.#counter.dataset.failed, {});
  }
}
