/* Drawing the tender screen: what was taken, round amounts, change, the button's words, what a new quote changed. */
import { fenOf, textOf } from '../lib/amount.js';
import { differences } from '../lib/cart.js';
import { notesAbove } from '../lib/tenders.js';
import { copy, fill, keyed, write, yuan } from './draw.js';

const part = (root, name) => root.querySelector(`[data-${name}]`);

/** The words of a way of paying. */
export const nameOf = (root, kind) => root.querySelector(`[data-kind="${kind}"]`)?.dataset.name ?? '';

export function drawChange(root, fen) {
  const row = part(root, 'change');
  row.hidden = !fen;
  write(row, { change: textOf(fen) });
  if (fen) row.scrollIntoView({ block: 'nearest' });
}

export function drawTaken(root, tenders) {
  const list = part(root, 'taken');
  list.hidden = !tenders.length;
  keyed(list, tenders, {
    key: (_tender, at) => at,
    make: () => copy(root, 'tender'),
    show: (node, { kind, amount, received }) => write(node, { kind: nameOf(root, kind), amount: textOf(received ?? amount) }),
  });
}

/** Exactly what is left and the notes above it, for cash. */
export function drawQuick(root, left, amount, isCash) {
  const list = part(root, 'quick');
  keyed(list, isCash ? [left, ...notesAbove(left)] : [], {
    key: (fen) => fen,
    make: () => copy(root, 'quick'),
    show: (node, fen, at) => {
      node.dataset.quickAmount = fen;
      node.setAttribute('aria-pressed', String(fen === amount));
      node.textContent = at ? yuan(fen).replace('.00', '') : list.dataset.exact;
    },
  });
}

/** The one button: which way, how much, and whether that is all. */
export function drawButton(root, { kind, amount, left, due, covers, pending }) {
  const { dataset } = root;
  const button = part(root, 'go');
  const money = yuan(covers ? left : amount);
  if (pending) button.textContent = dataset.ask;
  else if (due === 0) button.textContent = dataset.free;
  else if (!kind) button.textContent = dataset.choose;
  else button.textContent = fill(covers ? dataset.take : dataset.partly, { kind: nameOf(root, kind), amount: money });
  button.setAttribute('aria-disabled', String(!(pending || due === 0 || (kind && amount > 0))));
}

/** What changed, line by line, and the old and the new amount due (fen). */
export function drawRepriced(root, question, { before, quote, was, due }) {
  keyed(question.querySelector('[data-differences]'), differences(before, quote, fenOf), {
    key: (_line, at) => at,
    make: () => copy(root, 'difference'),
    show: (node, line) => write(node, { name: line.name, before: yuan(line.before), after: yuan(line.after) }),
  });
  write(question, { 'due-before': yuan(was), 'due-after': yuan(due) });
}

/** The member's wallet: what would be left in it; away where there is none. One that a household shares says whose, and how much may be used. */
export function drawWallet(root, { wallet, pays, left, shared }) {
  const row = part(root, 'wallet');
  const { walletAfter, walletOwn, walletShared, walletMost } = root.dataset;
  const takes = pays || Math.min(wallet, left);
  row.hidden = !wallet;
  row.dataset.name = shared?.wallet ? fill(walletShared, { name: shared.holder }) : walletOwn;
  const after = shared?.wallet ? fill(walletMost, { amount: yuan(wallet) }) : fill(walletAfter, { amount: yuan(wallet - takes), all: yuan(wallet) });
  write(row, { 'wallet-name': row.dataset.name, 'wallet-after': after, wallet: textOf(takes) });
}

/** What was taken off the list prices, and by how many points. */
export function drawSaved(root, quote) {
  const saved = quote ? fenOf(quote.steps[0].amount) - fenOf(quote.due) : 0;
  write(root, { saved: saved ? fill(root.dataset.saved, { amount: yuan(saved) }) : '' });
}
