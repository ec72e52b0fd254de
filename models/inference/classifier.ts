import type { ModelCard } from '#shared/domain/model';
import type { Precision } from '#shared/domain/precision';
import type { Views } from '#shared/domain/testTimeAugmentation';
import type { Unlike } from '#shared/domain/unlike';
import type { GraphTensor } from '../graph/graph';
import { Session } from '../graph/session';
import { BRANCHES, filledUp } from './branches';
import { judgeFor, type JudgeFamiliarity } from './familiarity';
import { modelGraph, type ModelGraph } from './modelGraph';
import { precisionHere } from './precision';
import { scoresOf } from './reference';
import type { AddColumns } from './seen';

/** Images (or views of them) a run of the graph takes at most; larger ones gain nothing on a processor and cost memory. */
export const BATCH = 32;

/** What a model says of one image. */
export interface Classified {
  /** Calibrated, float32 [classes]. */
  readonly probabilities: Float32Array;
  /** Whether it is unlike what the model learned from. */
  readonly unfamiliar: boolean;
  /** Why it is, as far as the model has a reference to know by. */
  readonly unlike: readonly Unlike[];
}

/** A model ready to run: one graph from pixels to calibrated probabilities. Owned by whoever opened it; `close` frees it. */
export class Classifier {
  readonly card: ModelCard;
  readonly precision: Precision;
  /** Images to give at once: as many as take no more memory, with all their views, than a plain batch. */
  readonly batch: number;
  readonly #session: Session;
  readonly #pixels: GraphTensor;
  readonly #outputs: readonly [probabilities: GraphTensor, scores: GraphTensor];
  readonly #judge: JudgeFamiliarity;

  private constructor({ card, precision, graph, pixels, probabilities, columns }: ModelGraph, views: Views) {
    if (!columns) throw new Error('A classifier scores its images.');
    this.card = card;
    this.precision = precision;
    this.batch = BATCH / views;
    this.#session = Session.open(graph);
    this.#pixels = pixels;
    this.#outputs = [probabilities, columns];
    this.#judge = judgeFor(card, precision);
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
    const columnsFor = (card: ModelCard): Promise<AddColumns> => scoresOf(folder, card);
    const graph = await modelGraph(folder, pretrained, { views, precisionFor, columnsFor, branches: BRANCHES });
    return new Classifier(graph, views);
  }

  /** What the model says of each of RGB bytes [count, inputSize, inputSize, 3], in their order; the caller's. Blocks this thread while the graph runs. */
  classify(pixels: Uint8Array, count: number): Classified[] {
    const classes = this.card.classIds.length;
    const [probabilities, scores] = this.#run(pixels, count);
    const judged = this.#judge(scores, { pixels, count, scoresAgain: (others, n) => this.#run(others, n)[1] });
    return judged.map((unlike, row) => ({
      probabilities: probabilities.slice(row * classes, (row + 1) * classes),
      ...unlike,
    }));
  }

  #run(pixels: Uint8Array, count: number): readonly [Float32Array, Float32Array] {
    const side = this.card.inputSize;
    const whole = filledUp(pixels, count, BRANCHES);
    const shape = [whole.count, side, side, 3];
    const [probabilities, scores] = this.#session.run(
      [{ tensor: this.#pixels, shape, data: whole.pixels }],
      this.#outputs,
    );
    if (!(probabilities instanceof Float32Array && scores instanceof Float32Array))
      throw new Error('The classifier gave no probabilities.');
    return [probabilities, scores];
  }

  close(): void {
    this.#session.close();
  }
}
