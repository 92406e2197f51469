/*
 * <ck-code-card>: the member code, made on this phone every 15 s, with or without network.
 *
 * Attributes
 *   member        the member's id; another member's secret on this phone is thrown away
 *   device-url    POST {name, handle|null} → {handle, secret?, server_time}   (/api/v1/me/devices)
 *   code-url      POST {} → {code, seconds}, where this page cannot make codes itself (plain http)
 *   data-offline-first, data-insecure, data-signed-out, data-failed   the words for those states
 *   data-renewed  what screen readers hear after 「刷新」
 *
 * Expected inside (kit/code_card.html draws it)
 *   [data-qr]        <svg viewBox="-4 -4 29 29"> with one <path>: four modules of quiet zone around 21
 *   [data-ring]      <path pathLength="15" stroke-dasharray="15">: drains in 15 notches; stands still with reduced motion
 *   [data-digits]    the 20 digits in fours           [data-seconds]  seconds left
 *   [data-trouble]   role=status, in place of the QR: why there is no code
 *   [data-note]      a remark beside a code (plain http)
 *   [data-refresh]   button: one step ahead, at most two   [data-said]  role=status, for screen readers only
 *
 * Sets `data-ready` on itself while there is a code, `data-served` when the server made it. Nothing moves: the places keep their size.
 * Events: `ck:code` {code, step} (bubbles) whenever another code is shown.
 */
import { ApiError, post } from '../lib/api.js';
import { deviceName } from '../lib/browser.js';
import { MAX_AHEAD, STEP_SECONDS, importSecret, inFours, makeCode, secondsLeft, stepAt } from '../lib/member-code.js';
import { net } from '../lib/net.js';
import { qrPath } from '../lib/qr.js';
import { offsetFrom, serverSeconds } from '../lib/server-clock.js';
import { storeOf } from '../lib/store.js';

const SLOT = 'device';
const FRESH = 5 * 60_000; // what the server confirmed within five minutes need not be asked again
const RECENT = 30_000; // … and after 「刷新」, which may be because the clock was wrong
const SHOWN = 'changke-member-step';

