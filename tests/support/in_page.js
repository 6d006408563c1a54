// What a reader would call a fault of layout, in the page as it stands: a list of sentences.

const NEAR = 1.5; // pixels: fonts hang over the edges of their lines, borders are rounded

const seen = (element) =>
  element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

// Hidden from eyes and left to screen readers: a box of a pixel.
const heard = (box) => box.width <= 1 || box.height <= 1;

const called = (element) => {
  const words = (element.getAttribute("aria-label") || element.textContent).trim();
  return `<${element.localName}> “${words.replace(/\s+/g, " ").slice(0, 40)}”`;
};

const inside = (inner, outer) =>
  inner.left >= outer.left - NEAR && inner.right <= outer.right + NEAR &&
  inner.top >= outer.top - NEAR && inner.bottom <= outer.bottom + NEAR;

const common = (a, b) => ({
  left: Math.max(a.left, b.left), right: Math.min(a.right, b.right),
  top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom),
});

// What is asked of an element many times while the page stands still.
const answers = new Map();

function once(ask) {
  return (element) => {
    if (!answers.has(ask)) answers.set(ask, new Map());
    const known = answers.get(ask);
    if (!known.has(element)) known.set(element, ask(element));
    return known.get(element);
  };
}

function ancestors(element) {
  const all = [];
  for (let a = element.parentElement; a && a !== document.body; a = a.parentElement) all.push(a);
  return all;
}

// Where an element's content ends: "" where it shows, else what is done to it.
const overflow = once((element) => {
  const { overflowX, overflowY } = getComputedStyle(element);
  return overflowX === "visible" && overflowY === "visible" ? "" : `${overflowX} ${overflowY}`;
});

function sideways() {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth <= clientWidth ? [] : [
    `the page scrolls sideways: ${scrollWidth} px in ${clientWidth}`];
}

const texts = once(() => {
  const walker = document.createTreeWalker(document.body ?? document, NodeFilter.SHOW_TEXT);
  const all = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const quiet = element.closest("script,style,title,desc,option,template");
    if (walker.currentNode.data.trim() && !quiet && seen(element)) all.push(walker.currentNode);
  }
  return all;
});

function rectangles(text) {
  const range = document.createRange();
  range.selectNodeContents(text);
  return [...range.getClientRects()].filter((box) => box.width > 0);
}

// The boxes that words must not leave: those around them, up to what scrolls or stands by itself.
const boxesAround = once((element) => {
  if (!element || element === document.body || /auto|scroll/.test(overflow(element))) return [];
  const { display, position } = getComputedStyle(element);
  const own = display === "inline" || display === "contents" ? [] : [element];
  const isFree = /absolute|fixed|sticky/.test(position);
  return isFree ? own : [...own, ...boxesAround(element.parentElement)];
});

const boxOf = once((element) => element.getBoundingClientRect());

// Cut with an ellipsis, where the whole text is shown on hovering.
const isCutOpenly = (element) =>
  getComputedStyle(element).textOverflow === "ellipsis" && element.closest("[title]") !== null;

function textOutside() {
  const faults = [];
  for (const text of texts()) {
    const element = text.parentElement;
    if (element.closest("svg")) continue; // textInDrawing
    if (isCutOpenly(element)) continue;
    const words = rectangles(text);
    const around = element === document.body ? [element] : boxesAround(element);
    for (const each of around) {
      const box = boxOf(each);
      if (heard(box)) break;
      if (!words.every((rectangle) => inside(rectangle, box))) {
        faults.push(`${called(element)} leaves its box ${called(each)}`);
        break;
      }
    }
  }
  return faults;
}

// A box of a graph is a group of shapes and lines of text: each line within the largest shape.
function textInDrawing() {
  const faults = [];
  for (const group of document.querySelectorAll(".mg-node")) {
    if (!seen(group)) continue;
    const area = ({ width, height }) => width * height;
    const shapes = [...group.querySelectorAll("path,polygon,ellipse,rect")]
      .map((shape) => shape.getBoundingClientRect()).sort((a, b) => area(b) - area(a));
    for (const words of group.querySelectorAll("text")) {
      if (seen(words) && !(shapes[0] && inside(words.getBoundingClientRect(), shapes[0]))) {
        faults.push(`${called(words)} leaves its box in the drawing`);
      }
    }
  }
  return faults;
}

const CONTROLS = "a[href],button,input,select,textarea,summary,[tabindex],[role=button]";

function controls() {
  const within = document.querySelector("dialog:modal") ?? document; // the rest is out of reach
  return [...within.querySelectorAll(CONTROLS)].filter((control) => seen(control)
    && !(control.tabIndex < 0) && !heard(control.getBoundingClientRect()));
}

// A finger or a shaking hand needs 24 by 24 pixels for each (WCAG 2.2, 2.5.8; links in a text may
// be smaller, and so may what has room around it).
function grown(control) {
  const { left, right, top, bottom } = control.getBoundingClientRect();
  const least = control.matches("a") ? 0 : 24;
  const [dx, dy] = [right - left, bottom - top].map((size) => Math.max(0, least - size) / 2);
  return { left: left - dx, right: right + dx, top: top - dy, bottom: bottom + dy };
}

// What shows of a control: without what lies outside the panes that hold it.
function shown(control) {
  let box = grown(control);
  for (const pane of [...ancestors(control), control.ownerSVGElement]) {
    if (pane && overflow(pane)) box = common(box, pane.getBoundingClientRect());
  }
  return box;
}

function overlaps() {
  const all = controls().map((control) => [control, shown(control)]);
  const faults = [];
  all.forEach(([one, box], i) => {
    for (const [other, its] of all.slice(i + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const { left, right, top, bottom } = common(box, its);
      if (right - left > NEAR && bottom - top > NEAR) {
        faults.push(`${called(one)} and ${called(other)} overlap, or are too close`);
      }
    }
  });
  return faults;
}

// ------------------------------------------------------------------------------------ contrast

// [red, green, blue, opacity] of what getComputedStyle says.
const channels = (colour) => {
  const numbers = colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
  return numbers.length === 3 ? [...numbers, 1] : numbers;
};

// Relative luminance as WCAG defines it.
function luminance(colour) {
  const [r, g, b] = channels(colour).map((x) => x / 255)
    .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const isOpaque = (colour) => channels(colour)[3] === 1;

const ground = once((element) => {
  const colour = getComputedStyle(element).backgroundColor;
  if (isOpaque(colour)) return colour;
  const isLast = element === document.body || !element.parentElement;
  return isLast ? "rgb(255,255,255)" : ground(element.parentElement);
});

// The colour behind words: of the box in a drawing, or of the nearest element that has one.
function behind(element) {
  for (const shape of element.closest(".mg-node")?.querySelectorAll("path,polygon,ellipse") ?? []) {
    const { fill } = getComputedStyle(shape);
    if (isOpaque(fill)) return fill;
  }
  return ground(element);
}

function pale() {
  return texts().map((text) => text.parentElement).filter((element) => {
    if (element.closest(":disabled")) return false;
    const { color, fill } = getComputedStyle(element);
    return contrast(element.closest("svg") ? fill : color, behind(element)) < 5;
  }).map((element) => `${called(element)} is too pale: its contrast is below 5`);
}

function faultsOfLayout() {
  answers.clear();
  return [sideways, textOutside, textInDrawing, overlaps, pale].flatMap((look) => look());
}
