// The rule of the current step, with the numbers put in.

const ruleBox = byId("rule");
let ruleParts = [];

function loadRules() {
  ruleParts = panes.map(() => element("div", "part"));
  ruleBox.replaceChildren(...ruleParts);
}

function renderRules(shown) {
  shown.panes.forEach((each, i) => {
    const lines = ruleLines(each, shown.phase);
    if (panes.length > 1) lines.unshift(element("h3", "", each.pane.title));
    ruleParts[i].replaceChildren(...lines);
  });
}

function ruleLines(shown, phase) {
  if (shown.isWaiting) return [element("p", "note", waiting(phase))];
  if (phase === "leaves") return leafLines(shown);
  if (phase === "seed") return seedLines(shown);
  return phase === "forward" ? forwardLines(shown) : backwardLines(shown);
}

const waiting = (phase) =>
  phase === "forward" ? "All values are computed." : "No gradient has further to go.";

const LEAVES = { parameter: "Parameters", noise: "Noise", constant: "Constants" };

function leafLines({ pane, numbers }) {
  const lines = [element("p", "lead", "Leaves: what the program starts from")];
  for (const [kind, words] of Object.entries(LEAVES)) {
    const found = pane.nodes
      .map((node, i) => ({ node, name: pane.labels[i] || node.name, x: numbers.values[i] }))
      .filter(({ node }) => !node.op && node.kind === kind && !node.literal);
    if (found.length) lines.push(element("p", "note", words));
    for (const { node, name, x } of found) {
      lines.push(formulaLine([name, " ", equals(number(x, node.image, true))]));
    }
  }
  return lines;
}

const COMPARED = ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"];

function forwardLines({ pane, step, numbers, hiddenNode }) {
  const node = pane.nodes[step.node];
  const x = numbers.values[step.node];
  const lead = element("p", "lead", `Forward: ${node.name}`);
  const parts = [node.name];
  if (node.says !== node.name) parts.push(" = ", node.says);
  const filled = filledIn(node, pane.nodes, numbers.values);
  const isTruth = COMPARED.includes(node.op) && filled !== "";
  if (filled) parts.push(isTruth ? ": " : " = ", element("span", "filled", filled));
  if (hiddenNode !== null) parts.push(isTruth ? " is true or false, ?" : " = ?");
  else if (isTruth) parts.push(` is ${x ? "true" : "false"}, `, result(x, "value", node.image));
  else parts.push(" ", equals(result(x, "value", node.image)));
  const lines = [lead, formulaLine(parts)];
  if (node.kind === "stop") {
    lines.push(stopLine(`a wall: the value passes, no gradient comes back`));
  }
  return lines;
}

function seedLines({ pane, step }) {
  const output = pane.nodes[step.node].name;
  if (step.stops.length) {
    const lead = element("p", "lead", "No gradient comes to the output, so none goes back");
    return [lead, ...step.stops.map(({ why }) => stopLine(`${output}: ${why}`))];
  }
  const name = `∂L/∂${output}`;
  const meaning = output === "L" ? "" : ", here called L";
  const words = pane.shares.find((share) => share.from === step.node)?.upstream ?? name;
  return [
    element("p", "lead", `The backward pass starts at the output${meaning}`),
    formulaLine([piece(words), " ", equals(result(pane.seed, "grad", pane.nodes[step.node].image))]),
  ];
}

function backwardLines({ pane, step, numbers, grads, hidden }) {
  const { name } = pane.nodes[step.node];
  const lines = [element("p", "lead", `Backward through ${name}`)];
  const first = step.shares[0];
  if (first !== undefined) {
    const upstream = piece(pane.shares[first].upstream);
    lines.push(formulaLine([upstream, " ", equals(number(grads[step.node], pane.nodes[step.node].image))]));
  }
  for (const k of step.shares) {
    if (hidden.has(k)) lines.push(formulaLine([piece(pane.shares[k].to), " += ?"], "hidden"));
    else lines.push(...shareLines(pane, numbers, k, grads[step.node]));
  }
  for (const { target, why } of step.stops) {
    lines.push(stopLine(`${pane.nodes[target].name}: ${why}`));
  }
  return lines;
}

