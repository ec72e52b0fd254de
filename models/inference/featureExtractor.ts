import { Graph, type GraphTensor } from '../graph/graph';
import { Session } from '../graph/session';
import type { Pretrained } from '../pretrained/load';
import { BRANCHES, filledUp, inBranches } from './branches';
import { addFeatures } from './features';

/** The frozen backbone alone: pixels to pooled features. Owned by whoever made it; `close` frees it. */
export class FeatureExtractor {
  /** Features an image. */
  readonly width: number;
  readonly #side: number;
  readonly #session: Session;
  readonly #pixels: GraphTensor;
  readonly #features: GraphTensor;

  /** `add` makes the features of pixels [n, side, side, 3]; the program's own unless something else is to be compared with them. */
  constructor(side: number, pretrained: Pretrained, add = addFeatures) {
    const graph = new Graph();
    this.#side = side;
    this.#pixels = graph.placeholder('pixels', 'uint8', [null, side, side, 3]);
    this.#features = inBranches(graph, this.#pixels, BRANCHES, (part) => add(graph, part, side, pretrained));
    this.#session = Session.open(graph);
    this.width = this.#features.shape[1] ?? 0;
  }

  /** float32 [count, width], row-major, of RGB bytes [count, side, side, 3]. Blocks this thread while the graph runs. */
  extract(pixels: Uint8Array, count: number): Float32Array {
    const whole = filledUp(pixels, count, BRANCHES);
    const shape = [whole.count, this.#side, this.#side, 3];
    const [result] = this.#session.run([{ tensor: this.#pixels, shape, data: whole.pixels }], [this.#features]);
    if (!(result instanceof Float32Array)) throw new Error('The backbone gave no features.');
    return result.subarray(0, count * this.width);
  }

  close(): void {
    this.#session.close();
  }
}
