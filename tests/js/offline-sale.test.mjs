/* What a device keeps of a sale made without network, and which one is sent next. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as carts from '../../webapp/frontend/js/lib/cart.js';
import * as offline from '../../webapp/frontend/js/lib/offline-sale.js';

const NOW = Date.parse('2026-11-21T06:20:00Z');
const kit = { credential: 'oq_3.1.1795309500.mac', offset: -90_000 };
const tenders = [{ kind: 'cash', amount: '72.00', received: '100.00' }];
const cart = (values = {}) => ({ ...carts.setQuantity(carts.add(carts.emptyCart('key-of-the-cart'), { product: '1', name: '海盐卷', price: 3600 }), '1', 2), ...values });
const kept = (values) => offline.asSale({ cart: cart(values), tenders, kit, now: NOW, staff: '小林' });
const sale = (id, lane = '', values = {}) => ({ id, lane, state: 'waiting', tries: 0, after: 0, ...values });
const next = (...sales) => offline.nextToSend(sales, NOW)?.id;

test('a sale is kept with its seller, its names and prices, and the server\'s time', () => {
  const { body, ...about } = kept();
  assert.deepEqual(JSON.parse(body), {
    credential: kit.credential,
    sold_at: '2026-11-21T06:18:30.000Z',
    member: null,
    lines: [{ product: '1', name: '海盐卷', options: {}, choices: '', quantity: 2, price: '36.00', note: '' }],
    tenders,
  });
  assert.deepEqual([about.key, about.lane, about.amount, about.state, about.staff], ['key-of-the-cart', '', 7200, 'waiting', '小林']);
});

test('a member is named, a scanned code goes along as it was', () => {
  assert.equal(JSON.parse(kept({ member: { id: '42', name: '林' } }).body).member, '42');
  const code = { digits: '88406172930091386304', at: '2026-11-21T06:18:00.000Z' };
  const scanned = kept({ code });
  assert.deepEqual([JSON.parse(scanned.body).code, JSON.parse(scanned.body).scanned_at], [code.digits, code.at]);
  assert.deepEqual([scanned.lane, scanned.scanned], ['code:8840617293', true]);
});

test('a device knows a member\'s code and a card by their check digit', () => {
  for (const code of ['88406172930091386304', '88000000000099744109']) assert.equal(offline.isMemberScan(code), true);
  for (const code of ['88406172930091386305', '6901234567892', '13800138000', 'CK:C:7K3M-9X4P-QRSY', '8840']) {
    assert.equal(offline.isMemberScan(code), false);
  }
});

test('the oldest goes first', () => {
  assert.equal(next(sale(1), sale(2)), 1);
  assert.equal(next(), undefined);
});

test('after a failure of the server\'s a member\'s later sales wait, everybody else\'s go', () => {
  const failed = { tries: 1, after: NOW + 5000 };
  assert.equal(next(sale(1, '42', failed), sale(2, '42'), sale(3, '7')), 3);
  assert.equal(next(sale(1, '42', failed), sale(2, '42'), sale(3)), 3);
  assert.equal(next(sale(1, '42', failed), sale(2, '42')), undefined);
  assert.equal(next(sale(1, '42', { tries: 1, after: NOW }), sale(2, '42')), 1);
  assert.equal(next(sale(1, '', failed), sale(2)), 2);
});

test('a scanned code may be anybody\'s: it waits for members, and they for it', () => {
  const failed = { tries: 1, after: NOW + 5000 };
  assert.equal(next(sale(1, '42', failed), sale(2, 'code:8840617293')), undefined);
  assert.equal(next(sale(1, 'code:8840617293', failed), sale(2, '42'), sale(3)), 3);
});

test('what the server fails on again and again holds up nobody for ever, nor does what somebody has to look at', () => {
  assert.equal(next(sale(1, '42', { tries: 5, after: NOW + 5000 }), sale(2, '42')), 2);
  assert.equal(next(sale(1, '42', { state: 'look' }), sale(2, '42')), 2);
});

test('only the shop\'s own answer is one', () => {
  const verdict = (status, body) => offline.verdictOf({ status, body });
  assert.equal(verdict(201, { number: 'A1-1121-0001' }), 'booked');
  assert.equal(verdict(409, { code: 'order_exists' }), 'booked');
  assert.equal(verdict(200, null), 'lost'); // a café's page that wants a password
  assert.equal(verdict(0, null), 'lost');
  assert.equal(verdict(502, null), 'lost');
  assert.equal(verdict(403, null), 'lost');
  assert.equal(verdict(503, { code: 'unavailable' }), 'pause');
  assert.equal(verdict(429, { code: 'too_many' }), 'pause');
  assert.equal(verdict(500, { code: 'internal' }), 'later');
  assert.equal(verdict(422, { code: 'invalid' }), 'look');
  assert.equal(verdict(403, { code: 'credential_unknown' }), 'look');
});

test('a sale that cannot be booked says why, and can be tried again', () => {
  const looked = offline.after(sale(1), { status: 422, body: { code: 'invalid', title: '请检查', errors: { 'lines.0.product': ['没有这个商品'] } } }, NOW);
  assert.deepEqual([looked.state, looked.problem], ['look', '没有这个商品']);
  assert.deepEqual([offline.again(looked).state, offline.again(looked).problem], ['waiting', '']);
});

test('pauses grow from seconds to ten minutes', () => {
  const tried = (tries) => offline.after(sale(1, '', { tries }), { status: 500, body: { code: 'internal' } }, NOW).after - NOW;
  assert.deepEqual([0, 1, 2, 20].map(tried), [5_000, 10_000, 20_000, 600_000]);
});
