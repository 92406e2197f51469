/* Drawing the cart as the till knows it: lines, sum, and why it cannot be paid. */
import { fenOf, textOf } from '../lib/amount.js';
import { pieces } from '../lib/cart.js';
import { copy, fill, keyed, label, write } from './draw.js';

/** Draw the till into `root` (<ck-cart>); `lost` are words about a sale whose answer is still out. */
export function drawCart(root, till, lost) {
  const { cart, due, quote } = till;
  const count = pieces(cart);
  const list = quote ? fenOf(quote.steps[0].amount) : due;
  keyed(root.querySelector('[data-lines]'), cart.lines, {
    key: (line) => line.id,
    make: () => copy(root, 'line'),
    show: (node, line, at) => drawLine(node, line, quote?.lines[at], till.trouble, root.dataset.grams),
  });
  write(root.querySelector('[data-cart]'), {
    count: fill(root.dataset.pieces, { count }),
    due: textOf(due),
    'list-total': list > due ? fill(root.dataset.listTotal, { amount: textOf(list) }) : '',
  });
  drawTrouble(root, till, lost);
  if (quote) root.querySelector('[data-said]').textContent = fill(root.dataset.sum, { count, amount: textOf(due) });
}

function drawLine(node, line, quoted, trouble, grams) {
  const list = line.price * line.quantity;
  const amount = quoted ? fenOf(quoted.amount) : list;
  write(node, {
    name: line.name,
    about: [line.grams ? fill(grams, { grams: line.grams }) : '', line.choices, line.note].filter(Boolean).join(' · '),
    list: amount < list ? textOf(list) : '',
    amount: textOf(amount),
    quantity: line.quantity,
    trouble: trouble?.lines[line.id] ?? '',
  });
  label(node, { name: line.name });
}

function drawTrouble(root, { cart, trouble }, lost) {
  const text = lost || (trouble?.offline ? root.dataset[root.offline.kit ? 'local' : 'noNet'] : (trouble?.text ?? ''));
  const stuck = trouble && !(trouble.offline && root.offline.kit);
  write(root.querySelector('[data-cart]'), { words: text });
  root.querySelector('[data-trouble]').hidden = !text;
  root.querySelector('[data-pay]').setAttribute('aria-disabled', String(Boolean(stuck) || !cart.lines.length));
}
