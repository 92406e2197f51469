/*
 * <ck-scanner>: one scanner for every code: camera, photo, typing, and a keyboard-wedge scanner.
 *
 * Attributes
 *   wasm-url     address of zxing_reader.wasm on this origin, loaded only where the browser cannot read codes itself
 *   continuous   stay open after a scan (products one after another)
 *   sound        a short tone besides the vibration
 *   data-starting, data-ready, data-insecure, data-denied, data-missing, data-taken, data-nothing, data-unreadable,
 *   data-no-net, data-found   the words for those states
 *
 * Expected inside (kit/scanner.html draws it)
 *   [data-open]     button: opens the camera            <dialog> with
 *     [data-video]  <video muted playsinline>           [data-status]  role=status, what is going on
 *     [data-close]  button                              [data-torch]   button aria-pressed, hidden without a light
 *     [data-photo]  <input type=file accept="image/*" capture="environment">
 *     [data-keys]   button aria-pressed: digits or letters on the typing field
 *     form[data-typed] with an input named `code`; typing works without camera, and without script as a plain form
 *
 * Sets `data-camera` on itself while the camera shows a picture.
 * Events: `ck:scan` {code, way: camera|photo|typed|wedge} (bubbles, cancelable). Not cancelled and the form has an
 * `action` or hx-post: the form is sent with `code`, `way` (if it has that field) and a fresh `idempotency_key`.
 * Methods: open(), close().
 *
 * The camera stops on close and when the app goes to the background, and starts again when it comes back.
 */
import { newKey } from '../lib/api.js';
import { buzz } from '../lib/buzz.js';
import { Camera } from '../lib/camera.js';
import { loadDetector } from '../lib/detector.js';
import { Dedupe, tidy } from '../lib/scanned.js';
import { Wedge, isTyping } from '../lib/wedge.js';

const LOOK_EVERY = 90; // ms between two looks at the picture

class Scanner extends HTMLElement {
  #heard = null;
  #camera = null;
  #detector = null;
  #looking = 0; // number of the present run; another number ends it
  #sending = false;
  #wedge = new Wedge();
  #dedupe = new Dedupe();

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    this.#camera = new Camera(this.#part('video'));
    this.addEventListener('click', (event) => this.#clicked(event), { signal });
    this.addEventListener('submit', (event) => this.#typed(event), { signal, capture: true });
    this.#part('photo')?.addEventListener('change', (event) => this.#photo(event.target), { signal });
    this.#dialog.addEventListener('close', () => this.#stop(), { signal });
    document.addEventListener('keydown', (event) => this.#key(event), { signal, capture: true });
    document.addEventListener('visibilitychange', () => this.#turn(), { signal });
    document.addEventListener('ck:net', ({ detail }) => !detail.online && this.#say(this.dataset.noNet), { signal });
    addEventListener('pagehide', () => this.#stop(), { signal });
  }

  disconnectedCallback() {
    this.#heard?.abort();
    this.#stop();
  }

  get #dialog() {
    return this.querySelector('dialog');
  }

  get #form() {
    return this.querySelector('form[data-typed]');
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  open() {
    if (!this.#dialog.open) this.#dialog.showModal();
    return this.#start();
  }

  close() {
    this.#dialog.close();
  }

  #clicked(event) {
    const acts = { open: () => this.open(), close: () => this.close(), torch: () => this.#torch(), keys: () => this.#keys() };
    for (const [name, act] of Object.entries(acts)) {
      if (event.target.closest(`[data-${name}]`)) return act();
    }
    return undefined;
  }

  /* ------------------------------------------------ camera */

  async #start() {
    const run = ++this.#looking;
    this.#say(this.dataset.starting);
    const reader = this.#reader(); // loads while the camera starts
    reader.catch(() => {});
    try {
      await this.#camera.open();
      this.toggleAttribute('data-camera', true);
      this.#showTorch();
      this.#say(this.dataset.ready);
      await reader;
    } catch (error) {
      return this.#say(this.dataset[error.reason ?? 'unreadable']);
    }
    return this.#look(run);
  }

  #stop() {
    this.#looking = 0;
    this.toggleAttribute('data-camera', false);
    this.#camera?.close();
  }

  /* Back from the background: pictures of a stopped camera stay black, so it starts anew. */
  #turn() {
    if (!this.#dialog.open) return;
    if (document.hidden) this.#stop();
    else this.#start();
  }

  #reader() {
    this.#detector ??= loadDetector(this.getAttribute('wasm-url')).catch((error) => {
      this.#detector = null;
      throw error;
    });
    return this.#detector;
  }

