/*
 * The worker of both apps: served as it is at /sw.js and registered twice, under /staff/ and under /member/. Each
 * registration has its own caches and its own push subscription; neither ever sees the other's pages.
 *
 * /sw-bundle.js is built: it gives `self.workbox` (the strategies) and `self.CHANGKE = {build, assets}`. The browser
 * compares both files byte by byte, so a new build is a new worker. docs/service-worker.md tells the whole story.
 */
importScripts('/sw-bundle.js');

const { routing, strategies, expiration } = self.workbox;
const { build: BUILD, assets: ASSETS } = self.CHANGKE;

/* Only a till sells: /sw-queue.js gives `self.changkeQueue`, what was sold there without network (lib/sales-queue.js). */
if (new URL(self.registration.scope).pathname === '/staff/') importScripts('/sw-queue.js');

const SCOPE = new URL(self.registration.scope).pathname; // "/staff/" or "/member/"
const APP = SCOPE.split('/')[1];
const OFFLINE = `${SCOPE}offline`;
const HOUR = 3600;
const DAY = 24 * HOUR;
const MOMENT = 60_000; // ms

/* ------------------------------------------------------------------ what is kept, how, and for how long
   The first rule that matches decides. What no rule names goes to the network as if there were no worker.
   `match` and `except` look at the path; `pages` only at navigations inside the own scope. Times in seconds. */

