// The drawing with its tools: layouts, colours, time, lasso, files, a menu, and the same as a list.

import { go } from "./address.js";
import { Canvas } from "./canvas.js";
import { shown, years } from "./diagram.js";
import { Filter, omitted } from "./filter.js";
import { collapsed, isGroup, members, moved } from "./group.js";
import { LAYOUTS } from "./layout.js";
import { OUTPUTS, save } from "./output.js";
import { words } from "./part.js";
import { html, useEffect, useMemo, useRef, useState } from "./page.js";
import { plain } from "./sentence.js";
import { COLOURINGS, lines, schemaColour, WIDTHS } from "./style.js";

const KEEP = "In an investigation …";

export function Drawing({ state, look, actions, history, visible }) {
  const place = useRef();
  const canvas = useRef();
  const [menu, open] = useState(null);
  const [lasso, pull] = useState(null);
  const [beside, put] = useState(null); // what stands over the drawing: "list" or "filter"
  const [at, stand] = useState(null); // the node at which the keyboard is
  const drawn = useMemo(() => shown(state), [state]);
  useEffect(() => {
    canvas.current = new Canvas(place.current, {
      select: (id, more) => id && isGroup(id)
        ? actions.selectAll(members(actions.state(), [id])) : actions.select(id, more),
      expand: (id) => isGroup(id)
        ? actions.alter("Ungroup", each(members(actions.state(), [id]), { group: null }))
        : actions.expand(id),
      menu: (id, x, y) => isGroup(id)
        ? actions.selectAll(members(actions.state(), [id])) : open({ id, x, y }),
      moved: (places) => actions.alter("Move", moved(actions.state(), places)),
      at: stand,
    });
    actions.canvas = canvas.current;
  }, []);
  useEffect(() => canvas.current.show(drawn, look), [drawn, look]);
  useEffect(() => visible && canvas.current.resize(), [visible]);
  useEffect(() => {
    const close = (event) => event.key === "Escape" && (open(null), pull(null));
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, []);
  const empty = Object.keys(state.nodes).length === 0;
  return html`<div class="drawing">
    <${Tools} state=${state} drawn=${drawn} look=${look} actions=${actions} history=${history} canvas=${canvas}
      lasso=${() => pull([])} beside=${beside} put=${(name) => put(beside === name ? null : name)} />
    <p class="unseen" id="keys">Arrow keys go from node to node, Enter opens the record, Space selects,
      Shift-F10 has a menu, plus and minus enlarge and shrink, 0 fits. The list has the same.</p>
    <div class="stage" tabindex="0" role="application" aria-label="Drawing" aria-describedby="keys"
      onKeyDown=${(event) => pressed(event, canvas.current, actions, open)}
      onBlur=${() => canvas.current.cursor.put(null)}><div class="canvas" ref=${place}></div></div>
    <p class="unseen" aria-live="polite">${at && told(at, drawn, look)}</p>
    ${empty && html`<p class="hint">Nothing is drawn yet. Search, and press “draw” beside a hit.<br />
      A double click on a node brings in its neighbours.</p>`}
    ${lasso && html`<${Lasso} done=${(polygon) => {
      pull(null);
      actions.selectAll(members(state, canvas.current.within(polygon)));
    }} />`}
    ${beside === "list" && html`<${Listing} state=${drawn} look=${look} actions=${actions} open=${open} />`}
    ${beside === "filter" && html`<${Filter} state=${state} actions=${actions} />`}
    ${menu && state.nodes[menu.id] && html`<${Menu} ...${menu} node=${state.nodes[menu.id]}
      actions=${actions} close=${() => open(null)} />`}
    <${Time} state=${drawn} look=${look} actions=${actions} />
  </div>`;
}

/** What a key does at the node where the ring is. */
function pressed(event, canvas, actions, open) {
  const { cursor } = canvas;
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (ctrlKey || metaKey || altKey) return;
  const menu = key === "ContextMenu" || (key === "F10" && shiftKey);
  if (cursor.move(key)) {
    // it is there now
  } else if (key === "+" || key === "-") canvas.zoom(key === "+" ? 1.5 : 1 / 1.5);
  else if (key === "0") canvas.fit();
  else if (cursor.id === null) return;
  else if (key === " ") canvas.on.select(cursor.id, true);
  else if (menu) canvas.menu(cursor.id);
  else if (key === "Enter" && isGroup(cursor.id)) canvas.on.expand(cursor.id);
  else if (key === "Enter") actions.open(cursor.id);
  else if (key === "Delete") actions.remove(members(actions.state(), [cursor.id]));
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** A node in words, for screen readers. */
function told(id, drawn, look) {
  const now = collapsed(drawn);
  const node = now.nodes[id];
  if (!node) return "";
  const count = lines(now, look).filter(({ source, target }) => source === id || target === id).length;
  return `${node.caption}, ${isGroup(id) ? "group" : words(node.schema)}, ${count} ${count === 1 ? "line" : "lines"}${
    look.selected.has(id) ? ", selected" : ""}`;
}

function Tools({ state, drawn, look, actions, history, canvas, lasso, beside, put }) {
  const count = Object.keys(drawn.nodes).length;
  const hidden = Object.values(state.nodes).filter((node) => node.hidden).length;
  const without = omitted(look);
  const undo = history.done.at(-1);
  const redo = history.undone.at(-1);
  const write = async (event) => {
    const kind = event.target.value;
    event.target.value = "";
    if (kind === KEEP) go("save");
    else if (kind) await actions.busy(`Writing ${kind}`, async () =>
      save(...(await OUTPUTS[kind]({ state: drawn, look, canvas: canvas.current }))));
  };
  return html`<div class="tools" role="toolbar" aria-label="Drawing">
    <button disabled=${!undo} onClick=${actions.undo} title=${undo ? `Undo: ${undo.label}` : "Undo"}>↶ Undo</button>
    <button disabled=${!redo} onClick=${actions.redo} title=${redo ? `Redo: ${redo.label}` : "Redo"}>↷ Redo</button>
    <label>Layout <select onChange=${(event) => {
      actions.arrange(event.target.value);
      event.target.value = "";
    }}><option value="">…</option>
      ${Object.entries(LAYOUTS).map(([name, text]) => html`<option value=${name}>${text}</option>`)}
    </select></label>
    <label>Colour <select value=${look.colouring} onChange=${(event) => actions.look("Colour", { colouring: event.target.value })}>
      ${Object.entries(COLOURINGS).map(([name, text]) => html`<option value=${name}>${text}</option>`)}
    </select></label>
    <label>Widths <select value=${look.width} onChange=${(event) => actions.look("Widths", { width: event.target.value })}>
      ${Object.entries(WIDTHS).map(([name, text]) => html`<option value=${name}>${text}</option>`)}
    </select></label>
    <button onClick=${lasso} title="Draw around nodes to select them">Lasso</button>
    <button onClick=${() => canvas.current.fit()}>Fit</button>
    <button onClick=${() => canvas.current.zoom(1.5)} aria-label="Zoom in">+</button>
    <button onClick=${() => canvas.current.zoom(1 / 1.5)} aria-label="Zoom out">−</button>
    <${Selected} look=${look} actions=${actions} state=${state} />
    ${hidden > 0 && html`<button onClick=${actions.showAll}>Show ${hidden} hidden</button>`}
    <label>Save <select onChange=${write} disabled=${count === 0}><option value="">as …</option>
      <option value=${KEEP}>${KEEP}</option>
      ${Object.keys(OUTPUTS).map((kind) => html`<option key=${kind} value=${kind}>${kind}</option>`)}</select></label>
    <button onClick=${actions.share} disabled=${count === 0} title="Copy an address that draws this again">Copy address</button>
    <button aria-pressed=${beside === "filter"} onClick=${() => put("filter")}
      title="Choose which types and datasets are shown">Filter${without > 0 && ` (${without} left out)`}</button>
    <button class="count" aria-pressed=${beside === "list"} onClick=${() => put("list")}>List of ${count}</button>
  </div>`;
}

/** What can be done with the selected nodes. */
function Selected({ look, actions, state }) {
  const ids = [...look.selected].filter((id) => state.nodes[id]);
  if (ids.length === 0) return null;
  const pinned = ids.every((id) => state.nodes[id].pinned);
  const grouped = ids.every((id) => state.nodes[id].group);
  const group = () => {
    const name = prompt("A name for the group", `Group ${countGroups(state) + 1}`)?.trim().slice(0, 100);
    if (name) actions.alter("Group", each(ids, { group: name }));
  };
  return html`<span class="group">${ids.length} selected:
    <button onClick=${() => ids.forEach((id) => actions.expand(id))} disabled=${ids.length > 5}>Neighbours</button>
    ${ids.length === 2 && html`<button onClick=${() => actions.path(ids[0], ids[1])}>Path</button>`}
    <button onClick=${() => actions.alter(pinned ? "Unpin" : "Pin", each(ids, { pinned: !pinned }))}>
      ${pinned ? "Unpin" : "Pin"}</button>
    ${ids.length > 1 && !grouped && html`<button onClick=${group}>Group</button>`}
    ${grouped && html`<button onClick=${() => actions.alter("Ungroup", each(ids, { group: null }))}>Ungroup</button>`}
    <button onClick=${() => actions.alter("Hide", each(ids, { hidden: true }))}>Hide</button>
    <button onClick=${() => actions.remove(ids)}>Remove</button></span>`;
}

const countGroups = (state) =>
  new Set(Object.values(state.nodes).map(({ group }) => group).filter(Boolean)).size;

const each = (ids, value) => Object.fromEntries(ids.map((id) => [id, value]));

/** The menu of one node: by the right mouse button, or Shift+F10 in the list. */
function Menu({ id, x, y, node, actions, close }) {
  const place = useRef();
  const [counts, tell] = useState(null);
  useEffect(() => {
    place.current.querySelector("button").focus();
    actions.counts(id).then(tell).catch(() => tell([]));
  }, [id]);
  const act = (action) => () => (close(), action());
  const move = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...place.current.querySelectorAll("button")];
    buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length)?.focus();
  };
  const item = (text, action) => html`<li role="none"><button role="menuitem" onClick=${act(action)}>${text}</button></li>`;
  const left = Math.min(x, innerWidth - 280);
  const top = Math.max(0, Math.min(y, innerHeight - 380));
  return html`<div class="menu" ref=${place} style=${{ left: `${left}px`, top: `${top}px` }} onKeyDown=${move}
    onFocusOut=${(event) => !place.current?.contains(event.relatedTarget) && event.relatedTarget && close()}>
    <b>${node.caption}</b>
    <ul role="menu" aria-label=${node.caption}>
      ${item("Open its page", () => actions.open(id))}
      ${item("Bring in neighbours", () => actions.expand(id))}
      ${[2, 3].map((depth) => item(`${depth} steps around it`, () => actions.around(id, depth)))}
      ${(counts ?? []).map(({ type, direction, count }) =>
        item(`${plain(type)} ${direction === "OUT" ? "→" : "←"} ${count.toLocaleString("en")}`,
          () => actions.expand(id, { types: [type], direction })))}
      ${item("Find a path from here", () => actions.path(id))}
      ${item(node.pinned ? "Unpin" : "Pin", () => actions.alter("Pin", { [id]: { pinned: !node.pinned } }))}
      ${item("Hide", () => actions.alter("Hide", { [id]: { hidden: true } }))}
      ${item("Remove", () => actions.remove([id]))}
      ${item("Close", () => {})}
    </ul></div>`;
}

