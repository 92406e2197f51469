/*
 * <ck-scan-field scanner="barcode-scanner">…<input>… <button data-scan hidden></ck-scan-field>
 *
 * A text field that a scan may fill. The scanner (ck-scanner) stands elsewhere on the page, outside of this form, and is found
 * by its wrapper's id; what it reads (camera, photo, keyboard-wedge) goes into the field instead of to the server.
 * Attributes: scanner (id of an element around the ck-scanner).
 * Inside: one input; button[data-scan] opens the camera, hidden until this script is here.
 * The input gets the events input and change, as if typed.
 */
class ScanField extends HTMLElement {
  #heard = null;

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    const place = document.getElementById(this.getAttribute('scanner'));
    const button = this.querySelector('[data-scan]');
    button.hidden = false;
    button.addEventListener('click', () => place.querySelector('ck-scanner').open(), { signal });
    place.addEventListener('ck:scan', (event) => this.#fill(event), { signal });
  }

  disconnectedCallback() {
    this.#heard?.abort();
  }

  #fill(event) {
    event.preventDefault();
    const field = this.querySelector('input');
    field.value = event.detail.code;
    for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }));
    field.focus();
  }
}

customElements.define('ck-scan-field', ScanField);