const NEVER = [/^\/(staff|member)\/sign-(in|out)/, /^\/api\//, /^\/hooks\//, /^\/healthz/, /^\/dev\//, /^\/sw(-bundle|-queue)?\.js$/];

const RULES = [
  { name: 'pages', match: inScope, except: NEVER, strategy: 'NetworkFirst', timeout: 3, maxAge: 30 * DAY, limit: 50 },
  { name: 'static', match: /^\/static\/dist\//, except: NEVER, strategy: 'CacheFirst' },
  { name: 'brand', match: /^\/brand\.css$|\.webmanifest$|^\/(staff\/|member\/)?icons\//, except: NEVER, strategy: 'StaleWhileRevalidate', maxAge: 30 * DAY, limit: 30 },
  { name: 'pictures', match: /^\/uploads\//, except: NEVER, strategy: 'CacheFirst', maxAge: 30 * DAY, limit: 150 },
  { name: 'network', match: inScope, strategy: 'NetworkOnly' }, // sign-in: never kept, but offline it says so in words
];

/** Kept for everybody, so it survives a sign-out; the rest may hold somebody's page. */
const PUBLIC = ['static', 'brand'];

function inScope(path, request) {
  return request.mode === 'navigate' && path.startsWith(SCOPE);
}

/** The rule for a request, or undefined: leave it alone. */
function ruleFor(request, url) {
  if (request.method !== 'GET' || url.origin !== self.location.origin) return undefined;
  if (request.headers.get('HX-Request')) return undefined; // a fragment is never a page
  const hits = (test) => (typeof test === 'function' ? test(url.pathname, request) : test.test(url.pathname));
  return RULES.find(({ match, except = [] }) => hits(match) && !except.some(hits));
}

/* ------------------------------------------------------------------ the rules at work */

const cacheName = (name) => `changke-${APP}-${name}-${BUILD}`;

/** An answer may be kept when it is what was asked for: a plain 200, not a way to sign-in, not marked no-store, no download. */
function isKeepable({ status, type, redirected, headers }) {
  if (status !== 200 || type !== 'basic' || redirected) return false;
  return !/no-store/.test(headers.get('Cache-Control') ?? '') && !/attachment/.test(headers.get('Content-Disposition') ?? '');
}

/** A gateway that answers for a dead server is as good as no answer. */
function isGatewayError({ status }) {
  return status === 502 || status === 504;
}

const oldPages = new Set(); // client ids of pages that came from the cache: the page asks (ck-net)

const pageManners = {
  cachedResponseWillBeUsed: async ({ cachedResponse, event }) => {
    if (cachedResponse && event?.resultingClientId) oldPages.add(event.resultingClientId);
    return cachedResponse;
  },
  fetchDidSucceed: async ({ response }) => {
    if (isGatewayError(response)) throw new Error('gateway');
    return response;
  },
  handlerDidError: async ({ request, event }) => {
    if (event?.resultingClientId) oldPages.add(event.resultingClientId);
    return (await firstPage(request)) ?? caches.match(OFFLINE, { cacheName: cacheName('static') });
  },
  cacheDidUpdate: async ({ event }) => {
    const late = oldPages.has(event?.resultingClientId) && (await self.clients.get(event.resultingClientId));
    if (late) late.postMessage({ type: 'page-kept' });
  },
};

/** The app's first page is the same page whatever stands behind its `?`: a shortcut opens it without network, too. */
function firstPage(request) {
  const isFirst = new URL(request.url).pathname === SCOPE;
  return isFirst ? caches.match(SCOPE, { ignoreVary: true, cacheName: cacheName('pages') }) : undefined;
}

const signInManners = {
  fetchDidSucceed: async ({ request, response }) => {
    const nobody = /\/sign-in$/.test(new URL(request.url).pathname) && response.status === 200;
    if (nobody) await forgetPrivate(); // the session has ended, however it ended
    return response;
  },
};

const keepManners = { cacheWillUpdate: async ({ response }) => (isKeepable(response) ? response : null) };

/* The page asks for /brand.css?v=3; offline any version of the shop's colours is better than none. */
const brandManners = {
  handlerDidError: async ({ request }) => caches.match(request, { ignoreSearch: true, cacheName: cacheName('brand') }),
};

const MANNERS = {
  pages: [keepManners, pageManners],
  brand: [keepManners, brandManners],
  network: [signInManners, pageManners],
};

function strategyOf({ name, strategy, timeout, maxAge, limit }) {
  const plugins = [...(MANNERS[name] ?? [keepManners])];
  if (maxAge) plugins.push(new expiration.ExpirationPlugin({ maxAgeSeconds: maxAge, maxEntries: limit, purgeOnQuotaError: true }));
  const options = { cacheName: cacheName(name), plugins, matchOptions: { ignoreVary: true } };
  return new strategies[strategy](timeout ? { ...options, networkTimeoutSeconds: timeout } : options);
}

for (const rule of RULES) {
  routing.registerRoute(({ request, url }) => ruleFor(request, url) === rule, strategyOf(rule));
}

/* ------------------------------------------------------------------ life: install, take over, forget */

self.addEventListener('install', (event) => event.waitUntil(Promise.all([keepStatic(), keepShell()])));

/** Everything the app needs to draw itself. One missing file and the old worker stays. */
async function keepStatic() {
  const other = APP === 'staff' ? 'main-member' : 'main-staff';
  const own = ASSETS.filter((address) => !address.includes(other));
  const cache = await caches.open(cacheName('static'));
  await cache.addAll([...own, new Request(OFFLINE, { cache: 'reload' })]);
}

/** The app's first page, if somebody is signed in; otherwise the first page of somebody who is asks for it ('keep-shell'). */
async function keepShell() {
  const pages = await caches.open(cacheName('pages'));
  const brand = await caches.open(cacheName('brand'));
  const keep = async (cache, address, response) => isKeepable(response) && cache.put(address, response);
  await Promise.allSettled([
    justFetched(SCOPE).then((page) => keep(pages, SCOPE, page)),
    anew('/brand.css').then((colours) => keep(brand, '/brand.css', colours)),
  ]);
}

const anew = (address) => fetch(address, { credentials: 'same-origin', cache: 'no-cache' });

/** On a first visit the page that brought this worker was fetched a moment ago: the browser's own copy costs nobody's mobile data. */
async function justFetched(address) {
  if (self.registration.active) return anew(address);
  const copy = await fetch(address, { credentials: 'same-origin', cache: 'force-cache' });
  const age = Date.now() - Date.parse(copy.headers.get('Date'));
  return Math.abs(age) < MOMENT ? copy : anew(address);
}

/** Somebody may have signed in while this worker was still being installed: then nobody has kept the first page yet. */
async function keepMissingShell() {
  const kept = await caches.match(SCOPE, { ignoreVary: true, cacheName: cacheName('pages') });
  if (!kept) await keepShell();
}

self.addEventListener('activate', (event) => event.waitUntil(takeOver()));

async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(`changke-${APP}-`) && !name.endsWith(`-${BUILD}`));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Sign-out, or a session that ended: nothing that belongs to a person stays on this phone. */
async function forgetPrivate() {
  const names = await caches.keys();
  const isPrivate = (name) => name.startsWith(`changke-${APP}-`) && !PUBLIC.some((kind) => name === cacheName(kind));
  await Promise.all(names.filter(isPrivate).map((name) => caches.delete(name)));
}

/* ------------------------------------------------------------------ messages from pages
   {type: 'skip-waiting'}   the person tapped 「更新」
   {type: 'sign-out'}       empty the private caches; answers {done: true} on the port
   {type: 'keep-shell'}     somebody is signed in: the first page must be here
   {type: 'page-source'}    answers {old: boolean}: did this very page come from the cache?
   and to pages
   {type: 'page-kept'}      the network's answer came after all, behind a page that was shown from the cache */

const MESSAGES = {
  'skip-waiting': () => self.skipWaiting(),
  'sign-out': () => forgetPrivate().then(() => ({ done: true })),
  'keep-shell': () => keepMissingShell(),
  'page-source': ({ source }) => ({ old: oldPages.has(source?.id) }),
};

self.addEventListener('message', (event) => {
  const act = MESSAGES[event.data?.type];
  if (act) event.waitUntil(Promise.resolve(act(event)).then((answer) => event.ports[0]?.postMessage(answer)));
});

/* ------------------------------------------------------------------ sales made without network
   Background Sync (where the browser has it): the network is back, whether or not a page of the app is open. What is left afterwards is
   an error to the browser, so that it tries again; pages send by themselves, too. */

self.addEventListener('sync', (event) => {
  if (event.tag === self.changkeQueue?.name) event.waitUntil(sendSales());
});

async function sendSales() {
  await self.changkeQueue.send();
  const left = await self.changkeQueue.list();
  if (left.some(({ state }) => state === 'waiting')) throw new Error('some sales still wait');
}

/* ------------------------------------------------------------------ push, click, badge
   The payload is declarative web push: {"web_push": 8030, "notification": {title, navigate, …}, "app_badge": N}.
   Every push shows a notification: browsers take the permission away from workers that stay silent. */

const EMPTY = { zh: '有一条新消息', en: 'You have a new message' };

self.addEventListener('push', (event) => event.waitUntil(Promise.all([show(readPush(event)), badge(readPush(event))])));

function readPush({ data }) {
  try {
    return data.json() ?? {};
  } catch {
    return {};
  }
}

function show({ notification = {} }) {
  const { title, navigate, body, tag, lang, dir, icon = `${SCOPE}icons/192.png`, badge: mark, silent } = notification;
  const given = { body, tag, lang, dir, icon, badge: mark, silent, data: { navigate: safeTarget(navigate) } };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (tag) options.renotify = !silent;
  return self.registration.showNotification(title || EMPTY[navigator.language?.startsWith('en') ? 'en' : 'zh'], options);
}

async function badge({ app_badge: count }) {
  if (count === undefined || !navigator.setAppBadge) return;
  await (Number(count) > 0 ? navigator.setAppBadge(Number(count)) : navigator.clearAppBadge()).catch(() => {});
}

/** Where a click may lead: an address of this origin, else the app's first page. */
function safeTarget(address) {
  try {
    const target = new URL(address ?? '', self.registration.scope);
    if (target.origin === self.location.origin) return target.href;
  } catch {
    // Not an address at all.
  }
  return self.registration.scope;
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(safeTarget(event.notification.data?.navigate)));
});

/** Bring the app forward at `target`: its own window where there is one, otherwise a new one. */
async function open(target) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const own = windows.filter(({ url }) => new URL(url).pathname.startsWith(SCOPE));
  const best = own.find(({ url }) => url === target) ?? own.find(({ visibilityState }) => visibilityState === 'visible') ?? own[0];
  if (!best) return self.clients.openWindow(target);
  const focused = await best.focus().catch(() => best);
  if (focused.url === target) return focused;
  return focused.navigate(target).catch(() => self.clients.openWindow(target));
}
