// What many draws say: gradients by two estimators, their mean and error, the exact value.

const STENCIL = [[1, 0.75], [2, -0.15], [3, 1 / 60]]; // a derivative by differences, to sixth order
const EXACT_ERROR = 1e-8; // of an integral that is shown as exact
const draws = { key: "", pathwise: [], score: [], count: 0, last: null };

// --------------------------------------------------------------------------- which node is the draw

// The sampled number that the plots are about: a node through which alone noise reaches the output;
// a draw of a distribution before the z, that before another named node, and this before others.
function sampledNode(pane) {
  const noise = noiseOf(pane);
  if (noise.length !== 1 || pane.output === noise[0] || !DENSITIES[pane.nodes[noise[0]].law]) return null;
  const [eps] = noise;
  const rank = (i) => {
    const { kind, name, says } = pane.nodes[i];
    return kind === "sample" ? 3 : name === "z" ? 2 : name !== says ? 1 : 0;
  };
  const all = pane.nodes.map((_, i) => i).filter((i) => i !== pane.output && isAlone(pane, eps, i));
  const moved = all.filter((i) => pane.nodes[i].takes && isMonotone(pane, eps, i));
  const first = (a, b) => (rank(a) ? a - b : b - a); // of named nodes the one next to the noise
  return moved.sort((a, b) => rank(b) - rank(a) || first(a, b))[0] ?? null;
}

// Whether noise reaches the output through node `i` alone.
function isAlone(pane, eps, i) {
  const reached = pane.nodes.map((_, j) => j === eps);
  pane.nodes.forEach(({ inputs }, j) => {
    reached[j] ||= j !== i && inputs.some((k) => k !== i && reached[k]);
  });
  const touched = pane.nodes.map((_, j) => j === eps);
  pane.nodes.forEach(({ inputs }, j) => (touched[j] ||= inputs.some((k) => touched[k])));
  return touched[i] && i !== eps && !reached[pane.output];
}

function isMonotone(pane, eps, i) {
  const leaves = numbersOf(pane, state).values.slice();
  const steps = placesOfNoise(pane.nodes[eps].law, 9).map((x) => {
    leaves[eps] = x;
    return valueAt(pane, leaves, i);
  });
  const signs = steps.slice(1).map((x, k) => Math.sign(x - steps[k]));
  return signs[0] !== 0 && signs.every((sign) => sign === signs[0]);
}

// So many places across the noise, of uniform noise closer together towards its ends.
function placesOfNoise(law, count) {
  const at = (k) => (k + 0.5) / count;
  if (law === "uniform") return Array.from({ length: count }, (_, k) => 1 / (1 + Math.exp(12 * (0.5 - at(k)))));
  const [low, high] = SEEN[law];
  return Array.from({ length: count }, (_, k) => low + (high - low) * at(k));
}

// Node `z` and its density as functions of the noise: by the change of variables, with the slope of z
// in ε, for which nobody else asks.
function densityOver(pane, leaves, z, eps) {
  const nodes = pane.nodes.slice(0, z + 1).map((node, i) => ({ ...node, kind: i === eps ? "parameter" : "" }));
  takers(nodes).forEach((takes, i) => (nodes[i].takes = Boolean(takes)));
  const { log } = DENSITIES[pane.nodes[eps].law];
  const given = leaves.slice(0, z + 1);
  return (x) => {
    given[eps] = x;
    const values = forward(nodes, given.slice());
    const { target, sums } = backward(nodes, z, values);
    return [values[z], Math.exp(log(x)) / Math.abs(sums[target.lastIndexOf(eps)])];
  };
}

// Whether node `i` is a + b·ε, so that its density is known from that of ε.
function affineIn(pane, leaves, eps, i) {
  const given = leaves.slice();
  const at = (x) => {
    given[eps] = x;
    return valueAt(pane, given, i);
  };
  const [a, b, c] = (pane.nodes[eps].law === "uniform" ? [0.25, 0.5, 0.75] : [0, 1, 2]).map(at);
  return Math.abs(c - 2 * b + a) <= 1e-9 * (Math.abs(a) + Math.abs(b) + Math.abs(c));
}

// ------------------------------------------------------------------------------------- estimators

// Why there is no score function here, or "".
function whyNoScore(pane, knob) {
  const noise = noiseOf(pane);
  if (!noise.length) return "there is no noise";
  const z = sampledNode(pane);
  if (z === null) return noise.length > 1 ? "several draws meet here" : "no single sampled number stands between noise and output";
  const leaves = numbersOf(pane, state).values;
  const { density } = pane.nodes[z];
  if (density) {
    const isMoved = density.moves.some((k) => slopesOf(pane, leaves, density.parameters[k])[knob]);
    return isMoved ? `${pane.nodes[knob].name} moves the ends of the support` : "";
  }
  const affine = affineIn(pane, leaves, noise[0], z);
  const { law } = pane.nodes[noise[0]];
  if (!affine) return `the density of ${pane.nodes[z].name} is not known here`;
  if (!DENSITIES[law].isAll) {
    const given = leaves.slice();
    const ends = [DENSITIES[law].from, law === "uniform" ? 1 : DENSITIES[law].from];
    const isMoved = ends.some((end) => {
      given[noise[0]] = end;
      return slopesOf(pane, given, z)[knob] !== 0;
    });
    if (isMoved) return `${pane.nodes[knob].name} moves the ends of the support`;
  }
  return "";
}

