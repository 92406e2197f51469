/* What a scan or a hand typed, made comparable: the server decides what it is (docs/member-code.md, the table of prefixes). */

/** Full-width digits and letters to plain ones; spaces and dashes out of anything that is only digits. */
export function tidy(text) {
  const plain = text.normalize('NFKC').trim();
  const digits = plain.replace(/[\s-]/g, '');
  return /^\+?\d+$/.test(digits) ? digits : plain;
}

/** The same value again within 2 s is the same piece of paper still in front of the camera. */
export class Dedupe {
  #value = '';
  #until = 0;

  constructor(span = 2000) {
    this.span = span;
  }

  isNew(value, now = Date.now()) {
    const fresh = value !== this.#value || now >= this.#until;
    this.#value = value;
    this.#until = now + this.span;
    return fresh;
  }
}
