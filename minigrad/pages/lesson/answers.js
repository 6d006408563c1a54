// What a reader answers: a number, or a formula such as cos(0.8509)*eps, of the names in the graph.

const MATHS = {
  abs: Math.abs, arctan: Math.atan, cos: Math.cos, cosh: Math.cosh, exp: Math.exp, expm1: Math.expm1,
  log: Math.log, log1p: Math.log1p, ln: Math.log, sin: Math.sin, sinh: Math.sinh, sqrt: Math.sqrt,
  tan: Math.tan, tanh: Math.tanh, sign: Math.sign, square: (x) => x * x,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)), softplus: (x) => Math.log1p(Math.exp(x)),
};
const ANSWER = /\s*(?:(\d+(?:[.,]\d*)?(?:e[-+]?\d+)?|[.,]\d+(?:e[-+]?\d+)?)|([\p{L}_][\p{L}\p{M}\p{N}_]*)|(\*\*|[-+*/^()·×−–²³√|]))/iuy;

// The number that an answer means, or null; `known` has the numbers of names.
function answered(text, known) {
  const plain = parsed(text);
  if (plain !== null) return plain;
  const tokens = answerTokens(text.trim());
  if (!tokens?.length) return null;
  try {
    const reader = { tokens, at: 0, known };
    const value = sumOf(reader);
    return reader.at === tokens.length ? value : null;
  } catch {
    return null; // brackets or names that lead nowhere
  }
}

function answerTokens(text) {
  const tokens = [];
  ANSWER.lastIndex = 0;
  while (ANSWER.lastIndex < text.length) {
    const match = ANSWER.exec(text);
    if (!match) return null;
    const [, number, name, sign] = match;
    if (number) tokens.push({ number: Number(number.replace(",", ".")) });
    else if (name) tokens.push({ name });
    else tokens.push({ sign: { "−": "-", "–": "-", "·": "*", "×": "*", "^": "**" }[sign] ?? sign });
  }
  return tokens;
}

const isSign = ({ tokens, at }, ...signs) => signs.includes(tokens[at]?.sign);

function sumOf(reader) {
  let value = productOf(reader);
  while (isSign(reader, "+", "-")) {
    const isMinus = reader.tokens[reader.at++].sign === "-";
    value += isMinus ? -productOf(reader) : productOf(reader);
  }
  return value;
}

function productOf(reader) {
  let value = signedOf(reader);
  while (isSign(reader, "*", "/")) {
    const isOver = reader.tokens[reader.at++].sign === "/";
    value = isOver ? value / signedOf(reader) : value * signedOf(reader);
  }
  return value;
}

function signedOf(reader) {
  if (!isSign(reader, "-", "+")) return powerOf(reader);
  return reader.tokens[reader.at++].sign === "-" ? -signedOf(reader) : signedOf(reader);
}

function powerOf(reader) {
  let base = operandOf(reader);
  while (isSign(reader, "²", "³")) base **= reader.tokens[reader.at++].sign === "²" ? 2 : 3;
  if (!isSign(reader, "**")) return base;
  reader.at += 1;
  return base ** signedOf(reader);
}

function operandOf(reader) {
  const { number, name, sign } = reader.tokens[reader.at++];
  if (number !== undefined) return number;
  if (sign === "√") return Math.sqrt(operandOf(reader));
  if (sign === "(") return closedBy(reader, ")");
  if (sign === "|") return Math.abs(closedBy(reader, "|"));
  if (name === undefined) throw new Error("nothing to read");
  if (isSign(reader, "(") && Object.hasOwn(MATHS, name)) {
    reader.at += 1;
    return MATHS[name](closedBy(reader, ")"));
  }
  const value = reader.known.get(name) ?? (["pi", "π"].includes(name) ? Math.PI : undefined);
  if (value === undefined) throw new Error("no such name");
  return value;
}

function closedBy(reader, sign) {
  const value = sumOf(reader);
  if (!isSign(reader, sign)) throw new Error("not closed");
  reader.at += 1;
  return value;
}

// ------------------------------------------------------------- the usual wrong answers, by number

// What a wrong share says of how it was found: the first of these that fits, or "".
function mistakeOf(given, { pane, numbers, grads, k, before }) {
  const { from, target, operand } = pane.shares[k];
  const [truth, slope] = [numbers.shares[k], numbers.slopes[k]];
  const upstream = grads[from];
  const others = pane.shares.map((_, i) => i).filter((i) => pane.shares[i].from === from && i !== k);
  const known = [
    [-truth, "the size is right, the sign is not"],
    [slope, "that is the local slope alone: multiply it by the gradient that comes from above"],
    [upstream, "that is the gradient from above alone: multiply it by the local slope"],
    [numbers.sums[k], "that is the whole gradient so far: the question is the share that is added now"],
    ...others.map((i) => [numbers.shares[i], "that is the share of the other operand"]),
    ...others.map((i) => [numbers.slopes[i], "that is the slope with respect to the other operand"]),
    [upstream + slope, "upstream and slope are multiplied, not added"],
    [upstream / slope, "upstream and slope are multiplied, not divided"],
    [before?.shares[k], "that was true before the knob was moved: read the numbers again"],
    [numbers.values[target], `that is the value of ${pane.nodes[target].name}, not a gradient`],
    [numbers.values[from], `that is the value of ${pane.nodes[from].name}, not a gradient`],
  ];
  return operand >= 0 ? firstThatFits(known, given, truth) : "";
}

// Likewise for the value of a node on the way forward.
function mistakeOfValue(given, { pane, numbers, node, before }) {
  const truth = numbers.values[node];
  const inputs = pane.nodes[node].inputs.map((i) => numbers.values[i]);
  const [a, b] = inputs;
  const known = [
    [-truth, "the size is right, the sign is not"],
    [before?.values[node], "that was true before the knob was moved: read the numbers again"],
    ...(inputs.length === 2 ? [
      [a + b, "that is the sum of the two"], [a * b, "that is the product of the two"],
      [a - b, "that is the difference of the two"], [b - a, "the difference is taken the other way"],
    ] : []),
    ...inputs.map((x, i) => [x, `that is ${pane.nodes[pane.nodes[node].inputs[i]].name}, which goes in`]),
    ...pane.shares.flatMap(({ from }, k) =>
      (from === node ? [[numbers.slopes[k], "that is a slope, for the way back: the question is the value"]] : [])),
  ];
  return firstThatFits(known, given, truth);
}

function firstThatFits(known, given, truth) {
  const found = known.find(([x]) => typeof x === "number" && !isNear(x, truth) && isNear(given, x));
  return found ? found[1] : "";
}
