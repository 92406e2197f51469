/*
 * <ck-toast class="toasts" aria-live="polite" data-offline="…" data-failed="…" data-close="…">
 *   <div class="snack">what the last action did</div>
 * </ck-toast>
 *
 * The place where results are said, one per page, at the end of <body>. What the server put inside is said once more aloud,
 * since a live region speaks only about what is added. Each message goes after five seconds, later while it is looked at.
 * Hears (on document): ck:toast {text, undo: {label, url or act}} (a page's own script may pass a function); a response can send it by the header HX-Trigger: {"ck:toast": {…}}.
 */
import { newKey } from '../lib/api.js';

const STAYS = 5000;

class CkToast extends HTMLElement {
  #heard = null;

  connectedCallback() {
    this.#heard = new AbortController();
    document.addEventListener('ck:toast', ({ detail }) => this.say(detail), { signal: this.#heard.signal });
    for (const snack of this.querySelectorAll('.snack')) this.#sayAgain(snack);
  }

  disconnectedCallback() {
    this.#heard?.abort();
  }

  say({ text, undo } = {}) {
    if (!text) return;
    const snack = document.createElement('div');
    snack.className = 'snack';
    const words = document.createElement('span');
    words.textContent = text;
    snack.append(words);
    if (undo?.url) snack.append(undoForm(undo));
    if (undo?.act) snack.append(undoButton(undo, snack));
    this.#stay(snack);
  }

  #sayAgain(snack) {
    snack.remove();
    requestAnimationFrame(() => this.#stay(snack));
  }

  #stay(snack) {
    this.append(snack);
    let timer = 0;
    const leave = () => snack.remove();
    const wait = () => { timer = setTimeout(leave, STAYS); };
    for (const name of ['pointerenter', 'focusin']) snack.addEventListener(name, () => clearTimeout(timer));
    for (const name of ['pointerleave', 'focusout']) snack.addEventListener(name, wait);
    wait();
  }
}

function undoButton({ label, act }, snack) {
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: label });
  button.addEventListener('click', () => { snack.remove(); act(); });
  return button;
}

function undoForm({ url, label }) {
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: url });
  form.append(hidden('csrf_token', document.querySelector('meta[name="csrf-token"]')?.content ?? ''));
  form.append(hidden('idempotency_key', newKey()));
  const button = document.createElement('button');
  button.textContent = label;
  form.append(button);
  return form;
}

function hidden(name, value) {
  return Object.assign(document.createElement('input'), { type: 'hidden', name, value });
}

customElements.define('ck-toast', CkToast);
