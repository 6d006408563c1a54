// A page that has Graphviz lays its graphs out anew: with scopes folded, from left to right or
// downward, as they get larger in their room. Nodes glide from where they were.

const foldedScopes = new Set();
let layouts = 0; // how often one was asked for

// The pictures of panes with what is folded now, in the direction in which they get larger.
async function largestOf(shown) {
  const ways = [];
  for (const direction of ["LR", "TB"]) {
    const made = shown.map(({ picture }) => composed(picture, direction, foldedScopes));
    const svgs = [];
    for (const { dot } of made) svgs.push(await drawn(dot));
    ways.push({ made, svgs, direction, scale: roomFor(svgs.map(sizeOf)).scale });
  }
  return ways[0].scale >= ways[1].scale ? ways[0] : ways[1];
}

function sizeOf(svg) {
  const [, width, height] = svg.match(/viewBox="\S+ \S+ (\S+) ([^"]+)"/);
  return { width: Number(width), height: Number(height) };
}

// From now on a pane's nodes and shares have their places in this picture of it.
function takePlaces(pane, made) {
  pane.picture.made = made;
  for (const node of pane.nodes) node.box = made.places.get((node.home ??= node.box));
  for (const share of pane.shares) share.edge = made.edges.get((share.home ??= share.edge)) ?? "";
}

async function layAnew() {
  const turn = ++layouts;
  const { made, svgs } = await largestOf(panes);
  if (turn !== layouts) return;
  const before = placesOf();
  panes.forEach((pane, i) => takePlaces(pane, made[i]));
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

let resizing = 0; // the timer that will look whether the graphs have to turn

addEventListener("resize", turnSoon);

function turnSoon() {
  clearTimeout(resizing);
  resizing = setTimeout(layout.waiting ? turnSoon : turnIfLarger, 100);
}

async function turnIfLarger() {
  if (!panes.length) return;
  const { made } = await largestOf(panes);
  if (made.some(({ dot }, i) => dot !== panes[i].picture.made?.dot)) layAnew();
}

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
