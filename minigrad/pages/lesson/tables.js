// The table of values and gradients, and the source with its current line.

const ROW_HEIGHT = 24; // as in the style sheet
const LONG = 300; // rows, from which on only those in sight are laid out
const tablesTitle = byId("tables-title");
let tables = [];
let sourceLines = [];
let currentLine = null;

function loadTables(lines) {
  byId("tables").replaceChildren(tablesTitle);
  tables = panes.map(tableOf);
  sourceLines = lines.map((text) => {
    const line = element("li");
    line.append(element("code", "", text));
    return line;
  });
  byId("source").querySelector("ol").replaceChildren(...sourceLines);
  byId("source").hidden = !lines.length;
  currentLine = null;
}

function tableOf(pane) {
  const title = panes.length > 1 ? pane.title : "";
  const box = element("div", pane.nodes.length > LONG ? "scroll long" : "scroll");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `Table ${title}`.trim());
  const table = roled("table", "table"); // roles said aloud, since the rows are laid out as grids
  const head = roled("tr", "row");
  const words = ["node", "value", "gradient"];
  head.append(...words.map((word) => roled("th", "columnheader", word)));
  const body = roled("tbody", "rowgroup");
  const rows = pane.nodes.map((node, i) => (node.literal ? null : rowOf(pane, node, i, body)));
  table.append(roled("thead", "rowgroup"), body);
  table.firstElementChild.append(head);
  box.append(table);
  const part = element("div");
  if (title) part.append(element("h3", "", title));
  part.append(box);
  byId("tables").append(part);
  return { pane, box, rows, current: null };
}

function roled(tag, role, text = "") {
  const made = element(tag, "", text);
  made.setAttribute("role", role);
  return made;
}

function rowOf(pane, node, i, body) {
  const row = roled("tr", "row");
  row.dataset.node = node.id;
  row.dataset.name = pane.labels[i] || node.name;
  row.dataset.kind = node.kind;
  if (panes.length > 1) row.dataset.pane = pane.index;
  const head = roled("th", "rowheader");
  const button = element("button", "name", pane.labels[i] || node.name);
  button.type = "button";
  button.title = button.textContent; // which may be too long for the cell
  button.addEventListener("click", () => jumpTo(pane, i));
  head.append(button);
  const [value, grad] = [roled("td", "cell"), roled("td", "cell")];
  row.append(head, value, grad);
  body.append(row);
  if (!node.takes) grad.append(noGradient(node));
  return {
    row,
    value: cellWriter(row, value, "data-value", node),
    grad: node.takes ? cellWriter(row, grad, "data-grad", node) : null,
    isNow: classWriter(row, "now"),
    isTarget: classWriter(row, "target"),
  };
}

function noGradient({ kind }) {
  const sign = element("span", kind === "noise" || kind === "stop" ? "stopped" : "note", "⊘");
  sign.title = "takes no gradient";
  return sign;
}

// Writes a number into a cell, and in full precision into the row's attribute.
function cellWriter(row, cell, name, { image }) {
  const attribute = attributeWriter(row, name);
  const text = document.createTextNode("");
  cell.append(text);
  let last = null, map = null;
  return (x) => {
    if (Object.is(x, last)) return;
    last = x;
    if (typeof x === "object") {
      if (map) map.show(x);
      else map = heat(x, 22, image, name === "data-value");
      if (!map.parentNode) cell.replaceChildren(map);
      return attribute(arrayAsText(x));
    }
    if (!text.parentNode) cell.replaceChildren(text);
    text.data = x === undefined ? "·" : asText(x);
    attribute(x === undefined ? "" : String(x));
  };
}

function renderTable(table, shown) {
  const { pane, step, numbers, grads } = shown;
  const targets = new Set(step.shares.map((k) => pane.shares[k].target));
  table.rows.forEach((row, i) => {
    if (!row) return;
    row.value(showsValue(shown, i) ? numbers.values[i] : undefined);
    row.grad?.(grads[i]);
    row.isNow(step.node === i);
    row.isTarget(targets.has(i));
  });
  const current = step.node === null ? null : table.rows[step.node];
  if (current && current !== table.current) {
    requestAnimationFrame(() => bringInSight(table, current));
  }
  table.current = current;
}

// After the step is shown, since scrolling makes the browser lay out the page at once.
function bringInSight({ box }, { row }) {
  const { offsetTop: top, offsetHeight: height } = row;
  const least = top + height + ROW_HEIGHT - box.clientHeight;
  if (box.scrollTop > top - 2 * ROW_HEIGHT) box.scrollTop = top - 2 * ROW_HEIGHT;
  else if (box.scrollTop < least) box.scrollTop = least;
}

function renderSource(shown) {
  const first = shown.panes.find(({ step }) => step.node !== null);
  const line = first ? first.pane.nodes[first.step.node].line : null;
  if (line === currentLine) return;
  sourceLines[currentLine]?.removeAttribute("aria-current");
  sourceLines[line]?.setAttribute("aria-current", "step");
  currentLine = line;
}
