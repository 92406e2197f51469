/*
 * <ck-push>: system notifications for this device. Asks only after a tap, tells the state in words, can send a test.
 *
 * Attributes
 *   app        "member" or "staff"            key        the server's VAPID public key, base64url
 *   url        default /api/v1/me/push-subscriptions (member), /api/v1/staff/push-subscriptions (staff):
 *              POST {endpoint, keys: {p256dh, auth}} · DELETE {endpoint} · POST {url}/test {endpoint}
 *   patience   milliseconds until subscribing counts as unreachable, default 12000
 *   when       a moment's name: then the whole element is an invitation that shows only while nobody was asked, and
 *              [data-later] puts it off for 14 days
 *   data-tested, data-failed, data-wait   words for the result line
 *
 * Expected inside (kit/push.html); exactly one [data-state] is shown
 *   default      the reason to say yes, with [data-on] (button)
 *   granted      works on this device, with [data-test] and [data-off] (buttons)
 *   denied       how to allow it again: holds [data-browser="ios chrome edge …"], only the fitting one is shown
 *   install      iPhone: put the app on the home screen first
 *   unsupported  this browser has no push (or plain http); messages are in the inbox
 *   unreachable  「这台手机收不到系统推送，消息都在收件箱里」
 *   [data-result]  role=status
 *
 * Events: `ck:push` {state} (bubbles) at every change.
 */
import { post } from '../lib/api.js';
import { browserName, isApple, isInstalled } from '../lib/browser.js';
import { DOORS, current, missingReason, resync, subscribe, unsubscribe } from '../lib/push.js';
import { isPutOff, putOff } from '../lib/snooze.js';

class PushSwitch extends HTMLElement {
  connectedCallback() {
    this.#on('on', this.#ask);
    this.#on('off', this.#stop);
    this.#on('test', this.#test);
    this.#on('later', this.#later);
    this.#look();
  }

  get #settings() {
    const app = this.getAttribute('app') ?? 'member';
    const span = Number(this.getAttribute('patience')) || undefined;
    return { app, key: this.getAttribute('key') ?? '', url: this.getAttribute('url') ?? DOORS[app], span };
  }

  #on(name, act) {
    this.querySelectorAll(`[data-${name}]`).forEach((button) => button.addEventListener('click', act));
  }

  async #look() {
    const missing = missingReason({ apple: isApple(), installed: isInstalled() });
    if (missing) return this.#show(missing === 'install' ? 'install' : 'unsupported');
    if (Notification.permission === 'denied') return this.#show('denied');
    const works = await resync(this.#settings).catch(() => false);
    return this.#show(works || (await this.#kept()) ? 'granted' : 'default');
  }

  /* Offline the server cannot be told, but the subscription is still there. */
  async #kept() {
    return Notification.permission === 'granted' && Boolean(await current(this.#settings.app));
  }

  #ask = async (event) => {
    const done = this.#busy(event.currentTarget);
    const permission = await Notification.requestPermission();
    if (permission !== 'granted') {
      done();
      return this.#show(permission === 'denied' ? 'denied' : 'default');
    }
    const state = await subscribe(this.#settings).then(() => 'granted', stateOf);
    done();
    this.#show(state);
    if (state === 'default') this.#say(this.dataset.failed);
  };

  #stop = async (event) => {
    const done = this.#busy(event.currentTarget);
    await unsubscribe(this.#settings).finally(done);
    this.#show('default');
  };

  #test = async (event) => {
    const done = this.#busy(event.currentTarget);
    const { app, url } = this.#settings;
    const endpoint = (await current(app))?.endpoint;
    const words = await post(`${url}/test`, { endpoint }).then(
      () => this.dataset.tested,
      (error) => error.title || this.dataset.failed,
    );
    done();
    this.#say(words);
  };

  #later = () => {
    putOff(this.#moment);
    this.hidden = true;
  };

  get #moment() {
    return `push-${this.#settings.app}-${this.getAttribute('when')}`;
  }

  #show(state) {
    for (const part of this.querySelectorAll('[data-state]')) part.hidden = part.dataset.state !== state;
    if (state === 'denied') this.#help();
    this.#say('');
    this.hidden = this.#keepsQuiet(state);
    this.setAttribute('state', state);
    this.dispatchEvent(new CustomEvent('ck:push', { bubbles: true, detail: { state } }));
  }

  /* An invitation is for people who were not asked yet; what they just did stays visible. */
  #keepsQuiet(state) {
    if (!this.hasAttribute('when') || this.hasAttribute('state')) return false;
    return state !== 'default' || isPutOff(this.#moment);
  }

  #help() {
    const help = [...this.querySelectorAll('[data-browser]')];
    const fitting = help.find((part) => part.dataset.browser.split(' ').includes(browserName())) ?? help.at(-1);
    for (const part of help) part.hidden = part !== fitting;
  }

  #busy(button) {
    button.setAttribute('aria-busy', 'true');
    button.disabled = true;
    this.#say(this.dataset.wait);
    return () => {
      button.removeAttribute('aria-busy');
      button.disabled = false;
    };
  }

  #say(words) {
    const place = this.querySelector('[data-result]');
    if (!place) return;
    place.textContent = words ?? '';
    place.hidden = !words;
  }
}

/* No answer in time, or the browser's push service cannot be reached: that device gets no push. Our server: try again. */
function stateOf(error) {
  return error.name === 'ApiError' ? 'default' : 'unreachable';
}

customElements.define('ck-push', PushSwitch);
