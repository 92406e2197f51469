/*
 * Sales made without network: plain data and pure functions. What a device keeps of one:
 *
 *   {id, key, body, lane, who, amount, at, staff, state: 'waiting' | 'look', tries, after, problem}
 *
 * `body` is what POST /api/v1/offline-sales gets, as text, so that every try sends the same bytes under the same `key`; amounts are fen,
 * times ms of the device. `lane` is whose sale it is, '' for a walk-in: what one member bought is sent in its order. A sale leaves the
 * device when the server has answered with its order, and never otherwise.
 */
import { textOf } from './amount.js';
import { total } from './cart.js';
import { luhnDigit } from './member-code.js';

const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 10 * 60_000;
const PATIENT = 5; // tries after which a sale that the server fails on holds up no other of its member
const SCANNED = 'code:';

/** What a scan is, as far as a device can tell by itself: a member's live code, or the number on a member's card. */
export function isMemberScan(code) {
  return /^(88\d{18}|1\d{9})$/.test(code) && luhnDigit(code.slice(0, -1)) === code.at(-1);
}

/** The sale of a cart at list prices, ready to be kept. `kit` is what the counter fetched while it had network; `now` in ms. */
export function asSale({ cart, tenders, kit, now, staff }) {
  const { key, member, code } = cart;
  const body = {
    credential: kit.credential,
    sold_at: new Date(now + kit.offset).toISOString(),
    member: member?.id ?? null,
    ...(code ? { code: code.digits, scanned_at: code.at } : {}),
    lines: cart.lines.map(asLine),
    tenders,
  };
  const lane = member?.id ?? (code ? SCANNED + code.digits.slice(0, 10) : '');
  const about = { who: member?.name ?? '', scanned: Boolean(code), amount: total(cart), at: now, staff };
  return { key, body: JSON.stringify(body), lane, ...about, state: 'waiting', tries: 0, after: 0, problem: '' };
}

function asLine({ product, name, options, choices, quantity, price, note, grams }) {
  return { product, name, options, choices, quantity, price: textOf(price), note, ...(grams ? { grams } : {}) };
}

/** The oldest sale that may be sent now; what waits after a failure of the server's holds up the later ones of its member. */
export function nextToSend(sales, now) {
  const held = new Set();
  for (const sale of sales) {
    if (sale.state !== 'waiting' || isHeldUp(sale.lane, held)) continue;
    if (sale.after <= now) return sale;
    if (sale.lane && sale.tries < PATIENT) held.add(sale.lane);
  }
  return null;
}

/* Whose code it is only the server knows: a scanned one may be anybody's. */
function isHeldUp(lane, held) {
  if (!lane || !held.size) return false;
  return held.has(lane) || lane.startsWith(SCANNED) || [...held].some((each) => each.startsWith(SCANNED));
}

/** What an answer means: `booked`, `look` (no sale as it is: somebody has to look), `later` (the server failed), `pause` (in a moment),
    `lost` (nobody of ours answered: no network, or one that wants a password first). */
export function verdictOf({ status, body }) {
  if (status === 429 || status === 503) return 'pause';
  if (status === 201 || status === 200) return body?.number ? 'booked' : 'lost';
  if (body?.code === 'order_exists') return 'booked';
  if (!body?.code) return 'lost';
  return status >= 500 ? 'later' : 'look';
}

/** The sale after an answer that did not book it. */
export function after(sale, { status, body }, now) {
  const words = Object.values(body?.errors ?? {}).flat()[0] ?? body?.title ?? '';
  if (verdictOf({ status, body }) === 'look') return { ...sale, state: 'look', problem: words };
  const tries = sale.tries + 1;
  return { ...sale, tries, after: now + pauseAfter(tries) };
}

/** Ms until another try after so many failures. */
export const pauseAfter = (tries) => Math.min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE);

/** A sale that somebody looked at, to be tried once more. */
export const again = (sale) => ({ ...sale, state: 'waiting', tries: 0, after: 0, problem: '' });
