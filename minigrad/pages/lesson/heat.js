// Arrays as small strips of colour: blue below zero, orange above, grey where it is zero.

const tip = element("div", "tip");
tip.hidden = true;
tip.id = "tip";
document.body.append(tip);
const painted = new WeakMap(); // which array a canvas shows
let ends = null; // the colours of the lowest, zero and highest, of the current theme

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => {
    const hex = Number.parseInt(style.getPropertyValue(name).trim().slice(1), 16);
    return [hex >> 16, (hex >> 8) & 255, hex & 255];
  };
  return { low: read("--low"), zero: read("--zero"), high: read("--high"), bad: read("--bad") };
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  ends = null;
  for (const canvas of document.querySelectorAll(".heat canvas")) {
    paint(canvas, painted.get(canvas));
  }
});

// A strip, at most so high, for an array of the page's data, with its numbers on hover and focus.
function heat(array, most = 22) {
  const box = element("span", "heat");
  const { width, height } = extent(array);
  const canvas = element("canvas");
  canvas.width = width;
  canvas.height = height;
  const side = Math.max(2, Math.min(12, 96 / width, most / height));
  canvas.style.width = `${width * side}px`;
  canvas.style.height = `${height * side}px`;
  paint(canvas, array);
  box.append(canvas, element("span", "shape", shapeOf(array)));
  box.tabIndex = 0;
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `array ${shapeOf(array)}: ${arrayAsText(array)}`);
  box.addEventListener("focus", () => showTip(box, allAsText(array)));
  canvas.addEventListener("pointermove", (event) => {
    const cell = Math.floor(event.offsetY / side) * width + Math.floor(event.offsetX / side);
    if (cell >= 0 && cell < array.cells.length) showTip(box, cellText(array, cell));
  });
  for (const end of ["blur", "pointerleave"]) box.addEventListener(end, () => (tip.hidden = true));
  return box;
}

const shapeOf = ({ shape }) => shape.join("×");

// Rows and columns of the strip: the last axis across, all others down.
function extent({ shape, cells }) {
  const width = Math.max(1, Math.min(shape.at(-1) ?? 1, cells.length));
  return { width, height: Math.max(1, Math.ceil(cells.length / width)) };
}

function paint(canvas, array) {
  ends ??= colours();
  const { width, height } = canvas;
  painted.set(canvas, array);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const numbers = Array.from(array.cells, Number);
  const most = Math.max(0, ...numbers.filter(Number.isFinite).map(Math.abs)) || 1;
  numbers.forEach((x, i) => {
    const part = Math.min(1, Math.abs(x) / most);
    const end = x < 0 ? ends.low : ends.high;
    const mixed = end.map((c, j) => ends.zero[j] + part * (c - ends.zero[j]));
    const rgb = Number.isNaN(x) ? ends.bad : mixed;
    image.data.set([...rgb, 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
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
  const { width, height } = extent(array);
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
