// Why there is no such function, and which was meant.
function unknown(name) {
  const near = owned(MEANT, name) ?? nearest(name, KNOWN_FUNCTIONS);
  let meant = near ? `: did you mean ${near}?` : `: ${KNOWN_FUNCTIONS.join(" ")}`;
  if (name === "data") meant = ": it makes a constant on a line of its own, x = data(1.2)";
  return `${name} is not a function here${meant}`;
}

// The first of the most similar words, as Python's difflib measures it, at least three quarters.
function nearest(name, words) {
  const rated = words.map((word) => [likeness(name, word), word]).filter(([rate]) => rate >= 0.75);
  rated.sort(([a, x], [b, y]) => b - a || (x < y ? 1 : -1));
  return rated[0]?.[1];
}

const likeness = (a, b) => (2 * matching(b, a)) / (a.length + b.length);

// Letters in the longest common piece, and in those to its left and its right.
function matching(a, b) {
  let [size, i, j] = [0, 0, 0];
  for (let x = 0; x < a.length; x++) {
    for (let y = 0; y < b.length; y++) {
      let n = 0;
      while (x + n < a.length && y + n < b.length && a[x + n] === b[y + n]) n++;
      if (n > size) [size, i, j] = [n, x, y];
    }
  }
  if (!size) return 0;
  return size + matching(a.slice(0, i), b.slice(0, j)) + matching(a.slice(i + size), b.slice(j + size));
}
