/*
 * <ck-read url="/api/v1/me/messages/7/read" data-unread>: tells the server that what stands inside was read, once it is seen.
 *
 * Attributes: `url` (POST, answers {unread}); nothing happens without `data-unread`.
 * Events: `ck:unread` {unread} (bubbles) after the server answered; the app's badge follows.
 */
import { post } from '../lib/api.js';

class Read extends HTMLElement {
  connectedCallback() {
    if (this.hasAttribute('data-unread') && document.visibilityState === 'visible') this.#tell();
  }

  async #tell() {
    this.removeAttribute('data-unread');
    const { unread } = await post(this.getAttribute('url'), {}).catch(() => ({}));
    if (unread === undefined) return;
    if (unread) navigator.setAppBadge?.(unread).catch(() => {});
    else navigator.clearAppBadge?.().catch(() => {});
    this.dispatchEvent(new CustomEvent('ck:unread', { bubbles: true, detail: { unread } }));
  }
}

customElements.define('ck-read', Read);
