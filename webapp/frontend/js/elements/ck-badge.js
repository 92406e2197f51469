/*
 * <ck-badge count="3">: what is unread, on the app's icon, whenever a page that knows it is opened.
 *
 * Attributes: `count`, 0 takes the badge away.
 */
class Badge extends HTMLElement {
  connectedCallback() {
    if (!navigator.setAppBadge) return;
    const count = Number(this.getAttribute('count')) || 0;
    (count ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {});
  }
}

customElements.define('ck-badge', Badge);
