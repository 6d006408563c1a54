// A plot in an <svg>, drawn in the page's own pixels, so that its words keep their size.

const added = (parent, tag, attributes) => parent.appendChild(svgElement(tag, attributes));

const set = (element, attributes) => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
};

const plain = (x) => String(Number(x.toPrecision(6))).replace("-", "−");

// The least of 1, 2 or 5 times a power of ten that is no less than x.
function nice(x) {
  const power = 10 ** Math.floor(Math.log10(x));
  return power * [1, 2, 5, 10].find((step) => step * power >= x * (1 - 1e-9));
}

function ticks([low, high], most) {
  const step = nice((high - low) / most);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.max(0, Math.floor(high / step + 1e-9) - first + 1);
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

// From the least to the largest of the finite numbers, and `more` of that on either side; never so
// narrow that floats would be too coarse for it, nor so wide that its width overflows.
function span(numbers, more = 0.06) {
  let low = Infinity, high = -Infinity;
  for (const x of numbers) {
    if (Number.isFinite(x)) [low, high] = [Math.min(low, x), Math.max(high, x)];
  }
  if (low > high) return [-1, 1];
  [low, high] = [low, high].map((end) => Math.min(Math.max(end, -1e300), 1e300));
  const size = Math.max(Math.abs(low), Math.abs(high));
  const wide = high - low > 1e-9 * size ? high - low : Math.max(size, 1e-9);
  return [low - wide * more, high + wide * more];
}

// Without the wild ones: those within three times the quartiles' distance of the quartiles.
function core(numbers) {
  const sorted = numbers.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
  const far = 3 * (at(0.75) - at(0.25));
  return sorted.filter((x) => x >= at(0.25) - far && x <= at(0.75) + far);
}

// Just outside where it would be far off: huge shapes bring tools that read pages to a halt.
const near = (at, size) => Math.min(Math.max(at, -size), 2 * size);

class Plot {
  constructor(id) {
    this.svg = byId(id);
    this.axes = added(this.svg, "g", { class: "axes" });
    this.area = added(this.svg, "svg"); // what leaves it is not shown
    this.drawn = "";
    this.measure();
  }

  // Its size in pixels; whether that is new. To ask at every move would lay out the page each time.
  measure() {
    const before = String(this.size);
    this.size = [this.svg.clientWidth, this.svg.clientHeight];
    return String(this.size) !== before;
  }

  // Sets the scales, and draws the axes anew if anything about them has changed.
  frame(xs, ys, xName, yName) {
    const [width, height] = this.size;
    const left = yName ? 52 : 20;
    const [inner, high] = [width - left - 20, height - 52].map((size) => Math.max(1, size)); // also hidden
    const box = { x: left, y: 10, width: inner, height: high };
    this.across = box.width / (xs[1] - xs[0]);
    this.up = -box.height / (ys[1] - ys[0]);
    this.x = (x) => near((x - xs[0]) * this.across, box.width);
    this.y = (y) => near((y - ys[1]) * this.up, box.height);
    Object.assign(this, { box, xs, ys });
    const key = [width, height, ...xs, ...ys, xName, yName].join();
    if (key === this.drawn) return;
    this.drawn = key;
    set(this.svg, { viewBox: `0 0 ${width} ${height}` });
    set(this.area, { x: box.x, y: box.y, width: box.width, height: box.height });
    this.axes.replaceChildren();
    this.bottom(xName);
    if (yName) this.side(yName);
  }

  bottom(name) {
    const { x, y, width, height } = this.box;
    const floor = y + height;
    added(this.axes, "path", { d: `M${x},${floor}h${width}` });
    for (const tick of ticks(this.xs, width / 70)) {
      const at = x + this.x(tick);
      added(this.axes, "path", { d: `M${at},${floor}v5` });
      added(this.axes, "text", { x: at, y: floor + 19, class: "middle" }).textContent = plain(tick);
    }
    const where = { x: x + width / 2, y: floor + 37, class: "middle name" };
    added(this.axes, "text", where).textContent = name;
  }

  side(name) {
    const { x, y, height } = this.box;
    added(this.axes, "path", { d: `M${x},${y}v${height}` });
    for (const tick of ticks(this.ys, height / 45)) {
      const at = y + this.y(tick);
      added(this.axes, "path", { d: `M${x},${at}h-5` });
      added(this.axes, "text", { x: x - 9, y: at + 4, class: "end" }).textContent = plain(tick);
    }
    added(this.axes, "text", { x: x + 8, y: y + 12, class: "name" }).textContent = name;
  }

  // The path through points; what is not finite leaves a gap.
  line(points) {
    let pen = "M", path = "";
    for (const [x, y] of points) {
      if (Number.isFinite(x) && Number.isFinite(y)) {
        path += `${pen}${this.x(x).toFixed(1)},${this.y(y).toFixed(1)}`;
        pen = "L";
      } else {
        pen = "M";
      }
    }
    return path;
  }

  // A stroke of `length` pixels to either side of a point, along a slope; "" where there is none.
  stroke(x, y, slope, length) {
    const scale = length / Math.hypot(this.across, this.up * slope);
    const [dx, dy] = [this.across * scale, this.up * slope * scale];
    const [px, py] = [this.x(x), this.y(y)];
    if (![dx, dy, px, py].every(Number.isFinite)) return "";
    return `M${(px - dx).toFixed(1)},${(py - dy).toFixed(1)}l${2 * dx},${2 * dy}`;
  }
}
