// Moving through the steps: buttons, slider, keys, clicks on nodes, search, play.

let playing = 0; // the timer of the next step, or 0

function go(step) {
  change((now) => (now.step = Math.max(0, Math.min(lastStep(), step))));
}

function play() {
  if (state.step === lastStep()) go(0);
  buttonOf("play").textContent = "Pause";
  playing = setTimeout(playOn, Number(byId("speed").value));
}

function playOn() {
  go(state.step + 1);
  if (state.step === lastStep()) return pause();
  playing = setTimeout(playOn, Number(byId("speed").value));
}

function pause() {
  clearTimeout(playing);
  playing = 0;
  buttonOf("play").textContent = "Play";
}

const stopAndGo = (step) => {
  pause();
  go(step);
};

// To where a node is computed; from there, to where its gradient goes on.
function jumpTo(pane, i) {
  const there = pageStep(pane, pane.valueStep[i]);
  const back = pane.backStep[i] >= 0 ? pane.backStep[i] : lastArrival(pane, i);
  const isThere = state.step === there && back >= 0;
  stopAndGo(isThere ? pageStep(pane, back) : there);
}

// The step that completes a leaf's gradient, or -1.
function lastArrival(pane, i) {
  const k = lastShare(pane, i);
  return k < 0 ? -1 : pane.shareStep[k];
}

function listenToNodes({ pane, boxes }, camera) {
  pane.nodes.forEach((node, i) => {
    const box = boxes.get(node.id);
    if (!box) return;
    box.group.addEventListener("click", () => camera.isDragged || jumpTo(pane, i));
    box.group.addEventListener("focus", () => lookAt(camera, box));
    box.group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      jumpTo(pane, i);
    });
  });
}

const search = { text: "", found: [], at: 0 };
const tellFound = textWriter(byId("found"));

// Go to what has this text in its name; asked again, to the next that has.
function find(text) {
  if (text !== search.text) Object.assign(search, { text, found: namesWith(text), at: -1 });
  const { found } = search;
  if (!text) return tellFound("");
  if (!found.length) return tellFound(`Nothing is called “${text}”.`);
  search.at = (search.at + 1) % found.length;
  const { pane, i } = found[search.at];
  tellFound(found.length > 1 ? `${search.at + 1} of ${found.length}` : "");
  stopAndGo(pageStep(pane, pane.valueStep[i]));
  showNode(pane, pane.nodes[i]);
}

// The nodes with this text in their names: first those called so, then those that begin so.
function namesWith(text) {
  const wanted = text.trim().toLowerCase();
  const all = panes.flatMap((pane) => pane.nodes.map((node, i) =>
    ({ pane, i, name: node.literal ? "" : node.name.toLowerCase() })));
  const rank = ({ name }) => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : 2);
  return all.filter(({ name }) => name.includes(wanted)).sort((a, b) => rank(a) - rank(b));
}

// Show a node that is not the current one: a leaf has no step of its own.
function showNode(pane, node) {
  const camera = cameras[pane.index];
  const box = camera.graph.boxes.get(node.box);
  if (!box) return;
  if (camera.scale < READABLE) camera.scale = READABLE;
  centre(camera, camera.e + box.x + box.width / 2, camera.f + box.y + box.height / 2);
  placeRing(camera.graph.overlay.ring, camera.graph.folded(node) ?? box);
  camera.graph.overlay.ring.setAttribute("visibility", "visible");
}

const STEP_KEYS = {
  ArrowLeft: () => stopAndGo(state.step - 1),
  ArrowRight: () => stopAndGo(state.step + 1),
  Home: () => stopAndGo(0),
  End: () => stopAndGo(lastStep()),
  " ": () => actions.get("play")(),
  r: resample,
  f: () => actions.get("follow")(),
  "+": () => actions.get("in")(),
  "=": () => actions.get("in")(),
  "-": () => actions.get("out")(),
  0: () => actions.get("fit")(),
  "?": () => actions.get("help")(),
};
const PAN = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || byId("help").open) return;
  if (target.matches("input:not([type=range]), select, textarea")) return;
  if (target.matches("input") && /^(Arrow|Home|End|Page)/.test(key)) return; // these move it
  if (key === " " && target.matches("button, [role=button]")) return;
  const run = event.shiftKey && PAN[key]
    ? () => cameras.forEach((camera) => move(camera, ...PAN[key]))
    : STEP_KEYS[key];
  if (!run) return;
  event.preventDefault();
  run();
});

onAction("first", () => stopAndGo(0));
onAction("back", () => stopAndGo(state.step - 1));
onAction("next", () => stopAndGo(state.step + 1));
onAction("last", () => stopAndGo(lastStep()));
onAction("play", () => (playing ? pause() : play()));
onAction("help", () => byId("help").showModal());
byId("step").addEventListener("input", (event) => stopAndGo(event.target.valueAsNumber));
byId("find").addEventListener("change", ({ target }) =>
  target.value === search.text || find(target.value));
byId("find").addEventListener("keydown", (event) => {
  if (event.key === "Enter") find(event.target.value);
});

function loadControls() {
  pause();
  byId("step").max = lastStep();
  graphs.forEach((graph, i) => listenToNodes(graph, cameras[i]));
  const named = panes.flatMap((pane) => pane.nodes.filter((node) => !node.literal));
  const options = [...new Set(named.map((node) => node.name))].map((name) => {
    const option = element("option");
    option.value = name;
    return option;
  });
  byId("names").replaceChildren(...options);
}
