// Knobs: sliders that move parameters while the noise stays as it is; new noise; back to Python's.

let knobs = [];
let isLive = false;
let canFlip = false;
const canDraw = (pane) => pane.noise.some((i) => LAWS[pane.nodes[i].law]);

function loadKnobs() {
  byId("knobs").replaceChildren();
  knobs = parameters.filter(({ hasKnob }) => hasKnob).flatMap((parameter) =>
    parameter.cells.length ? parameter.cells.map((cell) => knobOf(parameter, cell)) : knobOf(parameter));
  isLive = panes.some((pane) => pane.live);
  canFlip = panes.some((pane) => pane.live && canDraw(pane));
  for (const name of ["resample", "reset"]) buttonOf(name).hidden = !isLive;
  buttonOf("resample").disabled = !canFlip;
  byId("knobs-title").textContent = isLive ? "Knobs" : "Stored values";
  byId("knobs-note").textContent = [isLive ? whatMoves() : "", ...whatRests()].join(" ").trim();
}

// The slider of a number, or of the cell of an array.
function knobOf(parameter, cell) {
  const name = parameter.key + (cell === undefined ? "" : placeIn(parameter.python, cell));
  const knob = { name, parameter, cell, last: null };
  const python = turned(knob, parameter.python);
  const row = element("div", "knob");
  const [label, slider] = [element("label", "", name), element("input")];
  const field = element("input", "number");
  label.title = name;
  slider.type = "range";
  slider.step = "any";
  slider.dataset.knob = name;
  slider.id = `knob-${byId("knobs").childElementCount}`;
  label.htmlFor = slider.id;
  [slider.min, slider.max] = reachOf(python, python);
  field.dataset.number = name;
  field.inputMode = "decimal";
  field.setAttribute("aria-label", `${name} as a number`);
  slider.addEventListener("input", () => moveKnob(knob, slider.valueAsNumber));
  field.addEventListener("change", () => {
    const x = parsed(field.value);
    if (x === null) renderField(field, turned(knob, valueOf(parameter, state)));
    else moveKnob(knob, x);
  });
  row.append(label, slider, field);
  byId("knobs").append(row);
  return Object.assign(knob, { python, slider, field });
}

// The number that a knob stands for, when its parameter has that value.
const turned = ({ cell }, x) => (cell === undefined ? x : x.cells[cell]);

// The slider's ends: around Python's value, wider where training has led further out.
function reachOf(python, x) {
  const middle = Number.isFinite(python) ? python : 0;
  const out = Number.isFinite(x) ? Math.abs(x - middle) : 0;
  const near = Math.max(2, 2 * Math.abs(middle));
  const half = out > near ? 2 * out : near;
  return [middle - half, middle + half];
}

const moveKnob = (knob, x) => change((now) => turn(now, knob, x));

function turn(now, { parameter, cell }, x) {
  const old = valueOf(parameter, now);
  const cells = old.cells?.map((y, i) => (i === cell ? x : y));
  now.moved.set(parameter.key, cells ? { ...old, cells } : x);
}

// A number as people type it: with a minus sign of either kind, a comma for a point; null if none,
// or if that comma may part thousands.
function parsed(text) {
  if (/^\s*\D?[1-9]\d{0,2},\d{3}\s*$/.test(text)) return null;
  const plain = text.trim().toLowerCase().replace(/[−–]/g, "-").replace(",", ".");
  if (plain === "nan") return NaN;
  const x = Number(plain.replace("inf", "Infinity"));
  return plain === "" || Number.isNaN(x) ? null : x;
}

const renderField = (field, x) => (field.value = asText(x).replace("+", ""));

const tellTrouble = textWriter(byId("trouble"));

function renderKnobs({ state: now, panes: shown }) {
  tellTrouble(shown.map(({ numbers }) => numbers.trouble).find(Boolean) ?? "");
  for (const knob of knobs) {
    const x = turned(knob, valueOf(knob.parameter, now));
    if (Object.is(x, knob.last)) continue;
    const { slider, field } = knob;
    knob.last = x;
    [slider.min, slider.max] = reachOf(knob.python, x);
    if (slider.valueAsNumber !== x && Number.isFinite(x)) slider.value = x;
    if (!Object.is(parsed(field.value), x)) renderField(field, x);
  }
}

function whatMoves() {
  if (knobs.length && canFlip) return "Same coin flip, move the knob: ε stays.";
  if (knobs.length) return "Move a knob: all numbers follow.";
  return `Nothing here can be moved${canFlip ? "; Resample flips the coin again" : ""}.`;
}

// A sentence for each graph whose numbers the page can't compute anew.
function whatRests() {
  return panes.filter((pane) => !pane.live).map(({ title, frozen }) =>
    `${panes.length > 1 ? `${title}: the` : "The"} numbers are Python's, stored: ${frozen}.`);
}

function resample() {
  if (canFlip) change((now) => (now.seed += 1));
}

onAction("resample", resample);
onAction("reset", () => {
  stopTraining();
  forgetTraining();
  change((now) => {
    now.moved = new Map();
    now.seed = 0;
  });
});
