import type { QuickEvent } from '#shared/compute/protocol';
import type { ModelCard } from '#shared/domain/model';
import type { Precision } from '#shared/domain/precision';
import type { FitRecipe } from '#shared/domain/recipe';
import type { Network } from '../architectures/network';
import { hasBfloat16 } from '../backend/device';
import { Session } from '../graph/session';
import { BATCH } from '../inference/classifier';
import { networkGraph, servedModel } from '../inference/networkGraph';
import { layersModelJson } from '../pretrained/layersModel';
import { setWeights, valuesOf, weightsIn } from '../pretrained/networkWeights';
import { asStored } from '../files/weightsFile';
import { batchesOf } from '../data/batches';
import { cardOf } from './card';
import type { FitData } from './fitData';
import { judge, judgeBfloat16, type Scored } from './judge';
import { writeTrainedModel } from '../files/modelFolder';
import { tellPredictions } from './predictions';
import type { Progress, Stages } from './progress';
import type { Part } from '../data/split';

export interface Finishing {
  readonly name: string;
  readonly modelId: string;
  readonly description: string;
  readonly modelFolder: string;
  readonly recipe: FitRecipe;
  /** With its final weights. */
  readonly network: Network;
  readonly data: FitData;
  readonly backbone: ModelCard['backbone'];
  readonly stage: Stages;
  readonly tell: (event: QuickEvent) => void;
}

/**
 * Makes a model of a trained network: calibrated on the validation part, evaluated on the locked part, both with the graph that will classify. Its folder holds the weights as
 * tf.layers reads them (model.json, weights.bin), the frozen graph (saved_model/) and the card. Tells what it calls each image of the locked part. FailureError `disk-full`, `cancelled`.
 */
export async function finish(finishing: Finishing): Promise<ModelCard> {
  const { modelFolder, recipe, network, data, stage, tell } = finishing;
  // What is stored is what is calibrated and judged.
  setWeights(network.model, valuesOf(asStored(weightsIn(network.model), recipe.weightPrecision)));
  const validation = await score(
    finishing,
    'validation',
    'float32',
    stage('calibrating', data.parts.validation.length),
  );
  const bfloat16 = hasBfloat16()
    ? judgeBfloat16(data.classIds.length, {
        float32: validation,
        bfloat16: await score(finishing, 'validation', 'bfloat16', stage('calibrating', data.parts.validation.length)),
      })
    : null;
  const test = await score(finishing, 'test', 'float32', stage('evaluating', data.parts.test.length));
  const judged = judge(data.classIds, { validation, test }, recipe.targetError);
  const card = cardOf({
    ...finishing,
    classIds: data.classIds,
    inputSize: recipe.workingSize,
    judged,
    bfloat16,
    used: data.parts,
    findings: data.findings,
  });
  await stage('saving', 1)(0);
  const weights = weightsIn(network.model);
  const whole = await writeTrainedModel(
    modelFolder,
    card,
    weights,
    new Map([
      ['model.json', layersModelJson(network.model, weights, recipe.weightPrecision)],
      ['saved_model/saved_model.pb', servedModel(networkGraph(recipe, network, judged))],
    ]),
  );
  tellPredictions(tell, data.parts.test, data.classIds, test, judged.temperature);
  return whole;
}

async function score(
  { recipe, network, data }: Finishing,
  part: Part,
  precision: Precision,
  progress: Progress,
): Promise<Scored> {
  const images = data.parts[part];
  const classes = data.classIds.length;
  const { graph, pixels, logits } = networkGraph(recipe, network, { precision });
  const session = Session.open(graph);
  try {
    const all = new Float32Array(images.length * classes);
    const shape = [recipe.workingSize, recipe.workingSize, 3];
    let done = 0;
    for await (const batch of batchesOf(data.cache, images, BATCH)) {
      const count = batch.images.length;
      const [result] = session.run([{ tensor: pixels, shape: [count, ...shape], data: batch.pixels }], [logits]);
      if (!(result instanceof Float32Array)) throw new Error('The network gave no logits.');
      all.set(result, done * classes);
      done += count;
      await progress(done);
    }
    return { logits: all, truth: images.map(({ classId }) => data.classIds.indexOf(classId)) };
  } finally {
    session.close();
  }
}
