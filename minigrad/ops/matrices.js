// Products and linear algebra of arrays, on matrices and stacks of matrices (the last two axes).

// f of the matrices on the last two axes; leading axes repeat as in NumPy.
function by_matrix(f, ...xs) {
  const leads = xs.map((x) => x.shape.slice(0, -2));
  const lead = leads.reduce((one, other) => common_shape(one, other));
  const places = leads.map((shape) => repeats(shape, lead));
  const one = (x, i) => {
    const shape = x.shape.slice(-2), size = size_of(shape);
    return { shape, cells: x.cells.subarray(i * size, (i + 1) * size) };
  };
  const found = [...places[0].keys()].map((i) => f(...xs.map((x, k) => one(x, places[k][i]))));
  return made([...lead, ...shape_of(found[0])], joined(found.map((y) => cells_of(y))));
}

function matmul(a, b) {
  const [isRow, isColumn] = [a.shape.length === 1, b.shape.length === 1];
  const left = isRow ? reshape(a, [1, ...a.shape]) : a;
  const right = isColumn ? reshape(b, [...b.shape, 1]) : b;
  const { shape, cells } = by_matrix((p, q) => product(p, q), left, right);
  const [n, m] = shape.slice(-2);
  return made([...shape.slice(0, -2), ...(isRow ? [] : [n]), ...(isColumn ? [] : [m])], cells);
}

function product(a, b) {
  const [[n, inner], [, m]] = [a.shape, b.shape];
  const cells = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = a.cells[i * inner + k];
      for (let j = 0; j < m; j++) cells[i * m + j] += factor * b.cells[k * m + j];
    }
  }
  return { shape: [n, m], cells };
}

function outer(a, b) {
  return each((p, q) => p * q, reshape(a, [...a.shape, 1]), b);
}

// Sums of products over the indices that the output, "ij,jk->ik", does not have.
function einsum(xs, subscripts) {
  const [terms, output] = subscripts.split("->"), lists = terms.split(","), lengths = {};
  lists.forEach((term, k) => [...term].forEach((i, axis) => (lengths[i] = xs[k].shape[axis])));
  const indices = [...new Set(output + lists.join(""))];
  const shape = indices.map((i) => lengths[i]);
  const places = lists.map((term, k) => {
    const strides = strides_of(shape_of(xs[k]));
    return positions(shape, indices.map((i) => strides[term.indexOf(i)] ?? 0));
  });
  const kept = shape.slice(0, output.length), inner = size_of(shape.slice(output.length));
  const factors = xs.map((x, k) => picked(x, places[k]));
  const products = factors.reduce((one, other) => one.map((a, i) => a * other[i]));
  const cells = Float64Array.from({ length: size_of(kept) }, (_, i) =>
    total(products.subarray(i * inner, (i + 1) * inner)));
  return made(kept, cells);
}

// P a = L U by elimination with pivots, in one matrix; `order` are the rows as they were moved.
function factored(a) {
  const [n] = a.shape, cells = a.cells.slice(), order = [...Array(n).keys()];
  let sign = 1;
  for (let k = 0; k < n; k++) {
    const column = cells.filter((_, i) => i % n === k).map(Math.abs).slice(k);
    const pivot = k + Math.max(0, column.indexOf(Math.max(...column)));
    if (pivot !== k) {
      sign = -sign;
      [order[k], order[pivot]] = [order[pivot], order[k]];
      const row = cells.slice(k * n, (k + 1) * n);
      cells.copyWithin(k * n, pivot * n, (pivot + 1) * n).set(row, pivot * n);
    }
    if (cells[k * n + k] === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const factor = (cells[i * n + k] /= cells[k * n + k]);
      for (let j = k + 1; j < n; j++) cells[i * n + j] -= factor * cells[k * n + j];
    }
  }
  return { cells, order, sign, diagonal: Array.from({ length: n }, (_, k) => cells[k * n + k]) };
}

// x with T x = b, T the lower or upper triangle of a, its diagonal 1 where `isUnit`.
function substituted(a, b, isLower, isUnit = false) {
  const [n, m] = b.shape, cells = b.cells.slice();
  for (let step = 0; step < n; step++) {
    const i = isLower ? step : n - 1 - step;
    const [first, end] = isLower ? [0, i] : [i + 1, n];
    for (let j = 0; j < m; j++) {
      for (let k = first; k < end; k++) cells[i * m + j] -= a.cells[i * n + k] * cells[k * m + j];
      if (!isUnit) cells[i * m + j] /= a.cells[i * n + i];
    }
  }
  return { shape: [n, m], cells };
}

// f(a, b) by matrix, where b may be a single vector.
function with_columns(f, a, b) {
  if (b.shape.length > 1) return by_matrix(f, a, b);
  return reshape(by_matrix(f, a, reshape(b, [...b.shape, 1])), b.shape);
}

function solve(a, b) {
  return with_columns((a, b) => {
    const { cells, order, diagonal } = factored(a);
    if (diagonal.includes(0)) throw new RangeError("a matrix is singular: it has no inverse");
    const [, m] = b.shape, factors = { shape: a.shape, cells };
    const rows = order.flatMap((row) => [...b.cells.subarray(row * m, (row + 1) * m)]);
    const lower = substituted(factors, array(b.shape, rows), true, true);
    return substituted(factors, lower, false);
  }, a, b);
}

function solve_triangular(a, b, lower) {
  return with_columns((a, b) => {
    if (diag(a, 0).cells.includes(0)) {
      throw new RangeError("the diagonal of a triangle holds a 0, so it has no inverse");
    }
    return substituted(a, b, lower);
  }, a, b);
}

function inv(x) {
  const n = x.shape.at(-1);
  return solve(x, diag(array([n], Array(n).fill(1)), 0));
}

function det(x) {
  return by_matrix((a) => {
    const { sign, diagonal } = factored(a);
    return diagonal.reduce((product, d) => product * d, sign);
  }, x);
}

function logdet(x) {
  return by_matrix((a) => {
    const { sign, diagonal } = factored(a);
    const isNegative = diagonal.reduce((s, d) => s * Math.sign(d), sign) < 0;
    return isNegative ? NaN : total(diagonal.map((d) => Math.log(Math.abs(d))));
  }, x);
}

// The lower triangle L with L Lᵀ = a.
function cholesky(x) {
  return by_matrix((a) => {
    const [n] = a.shape, cells = new Float64Array(n * n);
    refuse_asymmetric(a);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let rest = a.cells[i * n + j];
        for (let k = 0; k < j; k++) rest -= cells[i * n + k] * cells[j * n + k];
        if (i === j && !(rest > 0)) refuse_factor("the matrix is not positive definite");
        cells[i * n + j] = i === j ? Math.sqrt(rest) : rest / cells[j * n + j];
      }
    }
    return { shape: [n, n], cells };
  }, x);
}

function refuse_asymmetric(a) {
  const turned = transpose(a, [1, 0]).cells;
  const gap = Math.max(...a.cells.map((x, i) => Math.abs(x - turned[i])));
  if (!(gap > 1e-8 * Math.max(...a.cells.map(Math.abs)))) return;
  refuse_factor(`the matrix is not symmetric, entries differ by ${gap.toPrecision(3)}`);
}

function refuse_factor(why) {
  throw new RangeError(`cholesky: ${why}`);
}
