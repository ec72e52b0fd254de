import type { Graph, GraphTensor, Shape } from '../graph/graph';
import { add, div, maximum, mul, scalar, sub } from '../graph/operations/arithmetic';
import { batchMatMul } from '../graph/operations/batchMatMul';
import * as elementwise from '../graph/operations/elementwise';
import { reshape } from '../graph/operations/shape';
import { stack, transpose } from '../graph/operations/selection';
import { mean } from '../graph/operations/reduction';

/** A float32 tensor or a number. */
export type Term = GraphTensor | number;

/** Writes arithmetic into a graph without a name for every step: nodes are named `path/what they do`, with a number. float32, broadcast as in NumPy. */
export class Formula {
  readonly graph: Graph;
  readonly path: string;

  constructor(graph: Graph, path: string) {
    this.graph = graph;
    this.path = path;
  }

  /** The same for a part of this path. */
  at(part: string): Formula {
    return new Formula(this.graph, `${this.path}/${part}`);
  }

  add(left: Term, right: Term): GraphTensor {
    return add(this.graph, this.name('add'), this.term(left), this.term(right));
  }

  sub(left: Term, right: Term): GraphTensor {
    return sub(this.graph, this.name('sub'), this.term(left), this.term(right));
  }

  mul(left: Term, right: Term): GraphTensor {
    return mul(this.graph, this.name('mul'), this.term(left), this.term(right));
  }

  div(left: Term, right: Term): GraphTensor {
    return div(this.graph, this.name('div'), this.term(left), this.term(right));
  }

  min(left: Term, right: Term): GraphTensor {
    return elementwise.minimum(this.graph, this.name('min'), this.term(left), this.term(right));
  }

  max(left: Term, right: Term): GraphTensor {
    return maximum(this.graph, this.name('max'), this.term(left), this.term(right));
  }

  /** left + share (right - left): left at 0, right at 1. */
  blend(left: Term, right: Term, share: Term): GraphTensor {
    return this.add(left, this.mul(this.sub(right, left), share));
  }

  sin(angle: Term): GraphTensor {
    return elementwise.sin(this.graph, this.name('sin'), this.term(angle));
  }

  cos(angle: Term): GraphTensor {
    return elementwise.cos(this.graph, this.name('cos'), this.term(angle));
  }

  exp(value: Term): GraphTensor {
    return elementwise.exp(this.graph, this.name('exp'), this.term(value));
  }

  log(value: Term): GraphTensor {
    return elementwise.log(this.graph, this.name('log'), this.term(value));
  }

  floor(value: Term): GraphTensor {
    return elementwise.floor(this.graph, this.name('floor'), this.term(value));
  }

  abs(value: Term): GraphTensor {
    return elementwise.abs(this.graph, this.name('abs'), this.term(value));
  }

  clip(value: Term, low: number, high: number): GraphTensor {
    return elementwise.clip(this.graph, this.name('clip'), this.term(value), low, high);
  }

  less(left: Term, right: Term): GraphTensor {
    return elementwise.less(this.graph, this.name('less'), this.term(left), this.term(right));
  }

  greaterEqual(left: Term, right: Term): GraphTensor {
    return elementwise.greaterEqual(this.graph, this.name('greaterEqual'), this.term(left), this.term(right));
  }

  and(left: GraphTensor, right: GraphTensor): GraphTensor {
    return elementwise.and(this.graph, this.name('and'), left, right);
  }

  select(condition: GraphTensor, yes: Term, no: Term): GraphTensor {
    return elementwise.select(this.graph, this.name('select'), condition, this.term(yes), this.term(no));
  }

  reshape(input: GraphTensor, shape: Shape): GraphTensor {
    return reshape(this.graph, this.name('reshape'), input, shape);
  }

  stack(inputs: readonly GraphTensor[], axis: number): GraphTensor {
    return stack(this.graph, this.name('stack'), inputs, axis);
  }

  transpose(input: GraphTensor, order: readonly number[]): GraphTensor {
    return transpose(this.graph, this.name('transpose'), input, order);
  }

  matMul(left: GraphTensor, right: GraphTensor): GraphTensor {
    return batchMatMul(this.graph, this.name('matMul'), left, right);
  }

  mean(input: GraphTensor, axes: readonly number[], keep = false): GraphTensor {
    return mean(this.graph, this.name('mean'), input, axes, keep);
  }

  constant(values: ArrayLike<number>, shape: readonly number[]): GraphTensor {
    return this.graph.constant(this.name('constant'), Float32Array.from(values), shape);
  }

  /** One value for each image, shaped to broadcast over `rank` sides: [n] becomes [n, 1, 1, ...]. */
  perImage(values: GraphTensor, rank = 4): GraphTensor {
    return this.reshape(values, [values.shape[0] ?? null, ...Array.from({ length: rank - 1 }, () => 1)]);
  }

  /** For each image the matrix `start + sum over k of terms[k].factor * terms[k].matrix`, matrices of `size` x `size` in row-major order; gives [n, size, size]. */
  matrix(
    size: number,
    start: readonly number[],
    terms: readonly { readonly factor: GraphTensor; readonly matrix: readonly number[] }[],
  ): GraphTensor {
    const factors = this.stack(
      terms.map(({ factor }) => factor),
      1,
    );
    const matrices = this.constant(
      terms.flatMap(({ matrix }) => matrix),
      [terms.length, size * size],
    );
    const flat = this.add(this.matMul(factors, matrices), this.constant(start, [size * size]));
    return this.reshape(flat, [factors.shape[0] ?? null, size, size]);
  }

  term(value: Term): GraphTensor {
    return typeof value === 'number' ? scalar(this.graph, this.name('number'), value) : value;
  }

  /** A name for a node of this path. */
  name(kind: string): string {
    return this.graph.unique(`${this.path}/${kind}`);
  }
}
