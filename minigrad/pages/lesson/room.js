// The room that a page has for its graphs: how large they get side by side, or below one another.

const STEADY = 0.9; // the scale at which a whole graph can be read without moving about in it
const GAP = 16; // between graphs, as in the style sheet
const MOST = 0.7; // of the window's height, for graphs that are too small in half of it
let stageWidth = 0; // as last seen: for a new graph the browser need not lay out the page
let windowHeight = heightOfWindow(); // likewise

// A frame that fits itself to this page must not make the page grow with it.
function heightOfWindow() {
  return parent === window ? innerHeight : Math.min(innerHeight, 900);
}

// The scale at which a drawing fits into a frame.
const fitInto = ([width, height], size) =>
  Math.min(1.25, width / (size.width + 16), height / (size.height + 16));

// Of the ways to place graphs of these sizes the one that shows the smallest largest: `columns`,
// the inside of each `frame`, and that `scale`.
function roomFor(sizes) {
  stageWidth ||= byId("graphs").clientWidth;
  const isNarrow = stageWidth < 560;
  const ways = sizes.length === 1 || isNarrow ? [1] : [sizes.length, 1];
  const rooms = ways.map((columns) => roomIn(columns, sizes, isNarrow));
  return rooms.reduce((best, room) => (room.scale > best.scale ? room : best));
}

// A frame is no higher than its graph needs, and higher than half the window only if that helps.
function roomIn(columns, sizes, isNarrow) {
  const width = (stageWidth - GAP * (columns - 1)) / columns - 2; // without its border
  const scaleIn = (height) => Math.min(...sizes.map((size) => fitInto([width, height], size)));
  const share = columns < sizes.length && !isNarrow ? 1.2 / sizes.length : 1; // of stacked graphs
  const usual = (root.classList.contains("present") ? 0.72 : 0.48 * share) * windowHeight;
  const most = MOST * share * windowHeight;
  const helps = scaleIn(usual) < STEADY && scaleIn(most) > 1.05 * scaleIn(usual);
  const needed = sizes.map((size) => Math.max(READABLE, fitInto([width, Infinity], size)) * (size.height + 16));
  let height = Math.min(Math.max(220, helps ? most : usual), Math.max(...needed));
  if (canLayOut && isFocusing) height = 0.8 * most; // however much is open: the buttons below stay put
  return { columns, frame: [width, height - 2], scale: scaleIn(height) };
}
