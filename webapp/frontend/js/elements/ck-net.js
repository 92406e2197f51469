/*
 * <ck-net>: says honestly when the shop's server cannot be reached, or when this page is an old copy of itself.
 *
 * Expected inside (role="status" on the element, texts from the server; each is shown only in its state)
 *   [data-when="offline"]   「没有网络，显示的是上次的内容」
 *   [data-when="stale"]     the network is there but was too slow: an old copy is shown; may hold a link to reload
 *   [data-when="back"]      the network came back while an old copy is shown that somebody works with; may hold a link to reload
 *   [data-when="blocked"]   a form was not sent because there is no network; what was typed stays on the page
 *
 * Sets `data-net="offline"` (or "stale", "back") on <html>, and `hidden` on itself otherwise.
 * An old copy that nobody works with (no open dialog, nothing typed, nothing marked `data-busy`) loads anew when the network is back,
 * and once when the slow answer has come after all.
 * Events: `ck:net` {online, stale} on document, at every change.
 * Forms with method post are held back while offline, unless they carry `data-offline`.
 */
import { net } from '../lib/net.js';
import { askWorker } from '../lib/worker.js';

class NetState extends HTMLElement {
  #heard = null;
  #stale = false;
  #blocked = false;
  #wasLost = false;
  #typed = false;
  #isKept = false;

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    net.addEventListener('change', this.#changed, { signal });
    for (const name of ['online', 'offline', 'htmx:timeout']) addEventListener(name, this.#doubt, { signal });
    document.addEventListener('submit', this.#holdBack, { signal, capture: true });
    document.addEventListener('input', () => (this.#typed = true), { signal });
    document.addEventListener('visibilitychange', this.#returned, { signal });
    navigator.serviceWorker?.addEventListener('message', this.#told, { signal });
    this.#begin();
  }

  disconnectedCallback() {
    this.#heard?.abort();
  }

  /* The browser's word is a reason to ask, never the answer. */
  #doubt = () => net.check();

  /* A phone that was in a pocket need not wait for the next question. */
  #returned = () => !document.hidden && !net.online && net.check();

  /* The slow answer is here. Not after a reload: where every answer is slow, the page would never come to rest. */
  #told = ({ data }) => {
    if (data?.type !== 'page-kept' || performance.getEntriesByType('navigation')[0]?.type === 'reload') return;
    this.#isKept = true;
    this.#changed();
  };

  async #begin() {
    const source = await askWorker({ type: 'page-source' });
    this.#stale = Boolean(source?.old);
    if (this.#stale || navigator.onLine === false) await net.check();
    this.#changed();
  }

  #changed = () => {
    if (net.online) this.#blocked = false;
    else this.#wasLost = true;
    if (net.online && (this.#wasLost || this.#isKept) && this.#stale && this.#isQuiet()) return location.reload();
    const state = this.#state();
    if (state) document.documentElement.dataset.net = state === 'blocked' ? 'offline' : state;
    else delete document.documentElement.dataset.net;
    for (const words of this.querySelectorAll('[data-when]')) words.hidden = words.dataset.when !== state;
    this.hidden = !state;
    const detail = { online: net.online, stale: this.#stale };
    document.dispatchEvent(new CustomEvent('ck:net', { detail }));
  };

  #state() {
    if (!net.online) return this.#blocked ? 'blocked' : 'offline';
    if (!this.#stale) return null;
    return this.#wasLost ? 'back' : 'stale';
  }

  #isQuiet() {
    return !this.#typed && !document.querySelector('[data-busy], dialog[open]');
  }

  #holdBack = (event) => {
    const form = event.target;
    if (net.online || form.method !== 'post' || 'offline' in form.dataset) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#blocked = true;
    this.#changed();
    net.check();
  };
}

customElements.define('ck-net', NetState);
