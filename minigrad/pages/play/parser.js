// The grammar of what one types, as in grammar.py: lines become steps of a stack machine. It is
// read, never run as code. A fault is a ProgramError: why, the line, a caret below the place.

const { words: WORDS, longest: MOST_CHARACTERS, deepest: DEEPEST, longestName: LONGEST_WORD,
  shown: MOST_SHOWN, ops: OPS_OF, same: SAME_SIGN, reserved } = TABLES.grammar;
const RESERVED = new Set(reserved);
const LEVELS = { "<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "!=": 1, "+": 2, "-": 2, "*": 3, "/": 3 };
const TOKEN = new RegExp(
  "(?<number>(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)" +
  "|(?<name>(?![²³0-9])[\\p{L}\\p{N}_\\u0300-\\u036f](?:(?![²³])[\\p{L}\\p{N}_\\u0300-\\u036f])*)" +
  "|(?<sign>\\*\\*|[<>=!]=|[-+*/^()<>=~,²³·×−≤≥≠])", "uy");
const SPACES = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/; // Python's
const BREAKS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

class ProgramError extends Error {
  constructor(why, text, column, number = 0) {
    const letters = [...text];
    const start = Math.max(0, Math.min(column - MOST_SHOWN / 2, letters.length - MOST_SHOWN));
    const shown = letters.slice(start, start + MOST_SHOWN).join("");
    super(`${why}\n  ${shown}\n  ${" ".repeat(column - start)}^`);
    this.number = number; // of the line in the text
  }
}

const filled = (words, ...parts) => parts.reduce((text, part) => text.replace("{}", part), words);

// The lines of a program: {name, mark: "=" | "~" | "", steps, text, number}.
function statementsOf(text) {
  const count = [...text].length;
  if (count > MOST_CHARACTERS) {
    const [has, most] = [count, MOST_CHARACTERS].map((n) => n.toLocaleString("en"));
    throw new ProgramError(filled(WORDS.long, has, most), `${[...text].slice(0, 60).join("")} …`, 62);
  }
  const found = linesOf(text).map((line) => new Line(line).statement());
  if (!found.length) throw new ProgramError(WORDS.empty, "", 0);
  const named = new Set();
  found.forEach((statement, i) => {
    const { name, mark } = statement;
    if (named.has(name)) throw refusedIn(statement, filled(WORDS.again, name), 0);
    if (!mark && i < found.length - 1) throw refusedIn(statement, WORDS.unused, 0);
    named.add(name);
  });
  return found;
}

const refusedIn = ({ text, number }, why, column) => new ProgramError(why, text, column, number);

// Each line by itself: spaces made single, comments dropped, continued lines joined.
function linesOf(text) {
  const joined = [];
  let opened = 0;
  const count = (line, sign) => line.split(sign).length - 1;
  dedented(text.split(BREAKS)).forEach((whole, number) => {
    const line = whole.split("#")[0];
    if (!single(line)) return;
    const last = joined.at(-1);
    const isContinued = last && (opened > 0 || line[0] === " ") && !last.text.endsWith(";");
    if (isContinued) last.text += ` ${line}`;
    else joined.push({ text: line, number });
    opened = (isContinued ? opened : 0) + count(line, "(") - count(line, ")");
  });
  return joined.flatMap(({ text: line, number }) =>
    line.split(";").map((part) => ({ text: single(part), number })))
    .filter((line) => line.text);
}

const single = (text) => text.split(SPACES).filter(Boolean).join(" ");

function dedented(lines) {
  const spread = lines.map((line) => {
    let wide = "";
    for (const letter of line) wide += letter === "\t" ? " ".repeat(8 - (wide.length % 8)) : letter;
    return wide;
  });
  const filledLines = spread.filter(single);
  const margin = Math.min(...filledLines.map((line) => line.match(/^ */)[0].length));
  return spread.map((line) => line.slice(Number.isFinite(margin) ? margin : 0));
}

// One line on its way from text to steps: {kind: "number" | "name" | "call", text, column, inputs,
// number}. Columns count letters, as Python does.
class Line {
  constructor({ text, number }) {
    this.text = text;
    this.number = number;
    this.tokens = this.tokensOf();
    this.at = 0;
    this.depth = 0;
    this.steps = [];
  }

  statement() {
    const [first, second = first] = this.tokens;
    let [name, mark] = ["", ""];
    if (first.kind === "name" && second.kind === "sign" && "=~".includes(second.text)) {
      name = this.nameOf(first);
      mark = second.text;
      this.at = 2;
    }
    this.formula(1);
    this.stopsHere();
    return { name, mark, steps: this.steps, text: this.text, number: this.number };
  }

  stopsHere() {
    const { kind, text } = this.now;
    if (kind === "end") return;
    const words = { ")": "closed", "=": "equals", "~": "tilde", ",": "foreign" };
    throw this.error(RESERVED.has(text) ? "foreign" : words[text] ?? "between", this.now);
  }

  tokensOf() {
    const tokens = [];
    let column = 0;
    for (let start = 0; start < this.text.length; ) {
      if (this.text[start] !== " ") {
        TOKEN.lastIndex = start;
        const match = TOKEN.exec(this.text);
        if (!match) throw new ProgramError(WORDS.foreign, this.text, column, this.number);
        const [whole] = match;
        const kind = ["number", "name", "sign"].find((each) => match.groups[each] !== undefined);
        tokens.push({ kind, text: SAME_SIGN[whole] ?? whole, column });
        start += whole.length;
        column += [...whole].length;
      } else {
        start += 1;
        column += 1;
      }
    }
    return [...tokens, { kind: "end", text: "", column }];
  }

  get now() {
    return this.tokens[this.at];
  }

  take() {
    return this.tokens[this.at++];
  }

  is(...signs) {
    return this.now.kind === "sign" && signs.includes(this.now.text);
  }

  error(word, token, ...parts) {
    return new ProgramError(filled(WORDS[word], ...parts), this.text, token.column, this.number);
  }

  call(text, { column }, inputs) {
    this.steps.push({ kind: "call", text, column, inputs });
  }

  // Operands and the operators between them that bind at least so tightly.
  formula(least) {
    this.signed();
    let isCompared = false;
    while (this.now.kind === "sign" && (LEVELS[this.now.text] ?? 0) >= least) {
      const token = this.take();
      const level = LEVELS[token.text];
      if (level === 1 && isCompared) throw this.error("chain", token);
      isCompared = level === 1;
      this.formula(level + 1);
      this.call(OPS_OF[token.text], token, 2);
    }
  }

  // A power with signs before it: −x² is −(x²). A minus before a number belongs to it.
  signed() {
    const signs = [];
    while (this.is("+", "-")) signs.push(this.take());
    const start = this.steps.length;
    this.power();
    for (const token of signs.toReversed()) {
      if (token.text !== "-") continue;
      const [step] = this.steps.slice(start);
      const isAlone = this.steps.length === start + 1 && step.kind === "number";
      if (isAlone && token === signs.at(-1)) {
        this.steps[start] = { ...step, column: token.column, number: -step.number };
      } else this.call("negative", token, 1);
    }
  }

  power() {
    this.operand();
    while (this.is("²", "³")) {
      const token = this.take();
      this.steps.push({ kind: "number", text: "", column: token.column, number: token.text === "³" ? 3 : 2 });
      this.call("power", token, 2);
    }
    if (!this.is("**")) return;
    const token = this.take();
    this.deepen(token);
    this.signed();
    this.depth -= 1;
    this.call("power", token, 2);
  }

  operand() {
    const token = this.take();
    const { kind, text, column } = token;
    if (kind === "number") {
      this.steps.push({ kind: "number", text: "", column, number: this.numberOf(token) });
    } else if (kind === "name") {
      const name = this.nameOf(token);
      if (this.is("(")) this.call(name, token, this.arguments());
      else this.steps.push({ kind: "name", text: name, column });
    } else if (kind === "sign" && text === "(") {
      this.at -= 1;
      const count = this.arguments();
      if (count !== 1) throw this.error(count ? "foreign" : "missing", token);
    } else throw this.error(text === "," ? "foreign" : "missing", token);
  }

  // The formulas in brackets, between commas; returns how many.
  arguments() {
    const opening = this.take();
    this.deepen(opening);
    let count = 0;
    while (count || !this.is(")")) {
      this.formula(1);
      count += 1;
      if (!this.is(",")) break;
      this.take();
    }
    if (this.now.kind === "end") throw this.error("open", opening);
    if (!this.is(")")) this.stopsHere();
    this.take();
    this.depth -= 1;
    return count;
  }

  deepen(token) {
    this.depth += 1;
    if (this.depth > DEEPEST) throw this.error("deep", token, DEEPEST);
  }

  numberOf(token) {
    const number = Number(token.text);
    if (number === Infinity) throw this.error("large", token);
    if (number === 0 && /^[^eE]*[1-9]/.test(token.text)) throw this.error("small", token);
    return number;
  }

  nameOf(token) {
    const name = token.text.normalize("NFKC");
    if (RESERVED.has(name) || !/^[_\p{ID_Start}]\p{ID_Continue}*$/u.test(name)) {
      throw this.error("foreign", token);
    }
    if ([...name].length > LONGEST_WORD) throw this.error("name", token, LONGEST_WORD);
    return name;
  }
}
