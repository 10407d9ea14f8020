// The drawing itself: sigma on a graph that follows the diagram, and what the mouse does there.

import { Cursor } from "./cursor.js";
import { collapsed, isGroup, members } from "./group.js";
import { Labels } from "./label.js";
import { degrees, lines, nodeColour, nodeSize } from "./style.js";

const MUCH = 1500; // nodes and lines
const VERY_MUCH = 4000;
const ROOMY = 150; // nodes that have room at their full size

export class Canvas {
  /** `on` has menu(id, x, y), select(id, more), moved(places), expand(id), at(id). */
  constructor(container, on) {
    this.on = on;
    this.graph = new graphology.Graph({ type: "mixed" });
    this.container = container;
    this.look = { selected: new Set(), colouring: "schema", width: "value", year: null };
    this.sigma = new Sigma(this.graph, container, {
      allowInvalidContainer: true,
      defaultEdgeType: "line",
      labelFont: "system-ui, sans-serif",
      labelSize: 13,
      edgeLabelSize: 11,
      labelGridCellSize: 90,
      labelRenderedSizeThreshold: 3,
      renderEdgeLabels: true,
      zIndex: true,
      minCameraRatio: 0.02,
      maxCameraRatio: 10,
    });
    this.labels = new Labels(this.sigma);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", () => this.colours());
    this.colours();
    this.listen();
    this.cursor = new Cursor(this, on);
  }

  colours() {
    const [ink, paper] = this.dark.matches ? ["#e8e8e8", "#1b1d20"] : ["#1c1c1c", "#ffffff"];
    this.labels.colours(ink, paper);
    this.sigma.setSetting("labelColor", { color: ink });
    this.sigma.setSetting("edgeLabelColor", { color: this.dark.matches ? "#b5b5b5" : "#555555" });
    this.sigma.setSetting("defaultDrawNodeHover", (context, data, settings) =>
      this.hover(context, data, settings, this.dark.matches ? "#333" : "#fff"));
  }

  hover(context, data, settings, paper) {
    context.font = `${settings.labelSize}px ${settings.labelFont}`;
    const width = context.measureText(data.label ?? "").width;
    context.fillStyle = paper;
    context.fillRect(data.x - data.size - 4, data.y - 12, width + data.size * 2 + 14, 24);
    context.fillStyle = settings.labelColor.color;
    context.fillText(data.label ?? "", data.x + data.size + 3, data.y + settings.labelSize / 3);
  }

  listen() {
    const { sigma } = this;
    sigma.on("clickNode", ({ node, event }) => {
      if (this.dropped) return;
      const { shiftKey, ctrlKey, metaKey } = event.original;
      this.on.select(node, shiftKey || ctrlKey || metaKey);
    });
    sigma.on("clickStage", () => this.dropped || this.on.select(null, false));
    sigma.on("doubleClickNode", ({ node, preventSigmaDefault }) => {
      preventSigmaDefault();
      this.on.expand(node);
    });
    sigma.on("rightClickNode", ({ node, event }) => {
      event.original.preventDefault();
      this.on.menu(node, event.original.clientX, event.original.clientY);
    });
    this.container.addEventListener("contextmenu", (event) => event.preventDefault());
    this.drag();
    this.pan();
  }

  /** A large drawing is moved as a picture, and drawn anew where it is dropped. */
  pan() {
    const { sigma, container } = this;
    let start = null;
    const away = ({ clientX, clientY }) => ({ x: clientX - start.clientX, y: clientY - start.clientY });
    sigma.on("downStage", ({ event }) => {
      start = this.graph.order + this.graph.size > MUCH ? event.original : null;
    });
    sigma.on("moveBody", ({ event }) => {
      if (!start) return;
      const { x, y } = away(event.original);
      container.style.transform = `translate(${x}px, ${y}px)`;
      event.preventSigmaDefault();
    });
    addEventListener("mouseup", (event) => {
      if (!start) return;
      const to = sigma.viewportToFramedGraph(away(event));
      const from = sigma.viewportToFramedGraph({ x: 0, y: 0 });
      const { x: right, y: down } = away(event);
      start = null;
      container.style.transform = "";
      // the click that ends it is meant for nothing
      this.dropped = Math.hypot(right, down) > 3;
      setTimeout(() => (this.dropped = false));
      const camera = sigma.getCamera();
      const { x, y } = camera.getState();
      camera.setState({ x: x + from.x - to.x, y: y + from.y - to.y });
    });
  }

  /** A node that is dragged takes the selected ones along. */
  drag() {
    const { sigma, graph } = this;
    let dragged = null;
    let last = null;
    const moved = new Set();
    sigma.on("downNode", ({ node, event }) => {
      if (event.original.button > 0) return;
      dragged = node;
      last = sigma.viewportToGraph(event);
      if (!sigma.getCustomBBox()) sigma.setCustomBBox(sigma.getBBox());
    });
    sigma.on("moveBody", ({ event }) => {
      if (!dragged) return;
      const at = sigma.viewportToGraph(event);
      const group = this.look.selected.has(dragged) ? this.look.selected : [dragged];
      for (const id of group) {
        if (!graph.hasNode(id)) continue;
        graph.updateNodeAttribute(id, "x", (x) => x + at.x - last.x);
        graph.updateNodeAttribute(id, "y", (y) => y + at.y - last.y);
        moved.add(id);
      }
      last = at;
      event.preventSigmaDefault();
      event.original.preventDefault();
      event.original.stopPropagation();
    });
    const drop = () => {
      if (moved.size) {
        const places = [...moved].map((id) => {
          const { x, y } = graph.getNodeAttributes(id);
          return [id, { x, y }];
        });
        this.on.moved(Object.fromEntries(places));
      }
      moved.clear();
      dragged = null;
    };
    sigma.on("upNode", drop);
    sigma.on("upStage", drop);
  }

