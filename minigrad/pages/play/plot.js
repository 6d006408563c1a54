// Small plots as SVG: axes with few numbers, lines, a point, bars.

const PLOT = { width: 300, height: 160, left: 52, right: 8, top: 8, bottom: 22 };

// A plot of these ranges in `box`; `line`, `point`, … draw into it.
function plotOn(box, label, [fromX, toX], [fromY, toY], names) {
  const { width, height, left, right, top, bottom } = PLOT;
  const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const x = (value) => left + ((value - fromX) / (toX - fromX)) * (width - left - right);
  const y = (value) => height - bottom - ((value - fromY) / (toY - fromY)) * (height - top - bottom);
  const inside = (value) => Math.max(-height, Math.min(2 * height, value));
  svg.append(svgElement("rect", { class: "axes", x: left, y: top, width: width - left - right, height: height - top - bottom }));
  const inner = svgElement("g", { "clip-path": `url(#${box.id}-clip)` });
  const clip = svgElement("clipPath", { id: `${box.id}-clip` });
  clip.append(svgElement("rect", { x: left - 5, y: top, width: width - left - right + 10, height: height - top - bottom + 5 }));
  svg.append(clip, inner);
  const text = (words, at, anchor, className = "") => {
    const made = svgElement("text", { ...at, "text-anchor": anchor, class: className });
    made.textContent = words;
    svg.append(made);
    return made;
  };
  text(briefly(toY), { x: left - 4, y: top + 9 }, "end");
  text(briefly(fromY), { x: left - 4, y: height - bottom }, "end");
  text(briefly(fromX), { x: left, y: height - 8 }, "start");
  text(briefly(toX), { x: width - right, y: height - 8 }, "end");
  text(names.x, { x: (left + width - right) / 2, y: height - 8 }, "middle", "axis");
  text(names.y, { x: left - 4, y: (top + height - bottom) / 2 }, "end", "axis");
  box.replaceChildren(svg);
  const isThere = ([a, b]) => Number.isFinite(a) && Number.isFinite(b);
  const path = (points) => points
    .map((point, i) => {
      if (!isThere(point)) return "";
      const [a, b] = point;
      return `${i && isThere(points[i - 1]) ? "L" : "M"}${x(a).toFixed(1)},${inside(y(b)).toFixed(1)}`;
    }).join("");
  return {
    svg, x, y, text,
    line: (points, className) => inner.append(svgElement("path", { class: className, d: path(points) })),
    point: (a, b, className = "point", node = null) => {
      if (!isThere([a, b])) return;
      const dot = svgElement("circle", { class: className, cx: x(a), cy: inside(y(b)), r: 4.5 });
      if (node) dot.dataset.node = node;
      svg.append(dot);
    },
    rule: (a, className) => Number.isFinite(a) && svg.append(svgElement("path", { class: className, d: `M${x(a)},${top}V${height - bottom}` })),
    bar: (a, b, size, className) => svg.append(svgElement("rect", {
      class: className, x: x(a), width: Math.max(0.5, x(b) - x(a) - 0.5), y: y(size), height: Math.max(0, y(0) - y(size)),
    })),
  };
}

// Ends that hold all finite numbers of a list, and some room.
function endsOf(list, room = 0.06) {
  const finite = list.filter(Number.isFinite);
  if (!finite.length) return [-1, 1];
  let [low, high] = [finite[0], finite[0]];
  for (const x of finite) [low, high] = [Math.min(low, x), Math.max(high, x)];
  const gap = (high - low || Math.abs(high) || 1) * room;
  return [low - gap, high + gap];
}

// Ends for a curve that may have poles: what most of it lies between, where a few points would
// flatten all else, and `height`, which is to be seen.
function curveEnds(list, height) {
  const sorted = list.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (part) => sorted[Math.round(part * (sorted.length - 1))];
  const room = 1.5 * (at(0.95) - at(0.05));
  const isWild = sorted.length > 20 && at(1) - at(0) > 4 * room;
  return endsOf(isWild ? [at(0.05) - room / 3, at(0.95) + room / 3, height] : [...sorted, height]);
}

// f at these places, `heights`, as points; where it jumps or has a pole a gap stands between them.
function curvePoints(f, places, heights, [low, high]) {
  const points = [];
  places.forEach((x, i) => {
    const point = [x, heights[i]];
    const last = points.at(-1);
    if (last && Math.abs(point[1] - last[1]) > 0.2 * (high - low) && isTorn(f, last, point)) {
      points.push([0.5 * (last[0] + x), NaN]);
    }
    points.push(point);
  });
  return points;
}

// Whether f is torn between two points: halving the way time and again leaves the gap as it was.
function isTorn(f, [a, left], [b, right]) {
  const gap = Math.abs(right - left);
  for (let n = 0; n < 60; n++) {
    if (Math.abs(right - left) < 0.1 * gap) return false;
    const middle = 0.5 * (a + b);
    const value = f(middle);
    if (!Number.isFinite(value)) return true;
    if (Math.abs(value - left) > Math.abs(right - value)) [b, right] = [middle, value];
    else [a, left] = [middle, value];
  }
  return true;
}

const evenly = (from, to, count) => Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
