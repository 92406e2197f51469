/*
 * A few values kept on this device, in one IndexedDB database per app ("changke-member", "changke-staff"), so that the
 * two apps on one origin never read each other's.
 *
 * Where the browser refuses (private windows, a full disk, no CryptoKey on disk) a value lives as long as the page.
 */
import { openDB } from 'idb';

const SHELF = 'values';

export class Store {
  #pageOnly = new Map();
  #database;

  constructor(app) {
    this.#database = openDB(`changke-${app}`, 1, {
      upgrade: (database) => database.createObjectStore(SHELF),
    });
    this.#database.catch(() => {});
  }

  async get(name) {
    const kept = await this.#try((database) => database.get(SHELF, name));
    return kept.value ?? this.#pageOnly.get(name);
  }

  async set(name, value) {
    const { done } = await this.#try((database) => database.put(SHELF, value, name));
    if (done) this.#pageOnly.delete(name);
    else this.#pageOnly.set(name, value);
  }

  async delete(name) {
    this.#pageOnly.delete(name);
    await this.#try((database) => database.delete(SHELF, name));
  }

  async clear() {
    this.#pageOnly.clear();
    await this.#try((database) => database.clear(SHELF));
  }

  async #try(work) {
    try {
      return { done: true, value: await work(await this.#database) };
    } catch {
      return { done: false };
    }
  }
}

const opened = new Map();

/** The store of an app; opened once per page. */
export function storeOf(app) {
  if (!opened.has(app)) opened.set(app, new Store(app));
  return opened.get(app);
}
