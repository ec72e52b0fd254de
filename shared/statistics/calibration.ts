/**
 * Expected calibration error: mean gap between confidence and accuracy over equal bins of the confidence, weighted by the number in each
 * (Naeini et al. 2015; Guo et al. 2017, equation 3). A confidence c falls into the bin with (b - 1) / bins < c <= b / bins. 0 without predictions.
 */
export function expectedCalibrationError(
  confidences: readonly number[],
  correct: readonly boolean[],
  bins = 15,
): number {
  const gaps = new Array<number>(bins).fill(0);
  confidences.forEach((confidence, index) => {
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
    gaps[bin] = (gaps[bin] ?? 0) + (correct[index] === true ? 1 : 0) - confidence;
  });
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / Math.max(1, confidences.length);
}
