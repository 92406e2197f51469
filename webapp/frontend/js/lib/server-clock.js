/*
 * The server's time on a phone whose own clock may be wrong.
 *
 * `offset` is server − phone in milliseconds, measured at an answer and kept for offline use.
 */

const LONGEST_LEG = 500;

/** Offset from one answer: the server wrote its time a little before it was heard. Tries that failed before do not count. */
export function offsetFrom(serverTime, askedAt, heardAt) {
  const wayBack = Math.min((heardAt - askedAt) / 2, LONGEST_LEG);
  return Math.round(Date.parse(serverTime) - (heardAt - wayBack));
}

/** Unix time in seconds, with fraction, as the server would tell it. */
export function serverSeconds(offset, now = Date.now()) {
  return (now + offset) / 1000;
}
