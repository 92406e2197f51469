/* The rule table of webapp/static/sw.js, loaded as it ships with a stand-in for Workbox. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const SOURCE = readFileSync(new URL('../../webapp/static/sw.js', import.meta.url), 'utf8');
const ORIGIN = 'https://shop.test';

class Strategy {
  constructor(options) {
    this.options = options;
  }
}

function load(app, language = 'zh-CN') {
  const heard = {};
  const shown = [];
  const opened = [];
  const self = {
    location: { origin: ORIGIN },
    registration: {
      scope: `${ORIGIN}/${app}/`,
      showNotification: async (title, options) => shown.push({ title, ...options }),
    },
    clients: { matchAll: async () => self.windows, openWindow: async (url) => opened.push(url), claim: async () => {} },
    windows: [],
    addEventListener: (name, act) => (heard[name] = act),
    workbox: {
      routing: { registerRoute: () => {} },
      strategies: { NetworkFirst: Strategy, NetworkOnly: Strategy, CacheFirst: Strategy, StaleWhileRevalidate: Strategy },
      expiration: { ExpirationPlugin: class {} },
    },
    CHANGKE: { build: 'b2', assets: [] },
  };
  const names = new Set(['changke-member-pages-b1', 'changke-member-static-b1', 'changke-staff-pages-b1']);
  const caches = { keys: async () => [...names], delete: async (name) => names.delete(name) };
  const world = vm.createContext({ self, caches, URL, Promise, Set, importScripts: () => {}, navigator: { language } });
  vm.runInContext(SOURCE, world);
  return { heard, shown, opened, names, self, run: (code) => vm.runInContext(code, world) };
}

/** The name of the rule that takes a request, or undefined: the network, untouched. */
function ruleOf(app, path, { mode = 'no-cors', method = 'GET', headers = {} } = {}) {
  const worker = load(app);
  const request = { mode, method, headers: new Headers(headers) };
  return worker.run('(request, url) => ruleFor(request, url)?.name')(request, new URL(path, ORIGIN));
}

const visit = { mode: 'navigate' };

const EXPECTED = [
  ['member', '/member/', visit, 'pages'],
  ['member', '/member/orders/7', visit, 'pages'],
  ['staff', '/staff/', visit, 'pages'],
  ['staff', '/member/', visit, undefined],
  ['member', '/staff/members/42', visit, undefined],
  ['member', '/member/', { mode: 'cors', headers: { 'HX-Request': 'true' } }, undefined],
  ['member', '/member/', { ...visit, headers: { 'HX-Request': 'true' } }, undefined],
  ['member', '/member/', { ...visit, method: 'POST' }, undefined],
  ['member', '/member/sign-in', visit, 'network'],
  ['staff', '/staff/sign-in?next=/staff/', visit, 'network'],
  ['staff', '/staff/sign-in/code', visit, 'network'],
  ['member', '/api/v1/me/devices', {}, undefined],
  ['member', '/api/v1/me/messages', { mode: 'cors' }, undefined],
  ['staff', '/healthz?light=1', {}, undefined],
  ['member', '/dev/inbox', visit, undefined],
  ['member', '/sw.js', {}, undefined],
  ['member', '/static/dist/app-0123456789.css', {}, 'static'],
  ['staff', '/static/dist/zxing_reader-0123456789.wasm', { mode: 'cors' }, 'static'],
  ['staff', '/brand.css', {}, 'brand'],
  ['member', '/member/manifest.webmanifest', {}, 'brand'],
  ['member', '/uploads/products/7.webp', {}, 'pictures'],
  ['member', 'https://elsewhere.test/static/dist/app.css', {}, undefined],
];

for (const [app, path, request, rule] of EXPECTED) {
  const how = [request.method ?? 'GET', ...Object.keys(request.headers ?? {})].join(' ');
  test(`${app}: ${how} ${path} ${rule ? `is handled as ${rule}` : 'is left alone'}`, () => {
    assert.equal(ruleOf(app, path, request), rule);
  });
}

const answer = (response) => ({ status: 200, type: 'basic', redirected: false, ...response, headers: new Headers(response.headers) });

for (const [what, response, kept] of [
  ['a page', {}, true],
  ['a page that must be asked again', { headers: { 'Cache-Control': 'private, no-cache' } }, true],
  ['a page marked no-store', { headers: { 'Cache-Control': 'no-store' } }, false],
  ['the way to sign-in', { status: 0, type: 'opaqueredirect' }, false],
  ['sign-in in place of the page', { redirected: true }, false],
  ['an error', { status: 500 }, false],
  ['a download', { headers: { 'Content-Disposition': 'attachment; filename=members.csv' } }, false],
]) {
  test(`${what} is ${kept ? '' : 'not '}kept`, () => {
    assert.equal(load('member').run('isKeepable')(answer(response)), kept);
  });
}

