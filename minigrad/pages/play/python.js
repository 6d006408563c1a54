// The same program in Python: of minigrad, PyTorch or JAX, line by line.

const DIALECTS = {
  minigrad: {
    head: ["import minigrad as mg", ""],
    leaf: (name, value, kind) => (kind === "parameter" ? `mg.Var(${value}, "${name}")`
      : `mg.constant(${value}, "${name}"${kind === "noise" ? ', "noise"' : ""})`),
    call: (op, inputs) => `mg.${op}(${inputs.join(", ")})`,
    ask: (what, [q, p], [x]) => ({
      draw: () => `${q}.transform(${x})`, kl: () => `mg.kl_divergence(${q}, ${p ?? "mg.Normal(0.0, 1.0)"})`,
      log_prob: () => `${q}.log_prob(${x})`, entropy: () => `${q}.entropy()`,
    })[what]?.() ?? `${q}.${what}`,
    family: (family, given) => `mg.${family}(${given})`,
    tail: (output, leaves) => [`${output}.backward()`, ...leaves.map((x) => `print(${x}.grad)`)],
  },
  PyTorch: {
    head: ["import torch", "torch.set_default_dtype(torch.float64)", ""],
    leaf: (name, value, kind) => (kind === "parameter" ? `torch.tensor(${value}, requires_grad=True)`
      : `torch.tensor(${value})`),
    names: {
      arcsin: "asin", arccos: "acos", arctan: "atan", arctan2: "atan2", clip: "clamp",
      softplus: "nn.functional.softplus", negative: "neg", stop_gradient: "detach",
      times_log: "xlogy", times_log1p: "special.xlog1py", log_normal_cdf: "special.log_ndtr",
      normal_quantile: "special.ndtri",
    },
    ask: (what, [q, p], [x]) => ({
      draw: () => `${q}.rsample()  # a draw of its own: PyTorch takes no noise`,
      kl: () => `torch.distributions.kl_divergence(${q}, ${p ?? "torch.distributions.Normal(0.0, 1.0)"})`,
      log_prob: () => `${q}.log_prob(${x})`, entropy: () => `${q}.entropy()`,
    })[what]?.() ?? `${q}.${what}`,
    family: (family, given) => `torch.distributions.${family}(${given})`,
    missing: ["TruncatedNormal", "VonMises"],
    ofTensors: new Set(["maximum", "minimum", "logaddexp", "hypot", "arctan2", "fmod"]),
    call(op, inputs) {
      if (op === "where") return `torch.where(${inputs[0]} != 0, ${inputs[1]}, ${inputs[2]})`;
      if (this.ofTensors.has(op)) inputs = inputs.map((x) => (/^-?[\d.]/.test(x) ? `torch.tensor(${x})` : x));
      return `torch.${owned(this.names, op) ?? op}(${inputs.join(", ")})`;
    },
    tail: (output, leaves) => [`${output}.backward()`, ...leaves.map((x) => `print(${x}.grad)`)],
  },
  JAX: {
    head: ["import jax", "import jax.numpy as jnp", 'jax.config.update("jax_enable_x64", True)', ""],
    isFunction: true,
    names: {
      sigmoid: "jax.nn.sigmoid", softplus: "jax.nn.softplus", relu: "jax.nn.relu",
      lgamma: "jax.scipy.special.gammaln", digamma: "jax.scipy.special.digamma",
      erf: "jax.scipy.special.erf", erfc: "jax.scipy.special.erfc", erfinv: "jax.scipy.special.erfinv",
      logit: "jax.scipy.special.logit", stop_gradient: "jax.lax.stop_gradient",
      times_log: "jax.scipy.special.xlogy", times_log1p: "jax.scipy.special.xlog1py",
      log_normal_cdf: "jax.scipy.special.log_ndtr", normal_quantile: "jax.scipy.special.ndtri",
    },
    call(op, inputs) {
      if (op === "where") return `jnp.where(${inputs[0]} != 0, ${inputs[1]}, ${inputs[2]})`;
      return `${owned(this.names, op) ?? `jnp.${op}`}(${inputs.join(", ")})`;
    },
  },
};
const PYTHON_BINDS = { ...BINDS, "<": 0, "<=": 0, ">": 0, ">=": 0, "==": 0, "!=": 0 };
const PYTHON_WORDS = new Set(["lambda", "mg", "torch", "jax", "jnp", "print", "f"]);

const pythonNumber = (x) => {
  if (!Number.isFinite(x)) return `float("${Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf"}")`;
  return Number.isInteger(x) && Math.abs(x) < 1e16 ? x.toFixed(1) : String(x);
};

