// The diagram with all that was done to it: undo and redo, 100 steps deep, kept in the browser.

import { applied, EMPTY } from "./diagram.js";
import { Kept, later } from "./kept.js";

const DEEP = 100;
const NAME = "diagram";
const PATIENCE = 2000; // milliseconds for which the page waits for what was kept
const PAUSE = 10_000; // milliseconds after which keeping is tried again

/** Holds the state; tells its listeners when it changes. */
export class History {
  constructor() {
    this.state = EMPTY;
    this.done = []; // steps, the latest last: {label, changes}
    this.undone = [];
    this.saved = null; // the diagram on the server that this is: {id, investigation, title, version}
    this.investigation = null; // the one that was last opened to be written to
    this.who = ""; // whose it is: another user of this browser does not see it
    this.listeners = new Set();
    this.store = new Kept();
    this.recalled = false; // whether it was read what was kept before
    this.writing = false;
    this.changes = 0; // how many there were, and how many of them are kept
    this.kept = 0;
    addEventListener("beforeunload", (event) => this.kept < this.changes && event.preventDefault());
    window.kept = () => this.recalled && this.kept === this.changes;
  }

  /** Do something that can be undone; nothing where there is nothing to do. */
  apply(label, changes) {
    if (changes.length === 0) return;
    this.state = applied(this.state, changes);
    this.done = [...this.done, { label, changes }].slice(-DEEP);
    this.undone = [];
    this.changed();
  }

  /** The same, as one step with the last one where that was of this kind: a slider that is moved. */
  adjust(label, changes) {
    if (this.done.at(-1)?.label === label && this.undone.length === 0) this.extend(changes);
    else this.apply(label, changes);
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
    this.changes += 1;
    for (const listener of this.listeners) listener();
    this.keep();
  }

  /** Keep all of it in the browser, which asks before it leaves the page too early. */
  async keep() {
    if (!this.recalled || this.writing) return;
    this.writing = true;
    try {
      while (this.kept < this.changes) {
        const { changes, state, done, undone, saved, investigation, who } = this;
        await this.store.write(key(who), {
          state, done, undone, saved: saved && { ...saved, state: saved.state === state }, investigation,
        });
        this.kept = changes;
      }
    } catch {
      // the browser keeps nothing, and asks before the page is left
      setTimeout(() => this.keep(), PAUSE);
    } finally {
      this.writing = false;
    }
  }

  /** Forget all of it, in the browser too. */
  async forget() {
    Object.assign(this, { state: EMPTY, done: [], undone: [], saved: null, investigation: null });
    this.kept = this.changes;
    localStorage.removeItem("clew");
    await this.store.remove(key(this.who)).catch(() => null);
  }

  /** Take up what was kept for an account ("" for nobody's), if anything was. */
  async recall(who) {
    this.who = who;
    localStorage.setItem("clew", who);
    // a private window may have no such store, and another page may hold it up
    await Promise.race([this.take(), later(PATIENCE)]);
  }

  async take() {
    const kept = await this.store.read(key(this.who)).catch(() => null);
    this.recalled = true;
    performance.mark("recalled");
    if (kept && this.done.length === 0) {
      Object.assign(this, kept);
      // what an earlier page kept has no look in its state
      this.state = { ...kept.state, look: { ...EMPTY.look, ...kept.look, ...kept.state.look } };
      if (this.saved?.state === true) this.saved.state = this.state;
      for (const listener of this.listeners) listener();
    } else this.keep();
  }
}

const key = (who) => (who ? `${NAME} ${who}` : NAME);
