// The three pictures: the dots on the curve of f, the mean as a knob moves, where estimates land.

const BINS = 50;

// A name as it is differentiated by: in parentheses unless it is a word.
const by = (name) => `∂E/∂${/^[\p{L}\p{N}_]+$/u.test(name) ? name : `(${name})`}`;

// f(z), faintly the density of z, and a dot for each coin with a stroke along the slope.
class CurveView {
  constructor() {
    this.plot = new Plot("curve");
    const area = this.plot.area;
    this.density = added(area, "path", { class: "density" });
    this.curve = added(area, "path", { class: "curve" });
    this.stems = added(area, "path", { class: "stems" });
    const strokes = added(area, "g", { class: "strokes" });
    const dots = added(area, "g", { class: "dots" });
    this.marks = DATA.eps.map(() => {
      const dot = added(dots, "circle", { r: 4.5 });
      return { stroke: added(strokes, "path"), dot, title: added(dot, "title") };
    });
    this.reach();
  }

  // The axes hold the dots at either end of every knob, so that they stay as a knob moves.
  reach() {
    const settings = KNOBS.flatMap(({ low, high }, k) =>
      [low, high].map((end) => turned(START, k, end)));
    const flips = [START, ...settings].flatMap((knobs) =>
      coins(0).map((eps) => flipped(knobs, eps)));
    this.zs = span(core(flips.map(({ z }) => z)));
    this.fs = span(core(flips.map(({ f }) => f)), 0.12);
  }

  draw(knobs, flips) {
    const { plot } = this;
    plot.frame(this.zs, this.fs, "z", "f(z)");
    const grid = between(...this.zs, 300);
    const points = grid.map((z) => [z, PROGRAMS.integrand(...knobs, z)[0]]);
    this.curve.setAttribute("d", plot.line(points));
    this.density.setAttribute("d", this.bell(knobs, grid));
    flips.forEach((flip, i) => this.mark(this.marks[i], flip));
    this.stems.setAttribute("d", flips.map((flip) => this.stem(flip)).join(""));
  }

  stem({ z, f }) {
    const { x, y, box } = this.plot;
    const [across, up] = [x(z), y(f)];
    return Number.isFinite(across) && Number.isFinite(up)
      ? `M${across.toFixed(1)},${box.height}V${up.toFixed(1)}` : "";
  }

  bell(knobs, grid) {
    const { x, box } = this.plot;
    const heights = grid.map((z) => Math.exp(PROGRAMS.density(...knobs, z)[0]));
    const most = Math.max(Number.MIN_VALUE, ...heights.filter(Number.isFinite)); // all may be 0
    const points = grid.map((z, i) => {
      const height = Number.isFinite(heights[i]) ? heights[i] / most : 0;
      return `L${x(z).toFixed(1)},${(box.height * (1 - 0.3 * height)).toFixed(1)}`;
    });
    return `M0,${box.height}${points.join("")}L${box.width},${box.height}Z`;
  }

  mark({ stroke, dot, title }, { eps, z, f, slope }) {
    const { x, y } = this.plot;
    const seen = Number.isFinite(x(z)) && Number.isFinite(y(f));
    dot.dataset.eps = eps;
    dot.dataset.z = z;
    set(dot, seen ? { cx: x(z).toFixed(2), cy: y(f).toFixed(2), class: "" } : { class: "gone" });
    stroke.setAttribute("d", this.plot.stroke(z, f, slope, Math.min(26, this.plot.box.width / 25)));
    title.textContent = `ε = ${asText(eps)}, z = ${asText(z)}, slope of f ${asText(slope)}`;
  }
}

// The mean of f over the coins against the knob, and where the knob stands.
class MeanView {
  constructor() {
    this.plot = new Plot("mean");
    const area = this.plot.area;
    for (const name of ["exact", "curve", "tangent"]) {
      this[name] = added(area, "path", { class: name });
    }
    this.dot = added(area, "circle", { class: "now", r: 6.5 });
  }

