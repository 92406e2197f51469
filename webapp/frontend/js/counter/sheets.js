/* The sheets beside the cart: one line (#line: how many, a note), one tile (#tile: 售罄), finding a member (#people). `counter` is
   <ck-cart>. */
import { fenOf, textOf } from '../lib/amount.js';
import { change, lineOf, setQuantity } from '../lib/cart.js';
import { toast } from '../lib/events.js';
import { fill, write } from './draw.js';

const byId = (id) => document.getElementById(id);

export class Sheets {
  #counter;
  #entered = false; // Enter was pressed in the search: the answer to it may be acted on

  constructor(counter, signal) {
    this.#counter = counter;
    byId('line').addEventListener('ck:close', () => this.#noted(), { signal });
    byId('people').addEventListener('submit', ({ target }) => { this.#entered = target.matches('[role=search]'); }, { signal });
    byId('people').addEventListener('input', () => { this.#entered = false; }, { signal });
    document.addEventListener('htmx:afterSettle', ({ target }) => target.id === 'found-members' && this.#found(target), { signal });
    document.addEventListener('click', ({ target }) => {
      if (target.closest('[data-remove-line]')) this.#remove();
      if (target.closest('[data-sell-out]')) this.#sellOut();
    }, { signal });
  }

  get #till() {
    return this.#counter.till;
  }

  /* Enter takes the only one who fits; where nobody does, the phone is filled in already and the name comes next. */
  #found(list) {
    const asked = byId('people').querySelector('[type=search]').value.trim();
    if (!this.#entered || !asked) return;
    this.#entered = false;
    const people = list.querySelectorAll('[data-choose-member]');
    if (people.length === 1) people[0].click();
    if (!people.length) byId('quick-name')?.focus();
  }

  /** Change one line; what is written counts when the sheet closes, however it closes. */
  openLine(id) {
    const line = lineOf(this.#till.cart, id);
    const sheet = byId('line');
    sheet.dataset.line = id;
    sheet.querySelector('h2').textContent = line.name;
    write(sheet, { choices: line.choices });
    sheet.querySelector('[name=quantity]').value = line.quantity;
    sheet.querySelector('[name=note]').value = line.note;
    const price = sheet.querySelector('[name=manual_price]');
    if (price) price.value = line.manualPrice === undefined ? '' : textOf(line.manualPrice);
    if (price) sheet.querySelector('[name=manual_reason]').value = this.#till.cart.manual.reason;
    sheet.show();
  }

  #noted() {
    const sheet = byId('line');
    const id = sheet.dataset.line;
    const line = lineOf(this.#till.cart, id);
    if (!line) return;
    const quantity = Number(sheet.querySelector('[name=quantity]').value);
    const note = sheet.querySelector('[name=note]').value.trim();
    const manualPrice = sheet.querySelector('[name=manual_price]') ? (fenOf(sheet.querySelector('[name=manual_price]').value) ?? undefined) : line.manualPrice;
    if (line.quantity === quantity && line.note === note && line.manualPrice === manualPrice) return;
    const changed = change(setQuantity(this.#till.cart, id, quantity), id, { note, manualPrice });
    const reason = sheet.querySelector('[name=manual_reason]')?.value.trim() || changed.manual.reason;
    this.#till.put({ ...changed, manual: { ...changed.manual, reason } });
  }

  #remove() {
    const sheet = byId('line');
    this.#till.put(setQuantity(this.#till.cart, sheet.dataset.line, 0));
    sheet.close();
  }

  /** Say that a product is sold out here, or that there is some again. */
  openTile(tile) {
    const sheet = byId('tile');
    const { product, name } = tile.dataset;
    sheet.dataset.product = product;
    sheet.querySelector('h2').textContent = name;
    sheet.toggleAttribute('data-sold-out', tile.hasAttribute('data-sold-out'));
    sheet.show();
  }

  async #sellOut() {
    const sheet = byId('tile');
    const { tiles, dataset } = this.#counter;
    const { product } = sheet.dataset;
    const soldOut = !sheet.hasAttribute('data-sold-out');
    sheet.close();
    const { name } = tiles.byId(product).dataset;
    try {
      await tiles.sellOut(product, this.#till.store, soldOut);
      toast(fill(soldOut ? dataset.soldOutNow : dataset.backNow, { name }));
      this.#till.ask();
    } catch (error) {
      toast(error.status ? error.title : dataset.noNet);
    }
  }
}
