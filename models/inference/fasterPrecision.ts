import type { Precision } from '#shared/domain/precision';
import { hasBfloat16 } from '../backend/device';
import { Graph, type GraphTensor } from '../graph/graph';
import { relu6 } from '../graph/operations/activation';
import { biasAdd, conv2d } from '../graph/operations/convolution';
import { depthwiseConv2d } from '../graph/operations/depthwiseConvolution';
import { cast } from '../graph/operations/shape';
import { Session } from '../graph/session';

/** bfloat16 is taken where it needs at most this share of float32's time: runs differ by about a tenth. */
const PAYS = 0.9;
const ROUNDS = 10;

/** A block in the middle of EfficientNet-Lite0 at 160 px: images, side, channels, and channels after expansion. */
const [IMAGES, SIDE, CHANNELS, EXPANDED] = [8, 20, 40, 240];

let measured: Precision | null = null;

/**
 * Which precision this machine computes a convolutional network faster in, measured once in a process (a tenth of a second) on one block of EfficientNet-Lite0, where the processor has
 * instructions for bfloat16 at all. Their flags do not tell: on one that has them bfloat16 took half as long again as float32 (docs/benchmarks.md).
 */
export function fasterPrecision(): Precision {
  measured ??= hasBfloat16() ? measure() : 'float32';
  return measured;
}

function measure(): Precision {
  const blocks = { float32: new Block('float32'), bfloat16: new Block('bfloat16') };
  const faster = fasterOf({
    float32: () => {
      blocks.float32.run();
    },
    bfloat16: () => {
      blocks.bfloat16.run();
    },
  });
  blocks.float32.close();
  blocks.bfloat16.close();
  return faster;
}

/** Each is run once to be prepared, then in turns, and the fastest runs are compared: what disturbs one makes it slower only. `now` gives milliseconds. */
export function fasterOf(
  run: Readonly<Record<Precision, () => void>>,
  now: () => number = () => performance.now(),
): Precision {
  const best = { float32: Infinity, bfloat16: Infinity };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const precision of ['float32', 'bfloat16'] as const) {
      const start = now();
      run[precision]();
      if (round > 0) best[precision] = Math.min(best[precision], now() - start);
    }
  }
  return best.bfloat16 <= PAYS * best.float32 ? 'bfloat16' : 'float32';
}

/** Pointwise expansion, depthwise filter of five columns, pointwise projection, with biases and ReLU6, of blank images. */
class Block {
  readonly #session: Session;
  readonly #input: GraphTensor;
  readonly #output: GraphTensor;

  constructor(precision: Precision) {
    const graph = new Graph();
    this.#input = graph.placeholder('input', 'float32', [IMAGES, SIDE, SIDE, CHANNELS]);
    const options = { stride: 1, padding: 'SAME' } as const;
    const weights = (name: string, shape: readonly number[]): GraphTensor =>
      graph.constant(name, new Float32Array(shape.reduce((size, side) => size * side, 1)).fill(0.01), shape);
    const biased = (name: string, tensor: GraphTensor, channels: number): GraphTensor =>
      biasAdd(graph, `${name}/biased`, tensor, weights(`${name}/bias`, [channels]));
    this.#output = graph.inPrecision(precision, () => {
      const input = cast(graph, 'input/precision', this.#input, precision);
      const expansion = conv2d(graph, 'expand', input, weights('expand/kernel', [1, 1, CHANNELS, EXPANDED]), options);
      const expanded = relu6(graph, 'expand/relu6', biased('expand', expansion, EXPANDED));
      const filter = weights('filter/kernel', [5, 5, EXPANDED, 1]);
      const filtered = biased('filter', depthwiseConv2d(graph, 'filter', expanded, filter, options), EXPANDED);
      const kernel = weights('project/kernel', [1, 1, EXPANDED, CHANNELS]);
      const projected = conv2d(graph, 'project', relu6(graph, 'filter/relu6', filtered), kernel, options);
      return cast(graph, 'output', biased('project', projected, CHANNELS), 'float32');
    });
    this.#session = Session.open(graph);
  }

  run(): void {
    const shape = [IMAGES, SIDE, SIDE, CHANNELS];
    const data = new Float32Array(IMAGES * SIDE * SIDE * CHANNELS);
    this.#session.run([{ tensor: this.#input, shape, data }], [this.#output]);
  }

  close(): void {
    this.#session.close();
  }
}
