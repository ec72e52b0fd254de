import type { ModelCard, Precision } from '#shared/domain/model';
import type { Views } from '#shared/domain/testTimeAugmentation';
import { readCard } from '../files/modelFolder';
import { Session } from '../graph/session';
import { fasterPrecision } from './fasterPrecision';
import { modelGraph, type ModelGraph } from './modelGraph';

/** Images (or views of them) a run of the graph takes at most; larger ones gain nothing on a processor and cost memory. */
export const BATCH = 32;

/** A model ready to run: one graph from pixels to calibrated probabilities. Owned by whoever opened it; `close` frees it. */
export class Classifier {
  readonly card: ModelCard;
  readonly precision: Precision;
  /** Images to give at once: as many as take no more memory, with all their views, than a plain batch. */
  readonly batch: number;
  readonly #session: Session;
  readonly #tensors: Pick<ModelGraph, 'pixels' | 'probabilities'>;

  private constructor({ card, graph, ...tensors }: ModelGraph, views: Views, precision: Precision) {
    this.card = card;
    this.precision = precision;
    this.batch = BATCH / views;
    this.#session = Session.open(graph);
    this.#tensors = tensors;
  }

  /**
   * Loads the model in `folder`; `pretrained` is the folder that holds the backbones. With several `views` its answer is that of all of them (test-time augmentation).
   * Without a `precision` it runs in bfloat16 where it is calibrated for that and this machine is faster so, and in float32 elsewhere.
   * FailureError `model-invalid` or `model-mismatch`.
   */
  static async open(folder: string, pretrained: string, views: Views = 1, precision?: Precision): Promise<Classifier> {
    const { bfloat16 } = await readCard(folder);
    const chosen = precision ?? (bfloat16 ? fasterPrecision() : 'float32');
    return new Classifier(await modelGraph(folder, pretrained, { views, precision: chosen }), views, chosen);
  }

  /** Calibrated probabilities float32 [count, classes], row-major, of RGB bytes [count, inputSize, inputSize, 3]. Blocks this thread while the graph runs. */
  classify(pixels: Uint8Array, count: number): Float32Array {
    const side = this.card.inputSize;
    const [result] = this.#session.run(
      [{ tensor: this.#tensors.pixels, shape: [count, side, side, 3], data: pixels }],
      [this.#tensors.probabilities],
    );
    if (!(result instanceof Float32Array)) throw new Error('The classifier gave no probabilities.');
    return result;
  }

  close(): void {
    this.#session.close();
  }
}
