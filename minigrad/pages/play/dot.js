// A pane as DOT, to the letter what Python writes: the lines come from there, with holes.

const NO_GRADIENT = "no gradient ⊘";
const STOPPED = "⊘ no gradient";

// `numbers` are those that boxes have room for; `direction` "LR", "TB" or "" for Python's choice.
function dotOf(pane, numbers, direction = "") {
  const { heads, boxes, arrows, longest, readers } = TABLES.dot;
  const shown = shownNumbers(pane, numbers);
  const words = pane.nodes.map((node, i) => boxWords(pane, node, i, shown));
  const edges = arrowsOf(pane, shown);
  const way = direction || (lengthOf(words, edges) <= longest ? "LR" : "TB");
  const lines = [...heads[way]];
  const counts = new Map();
  for (const { tail } of edges) counts.set(tail, (counts.get(tail) ?? 0) + 1);
  if (Math.max(0, ...counts.values()) > readers) lines.push(TABLES.dot.crowded);
  const box = (i) => {
    const { kind } = pane.nodes[i];
    const key = [kind, ...(i === pane.output ? ["result"] : []), words[i].length > 1 ? "large" : "small"];
    return withHoles(boxes[key.join(" ")], { ID: `n${i}`, LABEL: labelOf(words[i]) });
  };
  fillScopes(pane.nodes, box, lines);
  for (const { id, tail, head, kind, label } of edges) {
    const line = arrows[`${kind} ${label ? "words" : "plain"}`];
    lines.push(withHoles(line, { "ID-0": id, TAIL: `n${tail}`, HEAD: `n${head}`, LABEL: label }));
  }
  return `${lines.join("\n")}\n}\n`;
}

// Where the output or a leaf's gradient is not finite the page marks it by itself: a finite number
// keeps the place.
function shownNumbers(pane, { values, sums }) {
  const grads = [];
  if (pane.nodes[pane.output].takes) grads[pane.output] = 1;
  pane.shares.forEach(({ target }, k) => (grads[target] = sums[k]));
  const isLost = ({ rule }, i) => !rule && grads[i] !== undefined && !Number.isFinite(grads[i]);
  const isBad = !Number.isFinite(values[pane.output]) || pane.nodes.some(isLost);
  if (!isBad) return { values, grads };
  const kept = values.map((x, i) => (pane.nodes[i].literal ? x : 0));
  return { values: kept, grads: values.map(() => 0) };
}

const withHoles = (line, holes) => line.replace(/\b(ID-0|ID|LABEL|TAIL|HEAD)\b/g, (name) => holes[name]);

function boxWords(pane, node, i, { values, grads }) {
  if (node.literal) return [node.name];
  const symbol = node.kind === "stop" ? "wall" : TABLES.ops[node.op]?.symbol;
  const grad = node.takes ? `grad ${grads[i] === undefined ? "·" : asText(grads[i])}`
    : node.kind === "stop" ? "gradient stops ⊘" : NO_GRADIENT;
  return [node.name + (symbol ? `  [${symbol}]` : ""), `value ${asText(values[i])}`, grad];
}

// A plain label: no backslash, ampersand or angle bracket in it means anything to Graphviz.
function labelOf(words) {
  const label = words.map((line) => line.replaceAll("&", "&amp;").replaceAll("\\", "\\\\")).join("\\n");
  const isBare = /^([A-Za-z_][A-Za-z0-9_]*|-?(\.[0-9]+|[0-9]+(\.[0-9]*)?))$/.test(label);
  const isWord = /^(node|edge|graph|digraph|subgraph|strict)$/i.test(label);
  return isBare && !isWord ? label : `"${label.replaceAll('"', '\\"')}"`;
}

function arrowsOf({ nodes }, { values }) {
  const halted = [];
  nodes.forEach(({ kind, takes, inputs }, i) => {
    halted[i] = kind === "noise" || kind === "stop" || (!takes && inputs.some((j) => halted[j]));
  });
  return nodes.flatMap((node, head) => node.inputs.map((tail, operand) => {
    const id = `e${head}-${operand}`;
    const way = { id, tail, head };
    const back = RULES[node.rule].back[operand];
    if (halted[tail] || (node.kind === "stop" && nodes[tail].takes)) {
      return { ...way, kind: "halt", label: STOPPED };
    }
    if (!nodes[tail].takes || !back) return { ...way, kind: "still", label: "" };
    const slope = back(1, values[head], ...node.inputs.map((i) => values[i]));
    return { ...way, kind: "flow", label: `× ${asText(slope)}` };
  }));
}

// How many letters the longest way through the graph passes.
function lengthOf(words, edges) {
  const own = words.map((lines) => Math.max(...lines.map((line) => [...line].length)));
  const length = [...own];
  for (const { tail, head } of edges) length[head] = Math.max(length[head], length[tail] + own[head]);
  return Math.max(...length);
}

// Boxes in their clusters, which nest as the scopes do.
function fillScopes(nodes, box, lines) {
  const boxes = new Map();
  const inner = new Map();
  nodes.forEach(({ scope }, i) => {
    boxes.set(scope, [...(boxes.get(scope) ?? []), i]);
    for (let within = scope; within; ) {
      const around = within.includes("/") ? within.slice(0, within.lastIndexOf("/")) : "";
      inner.set(around, (inner.get(around) ?? new Set()).add(within));
      within = around;
    }
  });
  let count = 0;
  const fill = (scope, indent) => {
    for (const i of boxes.get(scope) ?? []) lines.push(indent + box(i).trimStart());
    for (const name of inner.get(scope) ?? []) {
      const id = count++;
      const words = scope ? name.slice(scope.length + 1) : name;
      lines.push(`${indent}subgraph cluster_${id} {`);
      lines.push(`${indent}\tid=c${id} label=${labelOf([words])} style=rounded`);
      fill(name, `${indent}\t`);
      lines.push(`${indent}}`);
    }
  };
  fill("", "\t");
}
