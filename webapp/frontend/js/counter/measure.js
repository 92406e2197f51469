/* Asking what a product without a fixed price costs, in the sheet #measure: its weight in grams, or a price that the cashier names. */
import { fenOf, textOf } from '../lib/amount.js';
import { weighed } from '../lib/cart.js';

/** Resolves to {grams, price} or {openPrice, price} in fen, or null when the sheet was closed. `pricing` is weight or open. */
export function askMeasure(product, pricing) {
  const sheet = document.getElementById('measure');
  const weight = pricing === 'weight';
  const field = sheet.querySelector(`[name=${weight ? 'grams' : 'open_price'}]`);
  sheet.querySelector('h2').textContent = product.name;
  sheet.querySelector('[data-weight]').hidden = !weight;
  sheet.querySelector('[data-open-price]').hidden = weight;
  field.value = '';
  const measured = () => (weight ? byWeight(product, field.value) : byPrice(field.value));
  const show = () => {
    const found = measured();
    sheet.querySelector('[data-price]').textContent = found ? textOf(found.price) : '0.00';
    sheet.querySelector('[data-add]').setAttribute('aria-disabled', String(!found));
  };
  show();
  sheet.show();
  field.focus();
  return new Promise((resolve) => {
    const done = new AbortController();
    const { signal } = done;
    const finish = (value) => { done.abort(); resolve(value); };
    sheet.addEventListener('input', show, { signal });
    sheet.addEventListener('ck:close', () => finish(null), { signal });
    sheet.querySelector('form').addEventListener('submit', (event) => {
      event.preventDefault();
      const found = measured();
      if (!found) return field.focus();
      finish(found);
      return sheet.close();
    }, { signal });
  });
}

function byWeight(product, text) {
  const grams = /^\d{1,6}$/.test(text.trim()) ? Number(text) : 0;
  return grams ? { grams, price: weighed(product.price, grams) } : null;
}

function byPrice(text) {
  const fen = fenOf(text);
  return fen ? { openPrice: fen, price: fen } : null;
}
