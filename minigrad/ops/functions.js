// What JavaScript's Math lacks, for programs written in it: a listing holds those that it calls.

// The power as in C: 1 to any power, and -1 to an infinite one, is 1.
function pow(a, b) {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b);
}

function clip(x, low, high) {
  const y = x > low || x !== x ? x : low;
  return y < high || y !== y ? y : high;
}

// The nearest whole number, the even one of two.
function rint(x) {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

// Of the sign of b, as in Python; JavaScript's % has that of a.
function remainder(a, b) {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

function floor_divide(a, b) {
  if (b === 0 || !isFinite(a)) return b === 0 ? a / b : NaN;
  if (!isFinite(b)) return a === 0 || b !== b ? a / b : a < 0 === b < 0 ? 0 : -1;
  const times = (a - remainder(a, b)) / b;
  const low = Math.floor(times);
  return times - low > 0.5 ? low + 1 : low; // it is whole but for rounding
}

function logaddexp(a, b) {
  const gap = a === b ? 0 : Math.abs(a - b);
  return Math.max(a, b) + Math.log1p(Math.exp(-gap));
}

function sech_squared(x, y) {
  const slope = 1 - y * y;
  return slope > 0.001 ? slope : 1 / Math.cosh(x) / Math.cosh(x);
}

function sigmoid(x) {
  const small = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : small) / (1 + small);
}

function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function soft_clip(x, low, high) {
  if (!(low < high)) throw new RangeError(`soft_clip needs low < high, not ${low} and ${high}`);
  if (x < 0.5 * (low + high)) return low + softplus(x - low) - softplus(x - high);
  return high - softplus(high - x) + softplus(low - x);
}

// Its Taylor series near 0, beyond that one minus the continued fraction of the tail
// (Abramowitz and Stegun 7.1.6 and 7.1.14).
function erf(x) {
  const size = Math.abs(x);
  if (size < 3) {
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  if (size > 6 || x !== x) return x !== x ? x : Math.sign(x);
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (size + fraction)));
}

