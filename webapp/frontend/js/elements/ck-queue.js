/*
 * <ck-queue data-waiting="{count} 笔待同步" data-look="{count} 笔要看一下">: how many sales wait on this device, and the sheet #queue of them.
 *
 * Attributes: data-waiting, data-look, data-walk-in, data-scanned, data-state-waiting, data-state-sending, data-state-later, data-state-look
 *   ({problem}), data-by ({name}).
 * Expected inside: a button with [data-slot=count]. On the page: <ck-sheet id="queue"> with [data-list], [data-send],
 *   <template data-template="kept-sale"> ([data-slot]s who about state amount, buttons [data-retry] [data-drop]); <ck-dialog id="drop-sale"> with
 *   [data-drop-yes].
 * Hidden while nothing waits. Hears: ck:queue on document, the channel of the queue.
 */
import { textOf } from '../lib/amount.js';
import { net } from '../lib/net.js';
import { sendNow } from '../lib/keep-sending.js';
import { drop, list, NAME, retry } from '../lib/sales-queue.js';
import { copy, fill, keyed, write } from '../counter/draw.js';

class CkQueue extends HTMLElement {
  #heard = null;
  #channel = null;
  #drawing = 0;
  #doomed = null;

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    if (globalThis.BroadcastChannel) this.#channel = new BroadcastChannel(NAME);
    this.#channel?.addEventListener('message', () => this.#draw());
    document.addEventListener('ck:queue', () => this.#draw(), { signal });
    net.addEventListener('change', () => this.#draw(), { signal });
    this.#sheet?.addEventListener('ck:open', () => this.#draw(), { signal });
    this.#sheet?.addEventListener('click', (event) => this.#clicked(event), { signal });
    this.#question?.addEventListener('click', (event) => this.#answered(event), { signal });
    this.#draw();
  }

  disconnectedCallback() {
    this.#heard?.abort();
    this.#channel?.close();
    clearTimeout(this.#drawing);
  }

  get #sheet() {
    return document.getElementById('queue');
  }

  get #question() {
    return document.getElementById('drop-sale');
  }

  /* Many changes are drawn once. */
  #draw() {
    this.#drawing ||= setTimeout(() => this.#drawNow(), 50);
  }

  async #drawNow() {
    this.#drawing = 0;
    const sales = await list().catch(() => []);
    const look = sales.filter(({ state }) => state === 'look').length;
    const words = [[sales.length - look, this.dataset.waiting], [look, this.dataset.look]];
    write(this, { count: words.filter(([count]) => count).map(([count, text]) => fill(text, { count })).join(' · ') });
    this.hidden = !sales.length;
    if (!this.#sheet) return;
    if (!sales.length) this.#sheet.close();
    if (!this.#sheet.dialog.open) return;
    keyed(this.#sheet.querySelector('[data-list]'), sales, {
      key: ({ id }) => id,
      make: () => copy(this.#sheet, 'kept-sale'),
      show: (node, sale) => this.#row(node, sale),
    });
  }

  #row(node, { who, scanned, at, staff, amount, state, tries, problem }) {
    const words = this.dataset;
    const waits = tries ? words.stateLater : (net.online ? words.stateSending : words.stateWaiting);
    write(node, {
      who: who || (scanned ? words.scanned : words.walkIn),
      about: [momentOf(at), staff && fill(words.by, { name: staff })].filter(Boolean).join(' · '),
      state: state === 'look' ? fill(words.stateLook, { problem }) : waits,
      amount: textOf(amount),
    });
    for (const button of node.querySelectorAll('[data-retry], [data-drop]')) button.hidden = state !== 'look';
  }

  async #clicked({ target }) {
    const again = target.closest('[data-retry]');
    const gone = target.closest('[data-drop]');
    if (gone) {
      this.#doomed = idOf(gone);
      this.#question.show();
    }
    if (again) await retry(idOf(again));
    if (again || target.closest('[data-send]')) sendNow();
  }

  async #answered({ target }) {
    if (!target.closest('[data-drop-yes]')) return;
    this.#question.close();
    await drop(this.#doomed);
  }
}

const idOf = (node) => Number(node.closest('[data-row]').dataset.row);

const momentOf = (at) => new Intl.DateTimeFormat(document.documentElement.lang, {
  month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit',
}).format(new Date(at));

customElements.define('ck-queue', CkQueue);
