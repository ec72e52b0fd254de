import { GraphError, requireFloat, type Graph, type GraphTensor, type Operation } from './graph';
import { add, addAll, scalar } from './operations/arithmetic';
import { broadcastTo, sameShape } from './operations/broadcast';

/**
 * Adds the derivatives of a scalar loss with respect to `targets`, each of its target's shape, in their order (reverse-mode: the recorded operations are walked
 * back once). New nodes are named `gradients/<operation>/...`. What TensorFlow is not asked for, it does not compute, so derivatives of inputs that no
 * target leads to cost nothing. Throws GraphError where an operation on the way has no gradient or a target does not lead to the loss, by name.
 */
export function gradients(graph: Graph, loss: GraphTensor, targets: readonly GraphTensor[]): readonly GraphTensor[] {
  if (loss.shape.length > 0) throw new GraphError(loss.name, 'only a scalar can be differentiated');
  const onTheWay = dependents(graph.operations, targets);
  const contributions = new Map<string, GraphTensor[]>();
  const one = graph.within('gradients', () => scalar(graph, 'one', 1, requireFloat(loss.name, loss)));
  contributions.set(loss.name, [one]);
  const total = (tensor: GraphTensor): GraphTensor | null => {
    const parts = contributions.get(tensor.name);
    if (!parts) return null;
    const sum = graph.within('gradients', () => summed(graph, tensor, parts));
    contributions.set(tensor.name, [sum]);
    return sum;
  };
  for (const operation of onTheWay.reverse()) {
    const upstream = operation.outputs.map(total);
    if (upstream.every((each) => each === null)) continue;
    const { gradient } = operation;
    if (!gradient) throw new GraphError(operation.name, `${operation.kind} has no gradient`);
    const derivatives = graph.within(`gradients/${operation.name}`, () => gradient(upstream, operation.outputs));
    for (const [index, derivative] of derivatives.entries()) {
      const input = operation.inputs[index];
      if (!derivative || !input) continue;
      const parts = contributions.get(input.name);
      if (parts) parts.push(derivative);
      else contributions.set(input.name, [derivative]);
    }
  }
  return targets.map((target) => {
    const derivative = total(target);
    if (!derivative) throw new GraphError(target.name, `${loss.name} does not depend on it`);
    return derivative;
  });
}

/** Operations that compute something from a target, in the order in which they were recorded, which is one in which they can run. */
function dependents(operations: readonly Operation[], targets: readonly GraphTensor[]): Operation[] {
  const reached = new Set(targets.map(({ name }) => name));
  return operations.filter(({ inputs, outputs }) => {
    if (!inputs.some(({ name }) => reached.has(name))) return false;
    for (const { name } of outputs) reached.add(name);
    return true;
  });
}

/** The sum of a tensor's derivatives at its shape. One that is smaller is broadcast while it is added, not before. */
function summed(graph: Graph, tensor: GraphTensor, parts: readonly GraphTensor[]): GraphTensor {
  const full = parts.filter((part) => sameShape(part.shape, tensor.shape));
  const smaller = parts.filter((part) => !full.includes(part));
  const [first, ...others] = full;
  const sum = first && others.length > 0 ? addAll(graph, `${nodeOf(tensor)}/sum`, full) : first;
  if (sum) return smaller.reduce((left, right) => add(graph, `${nodeOf(tensor)}/sum`, left, right), sum);
  const joined = smaller.reduce((left, right) => add(graph, `${nodeOf(tensor)}/sum`, left, right));
  return sameShape(joined.shape, tensor.shape) ? joined : broadcastTo(graph, `${nodeOf(tensor)}/whole`, joined, tensor);
}

/** A name to build node names from: that of the tensor with "_1" for ":1". */
function nodeOf({ name }: GraphTensor): string {
  return name.replace(':', '_');
}
