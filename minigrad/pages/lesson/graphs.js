// The graphs: numbers in the boxes, local derivatives on the arrows, a ring around what is current.

let graphs = [];

function loadGraphs() {
  graphs = panes.map(graphOf);
}

// The pane's drawing, put into a figure, with a writer for all that moves in it.
function graphOf(pane) {
  const svg = byId(pane.prefix);
  const frame = element("div", "frame");
  const figure = element("figure");
  if (panes.length > 1) figure.append(element("figcaption", "", pane.title));
  svg.replaceWith(figure);
  figure.append(frame);
  frame.append(svg);
  svg.setAttribute("role", "group"); // its nodes are buttons, which an img could not hold
  const root = svg.querySelector(".mg-graph");
  const graph = { pane, svg, frame, figure, root };
  graph.boxes = boxesOf(graph);
  graph.nodes = pane.nodes.map((node) => nodeWriters(graph, node));
  graph.arrows = new Map();
  graph.shares = pane.shares.map((share, k) => shareWriters(graph, share, k));
  graph.overlay = overlayOf(graph);
  return graph;
}

// Elements and places of the boxes, by id.
function boxesOf({ svg, pane }) {
  const boxes = new Map();
  for (const group of svg.querySelectorAll(".mg-node")) {
    boxes.set(group.dataset.node, { group, ...boundsOf(group) });
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", "-1");
    if (panes.length > 1) group.dataset.pane = pane.index;
  }
  return boxes;
}

