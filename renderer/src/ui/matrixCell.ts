/** A cell of a confusion matrix: images of one class that a model called another, or the same. */
export interface MatrixCell {
  readonly truth: string;
  readonly predicted: string;
}
