// Arrays as small maps of colour: blue below zero, orange above, grey where it is zero. What the
// lesson calls images is drawn as images, in ink, side by side; their gradients in colour.

const tip = element("div", "tip");
tip.hidden = true;
tip.id = "tip";
document.body.append(tip);
const LEAST_HEIGHT = 8; // of a map, in pixels
const painted = new WeakMap(); // which array a canvas shows, and how
let ends = null; // the colours of the lowest, zero and highest, of the current theme

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => {
    const hex = Number.parseInt(style.getPropertyValue(name).trim().slice(1), 16);
    return [hex >> 16, (hex >> 8) & 255, hex & 255];
  };
  const names = ["low", "zero", "high", "bad", "page", "ink"];
  return Object.fromEntries(names.map((name) => [name, read(`--${name}`)]));
}

addEventListener("theme", repaint);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

function repaint() {
  ends = null;
  for (const canvas of document.querySelectorAll(".heat canvas")) {
    paint(canvas, ...painted.get(canvas));
  }
}

// A map, at most so high, for an array of the page's data, with its numbers on hover and focus.
// `image` is [height, width] of what is an image, `isInk` whether its numbers are ink.
function heat(array, most = 22, image = null, isInk = false) {
  const box = element("span", "heat");
  const { width, height, cellAt } = extent(array, image);
  const canvas = element("canvas");
  canvas.width = width;
  canvas.height = height;
  const side = Math.min(image ? 20 : 12, 4 * most / width, Math.max(1, most / height));
  const tall = Math.max(side, LEAST_HEIGHT / height); // a single row is seen as well
  canvas.style.width = `${width * side}px`;
  canvas.style.height = `${height * tall}px`;
  box.append(canvas, element("span", "shape", shapeOf(array)));
  box.tabIndex = 0;
  box.setAttribute("role", "img");
  box.show = (shown) => {
    array = shown;
    paint(canvas, array, image, isInk);
    box.setAttribute("aria-label", `array ${shapeOf(array)}: ${arrayAsText(array)}`);
  };
  box.show(array);
  box.addEventListener("focus", () => showTip(box, allAsText(array)));
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const across = (offsetX * width) / canvas.clientWidth; // narrower where there is no room
    const cell = cellAt(Math.floor(across), Math.floor(offsetY / tall));
    if (cell >= 0 && cell < array.cells.length) showTip(box, cellText(array, cell));
  });
  for (const end of ["blur", "pointerleave"]) box.addEventListener(end, () => (tip.hidden = true));
  return box;
}

const shapeOf = ({ shape }) => shape.join("×");

// Rows and columns of the map, and which cell is where: the last axis across, all others down; or
// images side by side, a column between them empty.
function extent({ shape, cells }, image) {
  if (image) {
    const [height, width] = image;
    const size = height * width;
    const cellAt = (x, y) => {
      const column = x % (width + 1);
      return column < width ? Math.floor(x / (width + 1)) * size + y * width + column : -1;
    };
    return { width: (cells.length / size) * (width + 1) - 1, height, cellAt };
  }
  const width = Math.max(1, Math.min(shape.at(-1) ?? 1, cells.length));
  const height = Math.max(1, Math.ceil(cells.length / width));
  return { width, height, cellAt: (x, y) => y * width + x };
}

function paint(canvas, array, image, isInk) {
  ends ??= colours();
  const { width, height } = canvas;
  painted.set(canvas, [array, image, isInk]);
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  const { cellAt } = extent(array, image);
  const colourOf = image && isInk ? inkOf(array) : heatOf(array);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = cellAt(x, y);
      if (cell < 0) continue;
      const [red, green, blue] = colourOf(Number(array.cells[cell]));
      const at = 4 * (y * width + x);
      pixels.data[at] = red;
      pixels.data[at + 1] = green;
      pixels.data[at + 2] = blue;
      pixels.data[at + 3] = 255;
    }
  }
  context.putImageData(pixels, 0, 0);
}

const between = ([r, g, b], [red, green, blue], part) =>
  [r + part * (red - r), g + part * (green - g), b + part * (blue - b)];

// From zero, in the middle, to the largest number of either sign.
function heatOf(array) {
  let most = 0;
  for (const cell of array.cells) {
    const size = Math.abs(Number(cell));
    if (size > most && size < Infinity) most = size;
  }
  most ||= 1;
  return (x) => {
    if (Number.isNaN(x)) return ends.bad;
    return between(ends.zero, x < 0 ? ends.low : ends.high, Math.min(1, Math.abs(x) / most));
  };
}

// From the page at 0 to ink at 1, further out where the numbers go further.
function inkOf(array) {
  const [low, , high] = extremesOf(array);
  const [from, to] = [Math.min(0, low), Math.max(1, high)];
  return (x) => (Number.isNaN(x) ? ends.bad : between(ends.page, ends.ink, (x - from) / (to - from)));
}

function cellText({ shape, cells }, cell) {
  return `${placeIn({ shape }, cell)}  ${asText(Number(cells[cell]))}`;
}

// Where a cell stands in its array: "[0, 2]".
function placeIn({ shape }, cell) {
  const place = strides_of(shape).map((stride, k) => Math.floor(cell / stride) % shape[k]);
  return `[${place.join(", ")}]`;
}

// All numbers in rows, as far as a reader wants them at once.
function allAsText(array) {
  const { width, height } = extent(array, null);
  const [columns, rows] = [Math.min(width, 8), Math.min(height, 12)];
  const lines = [];
  for (let r = 0; r < rows; r++) {
    const row = array.cells.slice(r * width, r * width + columns);
    const words = Array.from(row, (x) => asText(Number(x), 3)).join(" ");
    lines.push(words + (columns < width ? " …" : ""));
  }
  if (rows < height || array.cut) lines.push("…");
  return lines.join("\n");
}

function showTip(box, words) {
  const { left, bottom, top } = box.getBoundingClientRect();
  tip.textContent = words;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const below = bottom + 6 + height < innerHeight;
  tip.style.left = `${Math.max(4, Math.min(left, innerWidth - width - 4))}px`;
  tip.style.top = `${below ? bottom + 6 : top - height - 6}px`;
}