// 1 - erf(x), which keeps its digits where that is small.
function erfc(x) {
  if (x < 1 || x !== x) return 1 - erf(x);
  let fraction = 0;
  for (let n = 200; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}

// Winitzki's approximation, then Halley's method on erf, or on erfc where x is near ±1.
function erfinv(x) {
  const size = Math.abs(x);
  if (!(size < 1)) return size === 1 ? x * Infinity : NaN;
  const log = Math.log((1 - size) * (1 + size)), half = 2 / (Math.PI * 0.147) + log / 2;
  let y = Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  for (let k = 0; k < 3 && y > 0; k++) {
    const gap = size < 0.5 ? erf(y) - size : 1 - size - erfc(y);
    const step = gap / ((2 / Math.sqrt(Math.PI)) * Math.exp(-y * y));
    y -= step / (1 + y * step);
  }
  return x < 0 ? -y : y;
}

// φ(x)/Φ(x), log Φ(x) and the inverse of Φ: as in tails.py.
function normal_hazard(x) {
  if (x > -30 || x !== x) {
    return Math.exp(-0.5 * x * x - 0.5 * Math.log(2 * Math.PI)) / (0.5 * erfc(-x * Math.SQRT1_2));
  }
  return -x / mills(x);
}

function mills(x) {
  const r = 1 / (x * x);
  return 1 - r * (1 - 3 * r * (1 - 5 * r * (1 - 7 * r * (1 - 9 * r))));
}

function log_normal_cdf(x) {
  if (x > 0) return Math.log1p(-0.5 * erfc(x * Math.SQRT1_2));
  if (x > -30 || x !== x) return Math.log(0.5 * erfc(-x * Math.SQRT1_2));
  return -0.5 * x * x - 0.5 * Math.log(2 * Math.PI) - Math.log(-x) + Math.log(mills(x));
}

function normal_quantile(u) {
  if (!(u > 0 && u < 1)) return u === 0 ? -Infinity : u === 1 ? Infinity : NaN;
  if (u > 0.5) return -normal_quantile(1 - u);
  const log = Math.log(4 * u) + Math.log1p(-u), half = 2 / (Math.PI * 0.147) + log / 2;
  let y = Math.sqrt(Math.max(Math.sqrt(half * half - log / 0.147) - half, 0));
  for (let k = 0; k < 4; k++) {
    const step = (2 * u - erfc(y)) / ((2 / Math.sqrt(Math.PI)) * Math.exp(-y * y));
    y -= step / (1 + y * step);
  }
  return -y * Math.SQRT2;
}

function logit(x) {
  if (Math.abs(x - 0.5) < 0.25) return Math.log1p((2 * x - 1) / (1 - x));
  return Math.log(x) - Math.log1p(-x);
}

// sin(πx) / (πx).
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

// log |Γ(x)|: Stirling's series where x is large; below, the recurrence and the reflection
// (Abramowitz and Stegun 6.1.41, 6.1.15, 6.1.17). Near its zeros at 1 and 2 the Taylor series.
function lgamma(x) {
  if (x === -Infinity || (x <= 0 && x === Math.floor(x))) return Infinity;
  if (x < 0.5) {
    const sine = Math.sin(Math.PI * (x - Math.round(x)));
    return Math.log(Math.PI) - Math.log(Math.abs(sine)) - lgamma(1 - x);
  }
  if (x < 1.5) return lgamma_near_one(x - 1);
  if (x < 2.5) return lgamma_near_one(x - 2) + Math.log1p(x - 2);
  if (x > 1e17) return x * (Math.log(x) - 1);
  let product = 1;
  for (; x < 16; x += 1) product *= x;
  let sum = (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI);
  for (let k = 1; k <= 8; k++) sum += BERNOULLI[k - 1] / (2 * k * (2 * k - 1) * x ** (2 * k - 1));
  return sum - Math.log(product);
}

// log Γ(1 + t) for |t| <= ½, from the series of 6.1.33 with ζ(n) - 1.
function lgamma_near_one(t) {
  let sum = -Math.log1p(t) + t * (1 - 0.5772156649015329), power = -t;
  for (let n = 2; n <= 60 && power; n++) sum += ((power *= -t) * zeta_minus_one(n)) / n;
  return sum;
}

const ZETA = {};

// ζ(n) - 1 by the sum of its first terms and Euler and Maclaurin's rest.
function zeta_minus_one(n) {
  if (ZETA[n]) return ZETA[n];
  let sum = 0;
  for (let k = 2; k < 12; k++) sum += k ** -n;
  let rest = 12 ** (1 - n) / (n - 1) + 0.5 * 12 ** -n;
  let factor = n / 12 ** (n + 1);
  for (let k = 1, factorial = 2; k <= 5; k++) {
    rest += (BERNOULLI[k - 1] / factorial) * factor;
    factor *= ((n + 2 * k - 1) * (n + 2 * k)) / 144;
    factorial *= (2 * k + 1) * (2 * k + 2);
  }
  return (ZETA[n] = sum + rest);
}

// The derivative of digamma of that order, digamma itself for 0: as in gamma.py.
function polygamma(x, order) {
  if (x < 0.5) {
    if (x === 0 && order % 2 === 0) return -1 / x;
    if (x === -Infinity || x === Math.floor(x)) return order % 2 && x > -Infinity ? Infinity : NaN;
    return (-1) ** order * polygamma(1 - x, order) - Math.PI * cot_derivative(x, order);
  }
  const sign = (-1) ** (order + 1);
  let sum = 0;
  for (; x < 16 + 2 * order; x += 1) sum += (sign * factorial(order)) / x ** (order + 1);
  const small = 1 / x;
  if (order === 0) sum += Math.log(x) - 0.5 * small;
  else sum += sign * factorial(order - 1) * (1 + 0.5 * order * small) * small ** order;
  for (let k = 1; k <= 8; k++) {
    const ratio = factorial(2 * k + order - 1) / factorial(2 * k);
    sum += sign * BERNOULLI[k - 1] * ratio * small ** (2 * k + order);
  }
  return sum;
}

function factorial(n) {
  let product = 1;
  for (let k = 2; k <= n; k++) product *= k;
  return product;
}

// That derivative of cot(πx): a polynomial in c = cot(πx), since c' = -π(1 + c²).
function cot_derivative(x, order) {
  const c = 1 / Math.tan(Math.PI * (x - Math.round(x)));
  let polynomial = [0, 1];
  for (let i = 0; i < order; i++) {
    const slope = polynomial.map((a, k) => -Math.PI * k * a).slice(1);
    polynomial = [...slope, 0, 0].map((a, k) => a + (k < 2 ? 0 : slope[k - 2]));
  }
  return polynomial.reduceRight((y, a) => y * c + a);
}
