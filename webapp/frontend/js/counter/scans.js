/* What a scanned or typed code is, and the words when it is nothing: the cart is never touched by a code that fails. */
import { ApiError, post } from '../lib/api.js';
import { net } from '../lib/net.js';
import { isMemberScan } from '../lib/offline-sale.js';
import { fill } from './draw.js';

const PHONE_PART = /^\d{3,11}$/;
const NAME = /^[\p{Script=Han}a-z· ]{1,20}$/iu;

/** {kind: 'member' | 'product' | 'order' | 'coupon' | 'search' | 'scanned' (a member's code, without network) | 'trouble', …}; `words` are the dataset of the page. */
export async function whatIs(code, store, words) {
  try {
    if (!net.online) throw new ApiError({});
    return await post('/api/v1/scans', { code, store }, { pauses: [300] });
  } catch (error) {
    if (error.status === 0 && isMemberScan(code)) return { kind: 'scanned' };
    if ((error.status === 0 || error.code === 'code_unknown') && isSearch(code)) return { kind: 'search', text: code };
    return { kind: 'trouble', text: wordsFor(error, code, words), status: error.status };
  }
}

/* Digits that are no code are a phone number or its end, words are a name. */
function isSearch(code) {
  return PHONE_PART.test(code) || NAME.test(code) || /^\+\d{6,15}$/.test(code);
}

function wordsFor(error, code, words) {
  if (error.status === 0) return words.noNet;
  if (error.code === 'clock_skew' && error.detail.seconds >= 90) {
    return fill(words.skew, { minutes: Math.round(error.detail.seconds / 60) });
  }
  if (error.code === 'code_unknown' && /^\d{8}(\d{5})?$/.test(code)) return fill(words.noBarcode, { code });
  return error.title || words.failed;
}
