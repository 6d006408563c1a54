// Nodes as formulas, in the words and signs of pictures/labels.py, which are in TABLES.

const {
  binds: BINDS, signs: SIGNS, around: AROUND, known: KNOWN, longest: LONGEST_NAME, words: MOST_LETTERS,
} = TABLES.formulas;
const LONGEST_RULE = 160; // letters; a rule that would take more is shown by the name of its op
const COMPARISONS = new Set(["<", "<=", ">", ">=", "==", "!="]);

// As Python's format .4g writes it.
function fourDigits(x) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  const size = Math.abs(x);
  if (size === 0) return `${sign}0`;
  const [digits, power] = scientific(size, 3).split("e");
  const bare = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power >= -4 && power < 4) return sign + bare(fixed(size, 3 - power));
  return `${sign}${bare(digits)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

// A formula is a text and how tightly its loosest operator binds; of a known number its value too.
function literal(x) {
  const word = KNOWN[Math.abs(x)] ?? "";
  const text = word ? (x < 0 ? "-" : "") + word : fourDigits(x);
  const isLoose = text.startsWith("-") || word.length > 1;
  return { text: text.replaceAll("-", "−"), binds: isLoose ? 3 : 5, value: x };
}

function closed({ text, binds }, least, after = false) {
  return binds < least || (after && text.startsWith("−")) ? `(${text})` : text;
}

function formulaOf(rule, inputs) {
  const [op, ...given] = rule.split(" ");
  const { infix = "", symbol = op, statics = given } = TABLES.ops[rule] ?? {};
  if (infix && inputs.length === 2) {
    const binds = BINDS[infix] ?? 0;
    const left = closed(inputs[0], binds + (infix === "**"));
    const sign = SIGNS[infix] ?? ` ${symbol} `;
    return { text: left + sign + closed(inputs[1], binds + 1, true), binds };
  }
  if (AROUND[op]) {
    const [before, inside, after, binds] = AROUND[op];
    return { text: before + closed(inputs[0], inside) + after, binds };
  }
  if (op === "abs") return { text: `|${inputs[0].text}|`, binds: 5 };
  const operands = [...inputs.map((x) => x.text), ...statics];
  return { text: `${op}(${operands.join(", ")})`, binds: 5 };
}

// A name for each node: the user's, a number's own, a short formula, else v1, v2, …
function namesOf(nodes) {
  const taken = new Set(nodes.map(({ name }) => name));
  let count = 0;
  const fresh = () => {
    do count += 1; while (taken.has(`v${count}`));
    return { text: `v${count}`, binds: 5 };
  };
  const names = [];
  for (const node of nodes) {
    if (node.name) names.push({ text: node.name, binds: 5 });
    else if (node.literal) names.push(literal(node.value));
    else {
      const other = fresh(); // counted, whether or not it is needed
      const formula = node.rule ? formulaOf(node.rule, node.inputs.map((i) => names[i])) : other;
      names.push(formula.text.length <= LONGEST_NAME ? formula : other);
    }
  }
  return names.map(({ text, ...rest }) => ({ ...rest, text: cutTo(text, MOST_LETTERS) }));
}

// The local derivative of a node by an operand: `cos(z)`, `ε`. Its steps were recorded by Python's
// closure; where an operand is a plain number they get shorter.
function slopeOf(node, operand, names) {
  const steps = TABLES.ops[node.rule].slopes[operand];
  const parts = [];
  for (const step of steps.slice(0, -1)) {
    if (typeof step === "number") parts.push(literal(step));
    else if (step === "y") parts.push(names[node.position]);
    else if (step.length > 1 && typeof step === "string") parts.push(literal(Number(step))); // inf, nan
    else if (typeof step === "string") parts.push(names[node.inputs[step.charCodeAt() - 97]]);
    else parts.push(shortened(step[0], step.slice(1).map((k) => parts[k])));
  }
  const slope = parts[steps.at(-1)];
  if (slope.text.length <= LONGEST_RULE) return slope;
  return { text: `(rule of ${node.op})(${names[node.position].text})`, binds: 5 };
}

function shortened(op, inputs) {
  const [a, b, c] = inputs;
  const is = (x, number) => Object.is(x.value, number);
  if (inputs.every((x) => x.value !== undefined)) {
    return literal(RULES[op].run(...inputs.map((x) => x.value)));
  }
  if (op === "where" && a.value !== undefined) return a.value ? b : c;
  if (op === "multiply") {
    for (const [x, y] of [[a, b], [b, a]]) {
      if (is(x, 1)) return y;
      if (is(x, 0) && y.isTruth) return x;
    }
  }
  if ((op === "power" || op === "divide") && is(b, 1)) return a;
  const formula = formulaOf(op, inputs);
  return COMPARISONS.has(TABLES.ops[op]?.infix) ? { ...formula, isTruth: true } : formula;
}
