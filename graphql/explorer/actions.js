// What panels and drawing can do: one object for the whole page.

import { ask } from "./ask.js";
import { go, write } from "./address.js";
import {
  adding, altering, edgeOf, looking, merging, nodeOf, removing, replacing, shown,
} from "./diagram.js";
import { force, places } from "./layout.js";
import { NEIGHBOURS, RECORD, SUBGRAPH } from "./question.js";
import { connections, saved } from "./shelf.js";

const MOST_CONNECTED = 5_000; // ids that `subgraph` takes
const MOST_AROUND = 20; // neighbours whose own neighbours are brought in

/** The actions on a diagram with its `history`; `selected()` are the ids of what is selected. */
export function makeActions(history, selected, setSelected, tell) {
  const met = {};
  const actions = {
    state: () => history.state,
    selected,
    learn: (nodes) => nodes.forEach((node) => (met[node.id] = node)),
    name: (id) => (history.state.nodes[id] ?? met[id])?.caption ?? id,
    open: (id) => go("record", id),
    look: (label, values) => history.apply(label, looking(history.state, values)),
    /** The same, where it is one step with what was done last: a slider that is moved. */
    adjust: (label, values) => history.adjust(label, looking(history.state, values)),
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
      actions.selectAll([...selected()].filter((id) => !ids.includes(id)));
    },
    select: (id, more) => setSelected((before) => {
      const now = new Set(more ? before : []);
      if (id && now.has(id)) now.delete(id);
      else if (id) now.add(id);
      return now;
    }),
    selectAll: (ids) => setSelected(new Set(ids)),
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
      const fresh = nodes.map((node) => node.id);
      const found = await connections(fresh, Object.keys(history.state.nodes), progress);
      history.apply(label, adding(history.state, nodes, [...edges, ...found.edges], anchor));
      return found.partly ? "So much is drawn that some relationships were not looked for" : "";
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
    /** Bring in what is at most 2 or 3 steps away, the nearest first. */
    around: (id, depth) => actions.busy(`Bringing in ${depth} steps`, async () => {
      const nodes = new Map();
      const edges = [];
      let rim = [id];
      let left = false;
      for (let step = 1; step <= depth && rim.length; step++) {
        const next = [];
        left ||= rim.length > MOST_AROUND && step < depth;
        for (const [number, each] of rim.slice(0, MOST_AROUND).entries()) {
          tell({ text: `Step ${step} of ${depth}: ${number} of ${Math.min(rim.length, MOST_AROUND)} …`, busy: true });
          const { entity } = (await ask(NEIGHBOURS, { id: each, first: MOST_AROUND })).data;
          for (const card of [entity, ...entity.expand.edges.map(({ node }) => node)]) {
            if (!nodes.has(card.id) && card.id !== id) next.push(card.id);
            nodes.set(card.id, nodeOf(card));
          }
          left ||= entity.expand.pageInfo.hasNextPage;
          edges.push(...entity.expand.edges.map(({ relationship }) => edgeOf(relationship)));
        }
        rim = [...new Set(next)];
      }
      await actions.draw([...nodes.values()], edges, id, `${depth} steps`);
      return left ? `There is more: ${MOST_AROUND} neighbours of ${MOST_AROUND} nodes were brought in at each step` : "";
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
        const found = places(name, shown(history.state), [...selected()]);
        for (const id of Object.keys(found)) if (history.state.nodes[id].pinned) delete found[id];
        actions.alter("Layout", found);
        actions.canvas.fit();
        return;
      }
      stop = force(shown(history.state), (found, part) => {
        actions.canvas.place(found);
        tell({ text: part < 1 ? `Spreading … ${Math.round(part * 100)} %` : "", busy: part < 1 });
        if (part === 1) (actions.alter("Layout", found), actions.canvas.fit());
      }, (reason) => tell({ text: `The nodes cannot be spread: ${reason}`, trouble: true }));
    },
    async share() {
      const ids = Object.keys(shown(history.state).nodes);
      // a saved diagram has places and pins, too, as long as nothing was changed since
      const kept = history.saved && history.saved.state === history.state;
      await actions.copy(location.origin + location.pathname + (kept
        ? write("diagram", history.saved.id) : write("drawing", "", { ids: ids.join(" ") })));
    },
    async copy(address) {
      try {
        await navigator.clipboard.writeText(address);
        tell({ text: "The address is copied. Who opens it sees what they may see." });
      } catch {
        prompt("Copy this address", address);
      }
    },
    say: (text) => tell({ text }),
    saved: () => history.saved,
    /** The investigation that was last opened to be written to: {name, title}. */
    remembered: () => history.investigation,
    remember: ({ name, title }) => history.note({ investigation: { name, title } }),
    /** Put a saved diagram where what is drawn is; Undo brings that back. */
    openDiagram({ nodes, edges, style, id, investigation, title, version }) {
      history.apply("Open a diagram", replacing(history.state, nodes, edges, known(style)));
      history.note({ saved: { id, investigation, title, version, state: history.state } });
      actions.selectAll([]);
      actions.canvas?.fit();
    },
    mergeDiagram: (diagram) => actions.busy("Merging", async () => {
      history.apply("Merge a diagram", merging(history.state, diagram.nodes, diagram.edges));
      const ids = diagram.nodes.map((node) => node.id);
      const { edges } = await connections(ids, Object.keys(history.state.nodes), progress);
      history.extend(adding(history.state, [], edges));
      actions.canvas?.fit();
    }),
    /** Keep what is drawn on the server; the id of the diagram. */
    async saveDiagram(where) {
      const drawn = history.state;
      const diagram = await saved(where, drawn);
      history.note({ saved: { ...diagram, state: drawn } });
      tell({ text: `“${diagram.title}” is saved.` });
      return diagram.id;
    },
    /** Look again for what the records that are drawn say: after one was changed. */
    async renew() {
      const ids = Object.keys(history.state.nodes);
      if (ids.length === 0) return;
      const { edges } = await connections(ids, ids);
      history.apply("Draw", adding(history.state, [], edges));
    },
    /** Draw some records with all that connects them. */
    connect: (ids) => actions.busy("Drawing", async () => {
      const { nodes } = (await ask(SUBGRAPH, { ids })).data.subgraph;
      await actions.draw(nodes.map(nodeOf)); // which finds what connects them
    }),
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
  const progress = (what) => tell({ text: `Drawing … ${what}`, busy: true });
  return actions;
}

/** What a saved style says; what it does not say stays. */
const known = (style) =>
  Object.fromEntries(Object.entries(style).filter(([name, value]) => value !== null || name === "year"));