// f(z)·∂log q(z)/∂θ, and what θ does to the output by other ways, with z held.
function scoreOf(pane, leaves, { values, grads }, z, eps, knob) {
  const [score, slope] = pane.nodes[z].density ? scoreByDensity(pane, values, z, knob) : scoreByNoise(pane, leaves, z, eps, knob);
  return values[pane.output] * score + (grads[knob] ?? 0) - (grads[z] ?? 0) * slope;
}

// ∂log q(z)/∂θ with z held, and ∂z/∂θ: of a family by the tape of its log-density.
function scoreByDensity(pane, values, z, knob) {
  const { density } = pane.nodes[z];
  const given = density.values.slice();
  [...density.parameters, z].forEach((i, k) => (given[k] = values[i]));
  const slopes = slopesOf(density, given, density.output);
  const score = density.parameters.reduce((sum, i, k) =>
    (slopes[k] ? sum + slopes[k] * slopesOf(pane, values, i)[knob] : sum), 0);
  return [score, slopesOf(pane, values, z)[knob]];
}

// Likewise where z is a + b·ε.
function scoreByNoise(pane, leaves, z, eps, knob) {
  const given = leaves.slice();
  const { law } = pane.nodes[eps];
  const at = (x) => {
    given[eps] = x;
    return [valueAt(pane, given, z), slopesOf(pane, given, z)[knob]];
  };
  const [a, slopeOfA] = at(0);
  const [both, slopeOfBoth] = at(1);
  const [b, slopeOfB] = [both - a, slopeOfBoth - slopeOfA];
  const x = leaves[eps];
  const score = (-DENSITIES[law].slope(x) * (slopeOfA + slopeOfB * x)) / b - slopeOfB / b;
  return [score, slopeOfA + slopeOfB * x];
}

// Add draws for the active knob; they are forgotten when anything but ε changes.
function draw(pane, knob, count) {
  startDraws(pane, knob);
  const noise = noiseOf(pane);
  const leaves = numbersOf(pane, state).values.slice();
  const z = sampledNode(pane);
  const hasScore = whyNoScore(pane, knob) === "";
  for (let n = 0; n < count; n++) {
    draws.count += 1;
    noise.forEach((i, k) => (leaves[i] = LAWS[pane.nodes[i].law](generator(mixed(draws.count + 0x51ab) + k))));
    const run = runAt(pane, leaves);
    draws.pathwise.push(run.grads[knob] ?? 0);
    if (hasScore) draws.score.push(scoreOf(pane, leaves, run, z, noise[0], knob));
  }
}

function startDraws(pane, knob) {
  const fixed = pane.inputs.filter((i) => pane.nodes[i].kind !== "noise");
  const { values } = numbersOf(pane, state);
  const key = JSON.stringify([programOf(pane), knob, fixed.map((i) => String(values[i]))]);
  if (key === draws.key) return;
  Object.assign(draws, { key, pathwise: [], score: [], count: 0 });
}

// Mean and standard error of a list.
function summaryOf(list) {
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
  const squares = list.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (list.length - 1) / list.length) };
}

// ------------------------------------------------------------------------------- the exact value

// The derivative of the expected output by the knob: {value} or {why}. Integrated, not sampled; by
// differences of integrals, so that a gradient that is lost on the way back counts as well.
function exactGradient(pane, knob) {
  const noise = noiseOf(pane);
  const { values } = numbersOf(pane, state);
  if (!noise.length) return exactly(runAt(pane, values).grads[knob] ?? 0);
  if (noise.length > 1) return { why: `${noise.length} noises: no integral here` };
  const [eps] = noise;
  const { law } = pane.nodes[eps];
  if (!DENSITIES[law]) return { why: "the law of the noise is not known" };
  if (DENSITIES[law].isHeavy) return { why: "the tails of this noise are too heavy" };
  const integral = (f) => expectation(law, f);
  const leaves = values.slice();
  const f = outputOf(pane, values, [eps, knob]);
  const expected = (shift) => integral((x) => f(x, values[knob] + shift));
  const step = 0.02 * Math.max(0.5, Math.min(1, Math.abs(values[knob]) || 1));
  let [value, error] = [0, 0];
  for (const [k, weight] of STENCIL) {
    const [up, down] = [expected(k * step), expected(-k * step)];
    value += (weight * (up.value - down.value)) / step;
    error = Math.max(error, up.error, down.error);
  }
  if (!(error < EXACT_ERROR)) return { why: "the integral does not settle" };
  const back = integral(quietly((x) => {
    leaves[eps] = x;
    return runAt(pane, leaves).grads[knob] ?? 0;
  }));
  const isSame = back.error < EXACT_ERROR && Math.abs(back.value - value) < 1e-6 * (1 + Math.abs(value));
  return exactly(isSame ? back.value : value, !isSame);
}

const exactly = (value, isLost = false) =>
  (Number.isFinite(value) ? { value, isLost } : { why: "it is not a finite number" });
