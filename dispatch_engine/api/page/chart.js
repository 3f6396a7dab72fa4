// The cost of the best plan over time, as steps, with the proved bound below.

const WIDTH = 640;
const HEIGHT = 130;
const MARGIN = 8;

export class Chart {
  constructor(svg) {
    this.svg = svg;
    this.start(1);
  }

  start(seconds) {
    this.seconds = seconds;
    this.points = [];
    this.bound = null;
    this.draw(0);
  }

  add(seconds, cost, bound) {
    if (cost !== null && cost !== undefined) this.points.push([seconds, cost]);
    if (bound !== null && bound !== undefined) this.bound = bound;
    this.draw(seconds);
  }

  draw(now) {
    const parts = [line("axis", 0, HEIGHT - 1, WIDTH, HEIGHT - 1)];
    if (this.points.length) {
      // The first plans are far worse than what follows; the middle of them all sets the scale.
      const costs = this.points.map((point) => point[1]).sort((a, b) => a - b);
      const low = Math.min(costs[0], this.bound ?? costs[0]);
      const high = Math.max(costs[Math.floor(costs.length * 0.9)], low * 1.02 + 1e-9, low + 1e-9);
      const across = Math.max(this.seconds, now);
      const x = (seconds) => (seconds / across) * WIDTH;
      const y = (cost) => HEIGHT - MARGIN - ((Math.min(cost, high) - low) / (high - low)) * (HEIGHT - 2 * MARGIN);
      let path = `M${x(this.points[0][0])},${y(this.points[0][1])}`;
      for (const [seconds, cost] of this.points.slice(1)) path += `H${x(seconds)}V${y(cost)}`;
      path += `H${x(now)}`;
      parts.push(shape("area", `${path}V${HEIGHT}H${x(this.points[0][0])}Z`), shape("line", path));
      if (this.bound !== null) parts.push(line("floor", 0, y(this.bound), WIDTH, y(this.bound)));
    }
    this.svg.replaceChildren(...parts);
  }
}

function element(name, kind) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  made.setAttribute("class", kind);
  return made;
}

function shape(kind, path) {
  const made = element("path", kind);
  made.setAttribute("d", path);
  return made;
}

function line(kind, x1, y1, x2, y2) {
  const made = element("line", kind);
  for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) made.setAttribute(name, value);
  return made;
}
