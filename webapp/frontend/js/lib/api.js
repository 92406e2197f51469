/*
 * Talking JSON to our own server: one door for every element.
 *
 * Adds the CSRF token of the page (<meta name="csrf-token">) and an Idempotency-Key to whatever changes state, gives up
 * after 10 s, tries again with the *same* key when the network failed, and turns problem+json into an ApiError.
 */
import { net } from './net.js';

const TIMEOUT = 10_000;
const PAUSES = [400, 1200];

/** What went wrong, in the shape of problem+json. `status` 0 means that no answer came (`offline` or `timeout`). */
export class ApiError extends Error {
  constructor({ status = 0, code = 'offline', title = '', errors = {}, detail = {} }) {
    super(title || code);
    Object.assign(this, { name: 'ApiError', status, code, title, errors, detail });
  }
}

export const get = (url, options) => send('GET', url, undefined, options);
export const post = (url, body, options) => send('POST', url, body, options);
export const remove = (url, body, options) => send('DELETE', url, body, options);

/** Send once, and again after a failed network. Resolves to the parsed body (null when empty). */
export async function send(method, url, body, { key = newKey(), timeout = TIMEOUT, pauses = PAUSES } = {}) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once(method, url, body, key, timeout);
    } catch (error) {
      if (error.status !== 0 || attempt >= pauses.length) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauses[attempt]));
    }
  }
}

async function once(method, url, body, key, timeout) {
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: headersFor(method, body, key),
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(timeout),
    });
  } catch (error) {
    net.failed();
    throw new ApiError({ code: error.name === 'TimeoutError' ? 'timeout' : 'offline' });
  }
  net.reached();
  return read(response);
}

function headersFor(method, body, key) {
  const headers = { Accept: 'application/json, application/problem+json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method === 'GET') return headers;
  return { ...headers, 'X-CSRFToken': csrfToken(), 'Idempotency-Key': key };
}

async function read(response) {
  const isJson = /\bjson\b/.test(response.headers.get('Content-Type') ?? '');
  const body = isJson ? await response.json().catch(() => null) : null;
  if (response.ok && !response.redirected) return body;
  throw new ApiError({
    status: response.redirected ? 401 : response.status,
    code: body?.code ?? (response.redirected ? 'signed_out' : `http_${response.status}`),
    title: body?.title ?? '',
    errors: body?.errors ?? {},
    detail: body ?? {},
  });
}

function csrfToken() {
  return globalThis.document?.querySelector('meta[name="csrf-token"]')?.content ?? '';
}

/** A random version 4 UUID, also where crypto.randomUUID is missing (plain http). */
export function newKey(crypto = globalThis.crypto) {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
