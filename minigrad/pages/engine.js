// A whole engine: values in the order of the nodes, then every share of a gradient in the order of
// minigrad's own sweep. What each op does is in RULES, which Python made out of the rows of
// ops/; this file knows none by name. A value is a number, or an array { shape, cells }.
//
// A node has its `rule` ("" for a leaf), its `inputs` (positions of older nodes) and `takes`,
// whether a gradient goes there.

// The value of each node, where `values` has those of the leaves.
function forward(nodes, values) {
  nodes.forEach(({ rule, inputs }, i) => {
    if (rule) values[i] = applied(rule, RULES[rule].run, ...inputs.map((j) => values[j]));
  });
  return values;
}

// Of numbers alone; arrays.js has a function go over arrays' cells, and fits a shape to another.
let cellwise = (f, ...xs) => f(...xs);
let shapedLike = (d) => d;

// An op that takes arrays whole does so; the others are of numbers.
const applied = (rule, f, ...xs) => (RULES[rule].whole ? f(...xs) : cellwise(f, ...xs));

// What flows back from `output`, an array taken as its sum, as lists with an entry for each share:
// `slopes`, the local derivatives (of arrays null); `shares`, upstream × slope; `sums`, the target's
// gradient so far; and which nodes took part: `from`, the number of the `operand`, `target`.
function backward(nodes, output, values) {
  const record = { from: [], operand: [], target: [], slopes: [], shares: [], sums: [] };
  const totals = [];
  if (nodes[output].takes) totals[output] = shapedLike(1, values[output]);
  for (let i = output; i >= 0; i--) {
    const { rule, inputs } = nodes[i];
    if (!rule || totals[i] === undefined) continue;
    const operands = inputs.map((j) => values[j]);
    const isOfNumbers = [values[i], ...operands].every((x) => typeof x === "number");
    RULES[rule].back.forEach((back, operand) => {
      const target = inputs[operand];
      if (!back || !nodes[target].takes) return;
      const made = applied(rule, back, totals[i], values[i], ...operands);
      const share = shapedLike(made, values[target]);
      const before = totals[target];
      totals[target] = before === undefined ? share : cellwise((a, b) => a + b, before, share);
      record.from.push(i);
      record.operand.push(operand);
      record.target.push(target);
      record.slopes.push(isOfNumbers ? back(1, values[i], ...operands) : null);
      record.shares.push(share);
      record.sums.push(totals[target]);
    });
  }
  return record;
}

// Whether a gradient goes to each node: to parameters, and to ops that can hand it on to one.
function takers(nodes) {
  const takes = [];
  nodes.forEach(({ rule, inputs, kind }, i) => {
    takes[i] = rule
      ? inputs.some((j, operand) => takes[j] && RULES[rule].back[operand])
      : kind === "parameter";
  });
  return takes;
}

// A whole run: {values, slopes, shares, sums, …}.
function runTape(nodes, output, leaves) {
  const values = forward(nodes, leaves);
  return { values, ...backward(nodes, output, values) };
}
