import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dedupe, tidy } from '../../webapp/frontend/js/lib/scanned.js';
import { Wedge } from '../../webapp/frontend/js/lib/wedge.js';

/** Types a text with a pause between keys; answers what the wedge makes of the closing key. */
function type(wedge, text, pause, { end = 'Enter', start = 1000 } = {}) {
  let time = start;
  for (const key of text) wedge.push({ key }, (time += pause));
  return wedge.push({ key: end }, time + pause);
}

test('a wedge scanner types fast and ends with Enter', () => {
  assert.equal(type(new Wedge(), '88406172930091386304', 8), '88406172930091386304');
});

test('some scanners end with Tab', () => {
  assert.equal(type(new Wedge(), '6901234567892', 20, { end: 'Tab' }), '6901234567892');
});

test('a person who types digits is no scanner', () => {
  assert.equal(type(new Wedge(), '13800138000', 140), null);
  assert.equal(type(new Wedge(), '13800138000', 70), null);
});

test('a few fast keys are no code', () => assert.equal(type(new Wedge(), '123', 5), null));

test('keys from before the scan are forgotten', () => {
  const wedge = new Wedge();
  wedge.push({ key: '9' }, 100);
  assert.equal(type(wedge, '6901234567892', 8), '6901234567892');
});

test('capital letters come with Shift', () => {
  const wedge = new Wedge();
  let time = 0;
  for (const key of 'CK:C:7K3M') {
    wedge.push({ key: 'Shift' }, (time += 4));
    wedge.push({ key }, (time += 4));
  }
  assert.equal(wedge.push({ key: 'Enter' }, time + 4), 'CK:C:7K3M');
});

test('an arrow key in between ends it', () => {
  const wedge = new Wedge();
  wedge.push({ key: '6' }, 1);
  wedge.push({ key: 'ArrowLeft' }, 2);
  assert.equal(type(wedge, '12345', 5, { start: 3 }), null);
});

test('a Chinese input method hides the letters, not their places', () => {
  const wedge = new Wedge();
  let time = 0;
  for (const digit of '88123456') wedge.push({ key: 'Process', code: `Digit${digit}` }, (time += 9));
  assert.equal(wedge.push({ key: 'Enter' }, time + 9), '88123456');
});

test('two scans in a row are two codes', () => {
  const wedge = new Wedge();
  assert.equal(type(wedge, '6901234567892', 8), '6901234567892');
  assert.equal(type(wedge, '88123456780177107670', 8, { start: 1200 }), '88123456780177107670');
});

test('full-width digits and spaces are the same number', () => {
  assert.equal(tidy(' ８８４０ 6172-9300 9138 6304 '), '88406172930091386304');
  assert.equal(tidy('+86 138 0013 8000'), '+8613800138000');
});

test('a name keeps its space, a coupon its dashes', () => {
  assert.equal(tidy('林 知夏'), '林 知夏');
  assert.equal(tidy('ck:c:7K3M-9X4P-QRSY'), 'ck:c:7K3M-9X4P-QRSY');
});

test('the same paper in front of the camera counts once in two seconds', () => {
  const dedupe = new Dedupe();
  assert.equal(dedupe.isNew('a', 0), true);
  assert.equal(dedupe.isNew('a', 1500), false);
  assert.equal(dedupe.isNew('a', 3000), false, 'still held there');
  assert.equal(dedupe.isNew('b', 3100), true);
  assert.equal(dedupe.isNew('b', 5200), true);
});
