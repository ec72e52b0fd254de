/** Weights that make every class count alike, n / (classes x images of the class), as scikit-learn's "balanced"; 0 for a class without images. `labels` are indices of classes. */
export function balancedClassWeights(labels: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts.map((count) => (count === 0 ? 0 : labels.length / (classes * count)));
}
