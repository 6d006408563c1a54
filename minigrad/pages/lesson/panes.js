// What the page holds: for each pane its program's nodes, steps and numbers, as they came with it.

let panes = [];
let timeline = []; // the page's steps: the phase, and which step each pane is then at
let parameters = [];
let lockedAt = null; // the last step that an exercise shows before it is answered
const lastStep = () => lockedAt ?? timeline.length - 1;

function loadPanes(data) {
  panes = data.panes.map(paneOf);
  tellApart(panes);
  timeline = data.timeline;
  parameters = parametersOf(panes);
}

// What is not sent, since it is so as a rule.
const PLAIN_NODE = {
  says: "", op: "", rule: "", scope: "", inputs: [], shape: [], takes: false, literal: false, line: null, law: "",
};
const PLAIN_STEP = { node: null, shares: [], stops: [] };

// A pane with what its steps say, by node and by share of a gradient.
function paneOf(data, index) {
  const nodes = data.nodes.map((node) => ({ ...PLAIN_NODE, ...node }));
  const steps = data.steps.map((step) => ({ ...PLAIN_STEP, ...step }));
  const { numbers } = data;
  const shares = data.shares.map((each) => {
    const { upstream, slope, from, operand } = each;
    return { rule: `${upstream} × ${slope}`, edge: `e${from}-${operand}`, before: -1, ...each };
  });
  const pane = { ...data, nodes, steps, shares, index };
  pane.numbers = decoded(numbers);
  pane.valueStep = nodes.map(() => 0); // at which a node is computed
  pane.backStep = nodes.map(() => -1); // at which its gradient goes on to its inputs
  pane.shareStep = shares.map(() => 0);
  pane.seedStep = steps.length;
  steps.forEach((step, i) => {
    if (step.phase === "forward") pane.valueStep[step.node] = i;
    if (step.phase === "backward") pane.backStep[step.node] = i;
    if (step.phase === "seed") pane.seedStep = i;
    for (const k of step.shares ?? []) pane.shareStep[k] = i;
  });
  pane.reached = new Set(shares.map((share) => share.target));
  pane.labels = labelsOf(nodes);
  pane.keys = pane.labels; // until another pane means something else by one of them
  pane.seed = onesLike(pane.numbers.values[data.output]);
  pane.noise = data.inputs.filter((i) => nodes[i].kind === "noise");
  return pane;
}

// JSON has no NaN and no infinities: there they are words. An array that the page computes with
// comes whole, its cells as bytes.
function decoded(numbers) {
  const read = {};
  for (const [name, list] of Object.entries(numbers)) {
    read[name] = list.map((x) => (x?.bytes === undefined ? numberOf(x) : unpackedArray(x)));
  }
  return read;
}

// What each parameter is called in its pane: its name, and if it is not the first of it, a number.
function labelsOf(nodes) {
  const taken = new Set(nodes.map(({ name }) => name));
  const seen = new Set();
  return nodes.map(({ name, kind }) => {
    if (kind !== "parameter") return "";
    const label = seen.has(name) ? free(name, taken) : name;
    seen.add(name);
    taken.add(label);
    return label;
  });
}

// The name, or the first of "name (2)", "name (3)", … that is not taken.
function free(name, taken) {
  let found = name;
  for (let n = 2; taken.has(found); n++) found = `${name} (${n})`;
  return found;
}

// A parameter that several panes share has one knob, unless they start it from different numbers.
function tellApart(all) {
  const starts = new Map();
  for (const { labels, numbers } of all) {
    labels.forEach((label, i) => {
      const start = numbers.values[i];
      if (!label) return;
      starts.set(label, (starts.get(label) ?? new Set()).add(start.cells ? String(start.cells) : start));
    });
  }
  for (const pane of all) {
    pane.keys = pane.labels.map((label) =>
      starts.get(label)?.size > 1 ? free(`${label} (${pane.title})`, starts) : label);
  }
}

// What a gradient starts from: 1 in each place, since an array is taken as its sum.
function onesLike(x) {
  if (typeof x === "number" || !x.cells) return shapedLike(1, x);
  return { ...x, cells: x.cells.map(() => 1), low: 1, mean: 1, high: 1 };
}

// How far `pane` is at the page's step, and what it does there: nothing where it waits.
function paneStep(pane, step) {
  const { phase, at: places } = timeline[step];
  const at = places[pane.index];
  const isWaiting = step > 0 && timeline[step - 1].at[pane.index] === at;
  const idle = { phase, node: null, shares: [], stops: [] };
  return { at, phase, isWaiting, step: isWaiting ? idle : pane.steps[at] };
}

// The page's step at which the pane's own comes.
const pageStep = (pane, own) => timeline.findIndex(({ at }) => at[pane.index] === own);

// Parameters by key, those with a knob first: one of the same name in several panes is one knob. Of
// an array `cells` are those with a knob of their own.
function parametersOf(all) {
  const found = new Map();
  const add = (pane, i, hasKnob, cell) => {
    const key = pane.keys[i];
    if (!found.has(key)) found.set(key, { key, python: pane.numbers.values[i], hasKnob, cells: [] });
    const { cells } = found.get(key);
    if (cell !== undefined && !cells.includes(cell)) cells.push(cell);
  };
  const live = all.filter((pane) => pane.live);
  for (const pane of live) for (const knob of pane.knobs) add(pane, [knob].flat()[0], true, knob[1]);
  for (const pane of live) {
    for (const i of pane.inputs) if (pane.nodes[i].kind === "parameter") add(pane, i, false);
  }
  return [...found.values()];
}

// How far two runs' numbers are apart, relative to numbers above 1; nan has to meet nan, inf inf. Of
// an array these are its lowest number, its mean and its highest.
function distance(ours, theirs) {
  let most = 0;
  for (const name of ["values", "slopes", "shares", "sums"]) {
    theirs[name].forEach((x, i) => {
      const y = ours[name][i];
      const isArray = x !== null && typeof x === "object";
      const pairs = isArray ? extremesOf(x).map((end, k) => [extremesOf(y)[k], end]) : [[y, x]];
      for (const [mine, its] of pairs) most = Math.max(most, gapOf(mine, its));
    });
  }
  return most;
}

function gapOf(mine, its) {
  if (Object.is(mine, its) || mine === its) return 0;
  const apart = Math.abs(mine - its) / Math.max(1, Math.abs(its));
  return Number.isNaN(apart) ? Infinity : apart;
}
