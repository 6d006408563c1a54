// The page: its state is the knobs, the seed of the coins, whether coins are fresh at every move,
// and the knob that the pictures are about; all of it is in the address.

const SETS = 400; // further sets of coins, for the spread
const BUDGET = 4; // milliseconds of a frame that they may take

const page = document.documentElement;
const isStill = matchMedia("(prefers-reduced-motion: reduce)");
const begun = () => ({ knobs: [...START], seed: 0, isFresh: false, k: 0 });

const views = { curve: new CurveView(), mean: new MeanView(), lanes: new LanesView() };
let state = begun();
let repeats = null;
let waiting = 0; // the frame that will go on with them
let kept = {}; // the last curve of the mean, and what it was made for

// -------------------------------------------------------------------------------- the address

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const number = (name, other) => {
    const x = given.has(name) ? Number(given.get(name)) : NaN;
    return Number.isFinite(x) ? x : other;
  };
  const whole = (name, most) => Math.min(Math.max(Math.trunc(number(name, 0)), 0), most);
  state = {
    knobs: KNOBS.map((knob, k) => within(knob, number(`k${k}`, knob.value))),
    seed: whole("seed", 2 ** 31 - 1),
    isFresh: number("fresh", 0) === 1,
    k: whole("by", KNOBS.length - 1),
  };
}

let writing = 0;

// A while after the last move: browsers stop pages that write it a hundred times a second.
function writeAddress() {
  clearTimeout(writing);
  writing = setTimeout(() => {
    const parts = state.knobs.map((x, k) => `k${k}=${x}`);
    parts.push(`seed=${state.seed}`, `fresh=${Number(state.isFresh)}`, `by=${state.k}`);
    try {
      history.replaceState(null, "", `#${parts.join("&")}`);
    } catch {
      // In a frame of a notebook the page has no address.
    }
  }, 150);
}

// ------------------------------------------------------------------------------- what is shown

function show() {
  const { k, knobs } = state;
  const flips = coins(state.seed).map((eps) => flipped(knobs, eps));
  const estimates = KNOBS.map((_, i) => estimatesOf(flips, i));
  const exact = PROGRAMS.exact ? PROGRAMS.exact(...knobs)[1] : KNOBS.map(() => NaN);
  const curve = currentCurve();
  views.curve.draw(knobs, flips);
  views.mean.draw(knobs, k, curve, {
    mean: meanOf(flips.map(({ f }) => f)).mean,
    slope: estimates[k].pathwise.mean,
    isFresh: state.isFresh,
  });
  views.lanes.reach(estimatesOf(coins(0).map((eps) => flipped(knobs, eps)), k));
  views.lanes.draw(KNOBS[k].name, estimates[k], exact[k]);
  showKnobs();
  showTable(estimates, exact);
  showWords(estimates[k].pathwise.mean, slopeReadOff(curve, knobs[k]));
  startRepeats();
}

// Frozen coins draw one curve however the knob moves; fresh ones another for every seed.
function currentCurve() {
  const { k, knobs, seed, isFresh } = state;
  const others = [k, ...turned(knobs, k, 0)].join();
  if (kept.others !== others) views.mean.reach(knobs, k);
  const key = [others, seed, isFresh].join();
  if (kept.key !== key) {
    const same = coins(seed);
    const curve = meanCurve(knobs, k, isFresh ? tosser(~seed) : () => same);
    kept = { key, others, curve };
  }
  return kept.curve;
}

function showKnobs() {
  KNOBS.forEach((_, i) => {
    const [slider, number] = inputs[i];
    slider.value = state.knobs[i];
    if (document.activeElement !== number) number.value = rounded(state.knobs[i]);
    slider.closest(".knob").classList.toggle("chosen", i === state.k);
  });
  freshBox.checked = state.isFresh;
  Object.assign(page.dataset, { seed: state.seed, fresh: Number(state.isFresh), by: state.k });
}

function showTable(estimates, exact) {
  cells.forEach(({ truth, ...row }, i) => {
    for (const [method, { mean, se }] of Object.entries(estimates[i])) {
      row[method].textContent = `${asText(mean)} ± ${asText(se, 3).replace("+", "")}`;
      Object.assign(row[method].dataset, { value: mean, se });
    }
    truth.textContent = asText(exact[i]);
    truth.dataset.value = exact[i];
  });
}

function showWords(slope, readOff) {
  const { name } = KNOBS[state.k];
  const truth = PROGRAMS.exact ? " (dashed: exact)" : "";
  const words = {
    curve: `Where ${COUNT} coins land: f(z) with its slope; on the axis, the density of z`,
    mean: `The mean of f over ${COUNT} coins, as ${name} moves${truth}`,
    lanes: `${by(name)} from these coins, and from ${SETS} more sets of ${COUNT}${truth}`,
    slope: state.isFresh
      ? `New coins at every point: luck hides the slope, ${asText(readOff)} between neighbours.`
      : `The same coins at every point: smooth. Its slope here is ${asText(slope)}, the pathwise ` +
        "gradient.",
  };
  for (const [id, text] of Object.entries(words)) byId(`says-${id}`).textContent = text;
  byId("says-slope").dataset.slope = readOff;
}

// ------------------------------------------------------------------------------- the spread

function startRepeats() {
  repeats = new Repeats(state.knobs, state.seed ^ 0x40000000, state.k, SETS);
  delete byId("says-spread").dataset.sets;
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(repeat);
}

function repeat() {
  repeats.take(BUDGET);
  if (repeats.done || !isStill.matches) views.lanes.repeats(repeats);
  if (repeats.done) showSpread();
  else waiting = requestAnimationFrame(repeat);
}

function showSpread() {
  const [pathwise, score] = ["pathwise", "score"].map((method) => meanOf(repeats[method]).spread);
  const says = byId("says-spread");
  says.textContent = spreadInWords(pathwise, score);
  Object.assign(says.dataset, { sets: repeats.pathwise.length, ratio: score / pathwise });
}

function spreadInWords(pathwise, score) {
  const names = ["score function", "pathwise"];
  const [wider, other] = score < pathwise ? names.reverse() : names;
  const times = Math.max(score / pathwise, pathwise / score);
  if (Number.isNaN(times)) return "Some of these estimates are not numbers.";
  if (times === Infinity) return `The ${other} estimate is the same in every set.`;
  return `From set to set the ${wider} estimate spreads ${short(times)} times as wide as the ` +
    `${other} one: it needs ${short(times * times)} times as many coins.`;
}

const short = (x) => (x < 10 ? x.toFixed(1) : x < 1e4 ? x.toFixed(0) : x.toExponential(0));
