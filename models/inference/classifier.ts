import type { ModelCard } from '#shared/domain/model';
import type { Precision } from '#shared/domain/precision';
import type { Views } from '#shared/domain/testTimeAugmentation';
import { Session } from '../graph/session';
import { BRANCHES, filledUp } from './branches';
import { familiarityOf } from './familiarity';
import { modelGraph, type ModelGraph } from './modelGraph';
import { precisionHere } from './precision';

/** Images (or views of them) a run of the graph takes at most; larger ones gain nothing on a processor and cost memory. */
export const BATCH = 32;

/** What a model says of one image. */
export interface Classified {
  /** Calibrated, float32 [classes]. */
  readonly probabilities: Float32Array;
  /** Whether it is unlike what the model learned from. */
  readonly unfamiliar: boolean;
}

/** A model ready to run: one graph from pixels to calibrated probabilities. Owned by whoever opened it; `close` frees it. */
export class Classifier {
  readonly card: ModelCard;
  readonly precision: Precision;
  /** Images to give at once: as many as take no more memory, with all their views, than a plain batch. */
  readonly batch: number;
  readonly #session: Session;
  readonly #tensors: Pick<ModelGraph, 'pixels' | 'logits' | 'probabilities'>;

  private constructor({ card, precision, graph, ...tensors }: ModelGraph, views: Views) {
    this.card = card;
    this.precision = precision;
    this.batch = BATCH / views;
    this.#session = Session.open(graph);
    this.#tensors = tensors;
  }

  /**
   * Loads the model in `folder`; `pretrained` is the folder that holds the backbones. With several `views` its answer is that of all of them (test-time augmentation).
   * Without a `precision` it runs in the one that is taken here. FailureError `model-invalid` or `model-mismatch`.
   */
  static async open(
    folder: string,
    pretrained: string,
    { views = 1, precision }: { readonly views?: Views; readonly precision?: Precision } = {},
  ): Promise<Classifier> {
    const precisionFor = (card: ModelCard): Precision => precision ?? precisionHere(card);
    return new Classifier(await modelGraph(folder, pretrained, { views, precisionFor, branches: BRANCHES }), views);
  }

  /** What the model says of each of RGB bytes [count, inputSize, inputSize, 3], in their order; the caller's. Blocks this thread while the graph runs. */
  classify(pixels: Uint8Array, count: number): Classified[] {
    const { inputSize: side, classIds, leastFamiliarity } = this.card;
    const { length: classes } = classIds;
    const whole = filledUp(pixels, count, BRANCHES);
    const [probabilities, logits] = this.#session.run(
      [{ tensor: this.#tensors.pixels, shape: [whole.count, side, side, 3], data: whole.pixels }],
      [this.#tensors.probabilities, this.#tensors.logits],
    );
    if (!(probabilities instanceof Float32Array && logits instanceof Float32Array))
      throw new Error('The classifier gave no probabilities.');
    return Array.from(familiarityOf(logits.subarray(0, count * classes), classes), (familiarity, row) => ({
      probabilities: probabilities.slice(row * classes, (row + 1) * classes),
      unfamiliar: leastFamiliarity !== null && familiarity < leastFamiliarity,
    }));
  }

  close(): void {
    this.#session.close();
  }
}
