// Where one looks at a graph from: moving, zooming, following the current node.

const READABLE = 1.1; // the scale at which the arrows' 10 px words are 11 px high
const SMALLEST = 0.6; // down to which a step that is too wide is shown smaller, to show it whole
let cameras = [];
let isFollowing = false;

function loadCameras() {
  cameras = graphs.map(cameraOf);
}

function cameraOf(graph) {
  const { width, height } = graph.svg.viewBox.baseVal;
  const { e, f } = graph.root.transform.baseVal.consolidate().matrix; // boxes are placed in root
  graph.svg.style.width = `${width}px`;
  graph.svg.style.height = `${height}px`;
  const camera = { graph, width, height, e, f, x: 0, y: 0, scale: 1, frame: [0, 0], shown: null };
  listenToPointer(camera);
  new ResizeObserver(([entry]) => resized(camera, entry.contentRect)).observe(graph.frame);
  return camera;
}

function sizeFrames() {
  const { columns, frame } = roomFor(cameras);
  byId("graphs").classList.toggle("stacked", columns < cameras.length);
  byId("graphs").style.setProperty("--frame", `${frame[1] + 2}px`);
  return frame;
}

addEventListener("resize", () => {
  [stageWidth, windowHeight] = [0, heightOfWindow()];
  if (cameras.length) sizeFrames();
});

function resized(camera, { width, height }) {
  const [before, tall] = camera.frame; // which may have been rounded to whole pixels
  if (!camera.graph.frame.isConnected) return; // another graph has taken its place
  if (Math.abs(before - width) < 1 && Math.abs(tall - height) < 1) return;
  camera.isPlaced = false;
  camera.frame = [width, height];
  stageWidth = 0;
  const { svg } = camera.graph;
  svg.style.transition = "none"; // a frame that changes size, as by a scrollbar, is no step
  if (isFollowing) follow(camera, camera.shown);
  else fit(camera);
  getComputedStyle(svg).transform;
  svg.style.transition = "";
}

const fitting = (camera) => fitInto(camera.frame, camera);

const needsFollowing = () => cameras.some((camera) => fitting(camera) < STEADY);

function fit(camera) {
  camera.scale = fitting(camera);
  centre(camera, camera.width / 2, camera.height / 2);
}

// Bring the point (x, y) of the drawing to the middle, but show no more of what is beside it.
function centre(camera, x, y) {
  const along = (middle, frame, size) => {
    const least = frame - size * camera.scale;
    const wanted = frame / 2 - middle * camera.scale;
    return least > 0 ? least / 2 : Math.max(least - 8, Math.min(8, wanted));
  };
  camera.x = along(x, camera.frame[0], camera.width);
  camera.y = along(y, camera.frame[1], camera.height);
  place(camera);
}

function place(camera) {
  const { graph, x, y, scale } = camera;
  camera.isPlaced = true;
  graph.svg.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
}

// Look at what the step is about, source and targets, smaller where they are far apart; stay where
// it is in sight already.
function follow(camera, shown) {
  camera.shown = shown;
  const boxes = watched(shown).map((node) => camera.graph.boxes.get(node.box)).filter(Boolean);
  if (shown.phase === "leaves") return fit(camera); // the whole graph first, however small
  const all = around(camera, boxes);
  const [width, height] = camera.frame.map((size) => size - 32);
  const whole = all ? Math.min(width / (all.right - all.left), height / (all.bottom - all.top)) : READABLE;
  const scale = Math.max(SMALLEST, Math.min(whole, Math.max(READABLE, fitting(camera))));
  camera.isPlaced &&= scale === camera.scale;
  camera.scale = scale;
  const box = whole >= SMALLEST ? all : around(camera, boxes.slice(0, 1));
  if (!box || (camera.isPlaced && inSight(camera, box))) return place(camera);
  centre(camera, (box.left + box.right) / 2, (box.top + box.bottom) / 2);
}

