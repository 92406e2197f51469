/*
 * What each app does once per page, before any element: the worker, the sign-out, the push subscription.
 * Called by the entries: `start('member')`, `start('staff', {mayLeave})`; `mayLeave` asks before somebody signs out.
 *
 * Reads <meta name="push-key" content="…"> (the server's VAPID public key; rendered only for people who are signed in).
 */
import { forgetEverything } from './forget.js';
import { keepInstallPrompt } from './install-prompt.js';
import { resync } from './push.js';
import { keepShell, registerWorker } from './worker.js';

export function start(app, { mayLeave = async () => true } = {}) {
  keepInstallPrompt();
  document.addEventListener('submit', (event) => clearBeforeSignOut(event, app, mayLeave), true);
  registerWorker(app).then((registration) => registration && settle(app));
}

function settle(app) {
  const key = document.querySelector('meta[name="push-key"]')?.content;
  if (key) keepShell();
  return resync({ app, key }).catch(() => false);
}

/* Signing out empties this device first, then goes on with the form as it was. */
async function clearBeforeSignOut(event, app, mayLeave) {
  const { submitter, target: form } = event;
  if (!form.matches('form[data-sign-out], form[action$="/sign-out"]')) return;
  if (form.dataset.cleared) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await mayLeave())) return;
  form.dataset.cleared = 'yes';
  forgetEverything(app).finally(() => form.requestSubmit(submitter));
}
