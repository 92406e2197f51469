/*
 * The sales that wait on this device: kept in a database of their own ("changke-queue"), which signing out leaves alone, and sent by
 * one sender at a time, whichever page or worker that is. Used by pages and by the staff app's worker (sw-queue.js).
 *
 * Messages on the BroadcastChannel "changke-queue": whenever what waits has changed.
 */
import { openDB } from 'idb';
import { after, again, nextToSend, verdictOf } from './offline-sale.js';

export const NAME = 'changke-queue'; // of the database, the lock, the channel and the background sync
const SHELF = 'sales';
const URL = '/api/v1/offline-sales';
const TIMEOUT = 15_000;
const FEW = 20; // the next one is nearly always among the oldest
const STRICT = { durability: 'strict' }; // on the disk before the customer goes

let opened = null;
const channel = globalThis.BroadcastChannel ? new BroadcastChannel(NAME) : null;

function database() {
  opened ??= openDB(NAME, 1, {
    upgrade: (fresh) => fresh.createObjectStore(SHELF, { keyPath: 'id', autoIncrement: true }).createIndex('key', 'key', { unique: true }),
  }).catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
}

async function change(work) {
  const transaction = (await database()).transaction(SHELF, 'readwrite', STRICT);
  await Promise.all([work(transaction.store), transaction.done]);
  tell();
}

function tell() {
  channel?.postMessage('changed');
  globalThis.document?.dispatchEvent(new Event('ck:queue'));
}

/** Keep a sale; it is on the disk when this resolves. The same sale twice is one. Throws where the device keeps nothing. */
export async function keep(sale) {
  const known = await (await database()).getFromIndex(SHELF, 'key', sale.key);
  if (!known) await change((store) => store.add(sale));
}

/** What waits, the oldest first; `most` of them. */
export async function list(most) {
  return (await database()).getAll(SHELF, null, most);
}

/** Try a sale once more that somebody had to look at. */
export async function retry(id) {
  const sale = await (await database()).get(SHELF, id);
  if (sale) await change((store) => store.put(again(sale)));
}

/** Take a sale off this device that somebody had to look at and has written down elsewhere. Nothing else is ever thrown away. */
export async function drop(id) {
  const sale = await (await database()).get(SHELF, id);
  if (sale?.state === 'look') await change((store) => store.delete(id));
}

let turn = null; // one sender per page; of several pages and the worker, the lock lets one through

/** Send what waits, in order. Resolves to what stopped it: `empty`, `lost`, or the seconds to wait. */
export function send() {
  turn ??= alone(sendOneByOne).finally(() => { turn = null; });
  return turn;
}

/* Where there are no locks (plain http) there is no worker either; two tabs that send the same sale are one sale to the server. */
function alone(work) {
  return globalThis.navigator?.locks ? navigator.locks.request(NAME, work) : work();
}

async function sendOneByOne() {
  for (;;) {
    const sale = nextToSend(await list(FEW), Date.now()) ?? nextToSend(await list(), Date.now());
    if (!sale) return 'empty';
    const answer = await post(sale);
    const verdict = verdictOf(answer);
    if (verdict === 'lost') return 'lost';
    if (verdict === 'pause') return answer.wait;
    await change((store) => (verdict === 'booked' ? store.delete(sale.id) : store.put(after(sale, answer, Date.now()))));
  }
}

/* No cookie goes along: a sale says by itself who sold it, and whoever is signed in now has nothing to do with it. */
async function post({ key, body }) {
  try {
    const answer = await fetch(URL, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, application/problem+json', 'Idempotency-Key': key },
      body,
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return { status: answer.status, wait: Number(answer.headers.get('Retry-After')) || 5, body: await answer.json().catch(() => null) };
  } catch {
    return { status: 0, body: null };
  }
}
