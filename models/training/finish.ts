import type { QuickEvent } from '#shared/compute/protocol';
import type { ModelCard } from '#shared/domain/model';
import type { Precision } from '#shared/domain/precision';
import type { FitRecipe } from '#shared/domain/recipe';
import type { Part } from '#shared/domain/part';
import type { Network } from '../architectures/network';
import { hasBfloat16 } from '../backend/device';
import { networkGraph, servedModel } from '../inference/networkGraph';
import { encodeReference } from '../inference/reference';
import type { AddColumns } from '../inference/seen';
import { layersModelJson } from '../pretrained/layersModel';
import { setWeights, valuesOf, weightsIn } from '../pretrained/networkWeights';
import { asStored } from '../files/weightsFile';
import { cardOf } from './card';
import type { FitData } from './fitData';
import { judge, judgeBfloat16 } from './judge';
import { familiarityOf, REFERENCE_IMAGES, referenceOf, score, type Scored } from './score';
import { writeTrainedModel } from '../files/modelFolder';
import { tellPredictions } from './predictions';
import type { Progress, Stages } from './progress';

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
  const { validation: held, training } = data.parts;
  const used = {
    data,
    side: recipe.workingSize,
    graphFor: (precision: Precision, addColumns: AddColumns) =>
      networkGraph(recipe, network, { precision, addColumns }),
  };
  const examples = Math.min(REFERENCE_IMAGES, training.length);
  const reference = await referenceOf(used, recipe.seed, stage('calibrating', examples));
  const scored = (part: Part, precision: Precision, progress: Progress): Promise<Scored> =>
    score(used, data.parts[part], { reference, precision }, progress);
  const validation = await scored('validation', 'float32', stage('calibrating', held.length));
  const halved = hasBfloat16() ? await scored('validation', 'bfloat16', stage('calibrating', held.length)) : null;
  const bfloat16 = halved && judgeBfloat16(data.classIds.length, { float32: validation, bfloat16: halved });
  const familiarity = familiarityOf(validation, bfloat16 && halved);
  const test = await scored('test', 'float32', stage('evaluating', data.parts.test.length));
  const judged = judge(data.classIds, { validation, test }, recipe.targetError);
  const card = cardOf({
    ...finishing,
    classIds: data.classIds,
    inputSize: recipe.workingSize,
    judged,
    bfloat16,
    familiarity,
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
      ...encodeReference(reference),
    ]),
  );
  tellPredictions(tell, data.parts.test, data.classIds, test, judged.temperature);
  return whole;
}
