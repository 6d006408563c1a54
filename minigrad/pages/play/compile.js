// A typed program as a tape: nodes in the order in which expressions.py records them.
//
// A node has what engine.js wants (`rule`, `inputs`, `takes`), and `kind`, `name`, `scope`, `value`
// (of a leaf), `law` (of noise), `literal`, `line`. Where a name stands for a distribution it is an
// object: its family, and the nodes of its parameters.

const { constants: CONSTANTS, drawn: DRAWN, laws: LAW_NAMES, same: SAME_FUNCTION, meant: MEANT,
  asked: ASKED, known: KNOWN_FUNCTIONS, squares: ARE_SQUARES } = TABLES.functions;
const MOST_NODES = 2_000;
const owned = (all, name) => (Object.hasOwn(all, name) ? all[name] : undefined);

// `noise` has a number for each draw, by its law and its place among them.
function compiled(text, noise = firstDraw) {
  return new Machine(statementsOf(text), noise).run();
}

// What a program starts with: draw number 0 of the page's own.
const firstDraw = (law, k) => LAWS[law](generator(mixed(0) + k));

class Machine {
  constructor(statements, noise) {
    this.noise = noise;
    this.nodes = [];
    this.values = []; // of the nodes, for what a family refuses
    this.refusals = []; // what a family says of parameters that it does not take
    this.known = new Map();
    this.draws = new Map();
    this.leaves = statements.map(leafOf);
    this.lines = statements.filter((_, i) => !this.leaves[i]);
    if (!this.lines.length) {
      const { name, ...last } = statements.at(-1);
      const steps = [{ kind: "name", text: name, column: 0 }];
      this.lines = [{ ...last, name: "", mark: "", steps }];
    }
    this.checkOrder();
  }

  // A name that no line before gives a value is refused where it stands.
  checkOrder() {
    const known = new Set(this.leaves.flatMap((leaf) => (leaf ? [leaf.name] : [])));
    const later = new Set(this.lines.map(({ name }) => name).filter(Boolean));
    for (const line of this.lines) {
      for (const { kind, text, column } of line.steps) {
        if (kind !== "name" || known.has(text)) continue;
        if (later.has(text)) {
          throw refusedIn(line, `${text} gets its value further down: move that line up`, column);
        }
        if (owned(CONSTANTS, text) === undefined) {
          const why = `add ${text}=1.0 or ${text}~normal`;
          throw refusedIn(line, `${text} has no value: ${why}`, column);
        }
      }
      known.add(line.name);
      later.delete(line.name);
    }
  }

  run() {
    for (const what of ["parameter", "noise"]) this.enterLeaves(what);
    for (const [name, value] of Object.entries(CONSTANTS)) {
      if (!this.known.has(name)) this.known.set(name, this.literal(value, 0));
    }
    this.enterLeaves("constant");
    let item = null;
    for (const line of this.lines) item = this.compute(line);
    const last = this.lines.at(-1);
    return this.reachable(this.number(last, last.steps.at(-1), item));
  }

  enterLeaves(what) {
    for (const leaf of this.leaves) {
      if (leaf?.kind === what) this.known.set(leaf.name, this.add(leaf, leaf.line));
    }
  }

  add(node, line) {
    if (this.nodes.length >= MOST_NODES) {
      throw new ProgramError(`a page holds at most ${MOST_NODES.toLocaleString("en")} nodes`, "", 0, line);
    }
    const { rule = "" } = node;
    const noises = this.nodes.filter(({ kind }) => kind === "noise").length;
    if (node.kind === "noise") node.value = this.noise(node.law, noises);
    this.values.push(rule ? RULES[rule].run(...node.inputs.map((i) => this.values[i])) : node.value);
    const plain = { inputs: [], kind: "op", name: "", scope: "", law: "", literal: false };
    this.nodes.push({ ...plain, rule, op: rule.split(" ")[0], ...node, line });
    return this.nodes.length - 1;
  }

  literal(value, line) {
    return this.add({ kind: "constant", literal: true, value }, line);
  }

  // What the line computes, kept by its name.
  compute(line) {
    const stack = [];
    for (const step of line.steps) {
      if (step.kind === "number") stack.push(this.literal(step.number, line.number));
      else if (step.kind === "name") stack.push(this.known.get(step.text));
      else stack.push(this.called(line, step, stack.splice(stack.length - step.inputs)));
    }
    const [item] = stack;
    const { name, mark, steps, text } = line;
    if (mark === "~" && typeof item === "number") {
      const kinds = LAW_NAMES.join(`, ${name} ~ `);
      const why = `noise is ${name} ~ ${kinds}; a draw is ${name} ~ Normal(loc, scale)`;
      throw refusedIn(line, why, text.indexOf("~"));
    }
    if (name) {
      this.known.set(name, item);
      if (typeof item === "number" && steps.length > 1) this.nodes[item].name = name;
    }
    return item;
  }

  // The item as a number: a distribution's draw, made when it is first asked for.
  number(line, step, item) {
    if (typeof item === "number") return item;
    const name = [...this.known].find(([, known]) => known === item)?.[0];
    if (!name) throw refusedIn(line, "a draw needs a name: z ~ Normal(0, 1) on a line before", step.column);
    if (!this.draws.has(name)) {
      const { law, draw } = item.form;
      if (typeof draw === "string") throw refusedIn(line, draw, step.column);
      const noise = { kind: "noise", name: `eps_${name}`, scope: "sampling", law };
      const eps = this.add(noise, line.number);
      const z = this.recorded(draw, [...item.parameters, eps], line, { what: "draw", of: [item] });
      Object.assign(this.nodes[z], { name, drawn: item });
      this.draws.set(name, z);
    }
    return this.draws.get(name);
  }

