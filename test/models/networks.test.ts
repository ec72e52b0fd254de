import { describe, expect, it } from 'vitest';
import { withClassifier } from '#models/architectures/classifierHead';
import { declareBackbone } from '#models/architectures/declare';
import { efficientNet } from '#models/architectures/efficientNet';
import { layerList } from '#models/architectures/layerList';
import type { Backbone } from '#models/architectures/layerWriter';
import { tf, type LayersModel, type TensorData } from '#models/backend/tensorflow';
import { gradients } from '#models/graph/gradients';
import { Graph, type GraphTensor } from '#models/graph/graph';
import { sum } from '#models/graph/operations/reduction';
import { Session, type Feed } from '#models/graph/session';
import { weightName } from '#models/lowering/layerWeights';
import { lower } from '#models/lowering/lower';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { networkNameSchema, type HeadOptions, type NetworkName, type TrainedLayers } from '#shared/domain/recipe';
import { distance } from '../support/distance';
import { values } from '../support/graphs';
import { temporaryFolder } from '../support/temporary';
import { trainingGraph } from '../support/training';

const SIDE = 32;
const COUNT = 3;
const CLASSES = 5;
const NAMES = networkNameSchema.options;

function referenceHead(): HeadOptions {
  const recipe = defaultRecipe('transfer');
  if (recipe.kind === 'quick') throw new Error('no head');
  return recipe.head;
}

/** A network with the reference recipe's classifier, all weights random: statistics too. */
function randomNetwork(name: NetworkName): { model: LayersModel; backbone: Backbone } {
  const backbone = declareBackbone(name, { size: SIDE, weights: 'random', seed: 4 });
  const model = withClassifier(backbone, { classes: CLASSES, head: referenceHead(), seed: 5 });
  tf.tidy(() => {
    for (const layer of model.layers) {
      if (layer.getClassName() !== 'BatchNormalization') continue;
      const ranges = [
        [0.5, 1.5],
        [-0.2, 0.2],
        [-0.2, 0.2],
        [0.5, 1.5],
      ];
      layer.setWeights(
        layer.getWeights().map((weight, index) => {
          const [low, high] = ranges[index] ?? [];
          return tf.randomUniform(weight.shape, low, high, 'float32', index + 1);
        }),
      );
    }
  });
  return { model, backbone };
}

/** What a network takes, from noise of 0 to 240. */
function pixelsFor({ centre, scale }: Backbone['input']): Float32Array {
  return values(1, [COUNT, SIDE, SIDE, 3]).data.map((value) => (Math.abs(value) * 60 - centre) * scale);
}
const pixels = pixelsFor({ centre: 0, scale: 1 });

