/*
 * <ck-options-editor>: the options of a product and their choices, as many as are needed.
 *
 * Expected inside
 *   [data-options]                 the list; each [data-option] in it holds a list [data-choices] of [data-choice]
 *   template[data-new-option]      an empty option, with OPTION and CHOICE in its names and ids where numbers stand
 *   template[data-new-choice]      an empty choice, likewise
 *   button[data-add-option], button[data-add-choice], button[data-remove]   hidden until this script is here
 *
 * Without script the page has one empty row each, and a row whose words are wiped away is gone.
 * The order on the page is the order that is sent (webapp/staff/products/form.py), so numbers only need to differ.
 */
class OptionsEditor extends HTMLElement {
  #heard = null;
  #next = 1000; // higher than any number the server wrote

  connectedCallback() {
    this.#heard = new AbortController();
    this.addEventListener('click', (event) => this.#clicked(event), { signal: this.#heard.signal });
    this.#show(this);
  }

  disconnectedCallback() {
    this.#heard?.abort();
  }

  #show(part) {
    for (const button of part.querySelectorAll('[data-add-option], [data-add-choice], [data-remove]')) button.hidden = false;
  }

  #clicked({ target }) {
    if (target.closest('[data-add-option]')) this.#addOption();
    else if (target.closest('[data-add-choice]')) this.#addChoice(target.closest('[data-option]'));
    else if (target.closest('[data-remove]')) this.#remove(target);
  }

  #addOption() {
    const list = this.querySelector('[data-options]');
    list.append(this.#made('new-option', { OPTION: this.#next++, CHOICE: this.#next++ }));
    this.#begin(list.lastElementChild);
  }

  #addChoice(option) {
    const list = option.querySelector('[data-choices]');
    list.append(this.#made('new-choice', { OPTION: option.dataset.option, CHOICE: this.#next++ }));
    this.#begin(list.lastElementChild);
  }

  #begin(part) {
    this.#show(part);
    part.querySelector('input:not([type="hidden"])')?.focus();
  }

  #remove(button) {
    const part = button.closest('[data-choice]') ?? button.closest('[data-option]');
    const stays = part.nextElementSibling ?? part.previousElementSibling ?? part.parentElement.parentElement;
    part.remove();
    stays.querySelector('input:not([type="hidden"]), button:not([hidden])')?.focus();
  }

  #made(name, numbers) {
    const part = this.querySelector(`template[data-${name}]`).content.cloneNode(true);
    for (const element of part.querySelectorAll('*')) {
      for (const { name: attribute, value } of [...element.attributes]) {
        const numbered = value.replace(/OPTION|CHOICE/g, (word) => numbers[word]);
        if (numbered !== value) element.setAttribute(attribute, numbered);
      }
    }
    return part;
  }
}

customElements.define('ck-options-editor', OptionsEditor);
