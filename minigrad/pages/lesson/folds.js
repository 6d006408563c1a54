// Scopes that fold. A page that has Graphviz lays out anew; else a box over the scope's cluster
// hides what is in it, and nothing else moves.

const depth = (scope) => scope.split("/").length;
const isWithin = (node, scope) => node.scope === scope || node.scope.startsWith(`${scope}/`);
let folds = [];
const canLayOut = byId("engine") !== null;

function loadFolds() {
  if (canLayOut) return loadScopes();
  folds = graphs.flatMap((graph) => scopesOf(graph).map((scope) => foldOf(graph, scope)));
  // Where the ring goes for a node in a folded scope: around the outermost cover.
  for (const graph of graphs) {
    const covering = (node) => (fold) =>
      fold.graph === graph && fold.isFolded && isWithin(node, fold.scope);
    graph.folded = (node) => folds.findLast(covering(node))?.cluster;
  }
  addFoldButtons([...new Set(folds.filter((fold) => fold.cover).map((fold) => fold.scope))], () => true);
}

// The scopes of the graph's nodes, the inner ones first; not those that are drawn as boxes already.
function scopesOf({ pane, boxes }) {
  const found = new Set();
  for (const node of pane.nodes) {
    const parts = node.scope ? node.scope.split("/") : [];
    parts.forEach((_, i) => found.add(parts.slice(0, i + 1).join("/")));
  }
  const isOpen = (scope) =>
    pane.nodes.every((node) => !isWithin(node, scope) || boxes.has(node.id));
  return [...found].filter(isOpen).sort((a, b) => depth(b) - depth(a));
}

function foldOf(graph, scope) {
  const inside = graph.pane.nodes.filter((node) => isWithin(node, scope));
  const fold = { graph, scope, inside, isFolded: false, cluster: clusterOf(graph, inside) };
  if (!fold.cluster) return fold;
  fold.cluster.isTaken = true;
  fold.cover = coverOf(fold);
  graph.root.insertBefore(fold.cover, graph.overlay.ring);
  fold.cluster.group.classList.add("folds");
  fold.cluster.group.addEventListener("click", () => toggleFold(fold.scope));
  fold.cover.addEventListener("click", () => toggleFold(fold.scope));
  return fold;
}

// Graphviz numbers clusters its own way: a scope's is the smallest around all its boxes that no
// scope within it has taken.
function clusterOf(graph, inside) {
  graph.clusters ??= [...graph.svg.querySelectorAll(".mg-cluster")].map((group) => {
    return { group, ...boundsOf(group) };
  });
  const boxes = inside.map((node) => graph.boxes.get(node.id)).filter(Boolean);
  const holds = (c) => boxes.every((b) =>
    b.x >= c.x && b.y >= c.y && b.x + b.width <= c.x + c.width && b.y + b.height <= c.y + c.height);
  const fitting = graph.clusters.filter((cluster) => !cluster.isTaken && holds(cluster));
  return fitting.sort((a, b) => a.width * a.height - b.width * b.height)[0];
}

function coverOf({ cluster, scope, inside }) {
  const { x, y, width, height } = cluster;
  const cover = svgElement("g", { class: "cover" });
  cover.append(svgElement("rect", { x, y, width, height, rx: 12 }));
  [scope.split("/").at(-1), `${inside.length} nodes`].forEach((words, i) => {
    const at = { x: x + width / 2, y: y + height / 2 + 24 * i - 4, "text-anchor": "middle" };
    const text = svgElement("text", { ...at, "font-size": i ? 14 : 20 });
    text.textContent = words;
    cover.append(text);
  });
  return cover;
}

// Fold or unfold the scope of this name in all graphs.
function toggleFold(scope) {
  if (canLayOut) {
    setFocusing(false);
    if (!foldedScopes.delete(scope)) foldedScopes.add(scope);
    return layAnew();
  }
  const same = folds.filter((fold) => fold.scope === scope && fold.cover);
  for (const fold of same) fold.isFolded = !fold.isFolded;
  buttonOf(CSS.escape(`fold-${scope}`))?.setAttribute("aria-expanded", String(!same[0].isFolded));
  for (const { graph } of same) applyFolds(graph);
  render(view(state));
}

function applyFolds(graph) {
  const closed = folds.filter((fold) => fold.graph === graph && fold.isFolded);
  const isHidden = (node) => closed.some(({ scope }) => isWithin(node, scope));
  for (const fold of folds) {
    if (fold.graph !== graph || !fold.cover) continue;
    const isInner = closed.some(({ scope }) => fold.scope.startsWith(`${scope}/`));
    fold.cover.classList.toggle("shown", fold.isFolded && !isInner);
  }
  for (const node of graph.pane.nodes) {
    graph.boxes.get(node.id)?.group.classList.toggle("covered", isHidden(node));
    node.inputs.forEach((i, operand) => {
      const isInside = isHidden(node) && isHidden(graph.pane.nodes[i]);
      const edge = byId(`${graph.pane.prefix}-e${node.id.slice(1)}-${operand}`);
      edge?.classList.toggle("covered", isInside);
    });
  }
}

function addFoldButtons(names, isOpen) {
  const tell = (name) => buttonOf(CSS.escape(`fold-${name}`)).setAttribute("aria-expanded", String(isOpen(name)));
  const isSame = byId("folds").dataset.names === names.join("\n");
  if (isSame) return names.forEach(tell); // and the one that has the focus keeps it
  byId("folds").dataset.names = names.join("\n");
  byId("folds").replaceChildren("Fold");
  for (const name of names.sort((a, b) => depth(a) - depth(b))) {
    const button = element("button", "", name);
    button.type = "button";
    button.title = name;
    button.dataset.action = `fold-${name}`;
    button.setAttribute("aria-expanded", String(isOpen(name)));
    onAction(button.dataset.action, () => toggleFold(name));
    byId("folds").append(button);
  }
  if (canLayOut && names.length > 1) byId("folds").append(focusButton());
  byId("folds").hidden = !names.length;
}

