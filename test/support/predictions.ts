import type { FitEvent } from '#shared/compute/protocol';
import type { ImagePrediction } from '#shared/domain/prediction';

/** What a training told of single images of the locked part. */
export function predictionsIn(events: readonly FitEvent[]): ImagePrediction[] {
  return events.flatMap((event) => (event.kind === 'predictions' ? event.predictions : []));
}

/** Counts them as a confusion matrix does: rows true classes, columns those called. */
export function countedAsMatrix(predictions: readonly ImagePrediction[], classIds: readonly string[]): number[][] {
  return classIds.map((row) =>
    classIds.map(
      (column) => predictions.filter(({ truth, predicted }) => truth === row && predicted === column).length,
    ),
  );
}