// The current node and its operands; where no gradient goes further, whom it did not reach.
function watched({ pane, phase, isWaiting, step }) {
  const node = pane.nodes[step.node];
  const targets = phase === "backward" ? step.shares.map((k) => pane.shares[k].target) : node?.inputs;
  if (node) return [node, ...targets.map((i) => pane.nodes[i])];
  const isMissed = ({ kind }, i) => kind === "parameter" && !pane.reached.has(i);
  return isWaiting && phase === "backward" ? pane.nodes.filter(isMissed) : [];
}

// The rectangle around boxes, in the drawing's coordinates.
function around({ e, f }, boxes) {
  if (!boxes.length) return null;
  return {
    left: e + Math.min(...boxes.map((b) => b.x)),
    right: e + Math.max(...boxes.map((b) => b.x + b.width)),
    top: f + Math.min(...boxes.map((b) => b.y)),
    bottom: f + Math.max(...boxes.map((b) => b.y + b.height)),
  };
}

// Bring a box in sight that has the keyboard's focus.
function lookAt(camera, box) {
  const { left, right, top, bottom } = around(camera, [box]);
  if (!inSight(camera, { left, right, top, bottom })) {
    centre(camera, (left + right) / 2, (top + bottom) / 2);
  }
}

function inSight({ x, y, scale, frame }, { left, right, top, bottom }) {
  return (
    x + left * scale > 8 && x + right * scale < frame[0] - 8 &&
    y + top * scale > 8 && y + bottom * scale < frame[1] - 8
  );
}

// Zoom so that the drawing's point under (x, y) of the frame stays there.
function zoom(camera, factor, x = camera.frame[0] / 2, y = camera.frame[1] / 2) {
  const scale = Math.max(0.1, Math.min(4, camera.scale * factor));
  camera.x = x - ((x - camera.x) * scale) / camera.scale;
  camera.y = y - ((y - camera.y) * scale) / camera.scale;
  camera.scale = scale;
  setFollowing(false);
  place(camera);
}

function move(camera, dx, dy) {
  camera.x += dx;
  camera.y += dy;
  setFollowing(false);
  place(camera);
}

function setFollowing(isOn) {
  isFollowing = isOn;
  buttonOf("follow").setAttribute("aria-pressed", String(isOn));
}

// Dragging moves the graph.
function listenToPointer(camera) {
  const { frame } = camera.graph;
  let from = null;
  frame.addEventListener("pointerdown", (event) => {
    if (event.button === 0) from = [event.clientX, event.clientY];
  });
  frame.addEventListener("pointermove", (event) => {
    if (!from || !(event.buttons & 1)) return;
    const [dx, dy] = [event.clientX - from[0], event.clientY - from[1]];
    if (!camera.isDragged && Math.hypot(dx, dy) < 5) return;
    if (!camera.isDragged) frame.setPointerCapture(event.pointerId);
    camera.isDragged = true;
    from = [event.clientX, event.clientY];
    move(camera, dx, dy);
  });
  frame.addEventListener("pointerup", () => {
    from = null;
    setTimeout(() => (camera.isDragged = false)); // after the click that ends a drag
  });
  frame.addEventListener("wheel", (event) => turnWheel(camera, event), { passive: false });
}

// A wheel zooms with the Ctrl key, and moves the graph sideways, where the page can't go. Up and
// down it is left to the page, so that nobody gets stuck in a graph.
function turnWheel(camera, event) {
  const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (!event.ctrlKey && !event.metaKey && !isSideways) return;
  event.preventDefault();
  if (isSideways) return move(camera, -event.deltaX, 0);
  const corner = camera.graph.frame.getBoundingClientRect();
  const [x, y] = [event.clientX - corner.left, event.clientY - corner.top];
  zoom(camera, Math.exp(-event.deltaY / 300), x, y);
}

onAction("in", () => cameras.forEach((camera) => zoom(camera, 1.25)));
onAction("out", () => cameras.forEach((camera) => zoom(camera, 0.8)));
onAction("fit", () => {
  setFollowing(false);
  cameras.forEach(fit);
});
onAction("follow", () => {
  setFollowing(!isFollowing);
  cameras.forEach(isFollowing ? (camera) => follow(camera, camera.shown) : fit);
});
