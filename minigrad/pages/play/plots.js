// The plots beside the graph: the draw on its density, f over it with the tangent, f of the active
// knob with its slope, and the gradients of many draws.

const POINTS = 121;
function plotSample(pane, leaves, grads) {
  const z = sampledNode(pane);
  byId("sample-plots").hidden = z === null;
  if (z === null) return;
  const [eps] = noiseOf(pane);
  const points = placesOfNoise(pane.nodes[eps].law, POINTS).map(densityOver(pane, leaves, z, eps));
  const ends = endsOf([...withoutTails(points.map(([x]) => x)), leaves[z]], 0.02);
  plotDensity(pane, { z, points, ends, value: leaves[z] });
  plotOutput(pane, { z, ends, leaves, slope: grads[z] ?? 0 });
}

// What of a draw's range is shown: heavy tails would flatten the rest.
function withoutTails(zs) {
  const sorted = zs.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (part) => sorted[Math.round(part * (sorted.length - 1))];
  const room = 0.75 * (at(0.75) - at(0.25));
  return sorted.filter((x) => x >= at(0.25) - room && x <= at(0.75) + room);
}

function plotDensity(pane, { z, points, ends, value }) {
  const { name, id } = pane.nodes[z];
  const heights = points.map(([, y]) => y).filter(Number.isFinite).sort((a, b) => a - b);
  const most = 1.06 * Math.min(heights.at(-1), 4 * heights[Math.round(0.75 * (heights.length - 1))]);
  const plot = plotOn(byId("density"), `The density of ${name}; this draw is ${asText(value)}`, ends, [0, most], { x: name, y: `p(${cutTo(name, 4)})` });
  plot.line(points, "sample-line");
  plot.rule(value, "draw-rule");
  plot.point(value, 0, "point sample", id);
}

function plotOutput(pane, { z, ends, leaves, slope }) {
  const { name, id } = pane.nodes[z];
  const output = pane.nodes[pane.output].name;
  const f = outputOf(pane, leaves, [z]);
  const places = evenly(...ends, POINTS);
  const [at, height] = [leaves[z], leaves[pane.output]];
  const heights = places.map(f);
  const seen = curveEnds(heights, height);
  const label = `${output} over ${name}: the slope at ${asText(at)} is ${asText(slope)}`;
  const plot = plotOn(byId("over-sample"), label, ends, seen, { x: name, y: cutTo(output, 8) });
  plot.line(curvePoints(f, places, heights, seen), "curve-line");
  plot.line(ends.map((x) => [x, height + slope * (x - at)]), "tangent");
  plot.point(at, height, "point sample", id);
  byId("over-sample-text").textContent = `Slope at ${name}: ∂L/∂${name} = ${asText(slope)}`;
}

function plotKnob(pane, leaves, grads, knob) {
  const { name, id } = pane.nodes[knob];
  const output = pane.nodes[pane.output].name;
  const [from, to] = reachOf(leaves[knob], leaves[knob]);
  const half = (to - from) / 4;
  const ends = [leaves[knob] - half, leaves[knob] + half];
  const f = outputOf(pane, leaves, [knob]);
  const places = evenly(...ends, POINTS);
  const [at, height, slope] = [leaves[knob], leaves[pane.output], grads[knob] ?? 0];
  const heights = places.map(f);
  const seen = curveEnds(heights, height);
  const label = `${output} of ${name}, with the noise held: the slope is ${asText(slope)}`;
  const plot = plotOn(byId("over-knob"), label, ends, seen, { x: name, y: cutTo(output, 8) });
  plot.line(curvePoints(f, places, heights, seen), "curve-line");
  plot.line(ends.map((x) => [x, height + slope * (x - at)]), "tangent");
  plot.point(at, height, "point parameter", id);
  byId("over-knob-text").textContent = `Slope: ∂L/∂${name} = ${asText(slope)}`;
}

// ----------------------------------------------------------------------------------- many draws

const histogram = document.querySelector("[data-histogram]");

