// The tape of a pane run on other leaves, and which knob it is asked about.

const noiseOf = (pane) => pane.nodes.flatMap((node, i) => (node.kind === "noise" ? [i] : []));

// The tape run on other leaves: {values, grads}. `asks` has nodes that are asked for a gradient
// although none flows there, such as noise.
function runAt(pane, leaves, asks = []) {
  const nodes = asks.length ? withAsked(pane.nodes, asks) : pane.nodes;
  const values = leaves.slice();
  const run = runTape(nodes, pane.output, values);
  const grads = [];
  if (nodes[pane.output].takes) grads[pane.output] = 1;
  run.target.forEach((target, k) => (grads[target] = run.sums[k]));
  return { values: run.values, grads };
}

function withAsked(nodes, asks) {
  const takes = takers(nodes.map((node, i) => (asks.includes(i) ? { ...node, kind: "parameter" } : node)));
  return nodes.map((node, i) => ({ ...node, takes: Boolean(takes[i]) }));
}

// The value of node `i` alone, at other leaves.
function valueAt(pane, leaves, i) {
  return forward(pane.nodes.slice(0, i + 1), leaves.slice())[i];
}

// The gradient of node `i` by every leaf.
function slopesOf(pane, leaves, i) {
  const values = forward(pane.nodes, leaves.slice());
  const run = backward(pane.nodes, i, values);
  const grads = new Array(pane.nodes.length).fill(0);
  run.target.forEach((target, k) => (grads[target] = run.sums[k]));
  if (pane.nodes[i].takes) grads[i] = 1;
  return grads;
}

// A number with few digits, no sign of plus, and what rounding made of 0 is 0.
function briefly(x) {
  const size = Math.abs(x);
  const isPlain = size < 1e-12 || (size >= 1e-3 && size < 1e5);
  const text = isPlain ? String(size < 1e-12 ? 0 : Number(x.toPrecision(3))) : x.toExponential(1).replace("+", "");
  return text.replaceAll("-", "−");
}

const active = byId("active");
let activeKey = "";
const answers = []; // what shows something of a pane: functions of it, its leaves, gradients and the knob

const programOf = ({ program, title }) => program ?? title; // typed, or made in Python
const activeKnob = (pane) => (activeKey ? pane.labels.indexOf(activeKey) : -1);

function loadActive(pane) {
  const keys = parameters.map(({ key }) => key);
  active.replaceChildren(...keys.map((key) => new Option(key)));
  if (!keys.includes(activeKey)) activeKey = keys[0] ?? "";
  active.value = activeKey;
  byId("plots").hidden = !keys.length;
}

// A step leaves the numbers as they are, and so all that is shown here.
function followNumbers() {
  const now = [panes[0], panes[0] && numbersOf(panes[0], state), state.predicting];
  if (now.some((x, i) => x !== shownFor[i])) renderPlots();
  shownFor = now;
}

let shownFor = [];

// Everything here from the state, as the rest of the page.
function renderPlots() {
  const [pane] = panes;
  if (!pane) return;
  if (active.dataset.of !== programOf(pane)) {
    active.dataset.of = programOf(pane);
    loadActive(pane);
  }
  const knob = activeKnob(pane);
  if (knob < 0) return;
  const { values: leaves, trouble } = numbersOf(pane, state);
  if (state.predicting) forgetAnswers();
  if (trouble || state.predicting) return;
  const { grads } = runAt(pane, leaves);
  for (const answer of answers) answer(pane, leaves, grads, knob);
}

// Nothing here may give away what the reader is asked for.
function forgetAnswers() {
  for (const svg of byId("plots").querySelectorAll("svg")) svg.remove();
  for (const part of byId("plots").querySelectorAll("[data-guess], [data-slope], [data-histogram]")) {
    for (const what of ["guess", "change", "slope", "mean", "exact"]) delete part.dataset[what];
  }
}

// A value at other leaves; nan where an op refuses them.
function quietly(f) {
  return (...xs) => {
    try {
      return f(...xs);
    } catch {
      return NaN;
    }
  };
}

// The output as a function of the nodes `moved`, all else held: only what follows them is computed.
function outputOf(pane, leaves, moved) {
  const follows = [];
  const list = [];
  pane.nodes.forEach(({ rule, inputs }, i) => {
    const isMoved = moved.includes(i);
    follows[i] = isMoved || inputs.some((j) => follows[j]);
    if (rule && follows[i] && !isMoved) list.push(i);
  });
  const values = leaves.slice();
  return quietly((...xs) => {
    moved.forEach((i, k) => (values[i] = xs[k]));
    for (const i of list) {
      const { rule, inputs } = pane.nodes[i];
      values[i] = applied(rule, RULES[rule].run, ...inputs.map((j) => values[j]));
    }
    return values[pane.output];
  });
}

active.addEventListener("change", () => {
  activeKey = active.value;
  renderPlots();
});
