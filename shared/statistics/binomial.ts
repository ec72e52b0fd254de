/** Limits of a confidence interval for a proportion, both in [0, 1]. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

/**
 * Exact (Clopper-Pearson) limits for k successes in n trials: quantiles of the beta distribution
 * (Clopper & Pearson 1934, Biometrika 26:404; the limits of Rumke's table for differential counts).
 * With n = 0 nothing is known: 0 to 1. Throws RangeError unless 0 <= k <= n are integers.
 */
export function clopperPearson(k: number, n: number, confidence = 0.95): Limits {
  checkCounts(k, n);
  if (n === 0) return { low: 0, high: 1 };
  const tail = (1 - confidence) / 2;
  return {
    low: k === 0 ? 0 : betaQuantile(tail, k, n - k + 1),
    high: k === n ? 1 : betaQuantile(1 - tail, k + 1, n - k),
  };
}

/** Wilson's score limits (Wilson 1927, JASA 22:209) at 95 %. With n = 0: 0 to 1. Throws RangeError unless 0 <= k <= n are integers. */
export function wilson(k: number, n: number): Limits {
  checkCounts(k, n);
  if (n === 0) return { low: 0, high: 1 };
  const z = 1.959963984540054; // 97.5 % point of the normal distribution
  const share = k / n;
  const denominator = 1 + (z * z) / n;
  const centre = share + (z * z) / (2 * n);
  const margin = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return {
    low: k === 0 ? 0 : (centre - margin) / denominator,
    high: k === n ? 1 : (centre + margin) / denominator,
  };
}

/** Probability of k or more successes in n trials of probability p each: I_p(k, n - k + 1) (DLMF 8.17.5). Throws RangeError unless 0 <= k <= n are integers. */
export function binomialTail(k: number, n: number, p: number): number {
  checkCounts(k, n);
  return k === 0 ? 1 : incompleteBeta(p, k, n - k + 1);
}

function checkCounts(k: number, n: number): void {
  if (!Number.isInteger(k) || !Number.isInteger(n) || k < 0 || k > n) {
    throw new RangeError(`A proportion needs whole numbers 0 <= k <= n, not k = ${String(k)}, n = ${String(n)}`);
  }
}

/** The x at which the regularised incomplete beta function I_x(a, b) is p: bisection on a monotone function, to the last bit that double precision gives. */
export function betaQuantile(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (incompleteBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularised incomplete beta function by its continued fraction (DLMF 8.17.22, modified Lentz evaluation). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast for x < (a + 1) / (a + b + 2); beyond, the symmetry I_x(a, b) = 1 - I_{1-x}(b, a) is used.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a),
  );
  const tiny = 1e-300;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 + even * d;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    c = 1 + even / c;
    if (Math.abs(c) < tiny) c = tiny;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + odd * d;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    c = 1 + odd / c;
    if (Math.abs(c) < tiny) c = tiny;
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** Natural logarithm of the gamma function, x > 0: Stirling's series (DLMF 5.11.1) after shifting x above 10. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  while (z < 10) {
    shift += Math.log(z);
    z += 1;
  }
  const inverse = 1 / z;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188)))));
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