function renderDraws(pane, knob) {
  const { name } = pane.nodes[knob];
  const list = draws.pathwise;
  const truth = exactOf(pane, knob);
  const noise = noiseOf(pane);
  byId("draws").hidden = !noise.length || noise.some((i) => !LAWS[pane.nodes[i].law]);
  histogram.dataset.knob = activeKey;
  histogram.dataset.count = list.length;
  histogram.dataset.mean = list.length ? summaryOf(list).mean : "";
  histogram.dataset.exact = truth.value ?? "";
  const scoreWhy = whyNoScore(pane, knob);
  const columns = [["pathwise", list, ""], ["score", draws.score, scoreWhy]];
  const all = [...list, ...draws.score, ...(truth.value === undefined ? [] : [truth.value])];
  const ends = clippedEnds(all);
  for (const [id, numbers, why] of columns) drawHistogram(id, numbers, why, ends, truth, name);
  byId("exact-text").textContent = truth.value === undefined
    ? `The exact gradient is not known here: ${truth.why}.`
    : `Exact: ∂E[L]/∂${name} = ${asText(truth.value)}${truth.isLost ? ", and not all of it comes back through the graph" : ""}.`;
}

// The exact value is kept until something that it depends on changes. It is computed when the reader
// pauses: a knob that is moved does not wait for it.
const EXACT_WAIT = 200; // ms
const exact = { key: "", found: { why: "it is being integrated" }, timer: 0 };

function exactOf(pane, knob) {
  if (exact.key === draws.key) return exact.found;
  clearTimeout(exact.timer);
  exact.timer = setTimeout(() => {
    if (pane !== panes[0] || numbersOf(pane, state).trouble || state.predicting) return;
    Object.assign(exact, { key: draws.key, found: exactGradient(pane, knob) });
    renderDraws(pane, activeKnob(pane));
  }, EXACT_WAIT);
  return { why: "it is being integrated" };
}

// Ends for histograms: all but the far hundredth on either side.
function clippedEnds(all) {
  if (all.length < 30) return endsOf(all, 0.15);
  const sorted = all.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (part) => sorted[Math.round(part * (sorted.length - 1))];
  return endsOf([at(0.01), at(0.99)], 0.15);
}

function drawHistogram(id, numbers, why, ends, { value }, name) {
  const [figure, words] = [byId(`${id}-plot`), byId(`${id}-text`)];
  if (why) {
    figure.replaceChildren();
    words.textContent = `None here: ${why}.`;
    return;
  }
  const bins = 24;
  const counts = new Array(bins).fill(0);
  for (const x of numbers) {
    const bin = Math.floor(((x - ends[0]) / (ends[1] - ends[0])) * bins);
    if (bin >= 0 && bin < bins) counts[bin] += 1;
  }
  const most = Math.max(4, ...counts);
  const edges = evenly(...ends, bins + 1);
  const label = `${numbers.length} gradients of ${name}`;
  const plot = plotOn(figure, label, ends, [0, most], { x: `∂L/∂${name}`, y: "draws" });
  counts.forEach((count, i) => count && plot.bar(edges[i], edges[i + 1], count, `bar ${id}`));
  if (value !== undefined) plot.rule(value, "exact-rule");
  if (!numbers.length) words.textContent = "No draws yet.";
  else if (numbers.length === 1) words.textContent = `One draw: ${asText(numbers[0])}`;
  else {
    const { mean, error } = summaryOf(numbers);
    plot.rule(mean, "mean-rule");
    const off = value === undefined || !(error > 0) ? "" : `, ${Math.abs((mean - value) / error).toFixed(1)} errors off`;
    words.textContent = `Mean ${asText(mean)} ± ${asText(error).slice(1)} of ${numbers.length.toLocaleString("en")}${off}`;
  }
}

function drawMore(count) {
  const [pane] = panes;
  const knob = activeKnob(pane);
  if (knob < 0 || numbersOf(pane, state).trouble) return;
  const start = performance.now();
  draw(pane, knob, count);
  renderDraws(pane, knob);
  histogram.dataset.ms = (performance.now() - start).toFixed(1);
}

for (const count of [1, 100, 1000]) onAction(`draw-${count}`, () => drawMore(count));
onAction("clear-draws", () => {
  draws.key = "";
  renderPlots();
});
answers.push(plotSample, plotKnob, (pane, leaves, grads, knob) => {
  startDraws(pane, knob);
  renderDraws(pane, knob);
});
