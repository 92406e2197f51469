/*
 * Signing out leaves nothing behind on a shared phone: pages, the code's secret, the push subscription. What was sold without network
 * is the shop's, and stays until it was sent (lib/sales-queue.js has a database of its own).
 */
import { current, inTime } from './push.js';
import { storeOf } from './store.js';
import { askWorker } from './worker.js';

export async function forgetEverything(app) {
  sessionStorage.clear();
  localStorage.removeItem(`ck-${app}-cart`);
  const pushGone = current(app).then((subscription) => subscription?.unsubscribe());
  await inTime(
    Promise.allSettled([storeOf(app).clear(), pushGone, askWorker({ type: 'sign-out' }, 1500)]),
    2000,
  ).catch(() => {});
}