  // What Python recorded, on these inputs; `call` says what a program would call for it.
  recorded(steps, inputs, { number }, call) {
    const start = this.nodes.length;
    const output = this.made(steps, inputs, number);
    Object.assign(call, { inputs, output });
    for (let i = start; i < this.nodes.length; i++) this.nodes[i].call ??= call;
    return output;
  }

  made(steps, inputs, number) {
    const made = [];
    const at = (i) => (i < 0 ? inputs[-1 - i] : made[i]);
    for (const step of steps.slice(0, -1)) {
      const [text, kind = "op", scope = "", value = 0] = Array.isArray(step) ? step : [step];
      const isRule = typeof text === "string" && text.includes("|");
      if (isRule) {
        const [rule, ...given] = text.split("|");
        made.push(this.add({ rule, inputs: given.map((i) => at(Number(i))), kind, scope }, number));
      } else if (text === "") made.push(this.add({ kind, scope, literal: true, value: Number(value) }, number));
      else if (typeof text === "string" && text[0] === "=") made.push(this.kept(inputs[text.slice(1)], number));
      else made.push(this.literal(Number(text), number)); // NaN is a word
    }
    return at(steps.at(-1));
  }

  // A parameter that the formula reads as a plain number, which no knob may move.
  kept(node, number) {
    const kept = this.values[node];
    this.refusals.push({ nodes: [node], kept });
    return this.literal(kept, number);
  }

  called(line, step, items) {
    const { text, column } = step;
    const name = owned(SAME_FUNCTION, text) ?? text;
    const row = owned(TABLES.ops, name);
    const call = row ?? owned(ASKED, name) ?? owned(TABLES.families, name);
    if (!call || name.includes(" ")) throw refusedIn(line, unknown(text), column);
    const { wanted, least = wanted.length } = call;
    if (items.length < least || items.length > wanted.length) {
      const count = `${items.length} input${items.length === 1 ? "" : "s"}`;
      throw refusedIn(line, `${text} takes (${wanted.join(", ")}), not ${count}`, column);
    }
    const given = items.map((item, i) => ("pq".includes(wanted[i])
      ? this.distribution(line, step, item) : this.number(line, step, item)));
    if (row) return this.applied(name, given, line.number);
    return owned(ASKED, name) ? queried(this, name, given, line, step) : familyOf(this, name, given, line, step);
  }

  applied(op, inputs, number) {
    const exponent = this.nodes[inputs[1]];
    if (ARE_SQUARES && op === "power" && exponent.literal && exponent.value === 2) {
      return this.add({ rule: "square", inputs: [inputs[0]] }, number);
    }
    return this.add({ rule: op, inputs, kind: TABLES.ops[op].kind }, number);
  }

  distribution(line, { text, column }, item) {
    if (typeof item !== "number") return item;
    const why = `${text} takes a distribution: name one, as in q ~ Normal(mu, sigma)`;
    throw refusedIn(line, why, column);
  }

  // Only the nodes below the output, as Python's equations have them.
  reachable(output) {
    const needed = new Set([output]);
    for (const i of needed) for (const j of this.nodes[i].inputs) needed.add(j);
    const order = [...needed].sort((a, b) => a - b);
    const moved = new Map(order.map((old, position) => [old, position]));
    const calls = new Map([[undefined, undefined]]);
    const nodes = order.map((old, position) => {
      const node = this.nodes[old];
      if (!calls.has(node.call)) calls.set(node.call, moveCall(node.call, moved));
      const inputs = moveAll(node.inputs, moved);
      return { ...node, position, inputs, drawn: moveItem(node.drawn, moved), call: calls.get(node.call) };
    });
    takers(nodes).forEach((takes, i) => (nodes[i].takes = Boolean(takes)));
    const refusals = this.refusals.filter((each) => each.nodes.every((i) => moved.has(i)))
      .map((each) => ({ ...each, nodes: each.nodes.map((i) => moved.get(i)) }));
    return { nodes, output: moved.get(output), refusals };
  }
}

// The same with the places of nodes below the output; what is above it is undefined.
const moveAll = (nodes, moved) => nodes.map((i) => moved.get(i));
const moveItem = (item, moved) => item && { ...item, parameters: moveAll(item.parameters, moved) };
const moveCall = (call, moved) => call && {
  what: call.what, of: call.of.map((item) => moveItem(item, moved)),
  inputs: moveAll(call.inputs, moved), output: moved.get(call.output),
};

// The leaf that a line makes, or null.
function leafOf(line) {
  const { name, mark, steps, number } = line;
  const [step, second] = steps;
  const isAlone = steps.length === 1;
  let leaf = null;
  if (mark === "=" && isAlone && step.kind === "number") leaf = { kind: "parameter", value: step.number };
  else if (mark === "=" && steps.length === 2 && second.text === "data") {
    if (step.kind !== "number") {
      throw refusedIn(line, "data takes a number, as in x = data(1.2)", step.column);
    }
    leaf = { kind: "constant", value: step.number };
  } else if (mark === "~" && isAlone && LAW_NAMES.includes(step.text)) {
    leaf = { kind: "noise", law: step.text };
  }
  if (leaf && owned(CONSTANTS, name) !== undefined && name !== DRAWN) {
    throw refusedIn(line, `${name} has a fixed value: choose another name`, 0);
  }
  return leaf && { ...leaf, name, line: number };
}
