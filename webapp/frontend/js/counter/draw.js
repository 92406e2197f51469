/* Drawing from <template>s that the server rendered, so that every word is translated there. */
import { textOf } from '../lib/amount.js';

/** Put values into words: "还差 {amount}". */
export const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? '');

/** "¥128.00", minus as −, for use inside sentences. */
export const yuan = (fen) => `${fen < 0 ? '−' : ''}¥${textOf(Math.abs(fen))}`;

/** A copy of <template data-template="name"> inside `root`. */
export function copy(root, name) {
  return root.querySelector(`template[data-template="${name}"]`).content.firstElementChild.cloneNode(true);
}

/** Write texts into the [data-slot]s of `node`; an empty text hides its place. */
export function write(node, texts) {
  for (const [slot, text] of Object.entries(texts)) {
    for (const place of node.querySelectorAll(`[data-slot="${slot}"]`)) {
      if (place.textContent !== String(text)) place.textContent = text;
      place.hidden = text === '';
    }
  }
  return node;
}

/** Put {name} into the labels of the buttons inside `node` (data-label). */
export function label(node, values) {
  for (const button of node.querySelectorAll('[data-label]')) button.setAttribute('aria-label', fill(button.dataset.label, values));
}

/** Make the children of `list` those of `items`, each kept by its key, so that focus stays where it is. */
export function keyed(list, items, { key, make, show }) {
  const known = new Map([...list.children].map((node) => [node.dataset.row, node]));
  const wanted = new Set(items.map((item, at) => String(key(item, at))));
  for (const [name, node] of known) if (!wanted.has(name)) node.remove();
  items.forEach((item, at) => {
    const name = String(key(item, at));
    const node = known.get(name) ?? make(item);
    node.dataset.row = name;
    show(node, item, at);
    if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
  });
}
