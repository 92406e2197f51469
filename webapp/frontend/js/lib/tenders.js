/* How a sale is paid: pure functions over tenders {kind, amount, received?}, in fen. Change is given on cash alone. */

/** Cash beyond what is due by more than this is a slip of the finger: nobody hands it over. */
export const MOST_CHANGE = 100_000;

export const taken = (tenders) => tenders.reduce((sum, tender) => sum + tender.amount, 0);
export const changeOf = (tenders) => tenders.reduce((sum, tender) => sum + Math.max(0, (tender.received ?? 0) - tender.amount), 0);

/** The tenders after taking `amount` by `kind`: never more than is left, but for cash, whose rest is change. Cash is one tender. */
export function take(tenders, due, kind, amount) {
  const left = due - taken(tenders);
  if (kind !== 'cash') return [...tenders, { kind, amount: Math.min(amount, left) }];
  const before = tenders.find((tender) => tender.kind === 'cash');
  const others = tenders.filter((tender) => tender !== before);
  const received = amount + (before?.received ?? 0);
  return [...others, { kind, amount: Math.min(received, due - taken(others)), received }];
}

export const without = (tenders, at) => tenders.filter((_tender, index) => index !== at);

/** Only as much as a smaller amount due needs: tenders that no longer fit go. */
export const fitting = (tenders, due) => (taken(tenders) > due ? [] : tenders);

/** Round amounts that people hand over for `due`: the next ten, fifty, hundred, two hundred. */
export function notesAbove(due) {
  const steps = [1000, 5000, 10000, 20000];
  const rounded = steps.map((step) => Math.ceil(due / step) * step).filter((amount) => amount > due);
  return [...new Set(rounded)].slice(0, 3);
}
