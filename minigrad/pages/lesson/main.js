// The page: one state, one view of it, one rendering of that view.

const root = document.documentElement;
let written = 0; // when the address was last written
let writing = 0; // the timer that will write it next

const loaders = []; // what a page of another kind loads besides
const renderers = []; // and shows

// Every change of the state comes through here.
function change(edit) {
  const start = performance.now();
  edit(state);
  render(view(state));
  root.dataset.ms = (performance.now() - start).toFixed(2);
  writeHash();
}

function render(shown) {
  root.dataset.step = shown.step;
  root.dataset.phase = shown.phase;
  shown.panes.forEach((each, i) => {
    renderGraph(graphs[i], each);
    cameras[i].shown = each;
    if (isFollowing) follow(cameras[i], each);
    renderTable(tables[i], each);
  });
  renderRules(shown);
  byId("latex").hidden = true; // it was of the step before
  renderSource(shown);
  renderKnobs(shown);
  renderPredict(shown);
  renderControls(shown);
  for (const more of renderers) more(shown);
}

const tellWhere = textWriter(byId("where"));
// Buttons that lead nowhere are not disabled, or the focus on them would be lost.
const atEnd = new Map(["first", "back", "next", "last"].map((name) =>
  [name, attributeWriter(buttonOf(name), "aria-disabled")]));

function renderControls({ step, phase, panes: shown }) {
  const named = shown.filter((each) => each.step.node !== null).map(({ pane, step: { node } }) =>
    panes.length > 1 ? `${pane.title}: ${pane.nodes[node].name}` : pane.nodes[node].name);
  const node = named.map((name) => ` · ${name}`).join("");
  tellWhere(`Step ${step} of ${lastStep()} · ${phase}${node}`);
  byId("step").value = step;
  byId("step").setAttribute("aria-valuetext", `${step}, ${phase}${node}`);
  for (const name of ["first", "back"]) atEnd.get(name)(String(step === 0));
  for (const name of ["next", "last"]) atEnd.get(name)(String(step === lastStep()));
}

// At most every 200 ms: browsers refuse more.
function writeHash() {
  clearTimeout(writing);
  const wait = written + 200 - performance.now();
  if (wait > 0) {
    writing = setTimeout(writeHash, wait);
    return;
  }
  writeHashNow();
}

function writeHashNow() {
  written = performance.now();
  try {
    history.replaceState(null, "", hashOf(state));
  } catch {
    // a page within a notebook has no address of its own
  }
}

// The badge: the run in this page against the numbers that Python computed.
function compare() {
  const live = panes.filter((pane) => pane.live);
  const badge = byId("badge");
  if (!live.length) {
    badge.textContent = "Python's numbers, stored";
    return;
  }
  const leaves = (pane) => pane.inputs.map((i) => pane.numbers.values[i]);
  const apart = Math.max(...live.map((pane) =>
    distance(runOf(pane, leaves(pane)), pane.numbers)));
  badge.dataset.error = apart;
  const differs = apart > 1e-12;
  badge.classList.toggle("bad", differs);
  const size = apart === 0 ? "0" : apart.toExponential(0).replace("-", "−");
  badge.title = `JavaScript ${differs ? "differs from" : "="} Python (max |Δ| ${size})`;
  badge.textContent = differs ? badge.title : "Checked against Python";
}

// Where several programs stand side by side: which parameters get a gradient in each.
function tellSummary() {
  byId("summary").hidden = panes.length < 2;
  if (panes.length < 2) return;
  const sentences = panes.map((pane) => {
    const all = pane.nodes.map((node, i) => i).filter((i) => pane.nodes[i].kind === "parameter");
    const names = (list) => list.map((i) => pane.nodes[i].name).join(", ");
    const missed = all.filter((i) => !pane.reached.has(i));
    const got = all.filter((i) => pane.reached.has(i));
    const parts = [];
    if (got.length) parts.push(`a gradient for ${names(got)}`);
    if (missed.length) parts.push(`none for ${names(missed)}`);
    return `${pane.title}: ${parts.join(", ")}`;
  });
  byId("summary").textContent = `In the end, ${sentences.join("; ")}.`;
}

function showLegend() {
  const drawn = [...document.querySelectorAll("#graphs [data-kind]")];
  const kinds = new Set(drawn.map((group) => group.dataset.kind));
  for (const item of byId("legend").children) item.hidden = !kinds.has(item.dataset.kind);
}

// Show the graphs of `data`, whose drawings stand in the page, from the state as it is.
function load(data) {
  loadPanes(data);
  loadGraphs();
  loadCameras();
  loadFolds();
  loadTables(data.lines);
  loadRules();
  loadPredict();
  loadKnobs();
  loadTraining();
  for (const more of loaders) more();
  loadControls();
  document.body.classList.toggle("several", panes.length > 1);
  root.dataset.steps = lastStep();
  showLegend();
  tellSummary();
}

function show() {
  const size = sizeFrames();
  for (const camera of cameras) camera.frame = size;
  setFollowing(needsFollowing());
  render(view(state));
  if (!isFollowing) cameras.forEach(fit);
  if (document.body.classList.contains("started")) return;
  getComputedStyle(graphs[0].svg).transform; // where graphs stand now, they do not glide to
  document.body.classList.add("started");
}
