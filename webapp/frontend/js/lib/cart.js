/*
 * The cart of the counter: plain data and pure functions, amounts in fen. The server prices; what is summed here is shown
 * until it answers.
 *
 *   {key, lines: [{id, product, name, price, options, choices, quantity, note}], member: {id, name} | null, scan, tenders, pending}
 *
 * `key` is the idempotency key of the cart's one sale, kept until the answer is known; `scan` the proof that the member was
 * here; `pending` a sale that was sent and not answered yet.
 */
export const MOST = 999;

export function emptyCart(key) {
  return { key, lines: [], member: null, scan: null, tenders: [], pending: null };
}

/** One more of a product. The same product with the same choices is one line; a line with a note stays by itself. */
export function add(cart, { product, name, price, options = {}, choices = '' }, id = lineId(cart)) {
  const known = cart.lines.find((line) => line.product === product && !line.note && sameOptions(line.options, options));
  if (known) return setQuantity(cart, known.id, known.quantity + 1);
  return { ...cart, lines: [...cart.lines, { id, product, name, price, options, choices, quantity: 1, note: '' }] };
}

/** Change how many of a line; at zero it goes. */
export function setQuantity(cart, id, quantity) {
  const wanted = Math.max(0, Math.min(MOST, Math.trunc(quantity) || 0));
  return { ...cart, lines: cart.lines.map((line) => (line.id === id ? { ...line, quantity: wanted } : line)).filter((line) => line.quantity) };
}

export function setNote(cart, id, note) {
  return { ...cart, lines: cart.lines.map((line) => (line.id === id ? { ...line, note: note.trim() } : line)) };
}

/** List prices as the server quotes them now; its lines come in the cart's order. */
export function priced(cart, prices) {
  return { ...cart, lines: cart.lines.map((line, at) => ({ ...line, price: prices[at] ?? line.price })) };
}

export const lineOf = (cart, id) => cart.lines.find((line) => line.id === id);
export const total = (cart) => cart.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
export const pieces = (cart) => cart.lines.reduce((sum, line) => sum + line.quantity, 0);
export const piecesOf = (cart, product) => pieces({ lines: cart.lines.filter((line) => line.product === product) });

/** What POST /api/v1/quotes is asked. */
export function asQuestion(cart, store) {
  const lines = cart.lines.map(({ product, options, quantity, note }) => ({ product, options, quantity, note }));
  return { store, member: cart.member?.id ?? null, lines };
}

/** What is wrong with each line, from the field names of a refusal (`lines.0.product`): line id → words. */
export function troubles(cart, errors) {
  const found = {};
  for (const [field, words] of Object.entries(errors)) {
    const line = cart.lines[Number(/^lines\.(\d+)\./.exec(field)?.[1] ?? -1)];
    if (line) found[line.id] = words[0];
  }
  return found;
}

/** What a new quote changed: the lines whose price differs, in fen. */
export function differences(before, after, fenOf) {
  return after.lines
    .map((line, at) => ({ name: line.name, before: fenOf(before?.lines[at]?.amount ?? line.amount), after: fenOf(line.amount) }))
    .filter((line) => line.before !== line.after);
}

function lineId({ lines }) {
  return String(1 + Math.max(0, ...lines.map((line) => Number(line.id) || 0)));
}

function sameOptions(one, other) {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
