/*
 * This device's push subscription: made on a tap, compared with the server at every start.
 *
 * subscribe() of some browsers never settles (mainland Android): it is raced with 12 s and then counts as unreachable.
 */
import { post, remove } from './api.js';
import { toBase64Url, fromBase64Url } from './member-code.js';
import { storeOf } from './store.js';

const PATIENCE = 12_000;

/** The subscription's door on the server, per app. */
export const DOORS = { member: '/api/v1/me/push-subscriptions', staff: '/api/v1/staff/push-subscriptions' };

/** Why push cannot even be asked for: "insecure", "install" (iPhone, not on the home screen), "unsupported"; else null. */
export function missingReason({ apple, installed }) {
  if (!globalThis.isSecureContext) return 'insecure';
  const able = 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;
  if (able) return null;
  return apple && !installed ? 'install' : 'unsupported';
}

/** A promise that loses against the clock: rejects with Error("timeout"). */
export function inTime(promise, span = PATIENCE) {
  let timer;
  const clock = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('timeout')), span);
  });
  return Promise.race([promise, clock]).finally(() => clearTimeout(timer));
}

/** Does a subscription belong to the server's present key? */
export function hasKey(subscription, key) {
  const own = subscription.options?.applicationServerKey;
  return !own || toBase64Url(own) === key.replace(/=+$/, '');
}

/** Subscribe and tell the server. Rejects with Error("timeout") when the browser does not settle in time. */
export async function subscribe({ app, key, url = DOORS[app], span }) {
  const subscription = await inTime(subscribeHere(app, key), span);
  await tell(url, subscription);
  await storeOf(app).set('push-wanted', true);
  return subscription;
}

/* A subscription under an old key is of no use: it is replaced. */
async function subscribeHere(app, key) {
  const { pushManager } = await registrationOf(app);
  const old = await pushManager.getSubscription();
  if (old && !hasKey(old, key)) await old.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64Url(key) });
}

/** Stop on this device, here and on the server. */
export async function unsubscribe({ app, url = DOORS[app] }) {
  await storeOf(app).delete('push-wanted');
  const subscription = await current(app);
  if (!subscription) return;
  await inTime(subscription.unsubscribe()).catch(() => {});
  await remove(url, { endpoint: subscription.endpoint }).catch(() => {});
}

/** At every start, without asking anyone: same key, same endpoint, or renewed. True when this device gets push. */
export async function resync({ app, key, url = DOORS[app] }) {
  if (!key || globalThis.Notification?.permission !== 'granted') return false;
  const wanted = await storeOf(app).get('push-wanted');
  const existing = await current(app);
  if (!existing && !wanted) return false;
  if (!existing || !hasKey(existing, key)) return subscribe({ app, key, url }).then(() => true);
  if (toldThisTime(app, existing)) return true;
  await tell(url, existing);
  rememberTold(app, existing);
  return true;
}

/** The subscription this device has now, or null. */
export async function current(app) {
  const registration = await navigator.serviceWorker?.getRegistration(`/${app}/`);
  return registration ? inTime(registration.pushManager.getSubscription()).catch(() => null) : null;
}

async function registrationOf(app) {
  await navigator.serviceWorker.register('/sw.js', { scope: `/${app}/`, updateViaCache: 'none' });
  return navigator.serviceWorker.ready;
}

function tell(url, subscription) {
  const { endpoint, keys } = subscription.toJSON();
  return post(url, { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } });
}

/* One start of the app is one tab's session: every page of it need not tell the server again. */
const toldName = (app) => `changke-${app}-push-told`;
const toldThisTime = (app, { endpoint }) => sessionStorage.getItem(toldName(app)) === endpoint;
const rememberTold = (app, { endpoint }) => sessionStorage.setItem(toldName(app), endpoint);
