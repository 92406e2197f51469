/*
 * <ck-done>: 收款完成. What was taken and given back, what the member earned, and the next customer.
 *
 * Attributes: data-kept-number, data-taken ({kinds}), data-saved ({amount}), data-points-after ({before} {after}), data-share ({number} {amount} {points}), data-shared.
 * Expected inside: a <dialog> with [data-slot]s number paid how saved change earned after wallet who code, [data-member-part],
 *   [data-wallet-part],
 *   [data-walk-in-part], [data-change-part], links [data-receipt] [data-order], buttons [data-next] [data-stay] [data-share-it].
 * Events: ck:next (bubbles): the next customer.
 * Methods: show(order, tenders, member, wallet), showKept(sale, tenders) for one that waits on this device ([data-kept-part]), close().
 */
import { fenOf, textOf } from '../lib/amount.js';
import { tell, toast } from '../lib/events.js';
import { fill, write, yuan } from '../counter/draw.js';

class CkDone extends HTMLElement {
  #order = null;

  connectedCallback() {
    this.addEventListener('click', (event) => this.#clicked(event));
    this.#dialog.addEventListener('cancel', (event) => event.preventDefault());
  }

  get #dialog() {
    return this.querySelector('dialog');
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  /** `wallet` is what the member had stored before, in fen. */
  show(order, tenders, member, wallet = null) {
    const { earned = 0, before, after } = order.points;
    this.#order = order;
    const stored = wallet === null ? 0 : wallet - tenders.reduce((sum, { kind, amount }) => sum + (kind === 'wallet' ? fenOf(amount) : 0), 0);
    const saved = fenOf(order.list_total) - fenOf(order.due);
    write(this.#dialog, {
      number: order.number,
      paid: order.paid,
      how: this.#how(tenders),
      change: order.change,
      saved: saved ? fill(this.dataset.saved, { amount: yuan(saved) }) : '',
      wallet: wallet ? textOf(stored) : '',
      earned: `+${earned}`,
      after: fill(this.dataset.pointsAfter, { before, after }),
      balance: after ?? '',
      who: member?.name ?? '',
      code: order.receipt_code,
    });
    this.#part('change-part').hidden = !fenOf(order.change);
    this.#part('wallet-part').hidden = !wallet;
    this.#part('member-part').hidden = !order.member;
    this.#part('walk-in-part').hidden = Boolean(order.member);
    this.#part('receipt').href = `/staff/orders/${order.id}/receipt#print`;
    this.#part('order').href = `/staff/orders/${order.id}`;
    this.#open(true);
  }

  /** A sale that waits on this device: it has no number yet, and nobody knows what it earns. */
  showKept(sale, tenders) {
    const change = tenders.reduce((sum, { amount, received }) => sum + (received ? fenOf(received) - fenOf(amount) : 0), 0);
    write(this.#dialog, {
      number: this.dataset.keptNumber, paid: textOf(sale.amount), how: this.#how(tenders), change: textOf(change), saved: '',
    });
    this.#part('change-part').hidden = !change;
    for (const name of ['wallet-part', 'member-part', 'walk-in-part']) this.#part(name).hidden = true;
    this.#open(false);
  }

  #how(tenders) {
    const names = JSON.parse(this.dataset.kinds);
    return fill(this.dataset.taken, { kinds: [...new Set(tenders.map(({ kind }) => names[kind]))].join(' + ') });
  }

  #open(booked) {
    this.#part('kept-part').hidden = booked;
    for (const name of ['receipt', 'order']) this.#part(name).hidden = !booked;
    this.#part('share-it').hidden = !booked || (!navigator.share && !navigator.clipboard);
    this.#dialog.showModal();
    this.#part('next').focus();
  }

  close() {
    this.#dialog.close();
  }

  #clicked(event) {
    if (event.target.closest('[data-share-it]')) this.#share();
    if (event.target.closest('[data-stay]')) this.close();
    if (!event.target.closest('[data-next]')) return;
    this.close();
    tell(this, 'ck:next');
  }

  async #share() {
    const { number, paid, receipt_code: code, receipt_url: url } = this.#order;
    const text = fill(this.dataset.share, { number, amount: paid, code });
    try {
      if (navigator.share) await navigator.share({ text, url });
      else await navigator.clipboard.writeText(`${text} ${url}`);
      if (!navigator.share) write(this.#dialog, { how: this.dataset.shared });
    } catch (error) {
      if (error.name !== 'AbortError') toast(this.dataset.shareFailed);
    }
  }
}

customElements.define('ck-done', CkDone);
