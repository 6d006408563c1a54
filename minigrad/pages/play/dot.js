// A typed program as a picture, to the letter what Python draws: the lines come from there, with holes.

const NO_GRADIENT = "no gradient ⊘";

const dotOf = (pane, numbers, direction = "") => composed(pictureOf(pane, numbers), direction).dot;

// `numbers` are those that boxes have room for.
function pictureOf(pane, numbers) {
  const { boxes, arrows, longest } = TABLES.dot;
  const shown = shownNumbers(pane, numbers);
  const words = pane.nodes.map((node, i) => boxWords(pane, node, i, shown));
  const edges = arrowsOf(pane, shown);
  const boxOf = ({ kind, scope }, i) => {
    const key = [kind, ...(i === pane.output ? ["result"] : []), words[i].length > 1 ? "large" : "small"];
    const line = withHoles(boxes[key.join(" ")], { ID: `n${i}`, LABEL: labelOf(words[i]) });
    return { id: `n${i}`, scope, line: line.trimStart() };
  };
  const arrowOf = ({ id, tail, head, kind, label }) => {
    const [from, to] = [`n${tail}`, `n${head}`];
    const line = arrows[`${kind} ${label ? "words" : "plain"}`];
    const holes = { "ID-0": id, TAIL: from, HEAD: to, LABEL: label };
    return { id, kind, tail: from, head: to, line: withHoles(line, holes) };
  };
  return {
    direction: lengthOf(words, edges) <= longest ? "LR" : "TB",
    boxes: pane.nodes.map(boxOf),
    arrows: edges.map(arrowOf),
  };
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

function boxWords(pane, node, i, { values, grads }) {
  if (node.literal) return [node.name];
  const symbol = node.kind === "stop" ? "wall" : TABLES.ops[node.rule]?.symbol;
  const grad = node.takes ? `grad ${grads[i] === undefined ? "·" : asText(grads[i])}`
    : node.kind === "stop" ? "gradient stops ⊘" : NO_GRADIENT;
  return [node.name + (symbol ? `  [${symbol}]` : ""), `value ${asText(values[i])}`, grad];
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
