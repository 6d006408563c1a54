// Distributions in a program: what their parameters may be, and what is asked of them. An item that is
// one has its `family`, its `form`, which is that for so many parameters, and the nodes of these.

const TINY = 2 ** -1022; // that draws near 0 are kept above, as distributions/unrounded.py does

function familyOf(machine, family, parameters, line, { column }) {
  const form = TABLES.families[family].forms[parameters.length];
  if (form.refused) throw refusedIn(line, form.refused, column);
  const singles = form.refuses.flatMap((refused, k) => (refused ? [{ nodes: [parameters[k]], ...refused }] : []));
  const gaps = form.gaps.map(([low, high, gap]) => ({ nodes: [parameters[low], parameters[high]], gap }));
  refuse(machine, [...singles, ...gaps], line, column);
  return { family, form, parameters };
}

// What is refused now, or would be where a knob is turned.
function refuse(machine, found, line, column) {
  const why = refusalOf(found, machine.values, machine.nodes);
  if (why) throw refusedIn(line, why, column);
  machine.refusals.push(...found);
}

function queried(machine, name, [q, ...others], line, step) {
  const [p] = others;
  const inputs = [...q.parameters, ...others.flatMap((x) => x.parameters ?? [x])];
  let steps = q.form[name];
  if (name === "log_prob") steps = densityAt(machine, q, p, inputs);
  if (name === "kl") steps = p === undefined ? q.form.kl_standard : divergence(machine, q, p, line, step);
  if (typeof steps === "string") throw refusedIn(line, steps, step.column);
  const of = [q, ...others.filter((x) => x.family)];
  return machine.recorded(steps, inputs, line, { what: name, of });
}

// Densities ask for the number that an outcome was rounded from, where the graph has it: then that
// number and the node that rounded it are inputs as well.
function densityAt({ nodes }, { form }, outcome, inputs) {
  let [i, walls] = [outcome, 0];
  for (;;) {
    const { rule, inputs: [first, second] } = nodes[i];
    const isClip = rule === "clip" && nodes[second].value === TINY;
    if (rule !== "stop_gradient" && !isClip) break;
    walls += !isClip;
    i = first;
  }
  const found = owned(form.log_prob, `${nodes[i].rule}${" stop_gradient".repeat(walls)}`);
  if (!found) return form.log_prob[""];
  inputs.push(nodes[i].inputs[0], i);
  return found;
}

function divergence(machine, q, p, line, { column }) {
  const found = q.form.kl[`${p.family} ${p.parameters.length}`];
  if (found.near) {
    const { words, pairs } = TABLES.noClosedForm;
    const nearest = found.near.map((i) => pairs[i]).join(", ");
    throw refusedIn(line, filled(words, q.family, p.family, nearest, q.family, p.family), column);
  }
  if (!found.same) return found;
  const [k, same] = found.same;
  refuse(machine, [{ nodes: [q.parameters[k], p.parameters[k]], same }], line, column);
  return found.steps;
}

// Why parameters are refused, in Python's words, or "": one of them by the kind of number that it is;
// two whose `gap` must be above 0, or that must be the `same`.
function refusalOf(refusals, values, nodes) {
  for (const { nodes: places, words, kinds, gap, same, kept } of refusals) {
    const given = places.map((i) => values[i]);
    const apart = given[1] - given[0];
    let why = "";
    if (words) why = filled(words[kinds[kindOf(given[0])]], pythonFloat(given[0]));
    else if (gap && !(apart > 0)) why = filled(Number.isNaN(apart) ? notANumber(gap) : gap, pythonFloat(apart));
    else if (same && apart !== 0) why = filled(same, ...given.map(pythonFloat));
    else if (kept !== undefined && given[0] !== kept) why = `this graph is made for ${kept}, not for ${given[0]}: type it`;
    if (why) return why.replace(UNKNOWN_NAN, nanBelow(places, values, nodes));
  }
  return "";
}

const UNKNOWN_NAN = "the numbers given contain it";
const notANumber = (words) => words.replace(/ must be .*/, ` is nan: ${UNKNOWN_NAN}`);

// Which of PROBES in families.py is a number of the same kind.
function kindOf(x) {
  if (Number.isNaN(x)) return 8;
  if (Math.abs(x) === Infinity) return x < 0 ? 0 : 7;
  if (x <= 1) return x < 0 ? 1 : x === 0 ? 2 : x < 1 ? 3 : 4;
  return Number.isInteger(x) ? 6 : 5;
}

// Where a nan comes from: the oldest node that has one.
function nanBelow(places, values, nodes) {
  const below = new Set(places);
  for (const i of below) for (const j of nodes[i].inputs) below.add(j);
  const names = [];
  let [count, first] = [0, -1];
  for (const i of [...below].sort((a, b) => a - b)) {
    if (Number.isNaN(values[i])) {
      first = i;
      break;
    }
    const { name, literal: isLiteral } = nodes[i];
    names[i] = isLiteral ? fourDigits(values[i]) : name || `v${(count += 1)}`;
  }
  if (first < 0) return UNKNOWN_NAN;
  const { rule, inputs } = nodes[first];
  const { infix } = TABLES.ops[rule] ?? {};
  const operands = inputs.map((i) => names[i]);
  const made = infix && inputs.length === 2 ? operands.join(` ${infix} `) : `${rule.split(" ")[0]}(${operands.join(", ")})`;
  return `the first nan is made by ${made}`;
}

function pythonFloat(x) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  return Number.isInteger(x) && Math.abs(x) < 1e16 ? x.toFixed(1) : String(x);
}