  async #look(run) {
    const reader = await this.#reader();
    while (run === this.#looking) {
      const [code] = await reader.detect(this.#part('video')).catch(() => []);
      if (code && run === this.#looking && this.#dedupe.isNew(code)) this.#found(code, 'camera');
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
  }

  #showTorch() {
    const button = this.#part('torch');
    if (!button) return;
    button.hidden = !this.#camera.hasTorch;
    button.setAttribute('aria-pressed', 'false');
  }

  async #torch() {
    const button = this.#part('torch');
    const on = button.getAttribute('aria-pressed') !== 'true';
    await this.#camera.torch(on).then(() => button.setAttribute('aria-pressed', String(on)), () => {});
  }

  /* ------------------------------------------------ photo, typing, wedge */

  async #photo(field) {
    const [file] = field.files;
    field.value = '';
    if (!file) return;
    this.#say(this.dataset.starting);
    const codes = await this.#readPhoto(file).catch(() => null);
    if (codes?.length) this.#found(codes[0], 'photo');
    else this.#say(codes ? this.dataset.nothing : this.dataset.unreadable);
  }

  async #readPhoto(file) {
    const picture = await createImageBitmap(file);
    const reader = await this.#reader();
    return reader.detect(picture).finally(() => picture.close());
  }

  /* What a hand sends is told to the page first; what #found sends was told already. */
  #typed(event) {
    if (this.#sending) return;
    const code = tidy(this.#form.elements.code.value);
    if (code && this.#tell(code, 'typed')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #keys() {
    const button = this.#part('keys');
    const letters = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(letters));
    const field = this.#form.elements.code;
    field.inputMode = letters ? 'text' : 'numeric';
    field.focus();
  }

  #key(event) {
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const code = this.#wedge.push(event, event.timeStamp);
    if (!code) return;
    event.preventDefault(); // the closing Enter must not press the button that has the focus
    event.stopPropagation();
    this.#found(tidy(code), 'wedge');
  }

  /* ------------------------------------------------ result */

  #found(code, way) {
    if (!this.#tell(code, way)) return;
    this.#sending = true;
    this.#form.requestSubmit();
    this.#sending = false;
  }

  /* Tell the page. True when the form should now carry the code to the server. */
  #tell(code, way) {
    this.#signal();
    const scan = new CustomEvent('ck:scan', { bubbles: true, cancelable: true, detail: { code, way } });
    const form = this.#form;
    if (!this.dispatchEvent(scan) || !(form.hasAttribute('action') || form.hasAttribute('hx-post'))) return false;
    const { elements } = form;
    elements.code.value = code;
    if (elements.way) elements.way.value = way;
    if (elements.idempotency_key) elements.idempotency_key.value = newKey();
    return true;
  }

  #signal() {
    buzz(60);
    if (this.hasAttribute('sound')) beep();
    this.#say(this.dataset.found);
    if (!this.hasAttribute('continuous') && this.#dialog.open) this.close();
  }

  #say(words) {
    this.#part('status').textContent = words ?? '';
  }
}

function beep() {
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 880 });
  tone.connect(new GainNode(audio, { gain: 0.1 })).connect(audio.destination);
  tone.onended = () => audio.close();
  tone.start();
  tone.stop(audio.currentTime + 0.08);
}

customElements.define('ck-scanner', Scanner);
