// What a reader types as an answer: a number or a formula is read kindly, and what is wrong with it
// is said as exactly as one number allows.

const ALIASES = { "μ": "mu", "σ": "sigma", "ε": "eps", pi: "pi", "π": "pi" };
const FUNCTIONS = ["sin", "cos", "tan", "exp", "log", "sqrt", "abs", "tanh"];
const FRACTIONS = { "½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "⅓": "(1/3)", "⅔": "(2/3)" };
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const NOTHING = /^(none|no|no gradient|nothing|no value|null|⊘|·|-|–|—)$/i;
const DECIMALS = ["", "one decimal", "two decimals", "three decimals", "four decimals"];

// ---------------------------------------------------------------------- typed numbers and formulas

// A decimal comma is a point, and of "x = 0.5" the right side counts.
function cleaned(text) {
  return text.replace(/^.*[=≈~]/, "").replace(/(\d),(\d)/g, "$1.$2").replace(/[−–]/g, "-")
    .replace(/[·×∙]/g, "*").replace(/\*\*/g, "^").replace(/÷/g, "/").replace(/√/g, "sqrt ")
    .replace(/[½¼¾⅓⅔]/g, (fraction) => FRACTIONS[fraction])
    .replace(/⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (power) => `^(${[...power].map(lowered).join("")})`)
    .replace(/\bln\b/g, "log").trim();
}

const lowered = (sign) => (sign === "⁻" ? "-" : RAISED.indexOf(sign));

const tokensOf = (text) =>
  cleaned(text).match(/\d+\.?\d*(e[+-]?\d+)?|\.\d+|[\p{L}_]\w*|[-+*/^()%]|\S/giu) || [];

// The number that a text is, or NaN.
// sum = product (("+" | "-") product)*, product = power (["*" | "/"] power)*,
// power = ["-"] atom ["%"] ["^" power], atom = number | name | function power | "(" sum ")"
function valueOf(text, names = {}) {
  const tokens = tokensOf(text);
  let place = 0;
  const take = (wanted) => tokens[place] === wanted && (place += 1, true);
  function sum() {
    let x = product();
    for (;;) {
      if (take("+")) x += product();
      else if (take("-")) x -= product();
      else return x;
    }
  }
  function product() {
    let x = power();
    for (;;) {
      if (take("*") || /^[\p{L}_(]/u.test(tokens[place] ?? "")) x *= power(); // 2 z is a product
      else if (take("/")) x /= power();
      else return x;
    }
  }
  function power() {
    if (take("-")) return -power();
    if (take("+")) return power();
    let x = atom();
    if (take("%")) x /= 100;
    return take("^") ? x ** power() : x;
  }
  function atom() {
    const token = tokens[place++] ?? "";
    if (token === "(") {
      const x = sum();
      return take(")") ? x : NaN;
    }
    if (/^[\d.]/.test(token)) return Number(token);
    const called = token.toLowerCase();
    if (FUNCTIONS.includes(called)) return Math[called](tokens[place] === "(" ? atom() : power());
    return token === "pi" || token === "π" ? Math.PI : named(token, names);
  }
  const x = tokens.length ? sum() : NaN;
  return place === tokens.length ? x : NaN;
}

function named(token, names) {
  for (const name of [token, ALIASES[token]]) {
    if (Object.hasOwn(names, name)) return names[name];
  }
  const greek = Object.keys(ALIASES).find((key) => ALIASES[key] === token);
  return greek && Object.hasOwn(names, greek) ? names[greek] : NaN;
}

const decimalsOf = (text) => (cleaned(text).split(".")[1] || "").length;

// As close as the decimals shown, or a part in five hundred, for those who round on the way.
function isClose(x, text) {
  const wanted = valueOf(text);
  const decimals = decimalsOf(text);
  const rounded = decimals ? 0.6 * 10 ** -decimals : 1e-9;
  return Math.abs(x - wanted) <= Math.max(rounded, 0.002 * Math.abs(wanted));
}

const isPlain = (text) => /^[-+]?[\d.]+$/.test(cleaned(text));

// Rounded too early, or too much: 0.7 or 0.66 or 0.65 for 0.6593.
function isRough(x, given, wanted) {
  const [target, decimals] = [valueOf(wanted), decimalsOf(wanted)];
  if (!decimals || Number.isInteger(target) || x === 0) return false;
  const rounded = isPlain(given) && decimalsOf(given) < decimals ? 0.501 * 10 ** -decimalsOf(given) : 0;
  return Math.abs(x - target) <= Math.max(Math.min(rounded, 0.4 * Math.abs(target)), 0.03 * Math.abs(target));
}

// ---------------------------------------------------------------------- what is wrong

// Null where the answer is right; `wrong` has usual wrong numbers, with what they are.
function faultOf(given, wanted, wrong, names) {
  if (!given) return "Type a number, or a formula such as cos(0.85)*0.13.";
  const target = valueOf(wanted);
  const x = valueOf(given, names);
  if (given.toLowerCase() === wanted.toLowerCase()) return null;
  if (Number.isNaN(target)) return faultOfWord(given, wanted, x, wrong);
  if (NOTHING.test(given)) return "Something does arrive here, and the answer is a number.";
  if (Number.isNaN(x)) return unreadable(given, names);
  if (isClose(x, wanted)) return null;
  return `${faultOfNumber(x, given, wanted, wrong, names)}${isPlain(given) ? "" : ` (Your formula is ${shortly(x)}.)`}`;
}

function faultOfWord(given, wanted, x, wrong) {
  if (NOTHING.test(given) && NOTHING.test(wanted)) return null;
  const known = wrong.find(([text]) => isClose(x, text));
  return known ? `Not that: ${known[1]}` : "Not that. The page says it in one word.";
}

function faultOfNumber(x, given, wanted, wrong, names) {
  const target = valueOf(wanted);
  const digits = DECIMALS[decimalsOf(wanted)];
  const isNear = isRough(x, given, wanted);
  const known = wrong.find(([text]) => isClose(x, text));
  if (known) return `Not that: ${known[1]}${isNear ? ` If you rounded, give ${digits}.` : ""}`;
  if (isNear) return `Close: give ${digits}, and round only at the end.`;
  if (target !== 0) {
    if (isClose(-x, wanted)) return "Right in size, but not in sign.";
    if (isRough(-x, given, wanted)) return `Close in size, but not in sign; give ${digits}.`;
    for (const [ratio, words] of RATIOS) if (isClose(x / ratio, wanted)) return words;
  }
  const name = Object.keys(names).find((key) => names[key] !== 0 && isClose(x, String(names[key])));
  return name ? `Not that: that is the value of ${name}.` : "";
}

const RATIOS = [
  [2, "That is twice as large as it is."],
  [0.5, "That is half of what it is."],
  [100, "That is a hundred times as large: a percentage? Write 50 % or 0.5."],
  [10, "That is ten times as large: look at the decimal point."],
  [0.1, "That is a tenth of it: look at the decimal point."],
];

const shortly = (x) => (Number.isFinite(x) ? String(Number(x.toPrecision(4))) : String(x)).replace("-", "−");

function unreadable(text, names) {
  const known = [...FUNCTIONS, ...Object.keys(names), ...Object.values(ALIASES), ...Object.keys(ALIASES)];
  const strange = tokensOf(text).find((t) => /^[\p{L}_]/u.test(t) && !known.includes(t));
  if (!strange) return `“${text}” can't be read. Write a number or a formula, as in 2*cos(0.85).`;
  const given = Object.keys(names).join(", ");
  return `“${text}” can't be read: “${strange}” is not a function or a name here` +
    (given ? `. The names are ${given}.` : ", where no names are given.");
}
