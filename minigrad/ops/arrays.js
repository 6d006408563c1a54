// Ops that move the numbers of arrays about, or take them along an axis. An op is the function of
// its name: inputs first (of any number: a list), then its static arguments.

function reshape(x, shape) {
  return made(shape, cells_of(x));
}

function broadcast_to(x, shape) {
  return made(shape, spread(x, shape));
}

function transpose(x, axes) {
  const [shape, strides] = [shape_of(x), strides_of(shape_of(x))];
  if (axes.every((axis, k) => axis === k)) return x;
  const moved = axes.map((k) => shape[k]);
  return made(moved, picked(x, positions(moved, axes.map((k) => strides[k]))));
}

// A key is a walk by strides, { shape, strides, at }, or a list of places, { shape, places }.
function key_places({ shape, strides, at, places }) {
  return places ?? positions(shape, strides, at);
}

function index(x, key) {
  return made(key.shape, picked(x, key_places(key)));
}

// Zeros of that shape with x added at the key: the adjoint of index.
function scatter(x, key, shape) {
  return made(shape, summed(spread(x, key.shape), key_places(key), size_of(shape)));
}

function concatenate(xs, axis) {
  const shape = xs[0].shape.slice();
  shape[axis] = xs.reduce((length, x) => length + x.shape[axis], 0);
  const [strides, cells] = [strides_of(shape), new Float64Array(size_of(shape))];
  let at = 0;
  for (const x of xs) {
    positions(x.shape, strides, at).forEach((place, i) => (cells[place] = x.cells[i]));
    at += x.shape[axis] * strides[axis];
  }
  return made(shape, cells);
}

function stack(xs, axis) {
  const shape = shape_of(xs[0]);
  const one = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  return concatenate(xs.map((x) => reshape(x, one)), axis);
}

// The cells on the last two axes where the column less the row is such; the others are 0.
function masked(x, keeps) {
  const n = x.shape.at(-1);
  const { shape, cells } = x.shape.length > 1 ? x : broadcast_to(x, [n, n]);
  const rows = shape.at(-2);
  return made(shape, cells.map((a, i) => (keeps((i % n) - (Math.floor(i / n) % rows)) ? a : 0)));
}

function tril(x, k) {
  return masked(x, (diagonal) => diagonal <= k);
}

function triu(x, k) {
  return masked(x, (diagonal) => diagonal >= k);
}

// A vector as the k-th diagonal of a matrix; of a square matrix, that diagonal.
function diag(x, k) {
  const n = x.shape.length > 1 ? x.shape[0] : x.shape[0] + Math.abs(k);
  const at = k < 0 ? -k * n : k;
  const places = positions([Math.max(0, n - Math.abs(k))], [n + 1], at);
  if (x.shape.length > 1) return made([places.length], picked(x, places));
  return made([n, n], summed(x.cells, places, n * n));
}

// ------------------------------------------------------------------- along an axis, or several

// x as rows that hold the numbers over `axis`: null for all, a number, or a list.
function lined_up(x, axis) {
  const shape = shape_of(x), all = shape.map((_, k) => k);
  const given = axis === null || !shape.length ? all : [axis].flat();
  const axes = given.map((k) => (k + shape.length) % shape.length);
  const others = all.filter((k) => !axes.includes(k));
  const order = [...others, ...axes];
  const cells = cells_of(transpose(x, order));
  const count = size_of(axes.map((k) => shape[k]));
  const rows = Array.from({ length: size_of(others.map((k) => shape[k])) }, (_, i) =>
    cells.subarray(i * count, (i + 1) * count));
  return { shape, axes, others, order, rows };
}

// f makes a number of each row.
function reduced(x, axis, keepdims, f) {
  const { shape, axes, others, rows } = lined_up(x, axis);
  const kept = shape.map((n, k) => (axes.includes(k) ? 1 : n));
  const cells = Float64Array.from(rows, (row) => f(row));
  return made(keepdims ? kept : others.map((k) => shape[k]), cells);
}

// f makes another row of each row.
function along(x, axis, f) {
  const { shape, order, rows } = lined_up(x, axis);
  const lined = made(order.map((k) => shape[k]), joined(rows.map((row) => f(row))));
  return transpose(lined, order.map((_, k) => order.indexOf(k)));
}

// The cells of all parts, which are equally long.
function joined(parts) {
  const [first] = parts, cells = new Float64Array(parts.length * first.length);
  parts.forEach((part, i) => cells.set(part, i * first.length));
  return cells;
}

function total(row) {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += row[i];
  return sum;
}

function sum(x, axis, keepdims) {
  return reduced(x, axis, keepdims, (row) => total(row));
}

function mean(x, axis, keepdims) {
  return reduced(x, axis, keepdims, (row) => total(row) / row.length);
}

function max(x, axis, keepdims) {
  return reduced(x, axis, keepdims, (row) => Math.max(...row));
}

function min(x, axis, keepdims) {
  return reduced(x, axis, keepdims, (row) => Math.min(...row));
}

function prod(x, axis, keepdims) {
  return reduced(x, axis, keepdims, (row) => row.reduce((product, a) => product * a, 1));
}

function norm(x, axis, keepdims) {
  return reduced(x, axis, keepdims, (row) => {
    const length = Math.sqrt(total(row.map((a) => a * a)));
    return length < 1e-150 || length > 1e150 ? Math.hypot(...row) : length;
  });
}

function std(x, axis, ddof, keepdims) {
  return reduced(x, axis, keepdims, (row) => {
    if (Math.max(...row) === Math.min(...row)) return 0;
    const middle = total(row) / row.length;
    return Math.sqrt(total(row.map((a) => (a - middle) ** 2)) / (row.length - ddof));
  });
}

function log_total_exp(row) {
  const top = Math.max(...row), shift = isFinite(top) ? top : 0;
  return shift + Math.log(total(row.map((a) => Math.exp(a - shift))));
}

function logsumexp(x, axis, keepdims) {
  return reduced(x, axis, keepdims, log_total_exp);
}

function softmax(x, axis) {
  return along(x, axis, (row) => {
    const top = Math.max(...row), powers = row.map((a) => Math.exp(a - top));
    const whole = total(powers);
    return powers.map((a) => a / whole);
  });
}

function log_softmax(x, axis) {
  return along(x, axis, (row) => {
    const top = Math.max(...row), below = row.map((a) => a - top);
    const whole = log_total_exp(below);
    return below.map((a) => a - whole);
  });
}

function cumsum(x, axis) {
  return along(x, axis, (row) => {
    let sum = 0;
    return row.map((a) => (sum += a));
  });
}

function cumprod(x, axis) {
  return along(x, axis, (row) => {
    let product = 1;
    return row.map((a) => (product *= a));
  });
}

// v in the order in which x would be sorted, nan last; and back.
function sorted_like(v, x, axis) {
  return by_order(v, x, axis, (row, order) => order.map((i) => row[i]));
}

function unsorted_like(v, x, axis) {
  return by_order(v, x, axis, (row, order) => summed(row, order, row.length));
}

function by_order(v, x, axis, f) {
  const { rows } = lined_up(x, axis);
  let next = 0;
  return along(v, axis, (row) => {
    const keys = rows[next++];
    const sign = (i, j) => (keys[i] > keys[j]) - (keys[i] < keys[j]);
    const order = [...keys.keys()].sort((i, j) => isNaN(keys[i]) - isNaN(keys[j]) || sign(i, j));
    return f(row, order);
  });
}
