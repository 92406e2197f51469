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
    this.#mark({});
    try {
      const credential = await create(await post(this.getAttribute('options'), fields));
      const { to } = await post(this.getAttribute('finish'), { name: fields.name, credential });
      event.target.reset();
      location.assign(to);
    } catch (error) {
      button.disabled = false;
      if (!this.#mark(error.errors ?? {})) this.#say(this.#wordsFor(error));
    }
  };

  #wordsFor(error) {
    if (error.name === 'NotAllowedError') return this.dataset.cancelled;
    if (error.name === 'InvalidStateError') return this.dataset.known;
    return error.title || this.dataset.failed;
  }

  /* Words beside their fields, as the server's own pages put them (kit/forms.html); whether there was a field for any. */
  #mark(errors) {
    this.querySelectorAll('.fld.bad').forEach((each) => each.classList.remove('bad'));
    this.querySelectorAll('[data-error]').forEach((each) => each.remove());
    const wrong = [...this.querySelectorAll('.fld input')].filter(({ name }) => errors[name]);
    for (const input of wrong) {
      const words = Object.assign(document.createElement('span'), { className: 'err', textContent: errors[input.name][0] });
      words.dataset.error = '';
      words.id = `${input.id}-err`;
      input.after(words);
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', words.id);
      input.closest('.fld').classList.add('bad');
    }
    wrong[0]?.focus();
    return wrong.length > 0;
  }

  #say(words) {
    const result = this.querySelector('[data-result]');
    result.textContent = words;
    result.hidden = !words;
  }
}

customElements.define('ck-passkey-add', PasskeyAdd);
