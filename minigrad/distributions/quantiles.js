// Quantiles of Gamma and Beta in JavaScript, and how they move: see quantiles.py.

// Where f is 0, by Newton's steps from `start`, none longer than `most`; f gives value and slope.
function newton_root(f, start, most) {
  let y = start;
  for (let k = 0; k < 200; k++) {
    const [value, slope] = f(y);
    const step = Math.max(-most, Math.min(most, -value / slope));
    if (!(Math.abs(step) < Infinity)) return y;
    y += step;
    if (Math.abs(step) < 1e-10 * Math.max(1e-3, Math.min(1, Math.abs(y)))) return y;
  }
  return y;
}

// What Stirling's series adds to (x - ½) log x - x + ½ log 2π in log Γ(x), for x ≥ 16.
function stirling_rest(x) {
  let sum = 0;
  for (let k = 1; k <= 8; k++) sum += BERNOULLI[k - 1] / (2 * k * (2 * k - 1) * x ** (2 * k - 1));
  return sum;
}

// exp(d) - 1 - d.
function exp_rest(d) {
  if (Math.abs(d) > 0.5) return Math.expm1(d) - d;
  let [term, sum] = [0.5 * d * d, 0];
  for (let n = 3; sum + term !== sum; n++) {
    sum += term;
    term *= d / n;
  }
  return sum;
}

// log of xᵃ exp(-x)/Γ(a + 1), x = exp(y), as a function of y.
function log_gamma_weight(a) {
  const small = a < 16;
  const rest = small ? lgamma(a + 1) : 0.5 * Math.log(2 * Math.PI * a) + stirling_rest(a);
  return small ? (y) => a * y - Math.exp(y) - rest : (y) => -a * exp_rest(y - Math.log(a)) - rest;
}

// log P(a, exp(y)), the probability below: its series.
function log_gamma_below(a, y, weight) {
  const x = Math.exp(y);
  if (x > a + 1) return Math.log1p(-Math.exp(log_gamma_above(a, y, weight)));
  let [term, sum] = [1, 0];
  for (let n = 1; sum + term !== sum; n++) {
    sum += term;
    term *= x / (a + n);
  }
  return weight(y) + Math.log(sum);
}

// log Q(a, exp(y)), the probability above: its continued fraction (Abramowitz and Stegun 6.5.31) by
// Lentz's method; where x and a are small 1 - P without losing digits.
function log_gamma_above(a, y, weight) {
  const x = Math.exp(y);
  if (a < 1 && x < 2) {
    let [power, sum] = [1, 0];
    for (let k = 1; k < 60 && power; k++) {
      power *= -x / k;
      sum += power / (a + k);
    }
    return Math.log(-Math.expm1(a * y - lgamma(a + 1) + Math.log1p(a * sum)));
  }
  if (x < a + 1) return Math.log1p(-Math.exp(log_gamma_below(a, y, weight)));
  let b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (let n = 1; n < 100000; n++) {
    const odd = -n * (n - a);
    b += 2;
    d = 1 / (odd * d + b);
    c = b + odd / c;
    h *= c * d;
    if (Math.abs(c * d - 1) < 2 ** -52) break;
  }
  return weight(y) + Math.log(a * h);
}

// log z, where a Gamma number is below z with probability u, or above it with 1 - u.
function gamma_split(a, u, rest) {
  if (!(a > 0 && u > 0 && rest > 0)) return NaN;
  const low = u < rest, goal = Math.log(low ? u : rest);
  const left = ((low ? goal : Math.log1p(-rest)) + lgamma(a + 1)) / a; // P is at most xᵃ/Γ(a + 1)
  const normal = low ? normal_quantile(u) : -normal_quantile(rest);
  const cube = 1 - 1 / (9 * a) + normal / (3 * Math.sqrt(a)); // Wilson and Hilferty
  const start = cube > 0.1 ? Math.max(left, Math.log(a) + 3 * Math.log(cube)) : left;
  const weight = log_gamma_weight(a);
  const gap = (y) => {
    const log = low ? log_gamma_below(a, y, weight) : log_gamma_above(a, y, weight);
    const slope = Math.exp(weight(y) + Math.log(a) - log);
    return [log - goal, low ? slope : -slope];
  };
  return left < -700 ? left : newton_root(gap, start, 1);
}

function gamma_quantile(a, u) {
  const p = inside_unit(u);
  return gamma_split(a, p, 1 - p);
}

function gamma_upper_quantile(a, u) {
  const p = inside_unit(u);
  return gamma_split(a, 1 - p, p);
}

// The integral of the score over the side of y where it keeps its sign, over the density at y.
function quantile_slope(y, log_density, its_slope, score, bends, upper) {
  const side = score(y) < 0 ? -1 : 1, top = log_density(y);
  let span = upper(side, top);
  for (let k = 0; k < 12; k++) {
    const t = y + side * span;
    span -= (top - log_density(t) - 37) / (-side * its_slope(t));
  }
  const low = Math.min(y, y + side * span), high = Math.max(y, y + side * span);
  const [left, right] = bends;
  const cuts = [left - 40, left - 8, 0.5 * (left + right), right + 8, right + 40];
  const ends = [low, ...cuts.map((cut) => Math.min(Math.max(cut, low), high)), high];
  let total = 0;
  for (let i = 1; i < ends.length; i++) {
    const weighted = (t) => Math.exp(log_density(t) - top) * side * score(t);
    total += integral(48, ends[i - 1], ends[i], weighted);
  }
  return total;
}

