/*
 * <ck-wechat>: inside WeChat's browser, how to open the page in the system browser (where installing and push work).
 *
 * Expected inside: the words, [data-copy] (button: copies this page's address), [data-copied] (words after copying,
 * starts hidden), [data-later] (button: 14 days of quiet). The element starts with `hidden`.
 */
import { isWeChat } from '../lib/browser.js';
import { isPutOff, putOff } from '../lib/snooze.js';

class WeChatHint extends HTMLElement {
  connectedCallback() {
    if (!isWeChat() || isPutOff('wechat')) return;
    this.hidden = false;
    this.querySelector('[data-copy]')?.addEventListener('click', () => this.#copy());
    this.querySelector('[data-later]')?.addEventListener('click', () => this.#later());
  }

  async #copy() {
    await copyText(location.href);
    this.querySelector('[data-copied]').hidden = false;
  }

  #later() {
    putOff('wechat');
    this.hidden = true;
  }
}

/* WeChat on plain http has no clipboard API: the old way works there. */
async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(() => copyByHand(text));
  return copyByHand(text);
}

function copyByHand(text) {
  const field = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}

customElements.define('ck-wechat', WeChatHint);
