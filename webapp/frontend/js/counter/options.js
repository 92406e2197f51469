/* Asking a product's questions (size, flavour) in the sheet #options; the price follows each choice at once. */
import { textOf } from '../lib/amount.js';
import { copy } from './views.js';

/** Resolves to the product with its choices and price, or null when the sheet was closed. `options` as the API lists them, prices in fen. */
export function chooseOptions(counter, product, options) {
  const sheet = document.getElementById('options');
  const body = sheet.querySelector('[data-questions]');
  body.replaceChildren(...options.map((option) => question(counter, option)));
  sheet.querySelector('[data-product-name]').textContent = product.name;
  const price = () => product.price + picked(body, options).reduce((sum, choice) => sum + choice.price_change, 0);
  const show = () => { sheet.querySelector('[data-price]').textContent = textOf(price()); };
  show();
  sheet.show();
  return new Promise((resolve) => {
    const done = new AbortController();
    const finish = (value) => { done.abort(); resolve(value); };
    body.addEventListener('change', show, { signal: done.signal });
    sheet.addEventListener('ck:close', () => finish(null), { signal: done.signal });
    sheet.querySelector('[data-add]').addEventListener('click', () => {
      const choices = picked(body, options);
      const chosen = Object.fromEntries(options.map((option, at) => [option.key, choices[at].key]));
      finish({ ...product, price: price(), options: chosen, choices: choices.map((choice) => choice.name).join(' · ') });
      sheet.close();
    }, { signal: done.signal });
  });
}

function question(counter, option) {
  const node = copy(counter, 'option', { name: option.name });
  const list = node.querySelector('[data-choices]');
  option.choices.forEach((choice, at) => {
    const extra = choice.price_change ? `${choice.price_change > 0 ? '+' : '−'}¥${textOf(Math.abs(choice.price_change))}` : '';
    const each = copy(counter, 'choice', { name: choice.name, extra });
    const input = each.querySelector('input');
    input.name = `option-${option.key}`;
    input.value = choice.key;
    input.checked = at === 0;
    list.append(each);
  });
  return node;
}

function picked(body, options) {
  return options.map((option) => {
    const key = body.querySelector(`input[name="option-${CSS.escape(option.key)}"]:checked`)?.value;
    return option.choices.find((choice) => choice.key === key) ?? option.choices[0];
  });
}
