// A small curve of the loss: each draw's, and their running mean over it.

const CURVE = { width: 320, height: 110, left: 56, right: 6, top: 8, bottom: 20 };
const MOST_POINTS = 600; // from there on, points are means of two, four, … draws

function curveOf(box) {
  const svg = svgElement("svg", { viewBox: `0 0 ${CURVE.width} ${CURVE.height}`, role: "img" });
  const raw = svgElement("polyline", { class: "raw" });
  const mean = svgElement("polyline", { class: "mean" });
  const text = (x, y, anchor) => {
    const made = svgElement("text", { x, y, "text-anchor": anchor });
    svg.append(made);
    return made;
  };
  const { width, height, left, right, top, bottom } = CURVE;
  const frame = { x: left, y: top, width: width - left - right, height: height - top - bottom };
  svg.append(svgElement("rect", { class: "axes", ...frame }), raw, mean);
  const high = text(left - 4, top + 9, "end");
  const low = text(left - 4, height - bottom, "end");
  const first = text(left, height - 5, "start");
  const last = text(width - right, height - 5, "end");
  first.textContent = "1";
  box.append(svg);
  const data = { points: [], means: [], per: 1, kept: [], count: 0, smooth: 0 };
  return { svg, raw, mean, high, low, last, ...data };
}

function addLoss(curve, x) {
  const loss = Math.min(Math.max(x, -1e300), 1e300); // beyond, their sums overflow
  curve.count += 1;
  const weight = Math.max(0.02, 1 / curve.count);
  curve.smooth += weight * (loss - curve.smooth);
  curve.kept.push(loss);
  if (curve.kept.length < curve.per) return;
  curve.points.push(curve.kept.reduce((a, b) => a + b) / curve.per);
  curve.means.push(curve.smooth);
  curve.kept = [];
  if (curve.points.length <= MOST_POINTS) return;
  const half = (list) => list.filter((_, i) => i % 2).map((x, i) => (x + list[2 * i]) / 2);
  [curve.points, curve.means] = [half(curve.points), half(curve.means)];
  curve.per *= 2;
}

function drawCurve(curve) {
  const { points, means } = curve;
  const [low, high] = rangeOf(points);
  const { width, height, left, right, top, bottom } = CURVE;
  const across = (i) => left + ((width - left - right) * i) / Math.max(1, points.length - 1);
  const down = (y) => {
    const part = Math.max(0, Math.min(1, (y - low) / (high - low)));
    return height - bottom - (height - top - bottom) * part;
  };
  const point = (y, i) => `${across(i).toFixed(1)},${down(y).toFixed(1)}`;
  const line = (list) => list.map(point).join(" ");
  curve.raw.setAttribute("points", line(points));
  curve.mean.setAttribute("points", line(means));
  curve.high.textContent = asText(high);
  curve.low.textContent = asText(low);
  curve.last.textContent = `${curve.count.toLocaleString("en")} steps`;
  const words = `Loss over ${curve.count} steps; its running mean is ${asText(curve.smooth)}`;
  curve.svg.setAttribute("aria-label", words);
}

// What most losses lie between: a few wild draws would flatten all else.
function rangeOf(points) {
  const sorted = points.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (part) => sorted[Math.round(part * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.01), at(0.98)];
  const room = Math.max(0.5, Math.abs(low) / 100); // enough that a huge number changes by it
  return high > low ? [low, high] : [low - room, low + room];
}
