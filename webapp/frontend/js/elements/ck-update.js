/*
 * <ck-update>: 「新版本已就绪」. Shows itself when a new worker waits; the page reloads once, and only after the tap.
 *
 * Expected inside: the words, and [data-update] (button 「更新」). The element starts with `hidden`.
 * A form that somebody is typing into, or anything marked `data-busy`, holds the hint back until the next page.
 *
 * Events: `ck:update` (bubbles) when a new version is ready.
 */
import { registerWorker } from '../lib/worker.js';

class UpdateHint extends HTMLElement {
  #heard = null;
  #registration = null;
  #hadWorker = false;
  #waiting = null;
  #tapped = false;
  #typed = false;

  connectedCallback() {
    if (!('serviceWorker' in navigator)) return;
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    this.#hadWorker = Boolean(navigator.serviceWorker.controller);
    this.querySelector('[data-update]')?.addEventListener('click', this.#update, { signal });
    document.addEventListener('input', this.#typing, { signal });
    document.addEventListener('visibilitychange', this.#look, { signal });
    navigator.serviceWorker.addEventListener('controllerchange', this.#changed, { signal });
    this.#watch();
  }

  disconnectedCallback() {
    this.#heard?.abort();
  }

  async #watch() {
    this.#registration = await registerWorker();
    if (!this.#registration) return;
    this.#ready(this.#registration.waiting);
    this.#registration.addEventListener('updatefound', () => {
      const coming = this.#registration.installing;
      coming?.addEventListener('statechange', () => coming.state === 'installed' && this.#ready(coming));
    });
  }

  /* The very first worker is no new version: nobody ran an old one. */
  #ready(worker) {
    if (!worker || !navigator.serviceWorker.controller) return;
    this.#waiting = worker;
    this.#offer();
  }

  #offer() {
    if (this.#typed || document.querySelector('[data-busy]')) return;
    this.hidden = false;
    this.dispatchEvent(new CustomEvent('ck:update', { bubbles: true }));
  }

  #typing = (event) => {
    this.#typed ||= Boolean(event.target.closest?.('form[method="post"]'));
  };

  /* Coming back to an app that stayed open for days: is there something new? */
  #look = () => {
    if (!document.hidden) this.#registration?.update().catch(() => {});
  };

  #update = () => {
    this.#tapped = true;
    if (this.#waiting?.state === 'installed') this.#waiting.postMessage({ type: 'skip-waiting' });
    else location.reload();
  };

  #changed = () => {
    if (this.#tapped) return location.reload();
    if (this.#hadWorker) this.#offer(); // another tab took the new version; this one asks as well
    this.#hadWorker = true;
  };
}

customElements.define('ck-update', UpdateHint);
