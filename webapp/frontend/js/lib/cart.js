/*
 * The cart of the counter: plain data and pure functions, amounts in fen. The server prices; what is summed here is shown
 * until it answers.
 *
 *   {key, lines: [{id, product, name, price, options, choices, quantity, note, grams, openPrice, manualPrice}],
 *    member: {id, name} | null, code, proof, holderProof, own, coupons, points, manual: {off, reason}, tenders, pending, plain}
 *
 * `key` is the idempotency key of the cart's one sale, kept until the answer is known; `proof` says that the member agrees that
 * something is spent (a scan `s_…`, a confirmation `p_…`), `holderProof` that the holder of their household does; `own` is for the
 * member's own account although a household shares one; `coupons` are ids to choose from, null for the best of all;
 * `points` how many may pay (0: none); `pending` a sale that was sent and not answered yet, `plain` that it cost its list prices and
 * nothing of a member's was spent. `code` is {digits, at}: what was scanned without network, and when by the server's clock.
 */
import { textOf } from './amount.js';

export const MOST = 999;
export const WEIGHED = 500; // grams that a price by weight is for

export function emptyCart(key) {
  return { key, lines: [], member: null, tenders: [], pending: null, ...NOTHING_SPENT, manual: { off: 0, reason: '' } };
}

/** What belongs to the member of a cart, and goes with them. */
export const NOTHING_SPENT = { code: null, proof: null, holderProof: null, own: false, coupons: null, points: 0 };

/** One more of a product. The same product with the same choices is one line; what has a note, a weight or a price of its own stays by itself. */
export function add(cart, { product, name, price, options = {}, choices = '', ...own }, id = lineId(cart)) {
  const plain = (line) => !line.note && !line.grams && !line.openPrice && line.manualPrice === undefined;
  const known = plain(own) && cart.lines.find((line) => line.product === product && plain(line) && sameOptions(line.options, options));
  if (known) return setQuantity(cart, known.id, known.quantity + 1);
  return { ...cart, lines: [...cart.lines, { id, product, name, price, options, choices, quantity: 1, note: '', ...own }] };
}

/** What `grams` of something cost whose price is for 500 g; half a fen rounds up. */
export const weighed = (price, grams) => Math.floor((2 * price * grams + WEIGHED) / (2 * WEIGHED));

/** Change what a line says beside its product: note, grams, openPrice, manualPrice (undefined: as listed). */
export function change(cart, id, values) {
  return { ...cart, lines: cart.lines.map((line) => (line.id === id ? { ...line, ...values } : line)) };
}

/** Change how many of a line; at zero it goes. */
export function setQuantity(cart, id, quantity) {
  const wanted = Math.max(0, Math.min(MOST, Math.trunc(quantity) || 0));
  return { ...cart, lines: cart.lines.map((line) => (line.id === id ? { ...line, quantity: wanted } : line)).filter((line) => line.quantity) };
}

/** List prices as the server quotes them now; its lines come in the cart's order. */
export function priced(cart, prices) {
  return { ...cart, lines: cart.lines.map((line, at) => ({ ...line, price: prices[at] ?? line.price })) };
}

export const lineOf = (cart, id) => cart.lines.find((line) => line.id === id);
export const total = (cart) => cart.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
export const pieces = (cart) => cart.lines.reduce((sum, line) => sum + line.quantity, 0);
export const piecesOf = (cart, product) => pieces({ lines: cart.lines.filter((line) => line.product === product) });

/** What POST /api/v1/quotes is asked. Without the member's agreement nothing of theirs is proposed: they may only want the points. */
export function asQuestion(cart, store) {
  const { member, proof, coupons, points, manual } = cart;
  return {
    store,
    member: member?.id ?? null,
    lines: cart.lines.map(asWanted),
    ...(member && proof ? { coupons: coupons ?? 'best', points } : {}),
    ...(member && cart.own ? { own: true } : {}),
    ...(manual.off || cart.lines.some((line) => line.manualPrice !== undefined) ? { manual_off: textOf(manual.off), manual_reason: manual.reason } : {}),
  };
}

function asWanted({ product, options, quantity, note, grams, openPrice, manualPrice }) {
  return {
    product,
    options,
    quantity,
    note,
    ...(grams ? { grams } : {}),
    ...(openPrice ? { price: textOf(openPrice) } : {}),
    ...(manualPrice === undefined ? {} : { manual_price: textOf(manualPrice) }),
  };
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
