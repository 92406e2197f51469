/*
 * <ck-step-up>: before a sensitive form is sent, ask who is there, in a sheet over it. What was typed stays; then the same form goes,
 * under the same idempotency key. The server asks by itself where this does not (a plain page).
 *
 * Attributes
 *   state             whether this session is verified (GET), and verifying it (POST {password})
 *   options, finish   a passkey: where to ask (POST), where to answer (POST {credential})
 *   data-failed       words when it was refused without any
 * Expected inside: a <ck-sheet> with a form that has name="password"; [data-passkey], shown where the browser can;
 *   [data-error] with [data-result] inside, for words.
 * Listens to: submit of form[data-step-up].
 */
import { get as ask, post } from '../lib/api.js';
import { can, get as sign } from '../lib/passkeys.js';

class StepUp extends HTMLElement {
  #heard = null;
  #goOn = null;
  #passed = null; // the form that may go now
  #busy = false;

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    document.addEventListener('submit', this.#submitted, { signal, capture: true });
    this.#form.addEventListener('submit', (event) => this.#typed(event), { signal });
    this.querySelector('[data-passkey]').addEventListener('click', () => this.#prove(() => this.#sign()), { signal });
    this.querySelector('[data-passkey]').hidden = !can();
    this.#sheet.addEventListener('ck:close', () => this.#clear(), { signal });
  }

  disconnectedCallback() {
    this.#heard?.abort();
  }

  get #sheet() {
    return this.querySelector('ck-sheet');
  }

  get #form() {
    return this.querySelector('form');
  }

  #submitted = (event) => {
    const { target: form, submitter } = event;
    if (!form.matches('form[data-step-up]')) return;
    if (this.#passed === form) {
      this.#passed = null;
      return;
    }
    this.#hold(event, () => {
      this.#passed = form;
      form.requestSubmit(submitter?.isConnected ? submitter : undefined);
      this.#passed = null;
    });
  };

  async #hold(event, goOn) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.#busy) return;
    this.#busy = true;
    const state = await ask(this.getAttribute('state')).catch(() => null);
    this.#busy = false;
    if (!state || state.verified) return goOn(); // without an answer the server decides, and <ck-net> keeps what was typed
    this.#goOn = goOn;
    this.#sheet.show();
    this.#form.elements.password.focus();
  }

  #typed(event) {
    event.preventDefault();
    this.#prove(() => post(this.getAttribute('state'), { password: this.#form.elements.password.value }));
  }

  async #sign() {
    const credential = await sign(await post(this.getAttribute('options')));
    await post(this.getAttribute('finish'), { credential });
  }

  async #prove(way) {
    if (this.#busy) return;
    this.#busy = true;
    this.#say('');
    try {
      await way();
      const goOn = this.#goOn;
      this.#sheet.close();
      goOn?.();
    } catch (error) {
      if (error.name !== 'NotAllowedError') this.#say(error.errors?.password?.[0] || error.title || this.dataset.failed);
    } finally {
      this.#busy = false;
    }
  }

  #clear() {
    this.#goOn = null;
    this.#form.reset();
    this.#say('');
  }

  #say(words) {
    this.querySelector('[data-result]').textContent = words;
    this.querySelector('[data-error]').hidden = !words;
    this.querySelector('.fld').classList.toggle('bad', Boolean(words));
  }
}

customElements.define('ck-step-up', StepUp);
