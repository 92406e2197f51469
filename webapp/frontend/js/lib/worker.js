/* The page's side of the worker: one script, registered under the app's own scope. */

/** Which app this page belongs to: "staff" or "member", from its address. */
export function appOfPage(path = location.pathname) {
  return path.startsWith('/staff/') ? 'staff' : 'member';
}

/** Register the worker; null where the browser has none (WeChat, plain http). */
export async function registerWorker(app = appOfPage()) {
  if (!('serviceWorker' in navigator)) return null;
  return navigator.serviceWorker
    .register('/sw.js', { scope: `/${app}/`, updateViaCache: 'none' })
    .catch(() => null);
}

/** Somebody is signed in here: the worker sees to it that the app's first page opens without network, too. */
export async function keepShell() {
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ type: 'keep-shell' });
}

/** Ask this page's worker and wait for its answer; null when there is none in time. */
export function askWorker(message, patience = 1000) {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return Promise.resolve(null);
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve(null), patience);
    worker.postMessage(message, [port2]);
  });
}
