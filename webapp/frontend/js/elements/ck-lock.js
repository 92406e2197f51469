/*
 * <ck-lock>: on a device of the shop. Covers the page when nobody touched it for `minutes`, and tells the server, which also refuses by
 * itself. The same person goes on with a PIN where they were: nothing on the page is touched. Somebody else comes in at the door; a cart
 * that somebody else left on this device is gone when their page opens.
 *
 * Attributes
 *   minutes            how long nobody may touch it           who      the id of whoever is in
 *   session            the number of their session: a page that was kept from a locked one, or left alone for long, opens covered
 *   present, lock      where it is told that somebody is here, and that nobody is (POST)
 *   data-wrong, data-wait, data-failed   words when the PIN is wrong, was wrong too often, or no answer came
 * Expected inside: a <dialog> with a form that has name="pin"; [data-other], a link to the door; [data-error] with [data-result] inside;
 *   [data-lost], shown without network.
 */
import { post } from '../lib/api.js';
import { forgetEverything } from '../lib/forget.js';
import { net } from '../lib/net.js';

const LOOK = 5_000; // milliseconds
const TELL = 30_000;
const TOUCHES = ['pointerdown', 'keydown', 'input', 'wheel', 'scroll'];
const STATE = 'ck-staff-lock'; // {session, who, touched, locked}, for all pages of this device, also kept ones

class CkLock extends HTMLElement {
  #heard = null;
  #timer = 0;
  #state = null;
  #kept = 0;
  #told = Date.now();

  connectedCallback() {
    this.#recall();
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    for (const name of TOUCHES) addEventListener(name, this.#touch, { signal, capture: true, passive: true });
    for (const name of ['pageshow', 'focus']) addEventListener(name, this.#look, { signal });
    document.addEventListener('visibilitychange', this.#look, { signal });
    net.addEventListener('change', this.#draw, { signal });
    this.#dialog.addEventListener('cancel', (event) => event.preventDefault(), { signal });
    this.#form.addEventListener('submit', (event) => this.#open(event), { signal });
    document.addEventListener('submit', this.#left, { signal, capture: true });
    this.#timer = setInterval(this.#look, LOOK);
    if (this.#state.locked) this.#cover();
    this.#look();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#heard?.abort();
  }

  get #dialog() {
    return this.querySelector('dialog');
  }

  get #form() {
    return this.querySelector('form');
  }

  /* A newer session begins anew; a page of the same one, or an older one from the cache, goes by what was noted last. What somebody
     else left unfinished, and the pages kept for them, are gone; parked carts are the store's and lie with the server. */
  #recall() {
    const session = Number(this.getAttribute('session'));
    const who = this.getAttribute('who');
    this.#state = JSON.parse(localStorage.getItem(STATE) ?? 'null');
    if (this.#state && session <= this.#state.session) return;
    if (this.#state && this.#state.who !== who) forgetEverything('staff');
    this.#note({ session, who, locked: false, touched: Date.now() });
  }

  #note(changed) {
    this.#state = { ...this.#state, ...changed };
    this.#kept = Date.now();
    localStorage.setItem(STATE, JSON.stringify(this.#state));
  }

  #left = ({ target }) => {
    if (target.getAttribute('action') === this.getAttribute('lock')) this.#note({ locked: true });
  };

  #touch = () => {
    if (this.#dialog.open || this.#isOver()) return;
    const now = Date.now();
    if (now - this.#kept > 1000) this.#note({ touched: now });
    if (now - this.#told < TELL) return;
    this.#told = now;
    post(this.getAttribute('present')).catch((error) => error.status === 401 && this.#cover());
  };

  #isOver() {
    return Date.now() - this.#state.touched >= Number(this.getAttribute('minutes')) * 60_000;
  }

  #look = () => {
    if (!this.#dialog.open && this.#isOver()) this.#lock();
  };

  #lock() {
    this.#cover();
    this.#note({ locked: true });
    post(this.getAttribute('lock'), undefined, { pauses: [] }).catch(() => {}); // the server locks by itself, a little later
  }

  #cover() {
    if (this.#dialog.open) return;
    this.#draw();
    this.#dialog.showModal();
    this.#form.elements.pin.focus();
  }

  #draw = () => {
    this.querySelector('[data-lost]').hidden = net.online;
  };

  async #open(event) {
    event.preventDefault();
    event.stopPropagation();
    this.#say('');
    const body = new URLSearchParams(new FormData(this.#form));
    body.set('csrf_token', document.querySelector('meta[name="csrf-token"]').content);
    const sent = { method: 'POST', body, redirect: 'manual', credentials: 'same-origin' };
    const answer = await fetch(this.#form.action, sent).catch(() => null);
    this.#form.elements.pin.value = '';
    if (answer?.type === 'opaqueredirect') return this.#uncover();
    if (!answer) net.failed();
    this.#say(answer ? this.dataset[{ 422: 'wrong', 429: 'wait' }[answer.status] ?? 'failed'] : this.dataset.failed);
    this.#form.elements.pin.focus();
  }

  #uncover() {
    this.#told = Date.now();
    this.#note({ touched: this.#told, locked: false });
    this.#dialog.close();
  }

  #say(words) {
    this.querySelector('[data-result]').textContent = words;
    this.querySelector('[data-error]').hidden = !words;
    this.querySelector('.fld').classList.toggle('bad', Boolean(words));
  }
}

customElements.define('ck-lock', CkLock);
