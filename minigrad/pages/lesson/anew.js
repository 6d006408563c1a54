// A page that has Graphviz lays its graphs out anew: with scopes folded, in the direction of their
// pane. Nodes glide from where they were.

const foldedScopes = new Set();
let layouts = 0; // how often one was asked for
let shownWays = "";

// Wide panes are filled from left to right, narrow ones downward; "" is Python's choice.
function directionOf(pane) {
  const width = frameWidth || byId("graphs").clientWidth;
  if (width < 560) return "TB";
  return pane.nodes.length > 12 && width < 900 ? "TB" : "";
}

// The DOT text of a pane with what is folded now; its nodes and shares then know their places.
function composedNow(pane) {
  const made = composed(pane.picture, directionOf(pane), foldedScopes);
  pane.picture.made = made;
  for (const node of pane.nodes) node.box = made.places.get((node.home ??= node.box));
  for (const share of pane.shares) share.edge = made.edges.get((share.home ??= share.edge)) ?? "";
  return made.dot;
}

async function layAnew() {
  const turn = ++layouts;
  shownWays = panes.map(directionOf).join();
  const svgs = [];
  for (const pane of panes) svgs.push(await drawn(composedNow(pane)));
  if (turn !== layouts) return;
  const before = placesOf();
  const styles = panes.map(({ prefix }) => byId(`${prefix}-style`)); // of a drawing that Python made
  byId("graphs").replaceChildren(...svgs.map((svg, i) => {
    const drawing = dressed(svg, panes[i]);
    if (styles[i]) drawing.prepend(styles[i]);
    return drawing;
  }));
  loadGraphs();
  loadCameras();
  loadFolds();
  loadControls();
  showLegend();
  show();
  glide(before);
  root.dataset.layouts = layouts;
}

addEventListener("resize", () => {
  if (panes.length && panes.map(directionOf).join() !== shownWays) layAnew();
});

// Where folding lays out anew: clusters and folded boxes, which a click turns into one another.
function loadScopes() {
  for (const graph of graphs) {
    const { pane, svg } = graph;
    graph.folded = () => undefined; // a folded node's box is the scope's
    const { clusters, scopes } = (pane.picture.made ??= composed(pane.picture));
    for (const [id, scope] of clusters) {
      const cluster = svg.querySelector(`[id="${pane.prefix}-${id}"]`);
      cluster.classList.add("folds");
      cluster.addEventListener("click", () => toggleFold(scope));
    }
    for (const [id, scope] of scopes) openOn(graph.boxes.get(id).group, scope);
  }
  const all = panes.flatMap(({ picture }) => picture.boxes.flatMap(({ scope }) => pathOf(scope)));
  addFoldButtons([...new Set(all)], (name) => !foldedScopes.has(name));
}

function openOn(group, scope) {
  group.setAttribute("tabindex", "0");
  group.addEventListener("click", () => toggleFold(scope));
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    toggleFold(scope);
  });
}

// -------------------------------------------------------------------- nodes glide to their places

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Where each node is shown, by its name: the box itself, or the one that it is folded into.
function placesOf() {
  return new Map(graphs.flatMap(({ pane, boxes }) => pane.nodes.map((node) => [node.name, boxes.get(node.box)])));
}

function glide(before) {
  if (isStill()) return;
  for (const { pane, boxes } of graphs) {
    for (const node of pane.nodes) {
      const [from, to] = [before.get(node.name), boxes.get(node.id)];
      if (!from || !to || (from.x === to.x && from.y === to.y)) continue;
      const start = `translate(${from.x - to.x}px, ${from.y - to.y}px)`;
      to.group.animate([{ transform: start }, { transform: "none" }], { duration: 220, easing: "ease-out" });
    }
  }
}