describe('every network by its name', () => {
  it.each(NAMES)('%s has a list of its layers, and leaves no tensor behind', (name) => {
    const before = tf.memory().numTensors;
    const { model, blocks } = declareBackbone(name, { size: SIDE, weights: 'published', seed: 0 });
    const layers = layerList(model, { kind: 'all' });
    expect(layers.map(({ index }) => index)).toEqual(layers.map((_, index) => index));
    expect(layers.reduce((total, { parameters }) => total + parameters, 0)).toBe(model.countParams());
    expect(layers.at(-1)?.outputShape).toEqual(model.outputs[0]?.shape.slice(1));
    expect(blocks.at(-1)).toBe(layers.at(-1)?.name);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('begins with weights that repeat for a seed, and are spread as in Tan & Le’s code', () => {
    const [one, same, other] = [1, 1, 2].map((seed) => {
      const { model } = declareBackbone('small-residual', { size: SIDE, weights: 'random', seed });
      const kernels = ['block2a_1_conv', 'block2a_shortcut_conv', 'block3a_1_conv'].map((name) => {
        return model.getLayer(name).getWeights()[0]?.dataSync<'float32'>() ?? failed();
      });
      model.dispose();
      return kernels;
    });
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    // Variance 2 / fan out, of 3 x 3 kernels with 128 outputs.
    const [, , kernel = new Float32Array()] = one ?? [];
    const variance = kernel.reduce((total, value) => total + value * value, 0) / kernel.length;
    expect(variance * 9 * 128).toBeGreaterThan(1.95);
    expect(variance * 9 * 128).toBeLessThan(2.05);
  });

  it('B0 to B2 have as many parameters as Keras’, less its count of the images that it was normalised by', () => {
    const counts = (['efficientnet-b0', 'efficientnet-b1', 'efficientnet-b2'] as const).map((name) => {
      const { model } = declareBackbone(name, { size: SIDE, weights: 'published', seed: 0 });
      const count = model.countParams();
      model.dispose();
      return count;
    });
    // keras.io/api/applications, without the classifier.
    expect(counts.map((count) => count + 1)).toEqual([4_049_571, 6_575_239, 7_768_569]);
  });

  it.each(['efficientnet-lite2', 'efficientnet-b2', 'small-plain', 'small-residual'] as const)(
    '%s with the reference classifier gives as a graph what tf.layers gives',
    (name) => {
      const { model, backbone } = randomNetwork(name);
      const data = pixelsFor(backbone.input);
      const graph = new Graph();
      const input = graph.placeholder('pixels', 'float32', [null, SIDE, SIDE, 3]);
      const output = tensorOf(lower(graph, model, input), 'head_output');
      const [ours] = run(graph, [feedOf(input, data)], [output]);
      expect(distance(ours, predict(model, data))).toBeLessThan(1e-4);
      model.dispose();
    },
  );

  it('is refused where a layer has no lowering, by name', () => {
    const input = tf.input({ shape: [SIDE, SIDE, 3] });
    const output = tf.layers.upSampling2d({ name: 'bigger' }).apply(input);
    if (!(output instanceof tf.SymbolicTensor)) throw new Error('no output');
    const graph = new Graph();
    const pixelsIn = graph.placeholder('pixels', 'float32', [null, SIDE, SIDE, 3]);
    expect(() => lower(graph, tf.model({ inputs: input, outputs: output }), pixelsIn)).toThrow(
      'Layer "bigger" is a UpSampling2D, which has no lowering.',
    );
  });

  it('comes back from a saved tf.layers model as it was', async () => {
    const { model } = efficientNet('b0', SIDE, { weights: 'imagenet', seed: 1 });
    const folder = await temporaryFolder();
    await model.save(`file://${folder}`);
    const opened = await tf.loadLayersModel(`file://${folder}/model.json`);
    expect(layerList(opened, { kind: 'all' })).toEqual(layerList(model, { kind: 'all' }));
    expect(JSON.stringify(opened.getLayer('block2b_drop').getConfig())).toContain('"noiseShape":[null,1,1,1]');
    expect(predict(opened)).toEqual(predict(model));
    opened.dispose();
    model.dispose();
  });
});

/** A training graph of a network of which a rule's layers train. */
function training(model: LayersModel, rule: TrainedLayers): ReturnType<typeof trainingGraph> {
  const trained = new Set(layerList(model, rule).flatMap(({ name, trainable }) => (trainable ? [name] : [])));
  return trainingGraph(model, SIDE, (name) => trained.has(name));
}

describe('layers that do not train', () => {
  it('run as at inference, and hold no variables', () => {
    const { model, backbone } = randomNetwork('efficientnet-b0');
    const { lowered, feeds, open } = training(model, { kind: 'head' });
    expect(new Set(lowered.variables.map(({ name }) => name.split('/')[0]))).toEqual(
      new Set(['head_bn', 'head_1_dense', 'head_1_bn', 'head_2_dense', 'head_2_bn', 'head_3_dense', 'head_output']),
    );
    const session = open();
    const [frozen] = session.run(feeds(pixels, COUNT, 0), [tensorOf(lowered.tensors, 'top_activation')]);
    session.close();
    expect(distance(frozen, predict(backbone.model))).toBeLessThan(1e-4);
    model.dispose();
  });

  it('keep their statistics, while those of layers that train move', () => {
    const { model } = randomNetwork('efficientnet-b0');
    const { graph, lowered, feeds, open } = training(model, { kind: 'blocks', blocks: ['block7', 'top'] });
    const statistics = lowered.variables.filter(({ trainable }) => !trainable);
    expect(new Set(statistics.map(({ name }) => name.split('/')[0]))).toEqual(
      new Set(['block7a_expand_bn', 'block7a_bn', 'block7a_project_bn', 'top_bn', 'head_bn', 'head_1_bn', 'head_2_bn']),
    );
    const step = graph.after('step', lowered.updates);
    const reads = statistics.map(({ variable }) => variable.readAfter(`${variable.name}/moved`, []));
    const session = open();
    session.run(feeds(pixels, COUNT, 0), [step]);
    const moved = session.run([], reads);
    session.close();
    statistics.forEach(({ name, initial }, index) => {
      expect(distance(moved[index], initial), name).toBeGreaterThan(1e-6);
    });
    model.dispose();
  });

  it('among them batch norms between convolutions that train: outputs and derivatives are those of tf.layers', () => {
    const { model, backbone } = randomNetwork('efficientnet-b0');
    const rule = { kind: 'beyond', freezeFirst: layerIndex(model, 'block6d_add'), convolutionsOnly: true } as const;
    const { graph, lowered, feeds, open } = training(model, rule);
    const kernels = lowered.variables.filter(({ name }) => !name.startsWith('head_'));
    expect(kernels.map(({ name }) => name)).toEqual([
      'block7a_expand_conv/kernel',
      'block7a_dwconv/depthwise_kernel',
      'block7a_se_reduce/kernel',
      'block7a_se_reduce/bias',
      'block7a_se_expand/kernel',
      'block7a_se_expand/bias',
      'block7a_project_conv/kernel',
      'top_conv/kernel',
    ]);
    const output = tensorOf(lowered.tensors, 'top_activation');
    const derivatives = gradients(
      graph,
      sum(graph, 'total', output, [0, 1, 2, 3]),
      kernels.map(({ variable }) => variable.read),
    );
    const session = open();
    const [ours, ...ourDerivatives] = session.run(feeds(pixels, COUNT, 0), [output, ...derivatives]);
    session.close();
    expect(distance(ours, predict(backbone.model))).toBeLessThan(1e-4);
    const theirs = layersGradients(
      backbone.model,
      kernels.map(({ name }) => name),
    );
    kernels.forEach(({ name }, index) => {
      expect(distance(ourDerivatives[index], theirs.get(name) ?? []), name).toBeLessThan(1e-3);
    });
    model.dispose();
  });
});

describe('dropout in training', () => {
  it('drops whole samples at a residual block, the same for a seed, and grows with depth', () => {
    const { model, blocks } = efficientNet('b0', SIDE, { weights: 'own', seed: 1, dropConnect: 0.9 });
    expect(blocks).toHaveLength(17);
    const rates = model.layers
      .filter((layer) => layer.getClassName() === 'Dropout')
      .map((layer) => layer.getConfig().rate);
    expect(rates).toHaveLength(9);
    expect(rates).toEqual(rates.toSorted());
    const { lowered, feeds, open } = training(model, { kind: 'all' });
    const fetches = ['block6d_drop', 'block6d_project_bn'].map((name) => tensorOf(lowered.tensors, name));
    const session = open();
    const masks = [1, 1, 2, 3, 4].map((step) => {
      const [dropped, whole] = session.run(feeds(pixels, COUNT, step), fetches);
      return Array.from({ length: COUNT }, (_, sample) => {
        const size = (whole?.length ?? 0) / COUNT;
        const factors = new Set<string>();
        for (let index = sample * size; index < (sample + 1) * size; index++) {
          factors.add(((dropped?.[index] ?? NaN) / (whole?.[index] ?? NaN)).toFixed(3));
        }
        return [...factors].join();
      });
    });
    session.close();
    // 0.9 x 14 / 16: block6d is the fifteenth of sixteen.
    const kept = (1 / (1 - (0.9 * 14) / 16)).toFixed(3);
    expect(new Set(masks.flat())).toEqual(new Set(['0.000', kept]));
    expect(masks[0]).toEqual(masks[1]);
    expect(new Set(masks.map((mask) => mask.join())).size).toBeGreaterThan(1);
    model.dispose();
  });
});

/** Derivatives of the sum of a network's outputs at inference, by tf.layers. */
function layersGradients(model: LayersModel, names: readonly string[]): ReadonlyMap<string, TensorData> {
  const variables = names.map((name) => {
    const layer = model.getLayer(name.slice(0, name.indexOf('/')));
    const weight = layer.trainableWeights.find((each) => weightName(each.name) === name.slice(name.indexOf('/') + 1));
    const value = weight?.read();
    return value instanceof tf.Variable ? value : failed();
  });
  const { value, grads } = tf.variableGrads(() => {
    const output = model.apply(tf.tensor4d(pixels, [COUNT, SIDE, SIDE, 3]), { training: false });
    return output instanceof tf.Tensor ? tf.sum(output).asScalar() : failed();
  }, variables);
  const derivatives = new Map(
    names.map((name, index) => [name, grads[variables[index]?.name ?? '']?.dataSync() ?? failed()]),
  );
  tf.dispose([value, grads]);
  return derivatives;
}

function run(graph: Graph, feeds: readonly Feed[], fetches: readonly GraphTensor[]): TensorData[] {
  const session = Session.open(graph);
  try {
    return session.run(feeds, fetches);
  } finally {
    session.close();
  }
}

function predict(model: LayersModel, data = pixels): TensorData {
  return tf.tidy(() => {
    const predicted = model.predict(tf.tensor4d(data, [COUNT, SIDE, SIDE, 3]));
    if (Array.isArray(predicted)) throw new Error('more than one output');
    return predicted.dataSync();
  });
}

function layerIndex(model: LayersModel, name: string): number {
  return model.layers.findIndex((layer) => layer.name === name) + 1;
}

function tensorOf(tensors: ReadonlyMap<string, GraphTensor>, name: string): GraphTensor {
  return tensors.get(name) ?? failed();
}

function feedOf(tensor: GraphTensor, data = pixels): Feed {
  return { tensor, shape: [COUNT, SIDE, SIDE, 3], data };
}

function failed(): never {
  throw new Error('not there');
}
