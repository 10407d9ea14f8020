// The diagram with all that was done to it: undo and redo, 100 steps deep, kept in the browser.

import { applied, EMPTY } from "./diagram.js";

const DEEP = 100;
const NAME = "clew";
const STORE = "diagram";
const PATIENCE = 2000; // milliseconds
const TRIES = 5;
const PAUSE = 300; // milliseconds

/** Holds the state; tells its listeners when it changes. */
export class History {
  constructor() {
    this.state = EMPTY;
    this.done = []; // steps, the latest last: {label, changes}
    this.undone = [];
    this.saved = null; // the diagram on the server that this is: {id, investigation, title, version}
    this.investigation = null; // the one that was last opened to be written to
    this.look = {}; // colours, widths, the year
    this.who = ""; // whose it is: another user of this browser does not see it
    this.listeners = new Set();
    this.keeping = 0; // writes that have not ended
    addEventListener("beforeunload", (event) => this.keeping && event.preventDefault());
    window.kept = () => this.keeping === 0 && Boolean(this.database);
  }

  /** Do something that can be undone; nothing where there is nothing to do. */
  apply(label, changes) {
    if (changes.length === 0) return;
    this.state = applied(this.state, changes);
    this.done = [...this.done, { label, changes }].slice(-DEEP);
    this.undone = [];
    this.changed();
  }

  /** Add changes to the last step: what a question answered that was asked for it. */
  extend(changes) {
    const step = this.done.at(-1);
    if (!step || changes.length === 0) return;
    this.state = applied(this.state, changes);
    this.done = [...this.done.slice(0, -1), { ...step, changes: [...step.changes, ...changes] }];
    this.changed();
  }

  /** Keep something beside the steps. */
  note(values) {
    Object.assign(this, values);
    this.changed();
  }

  undo() {
    const step = this.done.at(-1);
    if (!step) return null;
    this.state = applied(this.state, step.changes, true);
    this.done = this.done.slice(0, -1);
    this.undone = [...this.undone, step];
    this.changed();
    return step.label;
  }

  redo() {
    const step = this.undone.at(-1);
    if (!step) return null;
    this.state = applied(this.state, step.changes);
    this.undone = this.undone.slice(0, -1);
    this.done = [...this.done, step];
    this.changed();
    return step.label;
  }

  changed() {
    for (const listener of this.listeners) listener();
    this.keep();
  }

  /** Keep all of it in the browser, which asks before it leaves the page too early. */
  keep() {
    if (!this.database) return;
    const { state, done, undone, saved, investigation, look, who, database } = this;
    const transaction = database.transaction(STORE, "readwrite", { durability: "relaxed" });
    transaction.objectStore(STORE).put(
      { state, done, undone, saved: saved && { ...saved, state: saved.state === state }, investigation, look },
      key(who));
    this.keeping += 1;
    // a store that the browser closed never tells how its writes ended
    transaction.oncomplete = transaction.onabort = () => {
      if (this.database === database) this.keeping -= 1;
    };
  }

  /** Forget all of it, in the browser too. */
  async forget() {
    const { database, who } = this;
    Object.assign(this, { state: EMPTY, done: [], undone: [], saved: null, investigation: null });
    localStorage.removeItem("clew");
    if (!database) return;
    const transaction = database.transaction(STORE, "readwrite");
    transaction.objectStore(STORE).delete(key(who));
    await new Promise((resolve) => (transaction.oncomplete = transaction.onabort = resolve));
  }

  /** Take up what was kept for an account ("" for nobody's), if anything was. */
  async recall(who) {
    this.who = who;
    localStorage.setItem("clew", who);
    // a private window may have no such store, and another page may hold it up
    await Promise.race([this.connect(who), later(PATIENCE)]);
  }

  /** Open the store; again where the browser closed it, which it does while it clears data. */
  async connect(who) {
    for (let left = TRIES; left; left -= 1) {
      try {
        const database = await open();
        database.onclose = () => this.database === database && this.reconnect();
        const kept = await found(database, key(who));
        this.database = database;
        performance.mark("recalled");
        if (kept && this.done.length === 0) {
          Object.assign(this, kept);
          if (this.saved?.state === true) this.saved.state = this.state;
          for (const listener of this.listeners) listener();
        } else if (this.done.length) this.keep();
        return;
      } catch {
        await later(PAUSE);
      }
    }
  }

  reconnect() {
    this.database = null;
    this.keeping = 0;
    this.connect(this.who);
  }
}

const key = (who) => (who ? `${STORE} ${who}` : STORE);

function found(database, name) {
  const request = database.transaction(STORE).objectStore(STORE).get(name);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds, null));

function open() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      // another page may delete it
      opening.result.onversionchange = () => opening.result.close();
      resolve(opening.result);
    };
  });
}
