// For teachers: a page to project, a page to print, pictures and rules to take away, and messages
// between this page and one that frames it.

// ------------------------------------------------------------------------------------- to project

const isPresenting = () => root.classList.contains("present");

function present(isOn) {
  if (isOn === isPresenting()) return;
  root.classList.toggle("present", isOn);
  sizeFrames();
}

addressParts.push(() => (isPresenting() ? ["present"] : []));
addressReaders.push((now, said) => present(said.has("present")));
STEP_KEYS.p = () => {
  present(!isPresenting());
  writeHashNow();
};

// --------------------------------------------------------------------------------------- to print

// One step a sheet: the graph as it is then, and the rule. They are made when the browser asks.
function makeSheets() {
  const sheets = element("div");
  sheets.id = "sheets";
  for (let step = 0; step <= lastStep(); step++) {
    render(view({ ...state, step, predicting: false }));
    const sheet = element("section", "sheet");
    sheet.append(element("h2", "", byId("where").textContent));
    for (const { svg } of graphs) {
      const copy = svg.cloneNode(true);
      copy.removeAttribute("style");
      sheet.append(copy);
    }
    sheet.append(...[...byId("rule").children].map((part) => part.cloneNode(true)));
    sheets.append(sheet);
  }
  render(view(state));
  document.body.append(sheets);
}

addEventListener("beforeprint", makeSheets);
addEventListener("afterprint", () => byId("sheets")?.remove());

// ------------------------------------------------------------------------------------ to take away

// What the page's own style sheet says of a drawing, for one that leaves it.
const TAKEN_ALONG = `
.mg-flow text{visibility:hidden}.mg-flow.used text{visibility:visible}
.mg-edge.now path{stroke-width:3px}.cover,.overlay{display:none}
.ring{fill:none;stroke:#16202A;stroke-width:3px}`;

function svgOf({ svg, pane }) {
  const copy = svg.cloneNode(true);
  copy.removeAttribute("style");
  const sheet = svgElement("style");
  const own = copy.querySelector("style") ? "" : byId("drawing-style")?.textContent ?? "";
  sheet.textContent = own + TAKEN_ALONG;
  copy.prepend(sheet);
  for (const each of copy.querySelectorAll("[tabindex]")) each.removeAttribute("tabindex");
  copy.setAttribute("aria-label", pane.title);
  return new XMLSerializer().serializeToString(copy);
}

