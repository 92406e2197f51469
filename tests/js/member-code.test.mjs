import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  fromBase64Url,
  importSecret,
  inFours,
  luhnDigit,
  makeCode,
  messageBytes,
  secondsLeft,
  stepAt,
  toBase64Url,
} from '../../webapp/frontend/js/lib/member-code.js';
import { offsetFrom, serverSeconds } from '../../webapp/frontend/js/lib/server-clock.js';

const DOCS = readFileSync(new URL('../../docs/member-code.md', import.meta.url), 'utf8');
const ROW = /^\| `([\w-]{43})` \| (\d{8}) \| (\d+) \| (\d+) \| `([0-9a-f]{16})` \| (\d{20}) \|$/gm;
const VECTORS = [...DOCS.matchAll(ROW)].map((row) => row.slice(1));

const hex = (bytes) => Buffer.from(bytes).toString('hex');

test('the docs publish five vectors', () => assert.equal(VECTORS.length, 5));

for (const [secret, handle, seconds, step, , code] of VECTORS) {
  test(`${handle} at ${seconds} shows ${inFours(code)}`, async () => {
    const key = await importSecret(secret);
    assert.equal(stepAt(Number(seconds)), Number(step));
    assert.equal(await makeCode(key, handle, Number(step)), code);
  });
}

test('the message is 24 bytes: words, handle, step big-endian', () => {
  assert.equal(hex(messageBytes('40617293', 119687300)), '434b504159317c34303631373239337c0000000007224884');
});

test('a handle that is not 8 digits is refused', () => assert.throws(() => messageBytes('1234567', 1), RangeError));

test('nobody reads the secret again, and its bytes are wiped', async () => {
  const bytes = new Uint8Array(32).fill(7);
  const key = await importSecret(bytes);
  assert.equal(key.extractable, false);
  assert.deepEqual([...new Set(bytes)], [0]);
});

test('the check digit catches every single wrong digit', () => {
  const code = VECTORS[0][5];
  for (let place = 0; place < 19; place += 1) {
    const wrong = code.slice(0, place) + ((Number(code[place]) + 1) % 10) + code.slice(place + 1);
    assert.notEqual(luhnDigit(wrong.slice(0, 19)), wrong[19]);
  }
});

test('a code stays until its step is over, longer when it was taken ahead of time', () => {
  assert.equal(secondsLeft(stepAt(30), 30), 15);
  assert.equal(secondsLeft(stepAt(44.5), 44.5), 0.5);
  assert.equal(secondsLeft(stepAt(30) + 2, 30), 45);
});

test('a phone eleven minutes fast still shows the step of the server', () => {
  const server = Date.parse('2026-11-22T01:02:03.456Z');
  const phone = server + 11 * 60_000;
  const offset = offsetFrom('2026-11-22T01:02:03.456Z', phone - 100, phone + 100);
  assert.equal(serverSeconds(offset, phone) * 1000, server);
});

test('tries that failed before the answer do not bend the clock', () => {
  const heard = Date.parse('2026-11-22T01:02:03.956Z');
  assert.equal(offsetFrom('2026-11-22T01:02:03.456Z', heard - 20_000, heard), 0);
});

test('base64url goes both ways', () => {
  assert.equal(toBase64Url(fromBase64Url('_-8')), '_-8');
});
