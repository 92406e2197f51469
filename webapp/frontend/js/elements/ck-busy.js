/*
 * <ck-busy><form>…</form></ck-busy>
 *
 * A form that is sent once: a second tap while it is under way does nothing, and after 400 ms its button shows that
 * something is happening. Works for plain forms and for htmx ones.
 * The button used gets aria-busy="true"; a page that comes back from the browser's cache is as before.
 * A page that comes back with mistakes starts at the first. Typing into a field takes away what was said against it (.fld.bad, .err).
 */
const PATIENCE = 400;
const BY_HTMX = '[hx-get], [hx-post], [hx-put], [hx-patch], [hx-delete]';

class CkBusy extends HTMLElement {
  #heard = null;
  #button = null;
  #timer = 0;
  #sending = false;

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    this.addEventListener('submit', (event) => this.#send(event), { signal, capture: true });
    for (const name of ['htmx:afterRequest', 'htmx:validation:halted']) this.addEventListener(name, () => this.#rest(), { signal });
    this.addEventListener('input', ({ target }) => this.#putRight(target), { signal });
    this.querySelector(':is(input, select, textarea)[aria-invalid="true"]')?.focus();
    addEventListener('pageshow', () => this.#rest(), { signal });
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#heard?.abort();
  }

  #send(event) {
    if (this.#sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    this.#sending = true;
    this.#button = event.submitter ?? event.target.querySelector('button:not([type="button"])');
    this.#timer = setTimeout(() => this.#button?.setAttribute('aria-busy', 'true'), PATIENCE);
    // Another listener may still have stopped this form (no network, a missing choice): look once they have all spoken.
    setTimeout(() => event.defaultPrevented && !event.target.matches(BY_HTMX) && this.#rest());
  }

  /* What is being put right is no mistake any more; the server has the last word. */
  #putRight(field) {
    const frame = field.closest('.fld.bad');
    if (!frame) return;
    frame.classList.remove('bad');
    frame.querySelector('.err')?.remove();
    field.removeAttribute('aria-invalid');
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#sending = false;
    this.#button?.removeAttribute('aria-busy');
  }
}

customElements.define('ck-busy', CkBusy);
