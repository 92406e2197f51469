import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as carts from '../../webapp/frontend/js/lib/cart.js';
import * as tenders from '../../webapp/frontend/js/lib/tenders.js';
import { fenOf } from '../../webapp/frontend/js/lib/amount.js';

const roll = { product: '1', name: '海盐卷', price: 3600 };
const cake = (size) => ({ product: '2', name: '蛋糕', price: 19800, options: { size }, choices: size });
const filled = (...products) => products.reduce((cart, product) => carts.add(cart, product), carts.emptyCart('k'));

test('the same product is one line, other choices are another', () => {
  const cart = filled(roll, roll, cake('6'), cake('8'), cake('6'));
  assert.deepEqual(cart.lines.map(({ quantity }) => quantity), [2, 2, 1]);
  assert.equal(carts.pieces(cart), 5);
  assert.equal(carts.piecesOf(cart, '2'), 3);
  assert.equal(carts.total(cart), 2 * 3600 + 3 * 19800);
});

test('a line with a note stays by itself', () => {
  const cart = carts.add(carts.change(filled(roll), '1', { note: '少糖' }), roll);
  assert.deepEqual(cart.lines.map(({ note, quantity }) => [note, quantity]), [['少糖', 1], ['', 1]]);
});

test('at zero a line goes, and nobody buys a thousand', () => {
  const cart = filled(roll, cake('6'));
  assert.deepEqual(carts.setQuantity(cart, '1', 0).lines.map(({ id }) => id), ['2']);
  assert.equal(carts.setQuantity(cart, '1', 5000).lines[0].quantity, 999);
  assert.equal(carts.setQuantity(cart, '1', Number.NaN).lines.length, 1);
});

test('a removed line leaves its number to nobody', () => {
  const cart = carts.add(carts.setQuantity(filled(roll, cake('6'), cake('8')), '2', 0), cake('10'));
  assert.deepEqual(cart.lines.map(({ id }) => id), ['1', '3', '4']);
});

test('the question to the server carries no price', () => {
  assert.deepEqual(carts.asQuestion({ ...filled(cake('8')), member: { id: '42', name: '林' } }, '1'), {
    store: '1',
    member: '42',
    lines: [{ product: '2', options: { size: '8' }, quantity: 1, note: '' }],
  });
});

test('what the member has not agreed to is not asked for', () => {
  const member = { id: '42', name: '林' };
  const asked = (values) => carts.asQuestion({ ...filled(roll), member, ...values }, '1');
  assert.equal('coupons' in asked({}), false);
  assert.deepEqual([asked({ proof: 's_1' }).coupons, asked({ proof: 's_1' }).points], ['best', 0]);
  assert.deepEqual(asked({ proof: 'p_7', coupons: ['3'], points: 300 }).coupons, ['3']);
});

test('what is weighed, or has a price of its own, is a line by itself', () => {
  const nuts = { product: '9', name: '琥珀核桃', price: 3900, grams: 250 };
  assert.equal(carts.weighed(3900, 250), 1950);
  assert.equal(carts.weighed(3900, 333), 2597); // 39.00 × 0.666 = 25.974
  const cart = filled(nuts, nuts, { product: '8', name: '定制', price: 8800, openPrice: 8800 });
  assert.deepEqual(cart.lines.map(({ quantity }) => quantity), [1, 1, 1]);
  const { lines } = carts.asQuestion(cart, '1');
  assert.deepEqual([lines[0].grams, lines[2].price], [250, '88.00']);
});

test('a price by hand goes with its reason', () => {
  const cart = { ...carts.change(filled(roll), '1', { manualPrice: 3000 }), manual: { off: 0, reason: '临期' } };
  const asked = carts.asQuestion(cart, '1');
  assert.deepEqual([asked.lines[0].manual_price, asked.manual_off, asked.manual_reason], ['30.00', '0.00', '临期']);
});

test('a refusal stands beside its line', () => {
  const cart = filled(roll, cake('6'));
  assert.deepEqual(carts.troubles(cart, { 'lines.1.product': ['已售罄'], store: ['没有'] }), { 2: '已售罄' });
});

test('what a new quote changed', () => {
  const quote = (...amounts) => ({ lines: amounts.map((amount) => ({ name: '卷', amount })) });
  const found = carts.differences(quote('36.00', '18.00'), quote('38.00', '18.00'), fenOf);
  assert.deepEqual(found, [{ name: '卷', before: 3600, after: 3800 }]);
});

test('cash may be more than what is due, the rest is change', () => {
  const taken = tenders.take([], 10140, 'cash', 20000);
  assert.deepEqual(taken, [{ kind: 'cash', amount: 10140, received: 20000 }]);
  assert.equal(tenders.changeOf(taken), 9860);
});

test('nothing else is ever more than what is left', () => {
  assert.deepEqual(tenders.take([], 10140, 'wechat', 99999), [{ kind: 'wechat', amount: 10140 }]);
});

test('cash in two goes is one tender', () => {
  const once = tenders.take([], 10140, 'cash', 5000);
  const twice = tenders.take(once, 10140, 'cash', 6000);
  assert.deepEqual(twice, [{ kind: 'cash', amount: 10140, received: 11000 }]);
  assert.equal(tenders.changeOf(twice), 860);
});

test('a split adds up to what is due', () => {
  const split = tenders.take(tenders.take([], 10140, 'alipay', 5000), 10140, 'cash', 10000);
  assert.equal(tenders.taken(split), 10140);
  assert.equal(tenders.changeOf(split), 4860);
});

test('tenders that no longer fit go', () => {
  const taken = [{ kind: 'wechat', amount: 5000 }];
  assert.equal(tenders.fitting(taken, 6000), taken);
  assert.deepEqual(tenders.fitting(taken, 4000), []);
});

test('round amounts above what is due', () => {
  assert.deepEqual(tenders.notesAbove(10140), [11000, 15000, 20000]);
  assert.deepEqual(tenders.notesAbove(1200), [2000, 5000, 10000]);
  assert.deepEqual(tenders.notesAbove(10000), [20000]);
});
