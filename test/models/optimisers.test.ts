import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Graph } from '#models/graph/graph';
import { clipByGlobalNorm } from '#models/graph/optimisers/clip';
import { addMovingAverage } from '#models/graph/optimisers/movingAverage';
import { addOptimiser } from '#models/graph/optimisers/optimiser';
import { Session } from '#models/graph/session';
import { Variable } from '#models/graph/variable';
import { optimiserSchema } from '#shared/domain/recipe';
import { values } from '../support/graphs';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const STEPS = 20;

const CASES = {
  adam: [{ kind: 'adam', beta1: 0.8, beta2: 0.99, epsilon: 1e-3 }, 'Adam(beta_1=0.8, beta_2=0.99, epsilon=1e-3)'],
  adamW: [{ kind: 'adamW', weightDecay: 0.1 }, 'AdamW(weight_decay=0.1)'],
  'SGD with momentum': [{ kind: 'sgd', nesterov: false }, 'SGD(momentum=0.9)'],
  'SGD with Nesterov momentum': [{ kind: 'sgd', momentum: 0.7 }, 'SGD(momentum=0.7, nesterov=True)'],
  'plain SGD': [{ kind: 'sgd', momentum: 0 }, 'SGD()'],
  RMSprop: [{ kind: 'rmsprop' }, 'RMSprop()'],
  'RMSprop with momentum': [{ kind: 'rmsprop', momentum: 0.5, epsilon: 0.01 }, 'RMSprop(momentum=0.5, epsilon=0.01)'],
  'clipped by global norm': [{ kind: 'sgd', momentum: 0 }, 'SGD(global_clipnorm=3.0)'],
} as const;

/** Weights [3, 4] and [4] after each case's 20 steps with the gradients and rates of the input; decay on the first alone. Then a moving average of them under plain SGD. */
const PEER = `
import json, sys
import numpy as np
import tensorflow as tf
from keras import Variable, optimizers
from keras.optimizers import *
given = json.load(sys.stdin)
def run(optimizer, watch=lambda step, variables: None):
    variables = [Variable(np.array(value, 'float32'), name=name) for name, value in zip(['kernel', 'bias'], given['start'])]
    if optimizer.weight_decay: optimizer.exclude_from_weight_decay(var_names=['bias'])
    optimizer.build(variables)
    for step, (rate, gradients) in enumerate(zip(given['rates'], given['gradients'])):
        optimizer.learning_rate = rate
        optimizer.apply([tf.constant(each, 'float32') for each in gradients], variables)
        watch(step, variables)
    return [variable.numpy().ravel().tolist() for variable in variables]
results = {name: run(eval(code)) for name, code in given['cases'].items()}
shadows = [tf.Variable(np.array(value, 'float32')) for value in given['start']]
average = [None]
def watch(step, variables):
    # The decay of tf.train.ExponentialMovingAverage with num_updates = step + 1, applied by NumPy.
    decay = min(0.6, (2 + step) / (11 + step))
    for shadow, variable in zip(shadows, variables): shadow.assign_sub((1 - decay) * (shadow - variable.numpy()))
run(SGD(), watch)
results['average'] = [shadow.numpy().ravel().tolist() for shadow in shadows]
print(json.dumps(results))
`;

const start = [values(1, [3, 4]), values(2, [4])];
const rates = Array.from({ length: STEPS }, (_, step) => Math.fround(0.1 / (1 + step / 7)));
const gradientsOf = Array.from({ length: STEPS }, (_, step) =>
  start.map(({ shape }, index) => values(100 * step + index + 3, shape)),
);

let expected: Record<string, number[][]>;

beforeAll(() => {
  const nested = ({ data, shape: [rows = 1, columns] }: (typeof start)[number]): unknown =>
    columns === undefined
      ? [...data]
      : Array.from({ length: rows }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)]);
  const input = JSON.stringify({
    start: start.map(nested),
    rates,
    gradients: gradientsOf.map((each) => each.map(nested)),
    cases: Object.fromEntries(Object.entries(CASES).map(([name, [, code]]) => [name, code])),
  });
  const output = execFileSync(PYTHON, ['-c', PEER], { input, stdio: ['pipe', 'pipe', 'ignore'] });
  expected = z.record(z.string(), z.array(z.array(z.number()))).parse(JSON.parse(output.toString()));
});

/** The weights, and their moving averages, after 20 steps in one session. */
function train(options: unknown, limit: number | null): { weights: number[][]; averages: number[][] } {
  const graph = new Graph();
  const learningRate = graph.placeholder('rate', 'float32', []);
  const step = graph.placeholder('step', 'float32', []);
  const variables = start.map(({ shape }, index) => new Variable(graph, `weights${String(index)}`, shape));
  const fed = variables.map(({ shape }, index) => graph.placeholder(`gradient${String(index)}`, 'float32', shape));
  const derivatives = limit === null ? fed : clipByGlobalNorm(graph, fed, limit);
  const parameters = variables.flatMap((variable, index) => {
    const derivative = derivatives[index];
    return derivative ? [{ variable, derivative, decays: index === 0 }] : [];
  });
  const { updates, slots } = addOptimiser(graph, optimiserSchema.parse(options), parameters, { learningRate, step });
  const average = addMovingAverage(graph, variables, 0.6, step, updates);
  const initialise = graph.after('initialise', [
    ...slots.map((slot) =>
      slot.assign(
        `${slot.name}/zero`,
        graph.constant(`${slot.name}/zeros`, new Float32Array(slot.shape.reduce((a, b) => a * b, 1)), slot.shape),
      ),
    ),
    ...[...variables, ...average.averages].map((variable, index) => {
      const value = start[index % start.length];
      return variable.assign(
        `${variable.name}/set`,
        graph.constant(`${variable.name}/start`, value?.data ?? new Float32Array(), value?.shape ?? []),
      );
    }),
  ]);
  const done = graph.after('done', average.updates);
  const session = Session.open(graph);
  session.run([], [initialise]);
  for (const [index, rate] of rates.entries()) {
    session.run(
      [
        { tensor: learningRate, shape: [], data: Float32Array.of(rate) },
        { tensor: step, shape: [], data: Float32Array.of(index + 1) },
        ...fed.flatMap((tensor, at) => {
          const value = gradientsOf[index]?.[at];
          return value ? [{ tensor, ...value }] : [];
        }),
      ],
      [done],
    );
  }
  const read = (each: readonly Variable[]): number[][] =>
    session
      .run(
        [],
        each.map((variable) => variable.read),
      )
      .map((value) => [...value]);
  const result = { weights: read(variables), averages: read(average.averages) };
  session.close();
  return result;
}

function expectEqual(actual: number[][], peer: number[][] | undefined): void {
  expect(actual.flat()).toHaveLength(16);
  for (const [index, value] of actual.flat().entries()) {
    // Relative to the size of the steps: float32 rounding over 20 steps.
    expect(Math.abs(value - (peer?.flat()[index] ?? NaN))).toBeLessThan(2e-5);
  }
}

describe('twenty steps of every optimiser move weights as Keras moves them, within 2e-5', () => {
  it.each(Object.entries(CASES))('%s', (name, [options]) => {
    expectEqual(train(options, name.startsWith('clipped') ? 3 : null).weights, expected[name]);
  });
});

it('the moving average of the weights follows them as TensorFlow’s does', () => {
  expectEqual(train({ kind: 'sgd', momentum: 0 }, null).averages, expected.average);
});