// Where a group's shapes stand, by their points: the browser, if asked, would lay out the page.
function boundsOf(group) {
  const [xs, ys] = [[], []];
  for (const shape of group.querySelectorAll("polygon, path, ellipse")) {
    const number = (name) => Number(shape.getAttribute(name));
    if (shape.localName === "ellipse") {
      xs.push(number("cx") - number("rx"), number("cx") + number("rx"));
      ys.push(number("cy") - number("ry"), number("cy") + number("ry"));
      continue;
    }
    const points = shape.getAttribute("points") ?? shape.getAttribute("d");
    points.match(/-?[\d.]+/g).forEach((x, i) => (i % 2 ? ys : xs).push(Number(x)));
  }
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

function nodeWriters({ boxes }, node) {
  const box = boxes.get(node.id);
  if (!box) return null; // folded into its scope's box
  const title = box.group.querySelector("title");
  const words = node.says && node.says !== node.name ? `${node.name} = ${node.says}` : node.name;
  title.textContent = node.scope ? `${words}; in ${node.scope}` : words;
  const line = (role) => box.group.querySelector(`.mg-${role}`);
  const value = line("value");
  const grad = node.takes ? line("grad") : null;
  return { value: value && numberWriter(value, "value"), grad: grad && numberWriter(grad, "grad") };
}

// Writes "value +0.5000", or "value ·" before it is known; formats only numbers that changed.
function numberWriter(text, role) {
  const write = textWriter(text);
  const isEmpty = classWriter(text, "empty");
  let last = null;
  return (x) => {
    if (Object.is(x, last)) return;
    last = x;
    isEmpty(x === undefined);
    write(x === undefined ? `${role} ·` : `${role} ${anyAsText(x)}`);
  };
}

// An arrow with the way it goes, from tail to the point of its head.
function arrowOf({ svg, pane, arrows }, id) {
  if (arrows.has(id)) return arrows.get(id);
  const group = svg.querySelector(`[id="${pane.prefix}-${id}"]`);
  const path = group?.querySelector("path");
  let arrow = null;
  if (path) {
    const corners = [...group.querySelectorAll("polygon")].map((p) => p.getAttribute("points"));
    const point = corners[0]?.trim().split(/\s+/)[1];
    const way = path.getAttribute("d") + (point ? `L${point}` : "");
    arrow = { way, isNow: classWriter(group, "now"), text: group.querySelector("text") };
    arrow.isUsed = classWriter(group, "used");
  }
  arrows.set(id, arrow);
  return arrow;
}

function shareWriters(graph, share) {
  const arrow = arrowOf(graph, share.edge);
  if (!arrow?.text || share.slope === "") return { arrow, slope: null };
  const write = textWriter(arrow.text);
  let last = null;
  return { arrow, slope: (x) => Object.is(x, last) || write(`× ${asText((last = x))}`) };
}

// What is drawn over the graph: a ring, and arrows that point backward.
function overlayOf({ svg, root, pane }) {
  const id = `${pane.prefix}-back`;
  const marker = svgElement("marker", {
    id, viewBox: "0 0 10 10", refX: 1, refY: 5, markerWidth: 13, markerHeight: 13,
    markerUnits: "userSpaceOnUse", orient: "auto",
  });
  marker.append(svgElement("path", { d: "M0,5L10,0L10,10z" }));
  const defs = svgElement("defs");
  defs.append(marker);
  svg.prepend(defs);
  const layer = svgElement("g", { class: "overlay", "aria-hidden": "true" });
  const ring = svgElement("rect", { class: "ring", rx: 8, "aria-hidden": "true" });
  root.append(layer, ring);
  return { layer, ring, id, ways: [], now: [], current: null };
}

function renderGraph(graph, shown) {
  const { numbers, grads, hidden, made } = shown;
  graph.nodes.forEach((write, i) => {
    write?.value?.(showsValue(shown, i) ? numbers.values[i] : undefined);
    write?.grad?.(grads[i]);
  });
  graph.shares.forEach(({ arrow, slope }, k) => {
    const isUsed = k < made && !hidden.has(k);
    arrow?.isUsed(isUsed);
    if (isUsed) slope?.(numbers.slopes[k]);
  });
  renderCurrent(graph, shown);
}

// The ring around the current node, and its arrows: forward into it, backward out of it.
function renderCurrent(graph, { pane, step }) {
  const { overlay, boxes } = graph;
  const isBackward = step.phase === "backward";
  const node = pane.nodes[step.node];
  const box = node && boxes.get(node.box);
  overlay.ring.classList.toggle("backward", isBackward || step.phase === "seed");
  overlay.ring.setAttribute("visibility", box ? "visible" : "hidden");
  if (box) placeRing(overlay.ring, graph.folded?.(node) ?? box);
  overlay.current?.group.setAttribute("tabindex", "-1");
  overlay.current = box ?? boxes.values().next().value;
  overlay.current?.group.setAttribute("tabindex", "0");
  for (const arrow of overlay.now) arrow.isNow(false);
  overlay.now = node ? currentArrows(graph, step, node) : [];
  for (const arrow of overlay.now) arrow.isNow(true);
  const back = isBackward ? overlay.now : [];
  back.forEach((arrow, i) => wayOf(overlay, i).setAttribute("d", arrow.way));
  overlay.ways.forEach((way, i) => i < back.length || way.removeAttribute("d"));
}

function currentArrows(graph, step, node) {
  const ids =
    step.phase === "forward" ? node.inputs.map((_, operand) => edgeOf(graph.pane, `e${node.id.slice(1)}-${operand}`))
    : step.phase === "backward" ? step.shares.map((k) => graph.pane.shares[k].edge)
    : [];
  return [...new Set(ids.map((id) => arrowOf(graph, id)))].filter(Boolean);
}

// An arrow as it is drawn now: where scopes are folded, one stands for several.
const edgeOf = ({ picture }, id) => picture?.made?.edges.get(id) ?? id;

function placeRing(ring, { x, y, width, height }) {
  const gap = 5;
  ring.setAttribute("x", x - gap);
  ring.setAttribute("y", y - gap);
  ring.setAttribute("width", width + 2 * gap);
  ring.setAttribute("height", height + 2 * gap);
}

// The k-th of the overlay's arrows, made when first needed.
function wayOf(overlay, k) {
  if (!overlay.ways[k]) {
    overlay.ways[k] = svgElement("path", { class: "back", "marker-start": `url(#${overlay.id})` });
    overlay.layer.append(overlay.ways[k]);
  }
  return overlay.ways[k];
}
