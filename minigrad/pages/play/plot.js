// Small plots as SVG: axes with few numbers, lines, a point, bars.

const PLOT = { width: 300, height: 160, left: 46, right: 8, top: 8, bottom: 22 };

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
  const path = (points) => points
    .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
    .map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)},${inside(y(b)).toFixed(1)}`).join("");
  return {
    svg, x, y, text,
    line: (points, className) => inner.append(svgElement("path", { class: className, d: path(points) })),
    point: (a, b, className = "point", node = null) => {
      const dot = svgElement("circle", { class: className, cx: x(a), cy: inside(y(b)), r: 4.5 });
      if (node) dot.dataset.node = node;
      svg.append(dot);
    },
    rule: (a, className) => svg.append(svgElement("path", { class: className, d: `M${x(a)},${top}V${height - bottom}` })),
    bar: (a, b, size, className) => svg.append(svgElement("rect", {
      class: className, x: x(a), width: Math.max(0.5, x(b) - x(a) - 0.5), y: y(size), height: Math.max(0, y(0) - y(size)),
    })),
  };
}

// A number for an axis: few digits, no sign of plus, and what rounding made of 0 is 0.
function briefly(x) {
  const text = Math.abs(x) < 1e-12 ? "0" : Number(x.toPrecision(3)).toString();
  return text.replace("-", "−");
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

const evenly = (from, to, count) => Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
