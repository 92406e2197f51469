/*
 * <ck-passkey-door>: sign in with a passkey, by the button or from the suggestions of the name's field.
 *
 * Attributes
 *   options      where to ask what to sign (POST, JSON)       finish   where to answer (POST {credential, next} → {to})
 *   next         where somebody was going                     data-failed   words when it was refused without any
 * Expected inside: a button, and [data-result] (role=status). Stays hidden where the browser has no passkeys.
 * The field that suggests carries autocomplete="username webauthn". Only one question may be open: the tap ends the waiting one.
 * What is asked holds five minutes: a door that stays open is asked anew before, and after a refusal.
 */
import { post } from '../lib/api.js';
import { can, canSuggest, get } from '../lib/passkeys.js';

const ANEW = 240_000; // milliseconds

class PasskeyDoor extends HTMLElement {
  #waiting = null;
  #timer = 0;

  connectedCallback() {
    if (!can()) return;
    this.hidden = false;
    this.querySelector('button').addEventListener('click', () => this.#come({ tapped: true }));
    canSuggest().then((suggests) => suggests && this.#suggest());
  }

  #suggest() {
    if (!this.isConnected) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#suggest(), ANEW);
    this.#come({ mediation: 'conditional' });
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#waiting?.abort();
  }

  async #come({ tapped = false, mediation }) {
    this.#waiting?.abort();
    const waiting = (this.#waiting = new AbortController());
    this.#say('');
    try {
      const credential = await get(await post(this.getAttribute('options')), { signal: waiting.signal, mediation });
      const { to } = await post(this.getAttribute('finish'), { credential, next: this.getAttribute('next') ?? '' });
      location.assign(to);
    } catch (error) {
      if (error.name !== 'ApiError' || !(tapped || error.status === 422)) return;
      if (mediation && this.#waiting === waiting) this.#suggest();
      this.#say(error.title || this.dataset.failed);
    }
  }

  #say(words) {
    this.querySelector('[data-result]').textContent = words;
  }
}

customElements.define('ck-passkey-door', PasskeyDoor);