// ∂L/∂σ += ∂L/∂(σ·ε) × ε = −1.6409 × +0.8300 = −1.3619, and old + new where there was one before.
function shareLines(pane, numbers, k, upstream) {
  const { to, upstream: from, slope, rule, target } = pane.shares[k];
  const { image } = pane.nodes[target];
  const share = numbers.shares[k];
  const parts = slope
    ? [piece(from), ` × ${slope} `, equals(number(upstream), " × ", number(numbers.slopes[k]))]
    : [piece(rule)];
  const lines = [formulaLine([piece(to), " += ", ...parts, " ", equals(result(share, "grad", image))])];
  const { before } = pane.shares[k];
  if (before >= 0) {
    const added = element("span", "number", slope ? signed(share) : "");
    const both = slope ? [number(numbers.sums[before]), " ", added, " "] : [];
    const sum = equals(result(numbers.sums[k], "grad", image));
    lines.push(formulaLine(["old + new: ", ...both, sum], "sum"));
  }
  return lines;
}

// A number as it is added to another: "− 1.3619".
const signed = (x) => (Number.isNaN(x) ? "+ nan" : asText(x).replace(/^[+−]/, "$& "));

// The node's formula with its inputs' numbers in place of their names; "" where these aren't found.
function filledIn(node, nodes, values) {
  if (node.shape.length || node.inputs.some((i) => typeof values[i] !== "number")) return "";
  let [text, rest] = ["", node.says];
  for (const i of node.inputs) {
    const { name, literal } = nodes[i];
    const at = placeOf(name, rest);
    if (at < 0) return "";
    let [before, after] = [text + rest.slice(0, at), rest.slice(at + name.length)];
    if (before.endsWith("(") && after.startsWith(")") && !isWordy(before.at(-2))) {
      [before, after] = [before.slice(0, -1), after.slice(1)]; // a number needs them less
    }
    const isTruth = node.op === "where" && COMPARED.includes(nodes[i].op);
    const words = literal ? name : isTruth ? String(values[i] !== 0) : asText(values[i]).replace("+", "");
    const isOpen = before === "" || /[(,|] ?$/.test(before);
    const needsBrackets = words.startsWith("−") && (!isOpen || /^[²^]/.test(after));
    text = before + (needsBrackets ? `(${words})` : words);
    rest = after;
  }
  return text + rest;
}

const isWordy = (letter = "") => /[\p{L}\p{M}\p{N}_]/u.test(letter) && !/[²ᵀ]/.test(letter);

// Where `name` is in `formula` as a word of its own: not the x of exp.
function placeOf(name, formula) {
  for (let at = formula.indexOf(name); at >= 0; at = formula.indexOf(name, at + 1)) {
    const [first, last] = [name[0], name.at(-1)];
    const before = isWordy(first) && isWordy(formula[at - 1]);
    const after = isWordy(last) && isWordy(formula[at + name.length]);
    if (!before && !after) return at;
  }
  return -1;
}

// -------------------------------------------------------------------------------------- its parts

// A line of formulas: texts, which may break before "=", and elements.
function formulaLine(parts, className = "") {
  const line = element("p", `formula ${className}`);
  line.append(...parts);
  return line;
}

// `image` as in `heat`: of the node that the number belongs to.
function number(x, image = null, isInk = false) {
  if (typeof x === "number") return element("span", "number", asText(x));
  const strip = heat(x, 96, image, isInk);
  strip.append(element("span", "number", ` ${arrayAsText(x)}`));
  return strip;
}

// Words that stay on one line where they fit on one, and even else "∂L/∂" does.
function piece(words) {
  const made = element("span", "keep");
  const mark = "∂L/∂";
  words.split(mark).forEach((text, i) => {
    if (i) made.append(element("span", "mark", mark));
    made.append(text);
  });
  return made;
}

// "= …" on one line.
function equals(...parts) {
  const made = element("span", "keep", "= ");
  made.append(...parts);
  return made;
}

function result(x, kind, image) {
  const made = number(x, image, kind === "value");
  made.classList.add("result", kind);
  return made;
}

const stopLine = (words) => formulaLine([`⊘ ${words}`], "stopped");
