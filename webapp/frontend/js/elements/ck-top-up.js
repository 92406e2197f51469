/*
 * <ck-top-up room="500000">: 充值. Keeps the words of the one button, the round notes and the change; without it the form works too.
 *
 * Attributes
 *   room              fen that still fit below the cap
 *   extra             per mille that the member's level gives on top of an amount of one's own
 *   data-choose-plan, data-choose-way, data-take, data-exact, data-over   words; places {kind} {amount} {credited}
 * Expected inside: radios name="plan" (data-amount, data-credited, or data-own), [data-own-amount], radios name="tender" (data-name),
 *   [data-received], [data-quick], [data-change] with data-slot="change", [data-go].
 */
import { fenOf, textOf } from '../lib/amount.js';
import { notesAbove } from '../lib/tenders.js';
import { fill, yuan } from '../counter/draw.js';

const short = (fen) => yuan(fen).replace('.00', '');

class CkTopUp extends HTMLElement {
  #heard = null;

  connectedCallback() {
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    this.addEventListener('input', () => this.#draw(), { signal });
    this.addEventListener('change', (event) => this.#changed(event), { signal });
    this.addEventListener('click', (event) => this.#clicked(event), { signal });
    this.addEventListener('submit', (event) => this.#ready || event.preventDefault(), { signal, capture: true });
    this.#draw();
  }

  disconnectedCallback() {
    this.#heard?.abort();
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  get #plan() {
    return this.querySelector('[name=plan]:checked');
  }

  get #way() {
    return this.querySelector('[name=tender]:checked');
  }

  get #amount() {
    const own = this.#plan?.hasAttribute('data-own');
    return own ? fenOf(this.#part('own-amount').value) ?? 0 : Number(this.#plan?.dataset.amount ?? 0);
  }

  get #credited() {
    if (!this.#plan?.hasAttribute('data-own')) return Number(this.#plan?.dataset.credited ?? 0);
    return this.#amount + Math.floor((2 * this.#amount * Number(this.getAttribute('extra')) + 1000) / 2000);
  }

  get #over() {
    return this.#credited > Number(this.getAttribute('room'));
  }

  get #ready() {
    return this.#amount > 0 && !this.#over && Boolean(this.#way);
  }

  #changed(event) {
    if (event.target.matches('[name=plan]')) this.#part('received').value = '';
    if (event.target.matches('[data-own]')) this.#part('own-amount').focus();
    this.#draw();
  }

  #clicked(event) {
    const note = event.target.closest('[data-note]');
    if (!note) return;
    this.#part('received').value = textOf(Number(note.dataset.note));
    this.#draw();
  }

  #draw() {
    const amount = this.#amount;
    const received = fenOf(this.#part('received').value) ?? amount;
    const cash = this.#way?.value === 'cash';
    this.#notes(cash ? [amount, ...notesAbove(amount)] : [], received);
    const change = cash && amount > 0 ? Math.max(0, received - amount) : 0;
    this.#part('change').hidden = !change;
    this.querySelector('[data-slot=change]').textContent = textOf(change);
    this.#part('go').textContent = this.#words();
    this.#part('go').setAttribute('aria-disabled', String(!this.#ready));
  }

  #words() {
    if (!this.#amount) return this.dataset.choosePlan;
    if (this.#over) return this.dataset.over;
    if (!this.#way) return this.dataset.chooseWay;
    const words = { kind: this.#way.dataset.name, amount: short(this.#amount), credited: short(this.#credited) };
    return fill(this.dataset.take, words);
  }

  #notes(amounts, received) {
    this.#part('quick').replaceChildren(...amounts.filter((fen) => fen > 0).map((fen, at) => {
      const chip = document.createElement('button');
      chip.type = 'button';
      chip.className = 'chip num';
      chip.dataset.note = String(fen);
      chip.setAttribute('aria-pressed', String(fen === received));
      chip.textContent = at ? short(fen) : this.dataset.exact;
      return chip;
    }));
  }
}

customElements.define('ck-top-up', CkTopUp);
