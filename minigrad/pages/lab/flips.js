// Coin flips as numbers: where each lands, and what it says about the gradient of E[f].

const DATA = JSON.parse(document.getElementById("data").textContent);
const KNOBS = DATA.knobs;
const START = KNOBS.map((knob) => knob.value);
const COUNT = DATA.eps.length;
const POINTS = 80; // intervals of the curve of the mean

// One ε at the knobs' values: the outcome z, f and its slope there, and by knob its share of both
// estimates. The chain rule of the trick is here: slope of f × how far z moves.
function flipped(knobs, eps) {
  const [z, moves] = PROGRAMS.transform(...knobs, eps);
  const [f, slopes] = PROGRAMS.integrand(...knobs, z);
  const [, scores] = PROGRAMS.density(...knobs, z);
  const slope = slopes.at(-1);
  return {
    eps, z, f, slope,
    pathwise: moves.map((move, k) => slope * move + slopes[k]),
    score: scores.map((score, k) => f * score + slopes[k]),
  };
}

// Their mean, and its standard error.
function meanOf(numbers) {
  const n = numbers.length;
  const mean = numbers.reduce((sum, x) => sum + x, 0) / n;
  const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, se: Math.sqrt(squares / (n - 1) / n), spread: Math.sqrt(squares / (n - 1)) };
}

// Both estimates of the gradient by knob k.
const estimatesOf = (flips, k) => ({
  pathwise: meanOf(flips.map((flip) => flip.pathwise[k])),
  score: meanOf(flips.map((flip) => flip.score[k])),
});

// The coins of a seed; those of seed 0 came with the page, from Python.
function coins(seed) {
  return seed === 0 ? DATA.eps : tosser(seed)();
}

// A function that tosses all coins, anew at every call.
function tosser(seed) {
  const uniform = generator(seed);
  return () => Array.from({ length: COUNT }, () => LAWS[DATA.law](uniform));
}

const turned = (knobs, k, value) => knobs.map((x, i) => (i === k ? value : x));

const between = (low, high, count) =>
  Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);

// The mean of f over the coins as knob k goes from end to end: [value of the knob, mean] each.
// `toss` gives the coins for a point: one and the same set, or a fresh one at every point.
function meanCurve(knobs, k, toss) {
  return between(KNOBS[k].low, KNOBS[k].high, POINTS).map((value) => {
    const there = turned(knobs, k, value);
    const f = (eps) => PROGRAMS.integrand(...there, PROGRAMS.transform(...there, eps)[0])[0];
    return [value, meanOf(toss().map(f))];
  });
}

// The slope between the neighbours of the point of such a curve that is next to `value`.
function slopeReadOff(curve, value) {
  const step = curve[1][0] - curve[0][0];
  const i = Math.min(Math.max(Math.round((value - curve[0][0]) / step) || 1, 1), POINTS - 1);
  return (curve[i + 1][1].mean - curve[i - 1][1].mean) / (curve[i + 1][0] - curve[i - 1][0]);
}

// How far the page's numbers are from Python's, relative to those that are larger than 1.
function greatestError() {
  let greatest = 0;
  for (const { knobs, flips, exact } of DATA.checks) {
    const found = flips.map(({ eps }) => numbersOf(flipped(knobs, eps)));
    const python = flips.map(numbersOf);
    if (PROGRAMS.exact) found.push(PROGRAMS.exact(...knobs).flat());
    python.push(exact);
    const theirs = python.flat().map(Number);
    found.flat().forEach((x, i) => (greatest = Math.max(greatest, gap(x, theirs[i]))));
  }
  return greatest;
}

const numbersOf = ({ z, f, slope, pathwise, score }) => [z, f, slope, ...pathwise, ...score];

function gap(x, y) {
  if (Object.is(x, y) || x === y) return 0;
  const distance = Math.abs(x - y) / Math.max(1, Math.abs(y));
  return Number.isNaN(distance) ? Infinity : distance;
}

// More sets of coins at the same knobs, taken a few at a time so that the page stays quick: what
// knob k's two estimates are, set by set.
class Repeats {
  constructor(knobs, seed, k, sets) {
    Object.assign(this, { knobs, k, sets, pathwise: [], score: [] });
    this.toss = tosser(seed);
  }

  get done() {
    return this.pathwise.length >= this.sets;
  }

  // Until all are there, or `milliseconds` are over.
  take(milliseconds) {
    const end = performance.now() + milliseconds;
    do {
      const flips = this.toss().map((eps) => flipped(this.knobs, eps));
      const { pathwise, score } = estimatesOf(flips, this.k);
      this.pathwise.push(pathwise.mean);
      this.score.push(score.mean);
    } while (!this.done && performance.now() < end);
  }
}
