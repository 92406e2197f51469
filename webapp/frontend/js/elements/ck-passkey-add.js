/*
 * <ck-passkey-add>: make a passkey on this device.
 *
 * Attributes
 *   options      where to ask (POST the form's fields)        finish   where to answer (POST {name, credential} → {to})
 *   data-cancelled, data-known, data-failed   words when the person stopped, has one here already, or it went wrong
 * Expected inside: a form whose fields stand in [name], and [data-result]. Stays hidden where the browser has no passkeys;
 * then the words in [data-passkey-missing] beside it are shown instead.
 */
import { post } from '../lib/api.js';
import { can, create } from '../lib/passkeys.js';

class PasskeyAdd extends HTMLElement {
  connectedCallback() {
    if (!can()) return;
    this.hidden = false;
    this.parentElement.querySelectorAll('[data-passkey-missing]').forEach((each) => each.remove());
    this.querySelector('form').addEventListener('submit', this.#add);
  }

  #add = async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.target));
    const button = event.target.querySelector('button[type=submit], button:not([type])');
    button.disabled = true;
    this.#say('');
    try {
      const credential = await create(await post(this.getAttribute('options'), fields));
      const { to } = await post(this.getAttribute('finish'), { name: fields.name, credential });
      location.assign(to);
    } catch (error) {
      this.#say(this.#wordsFor(error));
      button.disabled = false;
    }
  };

  #wordsFor(error) {
    if (error.name === 'NotAllowedError') return this.dataset.cancelled;
    if (error.name === 'InvalidStateError') return this.dataset.known;
    return Object.values(error.errors ?? {}).flat()[0] || error.title || this.dataset.failed;
  }

  #say(words) {
    const result = this.querySelector('[data-result]');
    result.textContent = words;
    result.hidden = !words;
  }
}

customElements.define('ck-passkey-add', PasskeyAdd);
