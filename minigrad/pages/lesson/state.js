// The state of the page, what is to be seen in it, and its form in the address.

const state = {
  step: 0,
  moved: new Map(), // parameters that are not where Python had them, by key
  seed: 0, // of ε; 0 stands for Python's draw
  predicting: false,
  answered: new Set(), // shares that the reader has answered, as "pane.share"
};

// All that is to be seen in a state: nothing else decides what the page shows.
function view(now) {
  const step = Math.max(0, Math.min(now.step, lastStep()));
  const { phase } = timeline[step];
  return { step, phase, panes: panes.map((pane) => paneView(pane, now, step)), state: now };
}

function paneView(pane, now, step) {
  const place = paneStep(pane, step);
  const { at } = place;
  const numbers = numbersOf(pane, now);
  const hidden = hiddenShares(pane, now, place.step);
  const grads = new Array(pane.nodes.length);
  const isSeeded = pane.seedStep <= at && !pane.steps[pane.seedStep].stops.length;
  if (isSeeded) grads[pane.output] = pane.seed;
  const hiddenNode = hiddenValue(pane, now, place.step);
  const made = pane.shareStep.findLastIndex((when) => when <= at) + 1;
  for (let k = 0; k < made; k++) {
    if (!hidden.has(k)) grads[pane.shares[k].target] = numbers.sums[k];
  }
  return { pane, ...place, numbers, grads, hidden, hiddenNode, made };
}

// The node of this step forward whose value the reader is still to predict, or null.
function hiddenValue(pane, now, { phase, node }) {
  if (!now.predicting || phase !== "forward" || node === null) return null;
  const isKnown = now.answered.has(`${pane.index}.n${node}`);
  return isKnown || !isAskableValue(pane, pane.nodes[node]) ? null : node;
}

const isAskableValue = ({ numbers }, { op, id }) =>
  op !== "" && typeof numbers.values[Number(id.slice(1))] === "number";

// Whether the value of node i shows.
const showsValue = ({ pane, at, hiddenNode }, i) => pane.valueStep[i] <= at && i !== hiddenNode;

// The shares of this step that the reader is still to predict; nobody is asked for arrays.
function hiddenShares(pane, now, step) {
  const asked = now.predicting ? step.shares.filter((k) => isAskable(pane, k)) : [];
  return new Set(asked.filter((k) => !now.answered.has(`${pane.index}.${k}`)));
}

const isAskable = ({ numbers }, k) => typeof numbers.slopes[k] === "number";

// The numbers of a whole run at these leaves; kept until a leaf changes.
function numbersOf(pane, now) {
  if (!pane.live) return pane.numbers;
  const leaves = leavesOf(pane, now);
  if (!pane.leaves?.every((x, i) => Object.is(x, leaves[i]))) {
    numbersBefore[pane.index] = pane.run ?? null;
    pane.leaves = leaves;
    pane.run = runOf(pane, leaves);
  }
  return pane.run;
}

// A program may refuse its leaves, as soft_clip does where low is not below high: then there are no
// numbers, and `trouble` says why.
function runOf(pane, leaves) {
  try {
    const values = pane.numbers.values.slice();
    pane.inputs.forEach((i, slot) => (values[i] = leaves[slot]));
    const run = runTape(pane.nodes, pane.output, values);
    const trouble = pane.refusals ? refusalOf(pane.refusals, run.values, pane.nodes) : "";
    return { ...run, trouble };
  } catch (error) {
    const none = { trouble: error.message };
    for (const [name, list] of Object.entries(pane.numbers)) none[name] = list.map(() => NaN);
    pane.inputs.forEach((i, slot) => (none.values[i] = leaves[slot]));
    return none;
  }
}

function leavesOf(pane, now) {
  const leaves = pane.inputs.map((i) => now.moved.get(pane.keys[i]) ?? pane.numbers.values[i]);
  if (now.seed > 0) coinsOf(pane, now.seed).forEach((x, slot) => (leaves[slot] = x));
  return leaves;
}

// The noise of a seed, by its slot among the leaves; kept, so that an array stays the same one.
function coinsOf(pane, seed) {
  if (pane.coins?.seed === seed) return pane.coins.noise;
  const noise = new Map();
  pane.noise.forEach((i, k) => {
    const law = LAWS[pane.nodes[i].law];
    const uniform = generator(mixed(seed) + k);
    if (law) noise.set(pane.inputs.indexOf(i), cellwise(() => law(uniform), pane.numbers.values[i]));
  });
  pane.coins = { seed, noise };
  return noise;
}

const valueOf = (parameter, now) => now.moved.get(parameter.key) ?? parameter.python;

// ------------------------------------------------------------------------------- in the address

const MOST_TOLD = 64; // numbers of an array that the address holds

const addressParts = []; // what others add: functions that give parts
const addressReaders = []; // and that read them

function hashOf(now) {
  const parts = [`s=${now.step}`];
  parameters.forEach(({ key }, k) => {
    const x = now.moved.get(key);
    if (x === undefined || x.cells?.length > MOST_TOLD) return;
    parts.push(`k${k}=${encodeURIComponent(x.cells ? x.cells.join(" ") : x)}`);
  });
  parts.push(`seed=${now.seed}`);
  for (const more of addressParts) parts.push(...more(now));
  return `#${parts.join("&")}`;
}

// Take over what an address says; what it does not say, or says wrongly, is as Python had it.
function readHash(now, hash) {
  const said = new URLSearchParams(hash.slice(1));
  now.step = Math.min(whole(said.get("s")), lastStep());
  now.seed = whole(said.get("seed"));
  now.moved = new Map();
  parameters.forEach(({ key, python }, k) => {
    const given = said.get(`k${k}`)?.split(" ").map(Number);
    if (!given || said.get(`k${k}`) === "" || given.some(Number.isNaN)) return;
    if (given.length !== (python.cells?.length ?? 1)) return;
    now.moved.set(key, python.cells ? array(python.shape, given) : given[0]);
  });
  for (const read of addressReaders) read(now, said);
}

function whole(text) {
  const number = Math.trunc(Number(text));
  return number > 0 && number < 2 ** 31 ? number : 0;
}
