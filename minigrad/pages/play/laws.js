// The laws that noise is drawn from: density, its slope on the log scale, and where the mass lies.
// `isAll` says whether the law lives on the whole line, so that no parameter can move its ends.

const BELOW_ONE = 1 - 2 ** -53; // where a quantile is still finite
const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
const DENSITIES = {
  normal: { log: (x) => -0.5 * x * x - HALF_LOG_2PI, slope: (x) => -x, from: -9, to: 9, isAll: true },
  uniform: { log: () => 0, slope: () => 0, from: 0, to: 1, isUnit: true },
  exponential: { log: (x) => -x, slope: () => -1, from: 0, to: 40 },
  gumbel: { log: (x) => -x - Math.exp(-x), slope: (x) => Math.exp(-x) - 1, from: -4, to: 40, isAll: true },
  logistic: {
    log: (x) => -Math.abs(x) - 2 * Math.log1p(Math.exp(-Math.abs(x))),
    slope: (x) => -Math.tanh(0.5 * x), from: -40, to: 40, isAll: true,
  },
  laplace: {
    log: (x) => -Math.abs(x) - Math.LN2, slope: (x) => -Math.sign(x), from: -40, to: 40, isAll: true,
  },
  cauchy: {
    log: (x) => -Math.log(Math.PI * (1 + x * x)), slope: (x) => (-2 * x) / (1 + x * x),
    from: -1e4, to: 1e4, isAll: true, isHeavy: true,
  },
  half_normal: {
    log: (x) => -0.5 * x * x - HALF_LOG_2PI + Math.LN2, slope: (x) => -x, from: 0, to: 9,
  },
  half_cauchy: {
    log: (x) => -Math.log(0.5 * Math.PI * (1 + x * x)), slope: (x) => (-2 * x) / (1 + x * x),
    from: 0, to: 1e4, isHeavy: true,
  },
};
const SEEN = { // what of it a plot shows
  normal: [-3.5, 3.5], uniform: [0, 1], exponential: [0, 6], gumbel: [-2.2, 7], logistic: [-6, 6],
  laplace: [-6, 6], cauchy: [-8, 8], half_normal: [0, 3.5],
  half_cauchy: [0, 8],
};

// Gauss and Kronrod's 15 points on [−1, 1], with the weights of both (QUADPACK's qk15).
const KRONROD = [
  [0.991455371120812639206854697526329, 0.022935322010529224963732008058970, 0],
  [0.949107912342758524526189684047851, 0.063092092629978553290700663189204, 0.129484966168869693270611432679082],
  [0.864864423359769072789712788640926, 0.104790010322250183839876322541518, 0],
  [0.741531185599394439863864773280788, 0.140653259715525918745189590510238, 0.279705391489276667901467771423780],
  [0.586087235467691130294144691693013, 0.169004726639267902826583426598550, 0],
  [0.405845151377397166906606412076961, 0.190350578064785409913256402421014, 0.381830050505118944950369775488975],
  [0.207784955007898467600689403773245, 0.204432940075298892414161999234649, 0],
];
const MIDDLE = [0.209482141084727828012999174891714, 0.417959183673469387755102040816327];
const PANELS = 24; // that an integral starts with
const MOST_PANELS = 300;
const TAIL = 40; // times the height at the end of a tail: more than is beyond it
const PANEL_ERROR = 1e-13; // relative to numbers above 1, that is not worth another halving

function panel(f, from, to) {
  const [middle, half] = [0.5 * (from + to), 0.5 * (to - from)];
  const value = f(middle);
  let [kronrod, gauss] = [MIDDLE[0] * value, MIDDLE[1] * value];
  for (const [x, fine, coarse] of KRONROD) {
    const both = f(middle - half * x) + f(middle + half * x);
    kronrod += fine * both;
    gauss += coarse * both;
  }
  return { from, to, value: half * kronrod, error: Math.abs(half * (kronrod - gauss)) };
}

// Uniform noise is the sigmoid of a logistic number: a quantile of it is infinite at its ends.
const isStretched = (law) => (law === "uniform" ? { ...DENSITIES.logistic, isUnit: true } : DENSITIES[law]);

// The expectation of f(noise): {value, error}. Panels are halved where the error is largest, so a
// jump or a kink costs no digits; nothing is sampled.
function expectation(law, f) {
  const { log, from, to, isAll, isUnit } = isStretched(law);
  const weighted = (x) => Math.exp(log(x)) * f(isUnit ? Math.min(1 / (1 + Math.exp(-x)), BELOW_ONE) : x);
  const step = (to - from) / PANELS;
  const panels = Array.from({ length: PANELS }, (_, i) => panel(weighted, from + i * step, from + (i + 1) * step));
  const total = (what) => panels.reduce((sum, each) => sum + each[what], 0);
  while (panels.length < MOST_PANELS) {
    const worst = panels.reduce((a, b, i) => (b.error > panels[a].error ? i : a), 0);
    const { from: left, to: right, error } = panels[worst];
    if (!(error > PANEL_ERROR * (1 + Math.abs(total("value"))))) break;
    const middle = 0.5 * (left + right);
    panels.splice(worst, 1, panel(weighted, left, middle), panel(weighted, middle, right));
  }
  const beyond = [to, ...(isAll ? [from] : [])].reduce((sum, x) => sum + Math.abs(weighted(x)), 0);
  return { value: total("value"), error: total("error") + TAIL * beyond };
}
