// The document: small helpers. Writers remember what they wrote, so that a step touches only what
// changes and never asks the browser for layout.

const byId = (id) => document.getElementById(id);

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function svgElement(tag, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// A function that writes the text of `node`.
function textWriter(node) {
  const inside = document.createTextNode(node.textContent);
  node.replaceChildren(inside);
  return (text) => {
    if (text !== inside.data) inside.data = text;
  };
}

// A function that sets an attribute of `node`, or takes it away where it is given null.
function attributeWriter(node, name) {
  let last;
  return (value) => {
    if (value === last) return;
    last = value;
    if (value === null) node.removeAttribute(name);
    else node.setAttribute(name, value);
  };
}

// A function that turns a class of `node` on and off.
function classWriter(node, name) {
  let last = false;
  return (isOn) => {
    if (isOn !== last) node.classList.toggle(name, (last = isOn));
  };
}

const actions = new Map(); // what a button with this data-action does

function onAction(name, run) {
  actions.set(name, run);
}

const buttonOf = (name) => document.querySelector(`[data-action="${name}"]`);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-action]");
  const run = button && actions.get(button.dataset.action);
  if (run) run(button);
});
