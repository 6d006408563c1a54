// The program that one types: every change is read at once, and errors appear below it.

const box = document.querySelector("[data-program]");
const PRESETS = JSON.parse(byId("data").textContent);
const showFault = textWriter(byId("fault"));
const editor = { tape: null, text: "", isInAddress: false, dot: "" };
let loads = 0; // how often a program was shown

function tellError(words) {
  root.dataset.error = words;
  document.body.classList.toggle("stale", words !== ""); // what still stands is of the text before
  box.setAttribute("aria-invalid", String(words !== ""));
  byId("fault").hidden = words === "";
  showFault(words);
}

// Read the text and show its graph; `restore` may set the state before it is shown.
async function readProgram(restore = keepState) {
  const load = ++loads;
  fitBox();
  try {
    const tape = compiled(box.value);
    const data = pageData(tape, []);
    const [pane] = data.panes;
    pane.program = box.value;
    pane.picture = pictureOf(pane, pane.numbers);
    layouts += 1; // what was folded or turned meanwhile is of the program before
    const { made: [made], svgs: [svg] } = await largestOf([pane]);
    if (load !== loads) return;
    takePlaces(pane, made);
    const { dot } = made;
    Object.assign(editor, { tape, text: box.value, dot });
    tellError("");
    showProgram(data, svg, restore);
  } catch (error) {
    if (load === loads) tellError(error instanceof ProgramError ? error.message : oneLine(error));
  }
}

// As many lines as the program has, within reason.
function fitBox() {
  box.rows = Math.max(6, Math.min(18, box.value.split("\n").length + 1));
}

const oneLine = ({ message }) => String(message).split("\n")[0];

function showProgram(data, svg, restore) {
  const before = placesOf();
  const was = { step: state.step, last: lastStep(), starts: new Map(parameters.map((p) => [p.key, p.python])) };
  byId("graphs").replaceChildren(dressed(svg, data.panes[0]));
  load(data);
  restore(was);
  show();
  glide(before);
  root.dataset.programs = Number(root.dataset.programs ?? 0) + 1; // that were shown
}

// After a change of the text: knobs that were turned stay so, unless their number was typed anew.
function keepState({ step, last, starts }) {
  state.step = step > 0 && step >= last ? lastStep() : Math.min(step, lastStep());
  for (const { key, python } of parameters) {
    if (starts.get(key) !== python) state.moved.delete(key);
  }
  for (const key of state.moved.keys()) {
    if (!parameters.some((each) => each.key === key)) state.moved.delete(key);
  }
}

// A program that is chosen starts afresh, from its leaves.
function startState() {
  state.moved = new Map();
  state.seed = 0;
  state.step = 0;
}

// ---------------------------------------------------------------------------------- in the address

addressParts.push(() => (editor.isInAddress ? [`p=${encodeURIComponent(box.value)}`] : []));

function programIn(hash) {
  return new URLSearchParams(hash.slice(1)).get("p");
}

// What stands in the address when the page is opened, or is changed by hand.
function readAddress() {
  const text = programIn(location.hash);
  editor.isInAddress ||= text !== null;
  if (text !== null) box.value = text;
  readProgram(() => {
    startState();
    if (location.hash) readHash(state, location.hash);
  });
}

onAction("share", async () => {
  editor.isInAddress = true;
  writeHashNow();
  const note = byId("shared");
  try {
    await navigator.clipboard.writeText(location.href);
    note.textContent = "The link is copied.";
  } catch {
    note.textContent = "The link is in the address bar.";
  }
});

// --------------------------------------------------------------------------------------- examples

const chooser = byId("presets");
for (const [group, examples] of Object.entries(PRESETS.presets)) {
  const part = element("optgroup");
  part.label = group;
  for (const { title } of examples) part.append(new Option(title));
  chooser.append(part);
}
const allPresets = Object.values(PRESETS.presets).flat();

chooser.addEventListener("change", () => {
  const found = allPresets.find(({ title }) => title === chooser.value);
  if (!found) return;
  box.value = found.text;
  byId("about").textContent = found.about;
  readProgram(startState);
});

box.addEventListener("input", () => {
  byId("about").textContent = "";
  chooser.value = "";
  readProgram();
});
