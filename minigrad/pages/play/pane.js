// A tape as the data of a pane: what Python's Pane and Ledger hand to a lesson's page.

const LEAST_SLOPE = 2; // how tightly a factor has to hold together

// The data that a page shows; `values` has the leaves' numbers, noise among them.
function pageData(tape, lines) {
  const { nodes, output } = tape;
  const names = namesOf(nodes);
  const values = nodes.map(({ value, rule }) => (rule ? NaN : value));
  const run = runTape(nodes, output, values);
  const shares = sharesOf(tape, run, names);
  const steps = stepsOf(tape, run, names);
  const pane = {
    title: names[output].text,
    prefix: "mg-play",
    output,
    live: true,
    frozen: "",
    nodes: nodes.map((node, i) => nodeData(tape, node, names, i)),
    steps,
    shares,
    inputs: nodes.flatMap(({ rule, literal }, i) => (rule || literal ? [] : [i])),
    knobs: nodes.flatMap(({ kind }, i) => (kind === "parameter" ? [i] : [])),
    numbers: { values: run.values, slopes: run.slopes, shares: run.shares, sums: run.sums },
    refusals: tape.refusals,
  };
  return { lines, panes: [pane], timeline: steps.map(({ phase }, i) => ({ phase, at: [i] })) };
}

function nodeData({ output }, node, names, i) {
  const { kind, rule, op, inputs, scope, takes, literal, line, law } = node;
  const says = rule ? cutTo(formulaOf(rule, inputs.map((j) => names[j])).text, MOST_LETTERS) : "";
  return {
    id: `n${i}`, box: `n${i}`, name: names[i].text, says, op, rule, scope, inputs, takes, literal, line, law,
    kind: i === output && kind === "op" ? "output" : kind, shape: [], density: densityOf(node),
  };
}

// Of a draw the tape of its log-density: its leaves are the family's parameters, then the outcome.
function densityOf({ drawn }) {
  if (!drawn) return undefined;
  const { form, parameters } = drawn;
  const steps = form.log_prob[""];
  const count = parameters.length + 1;
  const nodes = Array.from({ length: count }, () => ({ rule: "", inputs: [], takes: true }));
  const values = new Array(count);
  const at = (i) => (i < 0 ? -1 - i : count + i);
  for (const step of steps.slice(0, -1)) {
    const [text, , , value] = Array.isArray(step) ? step : [step];
    const [rule, ...given] = String(text).split("|");
    const inputs = given.map((i) => at(Number(i)));
    nodes.push({ rule: given.length ? rule : "", inputs, takes: inputs.some((i) => nodes[i].takes) });
    values.push(given.length ? NaN : Number(value ?? text));
  }
  return { nodes, values, output: at(steps.at(-1)), parameters, moves: form.moves };
}

function sharesOf({ nodes }, run, names) {
  const newest = new Map();
  const gradient = (i) => `∂L/∂${closed(names[i], 5)}`;
  return run.target.map((target, k) => {
    const [from, operand] = [run.from[k], run.operand[k]];
    const slope = closed(slopeOf(nodes[from], operand, names), LEAST_SLOPE, true);
    const upstream = gradient(from);
    const before = newest.get(target) ?? -1;
    newest.set(target, k);
    const words = { to: gradient(target), upstream, slope };
    return { from, operand, target, before, edge: `e${from}-${operand}`, ...words };
  });
}

function stepsOf({ nodes, output }, run, names) {
  const step = (phase, node, shares = [], stops = []) => ({ phase, node, shares, stops });
  const nowhere = nodes[output].takes ? [] : [{ target: output, why: TABLES.stops.nowhere }];
  const steps = [step("leaves", null)];
  nodes.forEach(({ rule }, i) => rule && steps.push(step("forward", i)));
  steps.push(step("seed", output, [], nowhere));
  for (const source of new Set(run.from)) {
    const shares = run.from.flatMap((from, k) => (from === source ? [k] : []));
    const taken = new Set(shares.map((k) => run.operand[k]));
    steps.push(step("backward", source, shares, stopsOf(nodes, source, taken)));
  }
  return steps;
}

// The inputs that get no share, each once, and why; plain numbers are not worth a word.
function stopsOf(nodes, source, taken) {
  const found = new Map();
  nodes[source].inputs.forEach((target, operand) => {
    if (taken.has(operand) || nodes[target].literal) return;
    const why = whyNone(nodes[source], nodes[target]);
    found.set(`${target} ${why}`, { target, why });
  });
  return [...found.values()];
}

function whyNone(row, x) {
  const words = TABLES.stops;
  if (x.takes) {
    if (row.op === "where") return words.condition;
    return words.op.replace("stop_gradient", row.op).replace("multiply", x.op || x.kind);
  }
  if (x.kind === "stop") return words.stop;
  if (!x.rule) return x.kind === "noise" ? words.noise : words.constant;
  return COMPARISONS.has(TABLES.ops[x.rule].infix) ? words.comparison : words.behind;
}
