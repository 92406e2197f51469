/*
 * Sends what waits on this device from every page of the staff app, whoever is signed in: when a page opens or comes back, when the
 * network does, and now and then. Where the browser can, its Background Sync does so after the last page was closed.
 */
import { net } from './net.js';
import { pauseAfter } from './offline-sale.js';
import { list, NAME, send } from './sales-queue.js';

let timer = 0;
let failures = 0;

/** Send now; what is left is tried again by itself. */
export async function sendNow() {
  clearTimeout(timer);
  const waits = await waiting().catch(() => false);
  if (!waits) return;
  const stopped = await send().catch(() => 'lost');
  failures = stopped === 'lost' ? failures + 1 : 0;
  if (stopped === 'lost') net.failed();
  if (await waiting().catch(() => true)) later(stopped);
}

const waiting = async () => (await list()).some(({ state }) => state === 'waiting');

/* Without network the pauses grow; whatever brings it back sends at once. */
function later(stopped) {
  clearTimeout(timer);
  const pause = Number(stopped) ? stopped * 1000 : Math.min(pauseAfter(Math.max(1, failures)), 60_000);
  timer = setTimeout(sendNow, pause);
}

/** Begin; called once per page. */
export function keepSending() {
  net.addEventListener('change', () => net.online && sendNow());
  document.addEventListener('visibilitychange', () => !document.hidden && sendNow());
  addEventListener('online', () => sendNow());
  sendNow();
}

/** A sale was kept: send it as soon as there is a way, also when no page is open. */
export async function sendSoon() {
  sendNow();
  navigator.storage?.persist?.().catch(() => {});
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => null);
  await registration?.sync?.register(NAME).catch(() => {});
}
