/* Asking a product's questions (size, flavour) in the sheet #options: every one needs an answer, the price follows at once. */
import { copy, fill, write, yuan } from './draw.js';
import { textOf } from '../lib/amount.js';

/** Resolves to the product with its choices and price, or null when the sheet was closed. Prices of `options` are changes in fen. */
export function askOptions(root, product, options) {
  const sheet = document.getElementById('options');
  const body = sheet.querySelector('[data-questions]');
  body.replaceChildren(...options.map((option) => question(root, option)));
  sheet.querySelector('h2').textContent = product.name;
  const show = () => showPrice(sheet, product, picked(body, options));
  show();
  sheet.show();
  body.querySelector('input')?.focus(); // not the button that closes
  return new Promise((resolve) => {
    const done = new AbortController();
    const { signal } = done;
    const finish = (value) => { done.abort(); resolve(value); };
    body.addEventListener('change', show, { signal });
    sheet.addEventListener('ck:close', () => finish(null), { signal });
    sheet.querySelector('form').addEventListener('submit', (event) => {
      event.preventDefault();
      const answers = picked(body, options);
      if (answers.some(({ choice }) => !choice)) return body.querySelector('fieldset:not(:has(:checked)) input').focus();
      finish(chosen(product, answers));
      return sheet.close();
    }, { signal });
  });
}

function question(root, option) {
  const node = write(copy(root, 'option'), { name: option.name });
  node.querySelector('[data-choices]').append(...option.choices.map((choice) => answer(root, option, choice)));
  return node;
}

function answer(root, option, choice) {
  const sign = choice.price_change > 0 ? '+' : '';
  const node = write(copy(root, 'choice'), { name: choice.name, extra: choice.price_change ? sign + yuan(choice.price_change) : '' });
  Object.assign(node.querySelector('input'), {
    name: `option-${option.key}`,
    value: choice.key,
    checked: option.choices.length === 1,
  });
  return node;
}

function picked(body, options) {
  return options.map((option) => {
    const key = body.querySelector(`input[name="option-${CSS.escape(option.key)}"]:checked`)?.value;
    return { option, choice: option.choices.find((choice) => choice.key === key) };
  });
}

const priceOf = (product, answers) =>
  Math.max(0, answers.reduce((sum, { choice }) => sum + (choice?.price_change ?? 0), product.price));

function showPrice(sheet, product, answers) {
  const missing = answers.filter(({ choice }) => !choice).map(({ option }) => option.name);
  sheet.querySelector('[data-price]').textContent = textOf(priceOf(product, answers));
  const button = sheet.querySelector('[data-add]');
  button.textContent = missing.length ? fill(button.dataset.missing, { names: missing.join(button.dataset.and) }) : button.dataset.ready;
  button.classList.toggle('btn-primary', !missing.length);
  button.classList.toggle('btn-line', missing.length > 0);
}

function chosen(product, answers) {
  return {
    ...product,
    price: priceOf(product, answers),
    options: Object.fromEntries(answers.map(({ option, choice }) => [option.key, choice.key])),
    choices: answers.map(({ choice }) => choice.name).join(' · '),
  };
}
