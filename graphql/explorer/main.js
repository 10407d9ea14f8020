// The explorer: panels at the left, the drawing at the right.

import { Account, signOut } from "./account.js";
import { makeActions } from "./actions.js";
import { ask } from "./ask.js";
import { go, read, write } from "./address.js";
import { DocumentView } from "./document.js";
import { Drawing } from "./drawing.js";
import { Entry } from "./entry.js";
import { Finder } from "./finder.js";
import { History } from "./history.js";
import { Holdings } from "./holdings.js";
import { Investigation, Investigations } from "./investigation.js";
import { html, render, useEffect, useMemo, useState } from "./page.js";
import { ME } from "./question.js";
import { Record } from "./record.js";
import { Review } from "./review.js";
import { Runs } from "./run.js";
import { Saved, Saving } from "./saved.js";
import { Search } from "./search.js";

const TABS = { search: "Search", paths: "Paths", investigations: "Investigations", reviews: "Review" };
const WITHIN = {
  investigation: "investigations", entry: "investigations", diagram: "investigations", review: "reviews",
};
const WIDE = ["review", "document"]; // views that take the place of the drawing

function Explorer() {
  const history = useMemo(() => new History(), []);
  const [state, show] = useState(history.state);
  const [selected, select] = useState(new Set());
  const [message, tell] = useState({ text: "" });
  const [address, move] = useState(read());
  const [me, know] = useState(null);
  const latest = useMemo(() => ({}), []);
  latest.selected = selected;
  const actions = useMemo(() => makeActions(history, () => latest.selected, select, tell), []);
  const look = useMemo(() => ({ ...state.look, selected }), [state.look, selected]);
  useEffect(() => {
    const changed = () => show(history.state);
    history.listeners.add(changed);
    actions.ready = begin(history, know).then(() => {
      const { view, parameters } = read();
      if (view === "drawing" && parameters.ids) actions.take(parameters.ids.split(" "));
    });
    addEventListener("hashchange", () => move(read()));
    addEventListener("keydown", (event) => keys(event, actions));
  }, []);
  const leave = () => actions.busy("Signing out", async () => {
    await signOut();
    sessionStorage.clear(); // what was typed and not saved
    await history.forget();
    location.reload();
  });
  return html`
    <header><h1><a href=${write("search")}>Clew</a></h1>
      <nav aria-label="Panels">${Object.entries(TABS).map(([view, text]) => html`<a href=${write(view)}
        aria-current=${(WITHIN[address.view] ?? address.view) === view ? "page" : null}>${text}</a>`)}</nav>
      <p class="message" role="status" aria-live="polite" data-busy=${message.busy ? "" : null}
        data-trouble=${message.trouble ? "" : null}>${message.text}</p>
      <a href="/start">Help</a> <a href="/graphql">GraphiQL</a>
      <${Account} me=${me} leave=${leave} />
    </header>
    <main class=${WIDE.includes(address.view) ? "wide" : ""}>
      <div class="panel"><${Panel} address=${address} actions=${actions} me=${me} /></div>
      <${Drawing} visible=${!WIDE.includes(address.view)} state=${state} look=${look} actions=${actions} history=${history} />
    </main>`;
}

/** Learn who has signed in, and take up what this person has drawn in this browser. */
async function begin(history, know) {
  let me;
  try {
    ({ me } = (await ask(ME)).data);
    know(me);
  } catch {
    // nobody answers: what was drawn last is shown all the same
  }
  await history.recall(me === undefined ? localStorage.getItem("clew") ?? "" : me?.name ?? "");
}

function Panel({ address: { view, id, parameters }, actions, me }) {
  if (view === "investigations") return html`<${Investigations} key=${me?.name} me=${me} />`;
  if (view === "investigation") {
    return html`<${Investigation} key=${id + me?.name} name=${id} parameters=${parameters} actions=${actions} me=${me} />`;
  }
  if (view === "entry") {
    return html`<${Entry} key=${JSON.stringify([id, parameters])} investigation=${id} parameters=${parameters} actions=${actions} />`;
  }
  if (view === "reviews") return html`<${Runs} key=${me?.name} me=${me} actions=${actions} />`;
  if (view === "review") {
    return html`<${Review} key=${id} id=${id} parameters=${parameters} actions=${actions}
      change=${(values) => go("review", id, { ...parameters, ...values })} />`;
  }
  if (view === "document") {
    return html`<${DocumentView} key=${id} id=${id} parameters=${parameters} actions=${actions} me=${me} />`;
  }
  if (view === "diagram") return html`<${Saved} key=${id} id=${id} actions=${actions} me=${me} />`;
  if (view === "save") return html`<${Saving} key=${me?.name} parameters=${parameters} actions=${actions} me=${me} />`;
  if (view === "record") return html`<${Record} key=${id} id=${id} actions=${actions} />`;
  if (view === "paths") return html`<${Finder} parameters=${parameters} actions=${actions} />`;
  if (view === "owners" || view === "holdings") {
    return html`<${Holdings} key=${view + id} view=${view} id=${id} parameters=${parameters} actions=${actions} />`;
  }
  return html`<${Search} parameters=${view === "search" ? parameters : {}} actions=${actions} />`;
}

function keys(event, actions) {
  if (event.target.matches("input, select, textarea")) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "z") {
    event.preventDefault();
    if (event.shiftKey) actions.redo();
    else actions.undo();
  } else if (command && event.key.toLowerCase() === "y") {
    event.preventDefault();
    actions.redo();
  } else if (event.key === "Delete" && actions.selected().size) {
    actions.remove([...actions.selected()]);
  }
}

render(html`<${Explorer} />`, document.getElementById("explorer"));
