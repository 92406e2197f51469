/*
 * What htmx needs to live in our pages: the CSRF token on every writing request, words when a request fails, and the focus
 * in the right place after "load more". The settings themselves stand in <meta name="htmx-config"> of layouts/base.html.
 */
import 'htmx.org/dist/htmx.min.js';
import { toast } from './events.js';

const metaOf = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? '';
const wordsFor = (what) => document.querySelector('ck-toast')?.dataset[what] ?? '';

document.addEventListener('htmx:configRequest', ({ detail }) => {
  if (detail.verb !== 'get') detail.headers['X-CSRFToken'] = metaOf('csrf-token');
});

/* <ck-net> tells that the network is gone; this tells that the tap just now came to nothing. */
for (const name of ['htmx:sendError', 'htmx:timeout']) document.addEventListener(name, () => toast(wordsFor('offline')));
document.addEventListener('htmx:responseError', () => toast(wordsFor('failed')));

/* The "load more" button is gone once it was used: go on at the first row it brought. */
document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (!detail.target?.matches('.pager')) return;
  const before = detail.target.previousElementSibling;
  document.addEventListener('htmx:afterSettle', () => before?.nextElementSibling?.focus({ preventScroll: true }), { once: true });
});

/* A search field answers while it is typed in; leaving it is no new question (its form also listens to the change of filters). */
document.addEventListener('change', (event) => event.target.matches('input[type="search"]') && event.stopPropagation(), true);
