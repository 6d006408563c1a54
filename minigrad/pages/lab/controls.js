// What a hand can move, and the table: made once, from the names of the knobs.

const freshBox = document.querySelector("[data-action=fresh]");

// By knob its slider and its field, which say the same number.
const inputs = KNOBS.map(({ name, low, high }, k) => {
  const row = document.querySelector(".knobs").appendChild(element("div", "knob"));
  row.append(element("span", "name", name));
  return ["range", "number"].map((type) => {
    const input = row.appendChild(element("input"));
    Object.assign(input, { type, min: low, max: high, step: "any" });
    input.ariaLabel = type === "range" ? name : `${name}, as a number`;
    if (type === "range") input.dataset.knob = name;
    input.addEventListener("input", () => {
      if (input.value !== "") moveKnob(k, Number(input.value));
    });
    input.addEventListener("change", () => {
      if (type === "number") input.value = rounded(state.knobs[k]);
    });
    input.addEventListener("keydown", (event) => stepKnob(k, input, event));
    return input;
  });
});

// By knob the cells of its row.
const cells = KNOBS.map(({ name }) => {
  const row = document.querySelector("tbody").appendChild(element("tr"));
  const head = row.appendChild(element("th", "", by(name)));
  head.scope = "row";
  const cell = (className) => row.appendChild(element("td", className));
  const made = { pathwise: cell("pathwise"), score: cell("score"), truth: cell("exact") };
  for (const method of ["pathwise", "score"]) {
    Object.assign(made[method].dataset, { estimate: method, knobName: name });
  }
  return made;
});

const rounded = (x) => Number(x.toPrecision(6));

const within = ({ low, high }, value) => Math.min(Math.max(value, low), high);

function moveKnob(k, value) {
  state.knobs[k] = within(KNOBS[k], value);
  state.k = k;
  if (state.isFresh) state.seed += 1;
  changed();
}

// A hundredth of the way: browsers differ in how far an arrow goes where any step is allowed.
function stepKnob(k, input, event) {
  const { low, high } = KNOBS[k];
  const sideways = input.type === "range" ? { ArrowRight: 1, ArrowLeft: -1 } : {};
  const sign = { ArrowUp: 1, ArrowDown: -1, ...sideways }[event.key];
  if (!sign) return;
  event.preventDefault();
  moveKnob(k, state.knobs[k] + (sign * (high - low)) / 100);
  input.value = rounded(state.knobs[k]);
}

function flipAgain() {
  state.seed += 1;
  changed();
}

function changed() {
  show();
  writeAddress();
}

onAction("flip", flipAgain);
onAction("reset", () => {
  state = begun();
  changed();
});
freshBox.addEventListener("change", () => {
  state.isFresh = freshBox.checked;
  changed();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.type === "number") return;
  if (event.key === "r") flipAgain();
  if (event.key === "f") freshBox.click();
  if (event.key === "0") document.querySelector("[data-action=reset]").click();
});
addEventListener("hashchange", () => {
  readAddress();
  show();
});
new ResizeObserver(() => {
  const resized = Object.values(views).map(({ plot }) => plot.measure());
  if (resized.includes(true)) show();
}).observe(document.querySelector("main"));

const error = greatestError();
const badge = document.querySelector("[data-badge]");
const size = error && error.toExponential(0).replace("-", "−");
badge.dataset.error = error;
badge.classList.toggle("bad", !(error < 1e-9));
badge.title = `JavaScript ${error < 1e-9 ? "=" : "differs from"} Python at ${DATA.checks.length} settings (max |Δ| ${size})`;
badge.textContent = error < 1e-9
  ? "Checked against Python"
  : `JavaScript is not Python: max |Δ| ${size}. Does the problem branch on a parameter?`;
if (!PROGRAMS.exact) page.classList.add("inexact");
readAddress();
show();
