// The explorer: panels at the left, the drawing at the right, and what both can do.

import { ask } from "./ask.js";
import { go, read, write } from "./address.js";
import { adding, altering, edgeOf, nodeOf, removing } from "./diagram.js";
import { Drawing } from "./drawing.js";
import { Finder } from "./finder.js";
import { History } from "./history.js";
import { Holdings } from "./holdings.js";
import { force, places } from "./layout.js";
import { html, render, useEffect, useMemo, useState } from "./page.js";
import { ME, NEIGHBOURS, RECORD, SUBGRAPH } from "./question.js";
import { Record } from "./record.js";
import { Search } from "./search.js";

const MOST_CONNECTED = 500; // ids that `subgraph` takes
const MOST_AROUND = 20; // neighbours whose own neighbours are brought in

/** What panels and drawing can do: one object for the whole page. */
function makeActions(history, look, setLook, tell) {
  const known = {};
  const actions = {
    state: () => history.state,
    selected: () => look().selected,
    learn: (nodes) => nodes.forEach((node) => (known[node.id] = node)),
    name: (id) => (history.state.nodes[id] ?? known[id])?.caption ?? id,
    open: (id) => go("record", id),
    look: (values) => setLook((before) => ({ ...before, ...values })),
    path: (from, to) => go("paths", "", { from, to }),
    alter: (label, values) => history.apply(label, altering(history.state, values)),
    undo: () => say("Undone", history.undo()),
    redo: () => say("Done again", history.redo()),
    showAll() {
      const hidden = Object.values(history.state.nodes).filter((node) => node.hidden);
      actions.alter("Show", Object.fromEntries(hidden.map(({ id }) => [id, { hidden: false }])));
    },
    remove(ids) {
      history.apply("Remove", removing(history.state, ids));
      actions.selectAll([...look().selected].filter((id) => !ids.includes(id)));
    },
    select(id, more) {
      const selected = new Set(more ? look().selected : []);
      if (id && selected.has(id)) selected.delete(id);
      else if (id) selected.add(id);
      setLook((before) => ({ ...before, selected }));
    },
    selectAll: (ids) => setLook((before) => ({ ...before, selected: new Set(ids) })),
    /** Say that something is under way, and what went wrong. */
    async busy(what, act) {
      tell({ text: `${what} …`, busy: true });
      try {
        const done = await act();
        tell({ text: done ?? "" });
      } catch (trouble) {
        tell({ text: trouble.message, trouble: true });
      }
    },
    /** Draw nodes, with all relationships between them and what is there. */
    draw: (nodes, edges = [], anchor = null, label = "Draw") => actions.busy("Drawing", async () => {
      const ids = [...new Set([...nodes.map((node) => node.id), ...Object.keys(history.state.nodes)])];
      const connected = ids.length > 1 ? await connections(ids.slice(0, MOST_CONNECTED)) : [];
      history.apply(label, adding(history.state, nodes, [...edges, ...connected], anchor));
      return ids.length > MOST_CONNECTED ? `Relationships were looked up among ${MOST_CONNECTED} nodes` : "";
    }),
    /** Bring in a page of neighbours; the next page where one is there already. */
    expand: (id, only = {}) => actions.busy("Bringing in neighbours", async () => {
      const key = JSON.stringify([id, only]);
      const after = cursors.get(key) ?? null;
      const { data } = await ask(NEIGHBOURS, { id, ...only, after, first: 30 });
      const { edges, pageInfo, totalCount } = data.entity.expand;
      cursors.set(key, pageInfo.hasNextPage ? pageInfo.endCursor : null);
      const nodes = [data.entity, ...edges.map(({ node }) => node)].map(nodeOf);
      await actions.draw(nodes, edges.map(({ relationship }) => edgeOf(relationship)), id, "Neighbours");
      return pageInfo.hasNextPage ? `${totalCount} relationships: do it again for more` : `All ${totalCount} are drawn`;
    }),
    /** Bring in neighbours and their neighbours. */
    around: (id) => actions.busy("Bringing in two steps", async () => {
      const first = await ask(NEIGHBOURS, { id, first: MOST_AROUND });
      const near = first.data.entity.expand.edges;
      const pages = [first.data.entity];
      for (const { node } of near) {
        pages.push((await ask(NEIGHBOURS, { id: node.id, first: MOST_AROUND })).data.entity);
      }
      const edges = pages.flatMap((page) => page.expand.edges);
      const nodes = [...pages, ...edges.map(({ node }) => node)].map(nodeOf);
      await actions.draw(nodes, edges.map(({ relationship }) => edgeOf(relationship)), id, "Two steps");
    }),
    async counts(id) {
      return (await ask(RECORD, { id })).data.entity.edgeCounts;
    },
    /** Draw the routes of holdings in one step, then as a tree. */
    async drawResults(results) {
      const nodes = results.flatMap((result) => result.nodes.map(nodeOf));
      const edges = results.flatMap((result) => result.edges.map(edgeOf));
      await actions.draw(nodes, edges, null, "Draw holdings");
      actions.arrange("tree");
    },
    arrange(name) {
      if (!name || name === "hand") return;
      stop();
      if (name !== "force") {
        const found = places(name, history.state, [...look().selected]);
        for (const id of Object.keys(found)) if (history.state.nodes[id].pinned) delete found[id];
        actions.alter("Layout", found);
        actions.canvas.fit();
        return;
      }
      stop = force(history.state, (found, part) => {
        actions.canvas.place(found);
        tell({ text: part < 1 ? `Spreading … ${Math.round(part * 100)} %` : "", busy: part < 1 });
        if (part === 1) (actions.alter("Layout", found), actions.canvas.fit());
      }, (reason) => tell({ text: `The nodes cannot be spread: ${reason}`, trouble: true }));
    },
    async share() {
      const ids = Object.values(history.state.nodes).filter((node) => !node.hidden).map((node) => node.id);
      const address = location.origin + location.pathname + write("drawing", "", { ids: ids.join(" ") });
      try {
        await navigator.clipboard.writeText(address);
        tell({ text: "The address is copied. Who opens it sees what they may see." });
      } catch {
        prompt("Copy this address", address);
      }
    },
    /** Draw what an address names. */
    take: (ids) => actions.busy("Drawing what the address names", async () => {
      const { data, warnings } = await ask(SUBGRAPH, { ids: ids.slice(0, MOST_CONNECTED) });
      const { nodes, edges } = data.subgraph;
      history.apply("Open an address", adding(history.state, nodes.map(nodeOf), edges.map(edgeOf)));
      actions.arrange("force");
      return warnings.join(" ");
    }),
  };
  const cursors = new Map();
  let stop = () => {};
  const say = (what, label) => tell({ text: label ? `${what}: ${label}` : "" });
  const connections = async (ids) => (await ask(SUBGRAPH, { ids })).data.subgraph.edges.map(edgeOf);
  return actions;
}

