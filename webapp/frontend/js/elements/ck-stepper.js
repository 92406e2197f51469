/*
 * <ck-stepper class="qty"><button type="button" data-step="-1">…</button><input name="quantity" min="0" max="99" value="1">
 * <button type="button" data-step="1">…</button></ck-stepper>
 *
 * A quantity by two buttons; the input between them also takes typing and is what the form sends.
 * Reads min and max of the input. The input gets the events input and change, as if typed.
 */
class CkStepper extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', this);
    this.addEventListener('change', this);
    this.#show();
  }

  disconnectedCallback() {
    this.removeEventListener('click', this);
    this.removeEventListener('change', this);
  }

  get input() {
    return this.querySelector('input');
  }

  handleEvent(event) {
    const step = Number(event.target.closest('[data-step]')?.dataset.step ?? 0);
    if (event.type === 'change') this.#show();
    else if (step) this.#set((Number.parseInt(this.input.value, 10) || 0) + step);
  }

  #set(value) {
    this.input.value = String(this.#within(value));
    for (const name of ['input', 'change']) this.input.dispatchEvent(new Event(name, { bubbles: true }));
  }

  #within(value) {
    const { min, max } = this.input;
    return Math.min(max === '' ? Infinity : Number(max), Math.max(min === '' ? 0 : Number(min), value));
  }

  #show() {
    const value = Number.parseInt(this.input.value, 10) || 0;
    for (const button of this.querySelectorAll('[data-step]')) {
      button.disabled = this.#within(value + Number(button.dataset.step)) === value;
    }
  }
}

customElements.define('ck-stepper', CkStepper);