class CodeCard extends HTMLElement {
  #heard = null;
  #device = null; // {member, handle, key, offset, checked}
  #step = 0;
  #timer = 0;
  #asking = null;
  #served = null; // {until, code} from code-url

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    this.#part('refresh')?.addEventListener('click', this.#refresh, { signal });
    document.addEventListener('visibilitychange', this.#turn, { signal });
    net.addEventListener('change', this.#turn, { signal });
    this.#start();
  }

  disconnectedCallback() {
    this.#heard?.abort();
    this.#pause();
  }

  get #makesCodes() {
    return Boolean(globalThis.crypto?.subtle);
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  async #start() {
    if (!this.#makesCodes) return this.#serve();
    this.#device = await this.#stored();
    if (this.#device) this.#tick();
    if (!this.#isFresh()) await this.#confirm();
  }

  /* ------------------------------------------------ the secret */

  async #stored() {
    const kept = await storeOf('member').get(SLOT);
    if (!kept || kept.member === this.getAttribute('member')) return kept ?? null;
    await storeOf('member').delete(SLOT);
    return null;
  }

  #isFresh(span = FRESH) {
    return Boolean(this.#device) && Math.abs(Date.now() - this.#device.checked) < span;
  }

  /** Does the server still know this handle and secret, and what time is it? Parallel callers share one question. */
  #confirm() {
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask() {
    const askedAt = Date.now();
    const body = { name: deviceName(), handle: this.#device?.handle ?? null };
    try {
      const answer = await post(this.getAttribute('device-url'), body);
      await this.#keep(answer, offsetFrom(answer.server_time, askedAt, Date.now()));
    } catch (error) {
      return this.#refused(error);
    }
    return this.#tick();
  }

  async #keep({ handle, secret }, offset) {
    const key = secret ? await importSecret(secret) : this.#device?.key;
    if (!key) throw new ApiError({ status: 500, code: 'no_secret' });
    this.#device = { member: this.getAttribute('member'), handle, key, offset, checked: Date.now() };
    await storeOf('member').set(SLOT, this.#device);
  }

  /* ------------------------------------------------ showing */

  #tick = async () => {
    clearTimeout(this.#timer);
    if (document.hidden || !this.#device) return;
    const now = serverSeconds(this.#device.offset);
    const step = Math.max(stepAt(now), this.#rememberedStep(stepAt(now)));
    if (step !== this.#step) await this.#show(step);
    this.#count(secondsLeft(this.#step, now));
    this.#timer = setTimeout(this.#tick, (1 - (now % 1)) * 1000 + 5);
  };

  async #show(step) {
    const { key, handle } = this.#device;
    this.#step = step;
    sessionStorage.setItem(SHOWN, `${handle}:${step}`);
    this.#draw(await makeCode(key, handle, step));
  }

  /* A reload must not go back to a code that was already shown and perhaps used. */
  #rememberedStep(now) {
    const [handle, step] = (sessionStorage.getItem(SHOWN) ?? '').split(':');
    const ahead = Number(step) - now;
    return handle === this.#device.handle && ahead > 0 && ahead <= MAX_AHEAD ? Number(step) : 0;
  }

  #draw(code) {
    this.#part('qr').querySelector('path').setAttribute('d', qrPath(code).path);
    this.#part('digits').textContent = inFours(code);
    this.#say('trouble', '');
    this.toggleAttribute('data-ready', true);
    this.dispatchEvent(new CustomEvent('ck:code', { bubbles: true, detail: { code, step: this.#step } }));
  }

  #count(left) {
    this.#part('seconds').textContent = String(Math.ceil(left));
    this.#part('refresh')?.setAttribute('aria-disabled', String(left > MAX_AHEAD * STEP_SECONDS));
    this.#turnRing(STEP_SECONDS - left);
  }

  /* One notch a second, eased by the stylesheet: sixty pictures a second would keep the phone busy. Full while the code is ahead. */
  #turnRing(elapsed) {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#part('ring').style.strokeDashoffset = still ? 0 : Math.max(0, Math.floor(elapsed));
  }

  #pause() {
    clearTimeout(this.#timer);
  }

  #turn = () => {
    if (document.hidden) return this.#pause();
    if (!this.#makesCodes) return this.#serve();
    this.#tick();
    if (net.online && !this.#isFresh()) this.#confirm();
  };

  #refresh = async () => {
    if (!this.#makesCodes) return this.#serve(true);
    if (!this.#device) return this.#confirm();
    const now = stepAt(serverSeconds(this.#device.offset));
    if (this.#step - now < MAX_AHEAD) {
      await this.#show(Math.max(this.#step, now) + 1);
      this.#say('said', this.dataset.renewed);
    }
    if (net.online && !this.#isFresh(RECENT)) this.#confirm();
    return this.#tick();
  };

  /* ------------------------------------------------ where this page cannot make codes */

  async #serve(anew = false) {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    if (anew || !this.#served || Date.now() >= this.#served.until) await this.#fetchCode();
    if (!this.#served) return;
    this.#count(Math.max(0, this.#served.until - Date.now()) / 1000);
    this.#timer = setTimeout(() => this.#serve(), 1000);
  }

  async #fetchCode() {
    try {
      const { code, seconds } = await post(this.getAttribute('code-url'), {});
      this.#served = { code, until: Date.now() + seconds * 1000 };
      this.toggleAttribute('data-served', true);
      this.#draw(code);
      this.#say('note', this.dataset.insecure);
    } catch (error) {
      this.#served = null;
      this.#trouble(error);
    }
  }

  /* ------------------------------------------------ words */

  /** The kept secret goes on working, unless the server says that nobody is signed in here. */
  async #refused(error) {
    if (error.status === 401) await this.#drop();
    if (!this.#device) this.#trouble(error);
  }

  async #drop() {
    this.#pause();
    this.#device = null;
    await storeOf('member').delete(SLOT);
  }

  #trouble({ status }) {
    const { offlineFirst, signedOut, failed } = this.dataset;
    this.toggleAttribute('data-ready', false);
    this.#part('qr').querySelector('path').setAttribute('d', '');
    this.#part('digits').textContent = '';
    this.#say('trouble', { 0: offlineFirst, 401: signedOut }[status] ?? failed);
  }

  #say(place, words) {
    const part = this.#part(place);
    part.textContent = words ?? '';
    if (place !== 'said') part.hidden = !words;
  }
}

customElements.define('ck-code-card', CodeCard);