const TABS = { search: "Search", paths: "Paths" };

function Explorer() {
  const history = useMemo(() => new History(), []);
  const [state, show] = useState(history.state);
  const [look, setLook] = useState({ selected: new Set(), colouring: "schema", year: null });
  const [message, tell] = useState({ text: "" });
  const [address, move] = useState(read());
  const [me, know] = useState(null);
  const latest = useMemo(() => ({}), []);
  latest.look = look;
  const actions = useMemo(() => makeActions(history, () => latest.look, setLook, tell), []);
  useEffect(() => {
    const changed = () => show(history.state);
    history.listeners.add(changed);
    history.recall().then(() => {
      const { view, parameters } = read();
      if (view === "drawing" && parameters.ids) actions.take(parameters.ids.split(" "));
    });
    addEventListener("hashchange", () => move(read()));
    addEventListener("keydown", (event) => keys(event, actions));
    ask(ME).then(({ data }) => know(data.me)).catch(() => {});
  }, []);
  return html`
    <header><h1><a href="/">Clew</a></h1>
      <nav aria-label="Panels">${Object.entries(TABS).map(([view, text]) => html`<a href=${write(view)}
        aria-current=${address.view === view ? "page" : null}>${text}</a>`)}</nav>
      <p class="message" role="status" aria-live="polite" data-busy=${message.busy ? "" : null}
        data-trouble=${message.trouble ? "" : null}>${message.text}</p>
      <a href="/graphql">GraphiQL</a>
      ${me ? html`<a href="/account">${me.name}</a>` : html`<a href="/signin?next=/explore">Sign in</a>`}
    </header>
    <main>
      <div class="panel"><${Panel} address=${address} actions=${actions} /></div>
      <${Drawing} state=${state} look=${look} actions=${actions} history=${history} />
    </main>`;
}

function Panel({ address: { view, id, parameters }, actions }) {
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