  // The scale holds what Python's coins give, so that it stays when coins are flipped.
  reach(knobs, k) {
    const curve = meanCurve(knobs, k, () => coins(0));
    const ends = curve.flatMap(([, { mean, se }]) => [mean - 2.5 * se, mean + 2.5 * se]);
    this.truth = PROGRAMS.exact
      ? curve.map(([x]) => [x, PROGRAMS.exact(...turned(knobs, k, x))[0]]) : [];
    this.ms = span([...core(ends), ...this.truth.map(([, y]) => y)]);
  }

  draw(knobs, k, curve, { mean, slope, isFresh }) {
    const { plot } = this;
    plot.frame([KNOBS[k].low, KNOBS[k].high], this.ms, KNOBS[k].name, "mean of f");
    this.exact.setAttribute("d", plot.line(this.truth));
    this.curve.setAttribute("d", plot.line(curve.map(([x, there]) => [x, there.mean])));
    this.curve.classList.toggle("fresh", isFresh);
    this.tangent.setAttribute("d", plot.stroke(knobs[k], mean, slope, 70));
    const [cx, cy] = [plot.x(knobs[k]), plot.y(mean)];
    const seen = Number.isFinite(cx) && Number.isFinite(cy);
    set(this.dot, seen ? { cx, cy, class: "now" } : { class: "gone" });
  }
}

// A lane for each method: its estimate with a bar of one standard error to either side, over a
// histogram of what other coins gave.
class LanesView {
  constructor() {
    this.plot = new Plot("lanes");
    this.lanes = ["pathwise", "score"].map((method) => {
      const lane = added(this.plot.area, "g", { class: method });
      const parts = { method, lane };
      for (const name of ["histogram", "bar", "point"]) {
        parts[name] = added(lane, "path", { class: name });
      }
      parts.title = added(lane, "text", { x: 8 });
      return parts;
    });
    this.exact = added(this.plot.area, "path", { class: "exact" });
  }

  // Seven standard errors of Python's coins, out to the next ticks: it changes in steps.
  reach(estimates) {
    const ends = Object.values(estimates).flatMap(({ mean, se }) =>
      [mean - 3.5 * se, mean + 3.5 * se]);
    const [low, high] = span(ends, 0.01);
    const step = nice((high - low) / 8);
    this.xs = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  }

  draw(name, estimates, exact) {
    const { plot } = this;
    plot.frame(this.xs, [0, 2], by(name));
    this.lanes.forEach(({ method, bar, point, title }, i) => {
      const { mean, se } = estimates[method];
      const [x, low, high] = [mean, mean - se, mean + se].map((at) => plot.x(at).toFixed(1));
      const y = (plot.box.height * (i + 0.84)) / 2;
      const seen = Number.isFinite(mean) && Number.isFinite(se);
      bar.setAttribute("d", seen ? `M${low},${y - 6}v12m0,-6H${high}m0,-6v12` : "");
      const shape = method === "score" ? "l7,7l-7,7l-7,-7Z" : "a7,7 0 1 1 0,14a7,7 0 1 1 0,-14Z";
      point.setAttribute("d", seen ? `M${x},${y - 7}${shape}` : "");
      set(title, { y: (plot.box.height * i) / 2 + 18 });
      title.textContent = method === "score" ? "score function" : "pathwise";
    });
    const x = plot.x(exact);
    this.exact.setAttribute("d", Number.isFinite(x) ? `M${x},0v${plot.box.height}` : "");
  }

  // Both on one scale: where a lane is twice as wide, it is half as high.
  repeats(repeats) {
    const counts = this.lanes.map(({ method }) => this.counted(repeats[method]));
    const most = Math.max(1, ...counts.flat());
    const wide = this.plot.box.width / BINS;
    this.lanes.forEach(({ histogram }, i) => {
      const floor = (this.plot.box.height * (i + 1)) / 2;
      const bars = counts[i].map((count, bin) => {
        const high = (0.46 * this.plot.box.height * count) / most;
        return count ? `M${bin * wide},${floor}v${-high}h${wide}v${high}Z` : "";
      });
      histogram.setAttribute("d", bars.join(""));
    });
  }

  counted(values) {
    const counts = new Array(BINS).fill(0);
    for (const value of values) {
      const bin = Math.floor(((value - this.xs[0]) / (this.xs[1] - this.xs[0])) * BINS);
      if (bin >= 0 && bin < BINS) counts[bin] += 1;
    }
    return counts;
  }
}
