// The names in the drawing: those of the largest nodes first, and none over another.

const GAP = 2; // pixels
const CELL = 64; // pixels: names are compared with those in the same cells only

export class Labels {
  /** `ink` and `paper` are colours: of the letters, and of what is behind them. */
  constructor(sigma) {
    this.sigma = sigma;
    this.found = [];
    sigma.setSetting("defaultDrawNodeLabel", (context, data) => this.found.push({ context, data: { ...data } }));
    sigma.on("beforeRender", () => (this.found = []));
    sigma.on("afterRender", () => this.draw());
  }

  colours(ink, paper) {
    Object.assign(this, { ink, paper });
  }

  draw() {
    const { labelFont: font, labelSize: size } = this.sigma.getSettings();
    const taken = new Map();
    const { width: wide } = this.sigma.getDimensions();
    // what is selected comes first, then what is large
    const order = ({ data }) => (data.highlighted ? 1000 : 0) + data.size;
    for (const { context, data } of this.found.sort((a, b) => order(b) - order(a))) {
      if (!data.label) continue;
      context.font = `${size}px ${font}`;
      const width = context.measureText(data.label).width;
      // at the right border, a name stands at the left of its node
      const right = data.x + data.size + 3;
      const left = right + width > wide && data.x < wide ? data.x - data.size - 3 - width : right;
      const box = [left - GAP, data.y - size / 2 - GAP, left + width + GAP, data.y + size / 2 + GAP];
      if (!free(taken, box)) continue;
      context.lineJoin = "round";
      context.lineWidth = 3;
      context.strokeStyle = this.paper;
      context.strokeText(data.label, left, data.y + size / 3);
      context.fillStyle = this.ink;
      context.fillText(data.label, left, data.y + size / 3);
    }
  }
}

/** Whether a box is over none that was taken; then it is taken too. */
function free(taken, box) {
  const [left, top, right, bottom] = box;
  const cells = [];
  for (let x = Math.floor(left / CELL); x <= right / CELL; x += 1) {
    for (let y = Math.floor(top / CELL); y <= bottom / CELL; y += 1) cells.push(`${x} ${y}`);
  }
  const over = ([l, t, r, b]) => l < right && left < r && t < bottom && top < b;
  if (cells.some((cell) => taken.get(cell)?.some(over))) return false;
  for (const cell of cells) taken.set(cell, [...(taken.get(cell) ?? []), box]);
  return true;
}
