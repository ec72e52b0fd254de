import { GraphError, requireRank, requireSide, type GraphTensor, type Shape } from '../graph';

/** How a window moves over height and width. */
export interface WindowOptions {
  readonly stride: number;
  /** TensorFlow's rules; SAME pads more at the end where the padding is odd. */
  readonly padding: 'SAME' | 'VALID';
}

/** Batch, height and width of what a window of `kernel` [height, width] gives. `input` [n, h, w, c]. Throws GraphError where it does not fit. */
export function windowOutput(
  node: string,
  input: GraphTensor,
  kernel: readonly [height: number, width: number],
  options: WindowOptions,
): Shape {
  const [batch = null] = requireRank(node, input, 4);
  const side = (axis: 1 | 2): number => {
    const length = requireSide(node, input, axis);
    const size = kernel[axis - 1] ?? 1;
    const steps = options.padding === 'SAME' ? length : length - size + 1;
    if (steps < 1) throw new GraphError(node, `a kernel of ${String(size)} does not fit into ${String(length)} pixels`);
    return Math.ceil(steps / options.stride);
  };
  return [batch, side(1), side(2)];
}
