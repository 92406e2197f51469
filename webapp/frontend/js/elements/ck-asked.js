/*
 * <ck-asked data-key="token"><form> … </form></ck-asked>: a form of the shop's that somebody fills in.
 *
 * Expected inside
 *   [data-asked="q2"]            a question; with data-only-if="q1" and data-any-of='["c1"]' it shows when q1 is answered so
 *   [data-page]                  its pages; buttons [data-back], [data-next], [data-send] in its bar
 *
 * One page at a time; what was typed is kept in this tab until it is sent (not longer: the next person may use the same phone).
 * `data-kept`: the server sends back what was typed, mistakes beside it: the page of the first one opens, or
 * the last page where there are none and it only has to be sent once more. `data-done`: it was sent.
 * Without script all pages and all questions show; the server leaves out what is not asked.
 */
import { asked } from '../lib/asked.js';

const NOT_KEPT = new Set(['csrf_token', 'idempotency_key', 'began', 'website']);

class CkAsked extends HTMLElement {
  #heard = null;
  #page = 0;

  connectedCallback() {
    if ('done' in this.dataset) {
      this.#draft = null;
      return;
    }
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    this.addEventListener('input', () => this.#follow(), { signal });
    this.addEventListener('change', () => this.#follow(), { signal });
    this.addEventListener('click', ({ target }) => this.#turn(target), { signal });
    if (!('kept' in this.dataset)) this.#restore();
    this.#show();
    const wrong = this.#pages.findIndex((page) => page.querySelector('.bad, .err'));
    const last = 'kept' in this.dataset ? this.#pages.length - 1 : 0;
    this.#open(wrong < 0 ? last : wrong);
  }

  disconnectedCallback() {
    this.#heard?.abort();
  }

  get #form() {
    return this.querySelector('form');
  }

  get #pages() {
    return [...this.querySelectorAll('[data-page]')];
  }

  get #fields() {
    return [...this.#form.elements].filter(({ name, type }) => name && type !== 'hidden' && !NOT_KEPT.has(name));
  }

  #follow() {
    this.#show();
    this.#draft = this.#fields
      .filter(({ type, checked }) => !['radio', 'checkbox'].includes(type) || checked)
      .map(({ name, value }) => [name, value]);
  }

  #show() {
    const frames = [...this.querySelectorAll('[data-asked]')];
    const questions = frames.map(({ dataset }) => ({
      key: dataset.asked,
      onlyIf: dataset.onlyIf,
      anyOf: JSON.parse(dataset.anyOf ?? '[]'),
    }));
    const data = new FormData(this.#form);
    const shown = asked(questions, (key) => [...data.getAll(`a.${key}`), ...data.getAll(`a.${key}[]`)].map(String));
    for (const frame of frames) frame.hidden = !shown.has(frame.dataset.asked);
  }

  #turn(target) {
    if (target.closest('[data-back]')) this.#open(this.#next(-1));
    if (target.closest('[data-next]') && this.#isFilled()) this.#open(this.#next(1));
  }

  /* The page before or behind this one on which anything is asked. */
  #next(by) {
    const pages = this.#pages;
    let place = this.#page + by;
    while (pages[place] && !pages[place].querySelector('[data-asked]:not([hidden])')) place += by;
    return place;
  }

  #isFilled() {
    return this.#fields
      .filter((field) => field.checkVisibility() && this.#pages[this.#page].contains(field))
      .every((field) => field.reportValidity());
  }

  #open(place) {
    const pages = this.#pages;
    if (!pages[place]) return;
    const moved = this.#page !== place;
    this.#page = place;
    pages.forEach((page, number) => (page.hidden = number !== place));
    this.#button('back').hidden = place === 0;
    this.#button('next').hidden = place === pages.length - 1;
    this.#button('send').hidden = place !== pages.length - 1;
    if (moved) scrollTo({ top: 0 });
  }

  #button(name) {
    return this.querySelector(`[data-${name}]`);
  }

  #restore() {
    const kept = new Map();
    for (const [name, value] of this.#draft ?? []) kept.set(name, [...(kept.get(name) ?? []), value]);
    for (const field of this.#fields) {
      const values = kept.get(field.name);
      if (!values) continue;
      if (['radio', 'checkbox'].includes(field.type)) field.checked = values.includes(field.value);
      else field.value = values[0];
    }
  }

  get #draft() {
    try {
      return JSON.parse(sessionStorage.getItem(`ck-asked:${this.dataset.key}`));
    } catch {
      return null; // no storage: what is typed lives as long as the page
    }
  }

  set #draft(answers) {
    try {
      if (answers) sessionStorage.setItem(`ck-asked:${this.dataset.key}`, JSON.stringify(answers));
      else sessionStorage.removeItem(`ck-asked:${this.dataset.key}`);
    } catch {
      // as above
    }
  }
}

customElements.define('ck-asked', CkAsked);