test('a page that was shown from the cache is told when its answer has come after all, and no other page is', async () => {
  const worker = load('member');
  const told = [];
  worker.self.clients.get = async (id) => ({ postMessage: ({ type }) => told.push([id, type]) });
  const { cachedResponseWillBeUsed, cacheDidUpdate } = worker.run('pageManners');
  await cachedResponseWillBeUsed({ cachedResponse: answer({}), event: { resultingClientId: 'slow' } });
  await cachedResponseWillBeUsed({ cachedResponse: undefined, event: { resultingClientId: 'new' } });
  for (const resultingClientId of ['slow', 'new', '']) await cacheDidUpdate({ event: { resultingClientId } });
  assert.deepEqual(told, [['slow', 'page-kept']]);
});

test('cache names carry app and build', () => {
  assert.equal(load('staff').run("cacheName('pages')"), 'changke-staff-pages-b2');
});

test('a new build removes the old caches of its own app only', async () => {
  const worker = load('member');
  await worker.run('takeOver()');
  assert.deepEqual([...worker.names], ['changke-staff-pages-b1']);
});

test('signing out keeps what is for everybody and nothing else', async () => {
  const worker = load('member');
  for (const kind of ['pages', 'pictures', 'static', 'brand']) worker.names.add(`changke-member-${kind}-b2`);
  await worker.run('forgetPrivate()');
  const left = [...worker.names].filter((name) => name.endsWith('b2'));
  assert.deepEqual(left, ['changke-member-static-b2', 'changke-member-brand-b2']);
});

async function push(worker, payload) {
  let work;
  const data = { json: () => (typeof payload === 'string' ? JSON.parse(payload) : payload) };
  worker.heard.push({ data, waitUntil: (promise) => (work = promise) });
  await work;
  return worker.shown[0];
}

test('a declarative message shows title, words and target', async () => {
  const notification = { title: '消费成功', body: '积分 +35', navigate: '/member/orders/9', tag: 'order-9', lang: 'zh-CN' };
  const shown = await push(load('member'), { web_push: 8030, notification, app_badge: 2 });
  assert.equal(shown.title, '消费成功');
  assert.equal(shown.body, '积分 +35');
  assert.equal(shown.tag, 'order-9');
  assert.equal(shown.data.navigate, `${ORIGIN}/member/orders/9`);
});

test('a push that nobody can read still shows something', async () => {
  assert.equal((await push(load('member'), 'not json')).title, '有一条新消息');
  assert.equal((await push(load('member', 'en-GB'), {})).title, 'You have a new message');
});

for (const target of ['https://evil.test/', 'javascript:alert(1)', '//evil.test/member/', undefined, 'http://[bad']) {
  test(`a click never leads to ${target}`, () => {
    assert.equal(load('member').run('safeTarget')(target), `${ORIGIN}/member/`);
  });
}

async function click(worker, navigate) {
  let work;
  worker.heard.notificationclick({
    notification: { data: { navigate }, close: () => {} },
    waitUntil: (promise) => (work = promise),
  });
  await work;
}

function tab(path, visited, visibilityState = 'hidden') {
  const client = { url: ORIGIN + path, visibilityState };
  return { ...client, focus: async () => ({ ...client, navigate: async (url) => visited.push([path, url]) }) };
}

test('a click brings the open app forward and leads it to the order', async () => {
  const worker = load('member');
  const visited = [];
  worker.self.windows = [tab('/staff/', visited), tab('/member/wallet', visited), tab('/member/me', visited, 'visible')];
  await click(worker, '/member/orders/9');
  assert.deepEqual(visited, [['/member/me', `${ORIGIN}/member/orders/9`]]);
  assert.deepEqual(worker.opened, []);
});

test('without an open window a click opens one', async () => {
  const worker = load('member');
  worker.self.windows = [tab('/staff/', [])];
  await click(worker, '/member/orders/9');
  assert.deepEqual(worker.opened, [`${ORIGIN}/member/orders/9`]);
});

test('when the network is back the staff app\'s worker sends what waits, and asks to be called again while something is left', async () => {
  const { heard, self } = load('staff');
  const states = ['waiting', 'look'];
  let sent = 0;
  self.changkeQueue = {
    name: 'changke-queue',
    send: async () => { sent += 1; if (sent === 2) states.shift(); },
    list: async () => states.map((state) => ({ state })),
  };
  const sync = (tag) => {
    let work;
    heard.sync({ tag, waitUntil: (promise) => { work = promise; } });
    return work;
  };
  await assert.rejects(sync('changke-queue'));
  await sync('changke-queue');
  assert.equal(sync('something-else'), undefined);
  assert.equal(sent, 2);
});
