import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newKey } from '../../webapp/frontend/js/lib/api.js';
import { browserName, deviceName, isApple, isWeChat } from '../../webapp/frontend/js/lib/browser.js';
import { Net } from '../../webapp/frontend/js/lib/net.js';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1';
const IPAD = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15';
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/148.0.0.0 Mobile Safari/537.36';
const WECHAT = `${ANDROID} XWEB/1300 MMWEBSDK/2026 MicroMessenger/8.0.60 NetType/WIFI Language/zh_CN`;

const lost = () => Promise.reject(new TypeError('failed'));
const there = () => Promise.resolve(true);

test('a failed request asks once more before saying "offline"', async () => {
  const net = new Net(there);
  await net.failed();
  assert.equal(net.online, true);
});

test('two failures in a row are no network, and any answer ends it', async () => {
  const net = new Net(lost);
  const turns = [];
  net.addEventListener('change', () => turns.push(net.online));
  await net.failed();
  net.reached();
  assert.deepEqual(turns, [false, true]);
});

test('parallel doubts ask the server once', async () => {
  let asked = 0;
  const net = new Net(() => Promise.resolve(++asked > 0));
  await Promise.all([net.check(), net.check(), net.failed()]);
  assert.equal(asked, 1);
});

test('an idempotency key is a version 4 UUID, also without randomUUID', () => {
  const old = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
  for (const source of [crypto, old]) {
    assert.match(newKey(source), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test('devices have short names', () => {
  assert.equal(deviceName(IPHONE, 5), 'iPhone · Safari');
  assert.equal(deviceName(IPAD, 5), 'iPad · Safari');
  assert.equal(deviceName(IPAD, 0), 'Mac · Safari');
  assert.equal(deviceName(ANDROID, 5), 'Android · Chrome');
  assert.equal(deviceName(WECHAT, 5), 'Android · WeChat');
});

test('browsers are told apart only for their words', () => {
  assert.equal(isWeChat(WECHAT), true);
  assert.equal(isWeChat(ANDROID), false);
  assert.equal(isApple(IPAD, 5), true);
  assert.equal(isApple(IPAD, 0), false);
  assert.equal(browserName(ANDROID, 5), 'chrome');
});