// A file that the browser saves.
function save(name, content, type) {
  const link = element("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const nameOfStep = () => `step_${String(state.step).padStart(2, "0")}`;

onAction("save-svg", () => graphs.forEach((graph, i) =>
  save(`${nameOfStep()}${i ? `_graph_${i + 1}` : ""}.svg`, svgOf(graph), "image/svg+xml")));

// A drawing as pixels: its shapes and words are painted one by one, so no picture is ever loaded.
function inPixels(graph, scale = 2) {
  const { svg } = graph;
  const { width, height } = svg.viewBox.baseVal;
  const canvas = element("canvas");
  [canvas.width, canvas.height] = [Math.ceil(width * scale), Math.ceil(height * scale)];
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(document.body).backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const home = svg.getScreenCTM().inverse();
  for (const shape of svg.querySelectorAll("path, polygon, polyline, ellipse, rect, text")) {
    const style = getComputedStyle(shape);
    if (style.visibility === "hidden" || style.display === "none" || shape.closest("defs")) continue;
    if (!shape.getClientRects().length) continue;
    const { a, b, c, d, e, f } = home.multiply(shape.getScreenCTM());
    pen.setTransform(scale * a, scale * b, scale * c, scale * d, scale * e, scale * f);
    paintShape(pen, shape, style);
  }
  return canvas;
}

function paintShape(pen, shape, style) {
  pen.lineWidth = Number.parseFloat(style.strokeWidth);
  pen.setLineDash(style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(/[ ,]+/).map(Number.parseFloat));
  if (shape.localName === "text") {
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    pen.textAlign = { middle: "center", end: "right" }[style.textAnchor] ?? "left";
    pen.fillStyle = style.fill;
    pen.fillText(shape.textContent, Number(shape.getAttribute("x")), Number(shape.getAttribute("y")));
    return;
  }
  const way = new Path2D(wayOfShape(shape));
  if (style.fill !== "none") {
    pen.fillStyle = style.fill;
    pen.fill(way);
  }
  if (style.stroke !== "none") {
    pen.strokeStyle = style.stroke;
    pen.stroke(way);
  }
}

function wayOfShape(shape) {
  const number = (name) => Number(shape.getAttribute(name) ?? 0);
  if (shape.localName === "path") return shape.getAttribute("d") ?? "";
  if (shape.localName === "rect") {
    const [x, y, w, h] = ["x", "y", "width", "height"].map(number);
    return `M${x},${y}h${w}v${h}h${-w}z`;
  }
  if (shape.localName === "ellipse") {
    const [x, y, rx, ry] = ["cx", "cy", "rx", "ry"].map(number);
    return `M${x - rx},${y}a${rx},${ry} 0 1 0 ${2 * rx},0a${rx},${ry} 0 1 0 ${-2 * rx},0`;
  }
  const points = shape.getAttribute("points").trim().split(/\s+/).join("L");
  return `M${points}${shape.localName === "polygon" ? "z" : ""}`;
}

onAction("save-png", () => graphs.forEach((graph, i) =>
  inPixels(graph).toBlob((blob) => save(`${nameOfStep()}${i ? `_graph_${i + 1}` : ""}.png`, blob))));

// The rule of a step in LaTeX.
const LATEX = {
  "−": "-", "·": "\\cdot ", "×": "\\times ", "²": "^{2}", "³": "^{3}", "≤": "\\le ", "≥": "\\ge ", "≠": "\\ne ",
  "√": "\\sqrt ", "⊘": "\\varnothing ", "∞": "\\infty ", "ᵀ": "^{\\top}", "_": "\\_", "%": "\\%", "&": "\\&", "#": "\\#",
};
const GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho _ sigma tau upsilon phi chi psi omega".split(" ");
const LATEX_FUNCTIONS = new Set("sin cos tan arcsin arccos arctan sinh cosh tanh exp log".split(" "));

function latexOf(text) {
  const fractions = text.replace(/∂L\/∂(\([^()]*\)|[^\s=+×−-]+)/g, (_, name) =>
    `\u0001${name.replace(/^\((.*)\)$/, "$1")}\u0002`);
  const words = fractions.replace(/[\p{L}][\p{L}\p{M}\p{N}]*/gu, wordInLatex);
  const signs = words.replace(/[−·×²³≤≥≠√⊘∞ᵀ%&#_]/gu, (sign) => LATEX[sign]);
  return signs.replaceAll("\u0001", "\\frac{\\partial L}{\\partial ").replaceAll("\u0002", "}")
    .replace(/(\d)e(-?\d+)/g, "$1\\cdot 10^{$2}");
}

function wordInLatex(word) {
  if (LATEX_FUNCTIONS.has(word)) return `\\${word}`;
  const letter = word.codePointAt(0) - 0x3b1;
  if ([...word].length === 1) {
    if (word === "ε") return "\\varepsilon ";
    return GREEK[letter] && letter !== 17 ? `\\${GREEK[letter]} ` : word;
  }
  return GREEK.includes(word) ? `\\${word} ` : word === "eps" ? "\\varepsilon " : `\\mathrm{${word}}`;
}

onAction("latex", async () => {
  const lines = [...byId("rule").querySelectorAll(".formula")].map((line) => latexOf(line.textContent));
  const text = lines.join(" \\\\\n");
  byId("latex").textContent = text;
  byId("latex").hidden = false;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(byId("latex"));
  }
});

// --------------------------------------------------------------- messages from and to a frame's page

// Out, at every change: {minigrad: "state", step, steps, phase, seed, knobs: {name: number}}.
function tellParent(shown) {
  if (parent === window) return;
  const numbers = turnable().map((knob) => [knob.name, turned(knob, valueOf(knob.parameter, state))]);
  const { step, phase } = shown;
  const message = { step, steps: lastStep(), phase, seed: state.seed, knobs: Object.fromEntries(numbers) };
  parent.postMessage({ minigrad: "state", ...message }, "*");
}

// Every parameter that is a number, with or without a slider, and the cells of arrays that have one.
const turnable = () => [
  ...parameters.filter(({ python }) => typeof python === "number")
    .map((parameter) => ({ name: parameter.key, parameter })),
  ...knobs.filter(({ cell }) => cell !== undefined),
];

renderers.push(tellParent);

// Out, when it changes: {minigrad: "size", height}: what the whole page takes, for the frame to fit.
if (parent !== window) {
  new ResizeObserver(() => {
    parent.postMessage({ minigrad: "size", height: document.body.getBoundingClientRect().height }, "*");
  }).observe(document.body);
}

// In: {minigrad: "theme", dark}: light or dark as the page around, whatever the system says.
addEventListener("message", ({ source, data }) => {
  if (source !== parent || data?.minigrad !== "theme") return;
  root.dataset.jpThemeLight = String(!data.dark);
  dispatchEvent(new Event("theme"));
});

// In: {minigrad: "set"} with any of step, seed, knobs: numbers alone are taken.
addEventListener("message", ({ source, data }) => {
  if (source !== parent || data?.minigrad !== "set") return;
  change((now) => {
    if (Number.isInteger(data.step)) now.step = Math.max(0, Math.min(lastStep(), data.step));
    if (Number.isInteger(data.seed) && data.seed >= 0) now.seed = data.seed;
    for (const knob of turnable()) {
      const x = Object.hasOwn(data.knobs ?? {}, knob.name) ? data.knobs[knob.name] : null;
      if (typeof x === "number") turn(now, knob, x);
    }
  });
});
