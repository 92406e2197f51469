/*
 * A keyboard-wedge scanner types a code like a very fast person and ends with Enter.
 *
 * `Wedge` looks at keys and their times (milliseconds) only, so that it can be tested without a page: it answers the
 * code at the closing Enter or Tab, otherwise null. People are slower than its gap, so their keys are never taken.
 */

const LONGEST_GAP = 80;
const AVERAGE_GAP = 50;
const SHORTEST = 6;

export class Wedge {
  #keys = '';
  #first = 0;
  #last = -Infinity;

  /** Feed one key-down. `key` and `code` as in KeyboardEvent. */
  push({ key, code = '' }, time) {
    if (key === 'Shift' || key === 'CapsLock') return null;
    if (time - this.#last > LONGEST_GAP) this.#keys = '';
    if (key === 'Enter' || key === 'Tab') return this.#close(time);
    const letter = letterOf(key, code);
    if (letter === null) return this.#reset();
    if (!this.#keys) this.#first = time;
    this.#keys += letter;
    this.#last = time;
    return null;
  }

  #close(time) {
    const keys = this.#keys;
    const fast = (time - this.#first) / Math.max(keys.length, 1) <= AVERAGE_GAP;
    this.#reset();
    return keys.length >= SHORTEST && fast ? keys : null;
  }

  #reset() {
    this.#keys = '';
    this.#last = -Infinity;
    return null;
  }
}

/** The letter of a key, also when a Chinese input method swallows it ("Process") and only the place is known. */
function letterOf(key, code) {
  if (key.length === 1) return key;
  if (key !== 'Process' && key !== 'Unidentified') return null;
  const place = /^(?:Digit|Numpad|Key)([0-9A-Z])$/.exec(code);
  return place ? place[1] : null;
}

/** Does the person type into something right now? Then keys are theirs. */
export function isTyping(element) {
  return Boolean(element?.closest?.('input, textarea, select, [contenteditable=""], [contenteditable="true"]'));
}
