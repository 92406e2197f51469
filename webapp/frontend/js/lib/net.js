/*
 * Is the shop's server reachable? Told by what really happened to requests, because navigator.onLine lies both ways
 * (a shop can run without internet, a phone can be on Wi-Fi that leads nowhere).
 *
 * `net.online` holds the answer; "change" is fired on `net` when it turns. In doubt one light request asks the server.
 */

const PING = '/healthz?light=1';
const PING_TIMEOUT = 4_000;
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;

export class Net extends EventTarget {
  online = true;
  #asking = null;
  #pause = FIRST_PAUSE;
  #timer = 0;

  constructor(ping = pingServer) {
    super();
    this.ping = ping;
  }

  /** A request got an answer, whatever the answer was. */
  reached() {
    clearTimeout(this.#timer);
    this.#pause = FIRST_PAUSE;
    this.#turn(true);
  }

  /** A request got no answer: ask once more before saying so. */
  failed() {
    return this.online ? this.check() : Promise.resolve(false);
  }

  /** Ask the server now. Resolves to whether it answered; parallel callers share one question. */
  check() {
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask() {
    const answered = await this.ping().catch(() => false);
    if (answered) this.reached();
    else this.#lost();
    return answered;
  }

  #lost() {
    this.#turn(false);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.check(), this.#pause);
    this.#timer.unref?.();
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #turn(online) {
    if (online === this.online) return;
    this.online = online;
    this.dispatchEvent(new Event('change'));
  }
}

async function pingServer() {
  const signal = AbortSignal.timeout(PING_TIMEOUT);
  await fetch(PING, { method: 'HEAD', cache: 'no-store', redirect: 'error', credentials: 'omit', signal });
  return true;
}

export const net = new Net();