// The program on these leaves; what has no name and one reader is written where it is read.
function inPython(dialect, { nodes, output }, leaves) {
  const words = DIALECTS[dialect];
  const whole = wholeCalls(nodes);
  const lacking = [...whole].flatMap(({ of }) => of.map(({ family }) => family))
    .find((family) => !words.family || words.missing?.includes(family));
  if (lacking) return `# ${dialect} has no ${lacking} that a gradient passes: choose minigrad`;
  const readers = nodes.map(() => 0);
  for (const { inputs } of nodes) for (const i of inputs) readers[i] += 1;
  const names = pythonNames(nodes, output, readers);
  const texts = [];
  const lines = [];
  const inputs = [];
  nodes.forEach((node, i) => {
    const isInside = whole.has(node.call) && i !== node.call.output;
    if (isInside && node.rule) texts.push({ text: "", binds: 5 });
    else if (node.literal) texts.push(pythonLiteral(node.value));
    else if (!node.rule) {
      const value = pythonNumber(leaves[i]);
      if (!words.isFunction) lines.push(`${names[i]} = ${words.leaf(names[i], value, node.kind)}`);
      inputs.push({ name: names[i], kind: node.kind, value });
      texts.push({ text: names[i], binds: 5 });
    } else {
      const formula = whole.has(node.call) ? pythonCall(words, node.call, texts)
        : pythonFormula(words, node, node.inputs.map((j) => texts[j]));
      if (names[i]) lines.push(`${names[i]} = ${formula.text}`);
      texts.push(names[i] ? { text: names[i], binds: 5 } : formula);
    }
  });
  const parameters = inputs.filter(({ kind }) => kind === "parameter");
  if (!words.isFunction) {
    const asked = nodes[output].takes ? words.tail(names[output], parameters.map(({ name }) => name)) : [];
    return [...words.head, ...lines, ...asked].join("\n");
  }
  const all = inputs.sort((a, b) => (a.kind === "parameter" ? 0 : 1) - (b.kind === "parameter" ? 0 : 1));
  const given = all.map(({ name }) => name).join(", ");
  const asked = parameters.map((_, i) => i).join(", ");
  return [
    ...words.head, `def f(${given}):`, ...lines.map((line) => `    ${line}`), `    return ${names[output]}`, "",
    `values = ${all.map(({ value }) => value).join(", ")}${all.length === 1 ? "," : ""}`,
    `print(jax.value_and_grad(f, argnums=(${asked}${parameters.length === 1 ? "," : ""}))(*values))`,
  ].join("\n");
}

// What is written as a call of the distribution: what has an op that libraries have not, or reads
// what another such call keeps to itself.
function wholeCalls(nodes) {
  const whole = new Set();
  nodes.forEach(({ call, rule, op, inputs }) => {
    const isOwn = rule && !KNOWN_FUNCTIONS.includes(op) && !TABLES.ops[rule].infix;
    const isInside = (i) => whole.has(nodes[i].call) && nodes[i].call !== call && i !== nodes[i].call.output;
    if (call && (isOwn || inputs.some(isInside))) whole.add(call);
  });
  return whole;
}

function pythonCall(words, { what, of, inputs }, texts) {
  const families = of.map(({ family, parameters }) =>
    words.family(family, parameters.map((i) => texts[i].text).join(", ")));
  const others = inputs.slice(of[0].parameters.length).map((i) => texts[i]?.text);
  return { text: words.ask(what, families, others), binds: 5 };
}

// A name for each node that gets a line: the user's where it has one.
function pythonNames(nodes, output, readers) {
  const taken = new Set(PYTHON_WORDS);
  const free_ = (wanted) => {
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`;
    taken.add(name);
    return name;
  };
  const own = nodes.map(({ name }) => (name ? free_(name) : ""));
  return nodes.map((node, i) => {
    if (own[i] || node.literal) return own[i];
    return i === output ? free_("L") : !node.rule || readers[i] > 1 ? free_(`v${i}`) : "";
  });
}

const pythonLiteral = (x) => ({ text: pythonNumber(x), binds: x < 0 || Object.is(x, -0) ? 3 : 5 });

function pythonFormula(words, { op, rule, inputs: positions }, inputs) {
  const { infix } = TABLES.ops[rule];
  const wrap = (x, least) => (x.binds < least ? `(${x.text})` : x.text);
  if (op === "square") return { text: `${wrap(inputs[0], 5)}**2`, binds: 4 };
  if (op === "negative") return { text: `-${wrap(inputs[0], 4)}`, binds: 3 };
  if (infix && positions.length === 2) {
    const binds = PYTHON_BINDS[infix];
    const sign = infix === "*" || infix === "**" ? infix : ` ${infix} `;
    const left = wrap(inputs[0], binds + (infix === "**" || binds === 0));
    return { text: left + sign + wrap(inputs[1], binds + 1), binds };
  }
  return { text: words.call(op, inputs.map((x) => x.text)), binds: 5 };
}

function renderPython() {
  const { tape } = editor;
  if (!tape || byId("python").hidden) return;
  const { values } = numbersOf(panes[0], state);
  byId("python-code").textContent = inPython(byId("dialect").value, tape, values);
}

onAction("python", (button) => {
  byId("python").hidden = !byId("python").hidden;
  button.setAttribute("aria-expanded", String(!byId("python").hidden));
  renderPython();
});
onAction("copy-python", async () => {
  const note = byId("copied");
  try {
    await navigator.clipboard.writeText(byId("python-code").textContent);
    note.textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(byId("python-code"));
    note.textContent = "Selected: press Ctrl+C to copy it.";
  }
});
byId("dialect").addEventListener("change", renderPython);
