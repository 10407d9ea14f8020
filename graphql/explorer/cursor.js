// The keyboard in the drawing: a ring around one node, which the arrow keys move to the next.

const AHEAD = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ASIDE = 2; // how much a step to the side counts, against one ahead
const RIM = 40; // pixels: a node nearer to the border than this is brought into view

export class Cursor {
  /** `on` has at(id, x, y), which is told where the ring is: null where it is nowhere. */
  constructor({ sigma, graph, container }, on) {
    Object.assign(this, { sigma, graph, on, id: null });
    this.ring = document.createElement("div");
    this.ring.className = "ring";
    this.ring.hidden = true;
    container.append(this.ring);
    sigma.on("afterRender", () => this.draw());
  }

  /** Put it at a node, or nowhere. */
  put(id) {
    this.id = id;
    if (id !== null) this.bring();
    this.draw();
    this.on.at(id);
  }

  /** Go where an arrow key leads; to the first node where there was none. Whether it is such a key. */
  move(key) {
    if (!AHEAD[key]) return false;
    const next = this.id !== null && this.graph.hasNode(this.id) ? this.next(...AHEAD[key]) : this.first();
    if (next !== null) this.put(next);
    return true;
  }

  /** The node that is nearest to the upper left corner. */
  first() {
    return this.least(({ x, y }) => x + y);
  }

  next(right, down) {
    const from = this.where(this.id);
    return this.least(({ x, y }) => {
      const [along, across] = [(x - from.x) * right + (y - from.y) * down, (x - from.x) * down + (y - from.y) * right];
      return along > 0 ? along + ASIDE * Math.abs(across) : Infinity;
    });
  }

  /** The node for whose place a function is least; null where it is finite for none. */
  least(measure) {
    let [found, smallest] = [null, Infinity];
    this.graph.forEachNode((id) => {
      const size = id === this.id ? Infinity : measure(this.where(id));
      if (size < smallest) [found, smallest] = [id, size];
    });
    return found;
  }

  /** The place of a node in pixels of the drawing. */
  where(id) {
    const { x, y } = this.graph.getNodeAttributes(id);
    return this.sigma.graphToViewport({ x, y });
  }

  bring() {
    const { x, y } = this.where(this.id);
    const { width, height } = this.sigma.getDimensions();
    if (x > RIM && y > RIM && x < width - RIM && y < height - RIM) return;
    this.sigma.getCamera().setState(this.sigma.viewportToFramedGraph({ x, y }));
  }

  draw() {
    const there = this.id !== null && this.graph.hasNode(this.id);
    this.ring.hidden = !there;
    if (!there) return;
    const { x, y } = this.where(this.id);
    const size = this.sigma.scaleSize(this.graph.getNodeAttribute(this.id, "size")) + 5;
    Object.assign(this.ring.style, {
      left: `${x - size}px`, top: `${y - size}px`, width: `${2 * size}px`, height: `${2 * size}px`,
    });
  }
}
