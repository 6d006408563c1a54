// Arrays in JavaScript: { shape, cells }, the cells row by row; what has no axis is a plain number.
// They broadcast as in NumPy, and `each` takes a function of numbers over their cells.

function array(shape, cells) {
  return { shape, cells: Float64Array.from(cells) };
}

// Cells as an array of that shape, or the only one as a number.
function made(shape, cells) {
  return shape.length ? { shape, cells } : cells[0];
}

function shape_of(x) {
  return typeof x === "number" ? [] : x.shape;
}

function cells_of(x) {
  return typeof x === "number" ? Float64Array.of(x) : x.cells;
}

function size_of(shape) {
  return shape.reduce((size, n) => size * n, 1);
}

// How far apart in the cells neighbours along each axis are.
function strides_of(shape) {
  return shape.map((_, k) => size_of(shape.slice(k + 1)));
}

function common_shape(one, other) {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  const before = long.length - short.length;
  return long.map((n, k) => (k < before || short[k - before] === 1 ? n : short[k - before]));
}

// Where the cells of a walk over `shape` stand that goes by these strides, from `at` on.
function positions(shape, strides, at = 0) {
  let places = Int32Array.of(at);
  shape.forEach((n, k) => {
    const more = new Int32Array(places.length * n);
    for (let i = 0; i < more.length; i++) {
      more[i] = places[Math.floor(i / n)] + (i % n) * strides[k];
    }
    places = more;
  });
  return places;
}

// Which cell of an array of `shape` each cell of `whole` is, when that repeats it.
function repeats(shape, whole) {
  const [strides, before] = [strides_of(shape), whole.length - shape.length];
  return positions(whole, whole.map((_, k) => (shape[k - before] > 1 ? strides[k - before] : 0)));
}

// The cells of x, repeated to fill `shape`.
function spread(x, shape) {
  if (typeof x === "number") return new Float64Array(size_of(shape)).fill(x);
  return String(x.shape) === String(shape) ? x.cells : picked(x, repeats(x.shape, shape));
}

function picked(x, places) {
  const [cells, found] = [cells_of(x), new Float64Array(places.length)];
  for (let i = 0; i < found.length; i++) found[i] = cells[places[i]];
  return found;
}

// f of numbers; of arrays cell by cell. An operand that f does not have is passed, and ignored.
function each(f, ...xs) {
  if (xs.every((x) => typeof x === "number")) return f(...xs);
  const shape = xs.map((x) => shape_of(x)).reduce((one, other) => common_shape(one, other));
  const [a, b = a, c = a, d = a, e = a] = xs.map((x) => spread(x, shape));
  const cells = new Float64Array(a.length);
  for (let i = 0; i < cells.length; i++) cells[i] = f(a[i], b[i], c[i], d[i], e[i]);
  return { shape, cells };
}

// Broadcasting's adjoint: what a rule made in x's shape, summed where x was repeated, or repeated.
function fitted(d, x) {
  const [have, shape] = [shape_of(d), shape_of(x)];
  if (String(have) === String(shape)) return d;
  const whole = common_shape(have, shape);
  return made(shape, summed(spread(d, whole), repeats(shape, whole), size_of(shape)));
}

// So many cells, zeros but for what is added at these places.
function summed(cells, places, size) {
  const sums = new Float64Array(size);
  for (let i = 0; i < cells.length; i++) sums[places[i]] += cells[i];
  return sums;
}
