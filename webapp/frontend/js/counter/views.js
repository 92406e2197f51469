/* Drawing what the counter shows from <template>s that the server rendered, so that every word is translated there. */
import { textOf } from '../lib/amount.js';

/** A copy of the template `name` inside `root`, its [data-slot]s filled with text. */
export function copy(root, name, slots = {}) {
  const node = root.querySelector(`template[data-template="${name}"]`).content.firstElementChild.cloneNode(true);
  for (const [slot, text] of Object.entries(slots)) {
    const places = [node, ...node.querySelectorAll('[data-slot]')].filter((place) => place.dataset.slot === slot);
    for (const place of places) place.textContent = text;
  }
  return node;
}

/** "已选 3 件" from "已选 %(count)s 件". */
export const fill = (words, values) => words.replace(/%\((\w+)\)s/g, (_all, name) => values[name]);

export function drawLines(root, list, cart) {
  list.replaceChildren(
    ...cart.lines.map((line, at) => {
      const node = copy(root, 'line', {
        name: line.name,
        choices: [line.choices, line.note].filter(Boolean).join(' · '),
        amount: textOf(line.price * line.quantity),
        quantity: line.quantity,
      });
      node.dataset.at = at;
      for (const button of node.querySelectorAll('[data-label]')) {
        button.setAttribute('aria-label', fill(button.dataset.label, { name: line.name }));
      }
      return node;
    }),
  );
}

export function drawCounts(root, cart, piecesOf) {
  for (const tile of root.querySelectorAll('[data-product]')) {
    const count = piecesOf(cart, tile.dataset.product);
    const badge = tile.querySelector('.q');
    tile.classList.toggle('in', count > 0);
    badge.hidden = count === 0;
    badge.querySelector('[data-count]').textContent = count;
  }
}

export function drawTenders(root, list, tenders, words) {
  list.replaceChildren(
    ...tenders.map((tender, at) => {
      const node = copy(root, 'tender', { kind: words[tender.kind], amount: textOf(tender.received ?? tender.amount) });
      node.querySelector('[data-drop]').dataset.drop = at;
      return node;
    }),
  );
}
