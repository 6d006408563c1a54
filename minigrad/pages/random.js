// Randomness from a seed, the same in every browser.

// A generator of uniform numbers in (0, 1), neither end included: MurmurHash3's mixer over a
// counter that goes up by the golden ratio of 2^32. Seeds next to each other start far apart.
function generator(seed) {
  let counter = mixed(seed);
  const bits = () => mixed((counter = (counter + 0x9e3779b9) | 0)) >>> 6;
  return () => (bits() * 2 ** 26 + bits() + 0.5) / 2 ** 52;
}

function mixed(bits) {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

// A draw from each law that noise may have, made of uniform numbers.
const LAWS = {
  normal: (uniform) =>
    Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()), // Box and Muller
  uniform: (uniform) => uniform(),
  exponential: (uniform) => -Math.log(uniform()),
  gumbel: (uniform) => -Math.log(-Math.log(uniform())),
  logistic: (uniform) => {
    const u = uniform();
    return Math.log(u) - Math.log1p(-u);
  },
  laplace: (uniform) => Math.log(uniform() / uniform()), // two exponentials' difference
  cauchy: (uniform) => Math.tan(Math.PI * (uniform() - 0.5)),
  half_normal: (uniform) => Math.abs(LAWS.normal(uniform)),
  half_cauchy: (uniform) => Math.abs(LAWS.cauchy(uniform)),
};
