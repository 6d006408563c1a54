// Numbers as text. `asText` gives the same words for the same number as `number` in pictures/labels.py.

// x with its sign, always digits + 3 wide: +0.5000, −12.346, +1.23e8; or nan, +inf, −inf.
function asText(x, digits = 4) {
  if (Number.isNaN(x)) return "nan";
  const sign = x < 0 ? "−" : "+";
  const size = Math.abs(x);
  if (size === Infinity) return `${sign}inf`;
  if (size === 0 || (size >= 0.001 && size < 1e21)) {
    for (let decimals = digits; decimals >= 0; decimals--) {
      const text = fixed(size, decimals);
      if (text.length <= digits + 2) return sign + text;
    }
  }
  let text = "";
  for (let decimals = digits - 2; decimals >= 0; decimals--) {
    text = scientific(size, decimals).replace("+", "").replace("-", "−");
    if (text.length <= digits + 2) break;
  }
  return sign + text;
}

// toFixed takes a half up, Python to the even digit; a float is such a half only if it is an odd
// multiple of 1 / 2^(decimals + 1).
function fixed(size, decimals) {
  const text = size.toFixed(decimals);
  const isHalf = Math.abs((size * 2 ** (decimals + 1)) % 2) === 1;
  return isHalf && "13579".includes(text.at(-1)) ? (size * (1 - 2 ** -52)).toFixed(decimals) : text;
}

// Likewise for toExponential, of large numbers: a small one is no such half, since 5 would have to
// divide its digits too often. No float looks like a half for 20 digits and is none.
function scientific(size, decimals) {
  if (size < 1) return size.toExponential(decimals);
  const [digits] = size.toExponential(decimals + 20).split("e");
  const isHalf = digits.endsWith(`5${"0".repeat(19)}`);
  const isEven = "02468".includes(digits.replace(".", "")[decimals]);
  return (isHalf && isEven ? size * (1 - 2 ** -52) : size).toExponential(decimals);
}

const anyAsText = (x) => (typeof x === "number" ? asText(x) : arrayAsText(x));

// What the page's data holds for a number: JSON has no NaN and no infinities, so these are words.
const numberOf = (x) => (typeof x === "string" ? Number(x) : x);

// A text of at most so many letters: the end of a longer one is dots.
function cutTo(text, most) {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}…`;
}
