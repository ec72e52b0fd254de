/** Share of the validation part that may pass for unlike what was learned from. */
const REFUSED = 0.01;

/**
 * How like what a network learned from an image is to it: log(sum(exp(logits))), the negative of its energy (Liu et al. 2020, "Energy-based out-of-distribution detection"). Images of another kind excite
 * no class much, so that all their logits are low, where the most probable class by itself may still look sure. `logits` [n, classes], row-major; gives float32 [n].
 */
export function familiarityOf(logits: Float32Array, classes: number): Float32Array {
  return Float32Array.from({ length: logits.length / classes }, (_, row) => {
    const values = logits.subarray(row * classes, (row + 1) * classes);
    const most = values.reduce((greatest, value) => Math.max(greatest, value), -Infinity);
    return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
  });
}

/** Below this an image counts as unlike what was learned from: the first percentile of the validation part (linear between two, as NumPy's). Null without data. */
export function leastFamiliarity(logits: Float32Array, classes: number): number | null {
  const sorted = familiarityOf(logits, classes).sort();
  const place = REFUSED * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === undefined || high === undefined ? null : low + (high - low) * (place - Math.floor(place));
}
