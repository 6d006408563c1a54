// Graphviz's SVG made fit for the page, as pictures/svg.py does it: named, described, with classes.
// All words enter as text, so none is ever markup.

const OF_TEXTS = {
  "xml:space": "preserve", "text-anchor": "middle", "font-family": "Arial", "font-size": "12.00",
};

function dressed(raw, pane) {
  const parsed = new DOMParser().parseFromString(raw.slice(raw.indexOf("<svg")), "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true);
  const { prefix, title, picture } = pane;
  svg.setAttribute("id", prefix);
  svg.setAttribute("aria-label", `The graph of ${title}`);
  for (const [name, value] of Object.entries(OF_TEXTS)) svg.setAttribute(name, value);
  for (const words of svg.querySelectorAll("text")) {
    for (const [name, value] of Object.entries(OF_TEXTS)) {
      if (words.getAttribute(name) === value) words.removeAttribute(name);
    }
  }
  const nodes = new Map(pane.nodes.map((node) => [node.id, node]));
  for (const group of svg.querySelectorAll("g")) {
    const id = group.id;
    const node = nodes.get(id);
    if (node) dressBox(group, node);
    else if (group.classList.contains("scope")) dressScope(group, id, picture.made.scopes.get(id));
    else retitle(group, id.startsWith("e") ? arrowText(pane, id) : "");
    const words = new Set((group.getAttribute("class") ?? "").split(/\s+/).filter(Boolean));
    group.setAttribute("class", [...words].map((word) => `mg-${word}`).join(" "));
    group.id = `${prefix}-${id}`;
  }
  liftTitles(svg);
  return svg;
}

// The names of scopes are drawn last, so that no arrow passes over them.
function liftTitles(svg) {
  const titles = svg.querySelectorAll(".mg-cluster > text");
  if (!titles.length) return;
  const lifted = svgElement("g", { class: "mg-titles" });
  lifted.append(...titles);
  svg.querySelector("g").append(lifted);
}

function dressBox(group, node) {
  group.dataset.node = node.id;
  group.dataset.kind = node.kind;
  group.dataset.name = node.name;
  const roles = ["name", "value", node.takes ? "grad" : "none"];
  [...group.querySelectorAll("text")].forEach((words, i) => words.setAttribute("class", `mg-${roles[i]}`));
  retitle(group, node.name);
}

// A scope that is one box.
function dressScope(group, id, scope) {
  group.dataset.node = id;
  group.dataset.kind = "scope";
  [...group.querySelectorAll("text")].forEach((words, i) => words.setAttribute("class", ["mg-name", "mg-value"][i]));
  retitle(group, `scope ${scope ?? group.querySelector("text").textContent}`);
}

function arrowText({ nodes }, id) {
  const [head, operand] = id.slice(1).split("-").map(Number);
  const node = nodes[head];
  return node ? `${nodes[node.inputs[operand]].name} to ${node.name}` : "";
}

function retitle(group, words) {
  const title = group.querySelector(":scope > title");
  if (title && words) title.textContent = words;
  else title?.remove();
}