function gamma_slope(a, y) {
  const mean_log = polygamma(a, 0);
  const upper = (side, top) =>
    (side < 0 ? (37 + Math.exp(y)) / a : logaddexp(Math.log(37 + a) - y, 0));
  return quantile_slope(
    y, (t) => a * t - Math.exp(t), (t) => a - Math.exp(t), (t) => t - mean_log,
    [0, Math.log(Math.max(a, 1))], upper,
  );
}

// log of xᵃ (1 - x)ᵇ/B(a, b), x = sigmoid(t), as a function of t; with large a and b as the
// deviation from its largest.
function log_beta_weight(a, b) {
  if (Math.min(a, b) < 16) {
    const whole = log_beta(a, b);
    return (t) => -a * softplus(-t) - b * softplus(t) - whole;
  }
  const n = a + b, middle = Math.log(a / b);
  const rest = stirling_rest(n) - stirling_rest(a) - stirling_rest(b);
  const top = 0.5 * Math.log((a / n) * (b / (2 * Math.PI))) + rest;
  return (t) => {
    const [up, down] = [Math.expm1(t - middle), Math.expm1(middle - t)];
    return top - a * Math.log1p((b / n) * down) - b * Math.log1p((a / n) * up);
  };
}

function log_beta(a, b) {
  const large = Math.max(a, b), small = Math.min(a, b), n = a + b;
  if (large < 16) return lgamma(a) + lgamma(b) - lgamma(n);
  const rise = (large - 0.5) * Math.log1p(small / large) + small * (Math.log(n) - 1);
  return lgamma(small) - rise - stirling_rest(n) + stirling_rest(large);
}

// log I(a, b), the probability below sigmoid(t): the continued fraction of 26.5.8, or 1 less that
// of the rest, where it converges faster.
function log_beta_below(a, b, t, weight) {
  const isNear = sigmoid(t) > (a + 1) / (a + b + 2);
  if (isNear) return Math.log1p(-Math.exp(log_beta_fraction(b, a, -t, weight(t))));
  return log_beta_fraction(a, b, t, weight(t));
}

function log_beta_fraction(a, b, t, weight) {
  const x = sigmoid(t);
  let c = 1, d = 1 / (1 - ((a + b) * x) / (a + 1)), h = d;
  for (let m = 1; m < 100000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    h *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    h *= c * d;
    if (Math.abs(c * d - 1) < 2 ** -52) break;
  }
  return weight + Math.log(h / a);
}

// log z/(1 - z), where a Beta number is below z with probability exp(goal), at most ½.
function beta_tail(a, b, goal) {
  const left = (goal + Math.log(a) + log_beta(a, b)) / a; // log z where it is small
  const tail = left < 0 ? left - Math.log(-Math.expm1(left)) : -Infinity;
  const spread = Math.sqrt(polygamma(a, 1) + polygamma(b, 1));
  const middle = polygamma(a, 0) - polygamma(b, 0) + spread * normal_quantile(Math.exp(goal));
  const weight = log_beta_weight(a, b);
  const gap = (t) => {
    const log = log_beta_below(a, b, t, weight);
    return [log - goal, Math.exp(weight(t) - log)];
  };
  if (left < -37) return left;
  return newton_root(gap, tail > middle || left < -2 ? tail : middle, 2 + Math.abs(middle));
}

function beta_quantile(a, b, u) {
  const p = inside_unit(u);
  if (!(a > 0 && b > 0 && p > 0)) return NaN;
  return p <= 0.5 ? beta_tail(a, b, Math.log(p)) : -beta_tail(b, a, Math.log1p(-p));
}

function beta_slope(a, b, y) {
  const rise = digamma_rise(a, b);
  const upper = (side, top) => (37 - top) / (side < 0 ? a : b) - side * y;
  return quantile_slope(
    y, (t) => -a * softplus(-t) - b * softplus(t), (t) => a * sigmoid(-t) - b * sigmoid(t),
    (t) => rise - softplus(-t), [-Math.log(Math.max(b, 1)), Math.log(Math.max(a, 1))], upper,
  );
}

// ψ(a + b) - ψ(a), with its digits where b is small beside a.
function digamma_rise(a, b) {
  let total = 0;
  for (let k = 0; k < 16; k++, a += 1) total += b / (a * (a + b));
  const whole = a + b;
  total += Math.log1p(b / a) + (0.5 * b) / (a * whole);
  for (const [n, x] of [[2, 1 / 12], [4, -1 / 120], [6, 1 / 252], [8, -1 / 240]]) {
    total += x * (a ** -n - whole ** -n);
  }
  return total;
}
