/*
 * The member code: 20 digits that a phone makes by itself, also offline.
 *
 *   88 | HHHHHHHH | SS | MMMMMMM | C       (docs/member-code.md holds the exact bytes and test vectors)
 *
 * Pure functions: no clock, no storage, no page. Every `seconds` is unix time in seconds.
 */

export const PREFIX = '88';
export const STEP_SECONDS = 15;
/** How many steps 「刷新」 may run ahead of the clock; the server accepts no more. */
export const MAX_AHEAD = 2;

const MAC_RANGE = 10_000_000n;

/** The step that a moment belongs to: ⌊unix / 15⌋. */
export function stepAt(seconds) {
  return Math.floor(seconds / STEP_SECONDS);
}

/** Seconds, with fraction, that the code of `step` stays on show: at most 15, more when it was asked for ahead of time. */
export function secondsLeft(step, seconds) {
  return (step + 1) * STEP_SECONDS - seconds;
}

/** The bytes under the MAC: "CKPAY1|" + handle + "|" + step as 8 bytes, big-endian. */
export function messageBytes(handle, step) {
  if (!/^\d{8}$/.test(handle)) throw new RangeError('a handle has 8 digits');
  const text = new TextEncoder().encode(`CKPAY1|${handle}|`);
  const bytes = new Uint8Array(text.length + 8);
  bytes.set(text);
  new DataView(bytes.buffer).setBigUint64(text.length, BigInt(step));
  return bytes;
}

/** The check digit that makes `digits` + digit pass the Luhn test. */
export function luhnDigit(digits) {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const value = Number(digits[digits.length - 1 - place]);
    const weighted = place % 2 === 0 ? value * 2 : value;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return String((10 - (sum % 10)) % 10);
}

/** The 20 digits, put together from what a MAC of at least 8 bytes says. */
export function assemble(handle, step, mac) {
  const view = new DataView(mac.buffer ?? mac, mac.byteOffset ?? 0);
  const number = String(view.getBigUint64(0) % MAC_RANGE).padStart(7, '0');
  const body = PREFIX + handle + String(step % 100).padStart(2, '0') + number;
  return body + luhnDigit(body);
}

/** Make the code of one step. `key` is an HMAC-SHA-256 CryptoKey with the use "sign". */
export async function makeCode(key, handle, step, subtle = globalThis.crypto.subtle) {
  return assemble(handle, step, await subtle.sign('HMAC', key, messageBytes(handle, step)));
}

/** Import the device's secret so that nobody, not even this page, can read it again. */
export function importSecret(secret, subtle = globalThis.crypto.subtle) {
  const bytes = typeof secret === 'string' ? fromBase64Url(secret) : secret;
  return subtle
    .importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    .finally(() => bytes.fill(0));
}

/** "88406172…" → "8840 6172 …", as people read it aloud. */
export function inFours(code) {
  return code.replace(/(\d{4})(?=\d)/g, '$1 ');
}

export function fromBase64Url(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function toBase64Url(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
