/** The greatest difference, as a share of the greatest value; infinite where lengths differ or there is nothing to compare. */
export function distance(ours: ArrayLike<number> | undefined, reference: ArrayLike<number>): number {
  if (ours?.length !== reference.length || reference.length === 0) return Infinity;
  let [difference, greatest] = [0, 0];
  for (let index = 0; index < reference.length; index++) {
    difference = Math.max(difference, Math.abs((ours[index] ?? NaN) - (reference[index] ?? NaN)));
    greatest = Math.max(greatest, Math.abs(reference[index] ?? NaN));
  }
  return difference / greatest;
}
