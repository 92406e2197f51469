/* Typing an amount on a keypad. Amounts are texts such as "101.4" on the way and fen (integers) inside; never floats. */

const MOST_YUAN_DIGITS = 7;

/** "101.4" → 10140; null for what is not an amount. */
export function fenOf(text) {
  const found = /^(\d{0,9})(?:\.(\d{0,2}))?$/.exec(text.trim());
  if (!found || text.trim() === '' || text.trim() === '.') return null;
  return Number(found[1] || 0) * 100 + Number((found[2] ?? '').padEnd(2, '0'));
}

/** 10140 → "101.40" */
export function textOf(fen) {
  return `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
}

/** The text after one key: a digit, "00", ".", "back", "clear", "half" or "all" of `all` fen. */
export function press(text, key, all = 0) {
  if (key === 'clear') return '';
  if (key === 'back') return text.slice(0, -1);
  if (key === 'all') return textOf(all);
  if (key === 'half') return textOf(Math.ceil(all / 2));
  if (key === '.') return text.includes('.') ? text : `${text || '0'}.`;
  return fits(text + key) ? withoutLeadingZero(text + key) : text;
}

function fits(text) {
  const [yuan, cents = ''] = text.split('.');
  return cents.length <= 2 && withoutLeadingZero(yuan).length <= MOST_YUAN_DIGITS;
}

function withoutLeadingZero(text) {
  return text.replace(/^0+(?=\d)/, '');
}
