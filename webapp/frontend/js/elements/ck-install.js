/*
 * <ck-install>: puts the app on the home screen, at a moment that means something (the server renders it then).
 *
 * Attributes
 *   when     the moment's name ("points"); 「稍后」 is remembered for it, 14 days. when="always": the help page, no 「稍后」
 *
 * Expected inside (kit/install.html; the element and each [data-way] start with `hidden`)
 *   [data-way="prompt"]   the browser can do it: holds [data-install] (button)
 *   [data-way="ios"]      steps for iPhone and iPad: share, then "add to home screen"
 *   [data-way="menu"]     other browsers: through their menu (shown only with when="always")
 *   [data-way="done"]     it is on the home screen already (shown only with when="always")
 *   [data-later]          button 「稍后」
 *
 * Events: `ck:install` {installed} (bubbles) after the browser's dialog.
 */
import { isApple, isInstalled, isWeChat } from '../lib/browser.js';
import { hasInstallPrompt, installPrompt, keepInstallPrompt, showInstallPrompt } from '../lib/install-prompt.js';
import { isPutOff, putOff } from '../lib/snooze.js';

class InstallHint extends HTMLElement {
  connectedCallback() {
    keepInstallPrompt();
    installPrompt.addEventListener('change', this.#show);
    this.querySelector('[data-install]')?.addEventListener('click', this.#install);
    this.querySelector('[data-later]')?.addEventListener('click', this.#later);
    this.#show();
  }

  disconnectedCallback() {
    installPrompt.removeEventListener('change', this.#show);
  }

  get #always() {
    return this.getAttribute('when') === 'always';
  }

  get #name() {
    return `install-${this.getAttribute('when') ?? 'any'}`;
  }

  #show = () => {
    const way = this.#way();
    for (const part of this.querySelectorAll('[data-way]')) part.hidden = part.dataset.way !== way;
    this.hidden = !way;
  };

  #way() {
    if (isInstalled()) return this.#always ? 'done' : null;
    if (isWeChat() || (!this.#always && isPutOff(this.#name))) return null;
    if (hasInstallPrompt()) return 'prompt';
    if (isApple()) return 'ios';
    return this.#always ? 'menu' : null;
  }

  #install = async () => {
    const installed = await showInstallPrompt();
    if (!installed) putOff(this.#name);
    this.dispatchEvent(new CustomEvent('ck:install', { bubbles: true, detail: { installed } }));
    this.#show();
  };

  #later = () => {
    putOff(this.#name);
    this.hidden = true;
  };
}

customElements.define('ck-install', InstallHint);
