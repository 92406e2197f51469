/*
 * What the member could use and what was taken off: the strip above the amount due, and the sheet #adjust behind it.
 *
 * The strip is one button, [data-offers], in one of three states: hidden (nothing to say), `saved` (opens the sheet), `ask` (the
 * member holds something but has not agreed yet: opens the question).
 */
import { fenOf, textOf } from '../lib/amount.js';
import { pieces } from '../lib/cart.js';
import { copy, fill, keyed, write, yuan } from './draw.js';

const byId = (id) => document.getElementById(id);

export class Offers {
  #counter;

  constructor(counter, signal) {
    this.#counter = counter;
    const sheet = byId('adjust');
    sheet.addEventListener('change', ({ target }) => this.#changed(target), { signal });
    sheet.addEventListener('click', ({ target }) => target.closest('[data-best]') && this.#till.put({ ...this.#till.cart, coupons: null }), { signal });
    sheet.addEventListener('submit', (event) => this.#discounted(event), { signal });
  }

  get #till() {
    return this.#counter.till;
  }

  /** Open what the strip leads to: the sheet; where the member has not agreed yet, that question. */
  open() {
    if (this.#strip.dataset.state === 'ask') return this.#counter.ask();
    return this.show();
  }

  /** Open the sheet. */
  show() {
    this.#drawSheet();
    return byId('adjust').show();
  }

  get #strip() {
    return this.#counter.querySelector('[data-offers]');
  }

  draw() {
    const { cart, quote } = this.#till;
    const strip = this.#strip;
    const saved = quote ? fenOf(quote.steps[0].amount) - fenOf(quote.due) : 0;
    const held = this.#held();
    const asks = Boolean(cart.member && !cart.proof && held);
    const shows = quote && pieces(cart) > 0;
    strip.hidden = !shows || !(saved || asks || this.#adjustable);
    strip.dataset.state = asks ? 'ask' : 'saved';
    const words = this.#counter.dataset;
    write(strip, {
      head: asks ? held : headline(words, saved, quote),
      about: asks ? words.askFirst : (quote ? stepWords(quote) : ''),
      act: asks ? words.ask : words.change,
    });
    if (byId('adjust').dialog.open) this.#drawSheet();
  }

  /* Whether there is anything to choose: coupons, points, a discount by hand. */
  get #adjustable() {
    const { cart, quote } = this.#till;
    return Boolean(quote && (quote.coupons?.length || (cart.proof && quote.holds?.points_most) || byId('adjust').querySelector('[data-by-hand]')));
  }

  /* What the member could use, in words; empty when there is nothing. */
  #held() {
    const { coupons = 0, points = 0, wallet = 0 } = this.#counter.standing ?? {};
    const words = this.#counter.dataset;
    return [
      Number(coupons) ? fill(words.hasCoupons, { count: coupons }) : '',
      Number(wallet) ? fill(words.hasWallet, { amount: yuan(Number(wallet)) }) : '',
      Number(points) >= Number(words.leastPoints) ? fill(words.hasPoints, { count: points }) : '',
    ].filter(Boolean).join(' · ');
  }

  /* ------------------------------------------------ the sheet */

  #drawSheet() {
    const { cart, quote } = this.#till;
    const sheet = byId('adjust');
    if (!quote) return;
    keyed(sheet.querySelector('[data-steps]'), quote.steps, {
      key: (step, at) => `${at}${step.kind}`,
      make: () => copy(sheet, 'step'),
      show: (node, step) => write(node, { label: labelOf(step, this.#counter), amount: yuan(fenOf(step.amount.replace('-', '')) * (step.amount.startsWith('-') ? -1 : 1)) }),
    });
    const coupons = quote.coupons ?? []; // null: this person may not read coupons
    keyed(sheet.querySelector('[data-coupons]'), coupons, {
      key: ({ coupon }) => coupon,
      make: () => copy(sheet, 'coupon'),
      show: (node, offered) => this.#drawCoupon(node, offered),
    });
    sheet.querySelector('[data-coupons]').hidden = !coupons.length;
    sheet.querySelector('[data-none-held]').hidden = !quote.coupons || coupons.length > 0 || !cart.proof;
    sheet.querySelector('[data-best]').hidden = !quote.coupons || cart.coupons === null;
    this.#drawPoints(sheet, cart, quote);
    const off = sheet.querySelector('[name=manual_off]');
    if (off && document.activeElement !== off) off.value = cart.manual.off ? textOf(cart.manual.off) : '';
  }

  #drawCoupon(node, { name, applied, saves, reason, expires_at: until }) {
    const words = this.#counter.dataset;
    node.querySelector('input').checked = applied;
    write(node, {
      name,
      about: applied ? fill(words.saves, { amount: yuan(fenOf(saves)) }) : (reason ?? ''),
      until: until ? fill(words.until, { day: dayOf(until) }) : '',
    });
  }

  #drawPoints(sheet, cart, quote) {
    const row = sheet.querySelector('[data-points-row]');
    const { points_most: most, points_save: save, points } = quote.holds ?? {}; // null: this person may not read points
    row.hidden = !cart.proof || !(most || cart.points);
    row.querySelector('input').checked = cart.points > 0;
    write(row, { 'points-words': fill(this.#counter.dataset.usePoints, { count: most ?? 0, amount: yuan(fenOf(save ?? '0.00')) }), 'points-have': fill(this.#counter.dataset.hasPoints, { count: points ?? 0 }) });
  }

  #changed(target) {
    const { cart, quote } = this.#till;
    if (target.matches('[data-use-points]')) return this.#till.put({ ...cart, points: target.checked ? quote.holds.points : 0 });
    const row = target.closest('[data-row]');
    if (!row || !quote) return undefined;
    const applied = (quote.coupons ?? []).filter((each) => each.applied).map(({ coupon }) => coupon);
    const others = applied.filter((id) => id !== row.dataset.row);
    return this.#till.put({ ...cart, coupons: target.checked ? [...others, row.dataset.row] : others });
  }

  #discounted(event) {
    const form = event.target;
    event.preventDefault();
    const off = fenOf(form.manual_off.value) ?? 0;
    const reason = form.manual_reason.value.trim();
    if (off && !reason) return form.manual_reason.focus();
    this.#till.put({ ...this.#till.cart, manual: { off, reason } });
    return byId('adjust').close();
  }
}

function headline(words, saved, quote) {
  if (!saved) return words.adjust;
  return fill(quote.coupons?.some((each) => each.applied) ? words.saved : words.saves, { amount: yuan(saved) });
}

/** The steps that took something off, in a few words. */
function stepWords({ steps }) {
  return steps.slice(1).map((step) => step.label || document.querySelector(`[data-step-name="${step.kind}"]`)?.textContent || '').filter(Boolean).join('、');
}

function labelOf(step, counter) {
  return step.label || document.querySelector(`[data-step-name="${step.kind}"]`)?.textContent || counter.dataset.adjust;
}

/* The last day on which it is good: its end is the midnight after. */
const dayOf = (end) => new Intl.DateTimeFormat(document.documentElement.lang, { month: 'long', day: 'numeric' }).format(new Date(end).getTime() - 1000);
