/* The cart of the counter: plain data and pure functions, amounts in fen. The server prices; what is summed here is shown until it answers. */

/** A fresh cart; `key` is the idempotency key of its one sale, kept until the answer is known. */
export function emptyCart(key) {
  return { lines: [], member: null, scan: null, tenders: [], key };
}

/** The same product with the same choices is one line. */
export function add(cart, { product, name, price, options = {}, choices = '' }) {
  const at = cart.lines.findIndex((line) => line.product === product && sameOptions(line.options, options));
  if (at >= 0) return change(cart, at, 1);
  return { ...cart, lines: [...cart.lines, { product, name, price, options, choices, quantity: 1, note: '' }] };
}

/** Change a line's quantity by `step`; at zero the line goes. */
export function change(cart, at, step) {
  const quantity = Math.min(999, cart.lines[at].quantity + step);
  const lines = cart.lines.map((line, index) => (index === at ? { ...line, quantity } : line));
  return { ...cart, lines: lines.filter((line) => line.quantity > 0) };
}

/** Write a note on a line. */
export function annotate(cart, at, note) {
  return { ...cart, lines: cart.lines.map((line, index) => (index === at ? { ...line, note } : line)) };
}

export const total = (cart) => cart.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
export const pieces = (cart) => cart.lines.reduce((sum, line) => sum + line.quantity, 0);
export const piecesOf = (cart, product) =>
  cart.lines.filter((line) => line.product === product).reduce((sum, line) => sum + line.quantity, 0);

/** What POST /quotes is asked. */
export function asQuestion(cart, store) {
  const lines = cart.lines.map(({ product, options, quantity, note }) => ({ product, options, quantity, note }));
  return { store, member: cart.member?.id ?? null, lines };
}

/** Take a tender; cash may be more than what is left: the rest is change. */
export function take(tenders, due, kind, amount) {
  const left = due - taken(tenders);
  if (kind === 'cash') {
    const others = tenders.filter((tender) => tender.kind !== 'cash');
    return [...others, { kind, amount: Math.min(amount, due - taken(others)), received: amount }];
  }
  return [...tenders, { kind, amount: Math.min(amount, left) }];
}

export const taken = (tenders) => tenders.reduce((sum, tender) => sum + tender.amount, 0);

/** Change to hand back, in fen. */
export const changeOf = (tenders) =>
  tenders.reduce((sum, tender) => sum + Math.max(0, (tender.received ?? tender.amount) - tender.amount), 0);

/** Round amounts that people hand over for `due`: exactly, then the notes above it. */
export function notesAbove(due) {
  const steps = [1000, 2000, 5000, 10000, 20000, 50000, 100000];
  const rounded = steps.map((step) => Math.ceil(due / step) * step).filter((amount) => amount > due);
  return [...new Set(rounded)].slice(0, 3);
}

function sameOptions(one, other) {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
