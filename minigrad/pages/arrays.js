// What a page with arrays has besides: the engine goes over cells, and arrays have words.

cellwise = each;
shapedLike = fitted;

function unpackedArray({ shape, bytes }) {
  const codes = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  return { shape, cells: new Float64Array(codes.buffer) };
}

// An array of the page's data, as `numbers` in pictures/labels.py: up to 6 numbers, ";" between
// rows, of more how they are spread. Graph, table and rule ask for the same array.
function arrayAsText(array) {
  if (!wordsOf.has(array)) wordsOf.set(array, arrayInWords(array));
  return wordsOf.get(array);
}

const wordsOf = new WeakMap();

function arrayInWords(array) {
  const { shape, cells, cut } = array;
  if (!cells.length) return "empty";
  if (cut || cells.length > 6) {
    const ends = extremesOf(array);
    const isSuspect = !cut && !Number.isFinite(ends[1]);
    const bad = isSuspect ? Array.from(cells, Number).filter((x) => !Number.isFinite(x)) : [];
    if (bad.length) {
      const kind = bad.some(Number.isNaN) ? "nan" : "inf";
      return `${kind}: ${bad.length} of ${cells.length} not finite`;
    }
    const largest = Math.max(Math.abs(ends[0]), Math.abs(ends[2]));
    if (Math.abs(ends[1]) < 1e-13 * largest) ends[1] = 0; // what is left of it is rounding
    const [least, middle, most] = ends.map((x) => asText(x, 3));
    return `min ${least}  mean ${middle}  max ${most}`;
  }
  const width = shape.at(-1);
  const rows = [];
  for (let i = 0; i < cells.length; i += width) {
    rows.push(Array.from(cells.slice(i, i + width), (x) => asText(Number(x), 3)).join(" "));
  }
  return `[${rows.join("; ")}]`;
}

// The lowest number, the mean and the highest, as they came with the page, or of all cells.
function extremesOf({ cells, low, mean, high }) {
  if (low !== undefined) return [low, mean, high].map(Number);
  let [least, sum, most] = [Infinity, 0, -Infinity];
  for (const x of cells) {
    least = Math.min(least, x);
    sum += x;
    most = Math.max(most, x);
  }
  return [least, sum / cells.length, most];
}
