// Integrals in JavaScript by the formulas of truncation.py, angles.py and bends.py.

const GAUSS = {};

// Gauss and Legendre's n points on (-1, 1), with their weights: Pₙ's roots by Newton's method.
function gauss(n) {
  if (GAUSS[n]) return GAUSS[n];
  GAUSS[n] = Array.from({ length: n }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5)), slope = 1;
    for (let k = 0; k < 6; k++) {
      let [before, now] = [1, x];
      for (let m = 2; m <= n; m++) {
        [before, now] = [now, ((2 * m - 1) * x * now - (m - 1) * before) / m];
      }
      slope = (n * (before - x * now)) / (1 - x * x);
      x -= now / slope;
    }
    return [x, 2 / ((1 - x * x) * slope * slope)];
  });
  return GAUSS[n];
}

function integral(n, low, high, f) {
  const half = 0.5 * (high - low);
  let sum = 0;
  if (half > 0) for (const [x, weight] of gauss(n)) sum += weight * f(low + half * (1 + x));
  return half * sum;
}

// Uniform noise, kept off 0 and 1.
function inside_unit(u) {
  if (!(u >= 0 && u <= 1)) throw new RangeError(`this noise is uniform on (0, 1), not ${u}`);
  return Math.min(Math.max(u, 2 ** -1022), 1 - 2 ** -53);
}

// ∫ f(s) exp(-s(½s + c)) ds from p to q, as its largest factor's log and the rest.
function on_stretch(c, p, q, f) {
  const top = Math.min(Math.max(-c, p), q);
  const slope = c + (Math.abs(top) < Infinity ? top : 0);
  const reach = 40 / (0.5 * Math.abs(slope) + 0.5 * Math.hypot(slope, Math.sqrt(80)));
  const low = Math.max(p - top, -reach), high = Math.min(q - top, reach);
  const weighted = (r) => Math.exp(-r * (0.5 * r + slope)) * f(top + r);
  return [-top * (0.5 * top + c), integral(80, low, high, weighted)];
}

function log_room(c, p, q) {
  if (p >= q) return -Infinity;
  const [top, sum] = on_stretch(c, p, q, () => 1);
  return top + Math.log(sum);
}

function truncated_moment(c, p, q, order) {
  if (p >= q) return p ** order;
  return on_stretch(c, p, q, (s) => s ** order)[1] / on_stretch(c, p, q, () => 1)[1];
}

function truncated_cdf(c, p, q, s) {
  const whole = log_room(c, p, q);
  const low = log_room(c, p, s) - whole, high = log_room(c, s, q) - whole;
  return low < high ? Math.exp(low) : -Math.expm1(high);
}

// By Newton's steps on the log of the probability, which is concave, between p and q.
function truncated_quantile(c, p, q, u) {
  const share = inside_unit(u), all = log_room(c, p, q), low = share < 0.5;
  const goal = low ? Math.log(share) : Math.log1p(-share);
  const top = Math.min(Math.max(-c, p), q), slope = Math.abs(c + top);
  const reach = 1 / (0.5 * slope + 0.5 * Math.hypot(slope, Math.sqrt(2)));
  const inside = 0.5 * Math.min(reach, q - p);
  let left = p, right = q, s = Math.min(Math.max(top, p + inside), q - inside);
  for (let k = 0; k < 200; k++) {
    const log = (low ? log_room(c, p, s) : log_room(c, s, q)) - all;
    if (log < goal === low) left = s;
    else right = s;
    const density = Math.exp(-s * (0.5 * s + c) - all - log);
    const wanted = (low ? goal - log : log - goal) / density;
    const step = Math.max(-4 * reach, Math.min(4 * reach, wanted));
    const isLast = Math.abs(step) < 1e-9 * Math.min(s - p, q - s, reach);
    const isOutside = !isLast && !(s + step > left && s + step < right);
    s = isOutside && right - left < Infinity ? 0.5 * (left + right) : s + step;
    if (isLast || right - left < 1e-300) break;
  }
  return Math.min(Math.max(s, p), q);
}

// ∫ f(t) (cos t - 1)ⁿ exp(k (cos t - 1)) dt for t from x to π.
function on_arc(x, k, order, f) {
  const low = Math.sin(0.5 * x) ** 2, end = 2 * Math.asin(Math.sqrt(Math.min(1, low + 20 / k)));
  return integral(64, x, end, (t) => {
    const fall = -2 * Math.sin(0.5 * t) ** 2;
    return f(t) * fall ** order * Math.exp(k * fall);
  });
}

function angle_tail(x, k, order) {
  return on_arc(x, k, order, () => 1);
}

function angle_mean(k, order) {
  return angle_tail(0, k, order) / angle_tail(0, k, 0);
}

function angle_spread(k, order) {
  return on_arc(0, k, order, (t) => t * t) / angle_tail(0, k, 0);
}

function log_angle_mass(k) {
  return Math.log(2 * angle_tail(0, k, 0));
}

function angle_quantile(k, u) {
  const p = inside_unit(u), rest = Math.min(p, 1 - p) * 2 * angle_tail(0, k, 0);
  let x = Math.min(0.5 * Math.PI, 1 / Math.sqrt(k)), low = 0, high = Math.PI;
  for (let n = 0; n < 60; n++) {
    const tail = angle_tail(x, k, 0);
    if (tail >= rest) low = x;
    else high = x;
    if (Math.abs(tail - rest) <= 4e-16 * rest) break;
    const next = x + (tail * Math.log(tail / rest)) / Math.exp(-2 * k * Math.sin(0.5 * x) ** 2);
    const before = x;
    x = next > low && next < high ? next : 0.5 * (low + high);
    if (Math.abs(x - before) <= 1e-14 * before) break;
  }
  return p < 0.5 ? -x : x;
}

// The derivative of log Γ of that order.
function lgamma_slope(x, order) {
  return order ? polygamma(x, order - 1) : lgamma(x);
}

// f(c + 2x) - 2 f(c + x) + f(c), f the derivative of log Γ of that order.
function lgamma_bend(c, x, order) {
  const f = (at, more = 0) => lgamma_slope(at, order + more);
  if (x > 0.5 * c) return f(c + 2 * x) + f(c) - 2 * f(c + x);
  const both = (t) => f(c + x * (1 + t), 2) + f(c + x * (1 - t), 2);
  return x * x * integral(10, 0, 1, (t) => (1 - t) * both(t));
}

// f(q) - f(p) - (q - p) f′(p), f the derivative of log Γ of that order.
function above_tangent(p, q, order) {
  const f = (at, more = 0) => lgamma_slope(at, order + more), gap = q - p;
  if (Math.abs(gap) > 0.4 * p) return f(q) - f(p) - gap * f(p, 1);
  return gap * gap * integral(10, 0, 1, (t) => (1 - t) * f(p + gap * t, 2));
}