  /** Show what is seen of the diagram, with a look: what is selected, colours, the year. */
  show(whole, look) {
    this.look = look;
    const state = collapsed(whole);
    this.whole = whole;
    const drawn = lines(state, look);
    const scale = Math.max(0.25, Math.min(1, Math.sqrt(ROOMY / Object.keys(state.nodes).length)));
    this.nodes(state, degrees(drawn), scale);
    this.edges(drawn, scale);
    if (this.graph.order === 0) this.sigma.setCustomBBox(null);
    for (const [name, value] of Object.entries(detail(this.graph.order + this.graph.size))) {
      if (this.sigma.getSetting(name) !== value) this.sigma.setSetting(name, value);
    }
    if (this.graph.order && !this.marked) {
      this.marked = true; // tells how long a page takes until its drawing is there
      this.sigma.once("afterRender", () => performance.mark("drawn"));
    }
    this.sigma.refresh();
  }

  nodes(state, degree, scale) {
    const { graph, look } = this;
    graph.forEachNode((id) => {
      if (!state.nodes[id]) graph.dropNode(id);
    });
    for (const node of Object.values(state.nodes)) {
      const count = degree.get(node.id) ?? 0;
      const selected = isGroup(node.id)
        ? members(this.whole, [node.id]).every((id) => look.selected.has(id))
        : look.selected.has(node.id);
      const attributes = {
        x: node.x,
        y: node.y,
        label: `${node.pinned ? "📌 " : isGroup(node.id) ? "▣ " : ""}${node.caption}`,
        size: nodeSize(count) * scale + (selected ? 4 : 0),
        color: nodeColour(node, look.colouring, count),
        highlighted: selected,
        zIndex: selected ? 2 : 1,
      };
      graph.mergeNode(node.id, attributes);
    }
  }

  edges(drawn, scale) {
    const { graph, look } = this;
    const wanted = new Set(drawn.map((line) => line.key));
    graph.forEachEdge((key) => {
      if (!wanted.has(key)) graph.dropEdge(key);
    });
    for (const line of drawn) {
      const near = look.selected.has(line.source) || look.selected.has(line.target);
      const attributes = {
        size: line.width * scale,
        label: line.faded ? "" : line.text,
        type: line.directed ? "arrow" : "line",
        color: line.faded ? "#8883" : near ? "#d0781c" : "#8a8f98",
        zIndex: near ? 1 : 0,
      };
      if (graph.hasEdge(line.key)) graph.mergeEdgeAttributes(line.key, attributes);
      else graph.addDirectedEdgeWithKey(line.key, line.source, line.target, attributes);
    }
  }

  /** Move the nodes without a change of the diagram, while forces are at work. */
  place(places) {
    for (const [id, place] of Object.entries(places)) {
      if (this.graph.hasNode(id)) this.graph.mergeNodeAttributes(id, place);
    }
  }

  /** Bring all of it into view. */
  fit() {
    this.sigma.setCustomBBox(null);
    this.sigma.refresh();
    // what is left out while it moves comes back, also where nothing had to move
    this.sigma.getCamera().animatedReset({ duration: 200 }).then(() => this.sigma.refresh());
  }

  /** Take the size that the page gives it now. */
  resize() {
    this.sigma.resize(true);
    this.sigma.refresh();
  }

  zoom(factor) {
    this.sigma.getCamera().animatedZoom({ duration: 150, factor }).then(() => this.sigma.refresh());
  }

  /** Open the menu of a node, beside it. */
  menu(id) {
    const { left, top } = this.container.getBoundingClientRect();
    const { x, y } = this.cursor.where(id);
    this.on.menu(id, left + x, top + y);
  }

  /** The nodes inside a polygon of [x, y] in pixels of the drawing. */
  within(polygon) {
    return this.graph.filterNodes((_, { x, y }) => {
      const at = this.sigma.graphToViewport({ x, y });
      return inside(at, polygon);
    });
  }

  /** The picture as a PNG, at twice the size of the screen. */
  async picture() {
    this.sigma.refresh();
    const layers = Object.values(this.sigma.getCanvases());
    const [first] = layers;
    const canvas = document.createElement("canvas");
    canvas.width = first.width;
    canvas.height = first.height;
    const context = canvas.getContext("2d");
    context.fillStyle = this.dark.matches ? "#1b1d20" : "#ffffff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    this.sigma.render?.();
    for (const layer of layers) context.drawImage(layer, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
}

/** What is left out of a large drawing, so that it can be moved: labels of edges, then more. */
function detail(size) {
  return {
    renderEdgeLabels: size <= MUCH,
    hideLabelsOnMove: size > MUCH,
    hideEdgesOnMove: size > VERY_MUCH, // while it is zoomed
    labelDensity: size > MUCH ? 1 : 5, // names that would be over others are left out
  };
}

/** Whether a point is inside a polygon: how often a ray from it crosses the border. */
function inside({ x, y }, polygon) {
  let crossed = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[ax, ay], [bx, by]] = [polygon[i], polygon[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) crossed = !crossed;
  }
  return crossed;
}