/** What is drawn, as a list: for the keyboard and for screen readers. */
function Listing({ state, look, actions, open }) {
  const nodes = Object.values(state.nodes)
    .sort((a, b) => a.caption.localeCompare(b.caption));
  const keys = (id) => (event) => {
    if (event.key === "Delete") actions.remove([id]);
    else if (event.key === "F10" && event.shiftKey) {
      event.preventDefault();
      const { left, bottom } = event.target.getBoundingClientRect();
      open({ id, x: left, y: bottom });
    }
  };
  return html`<div class="listing" aria-label="What is drawn" role="region" tabindex="0"><ul>${nodes.map((node) => html`<li key=${node.id}>
    <input type="checkbox" checked=${look.selected.has(node.id)} aria-label=${`Select ${node.caption}`}
      onChange=${() => actions.select(node.id, true)} />
    <span class="dot" style=${{ background: schemaColour(node.schema) }}></span>
    <button class="link" onClick=${() => actions.open(node.id)} onKeyDown=${keys(node.id)}
      onContextMenu=${(event) => (event.preventDefault(), open({ id: node.id, x: event.clientX, y: event.clientY }))}>
      ${node.caption}</button> <span class="about">${words(node.schema)}${node.group ? `, in ${node.group}` : ""}</span></li>`)}</ul></div>`;
}

/** The slider that fades what was not in force in a year. */
function Time({ state, look, actions }) {
  const known = years(state);
  if (!known || known[0] === known[1]) return null;
  const [first, last] = known;
  return html`<div class="time"><label>In force in
    <input type="range" min=${first - 1} max=${last} value=${look.year ?? first - 1}
      aria-valuetext=${look.year ?? "any year"}
      onInput=${(event) => actions.adjust("Year", { year: +event.target.value < first ? null : +event.target.value })} />
    <output>${look.year ?? "any year"}</output></label></div>`;
}

/** Pull a line around nodes. */
function Lasso({ done }) {
  const [points, add] = useState([]);
  const place = useRef();
  const at = (event) => {
    const { left, top } = place.current.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  return html`<svg class="lasso" ref=${place} onPointerDown=${(event) => add([at(event)])}
    onPointerMove=${(event) => event.buttons && points.length && add([...points, at(event)])}
    onPointerUp=${() => done(points)}>
    <polygon points=${points.map((point) => point.join(",")).join(" ")} /></svg>`;
}
