// What the browser keeps of the page: a store of IndexedDB that may be closed or cleared any time.

const DATABASE = "clew";
const STORE = "diagram";
const TRIES = 6; // after the first
const PATIENCE = 2000; // milliseconds for the first try; each next one has twice as many
const PAUSE = 200; // milliseconds to wait after the first try; doubled after each next one

/** Reads and writes values by name. A try that fails, or is never answered, is made again. */
export class Kept {
  constructor() {
    this.database = null;
  }

  read(name) {
    return this.ask("readonly", (store) => store.get(name));
  }

  write(name, value) {
    return this.ask("readwrite", (store) => store.put(value, name));
  }

  remove(name) {
    return this.ask("readwrite", (store) => store.delete(name));
  }

  async ask(mode, work) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await within(PATIENCE * 2 ** tries, this.once(mode, work));
      } catch (error) {
        // a database that the browser closed does not tell how its transactions ended
        this.database?.close();
        this.database = null;
        if (tries === TRIES) throw error;
        await later(PAUSE * 2 ** tries);
      }
    }
  }

  async once(mode, work) {
    this.database ??= await open();
    const transaction = this.database.transaction(STORE, mode, { durability: "relaxed" });
    const request = work(transaction.objectStore(STORE));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    return request.result;
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      // another page may delete it
      opening.result.onversionchange = () => opening.result.close();
      resolve(opening.result);
    };
  });
}

export const later = (milliseconds) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds, null));

const within = (milliseconds, promise) => Promise.race([
  promise,
  later(milliseconds).then(() => Promise.reject(new Error("The browser's store does not answer"))),
]);
