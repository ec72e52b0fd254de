import { createHash } from 'node:crypto';
import { FailureError } from '#shared/domain/failure';
import { efficientNet, type EfficientNetVariant } from '../architectures/efficientNet';
import type { LayersModel } from '../backend/tensorflow';
import { weightName } from '../lowering/layerWeights';
import type { Pretrained } from './load';
import { readKerasFile } from './readKerasFile';
import { invalidModel, readModelFile, type Weight, type Weights } from '../files/weightsFile';

const TITLES: Readonly<Record<EfficientNetVariant, string>> = {
  b0: 'EfficientNetB0',
  b1: 'EfficientNetB1',
  b2: 'EfficientNetB2',
};
const VARIANTS = ['b0', 'b1', 'b2'] as const;

/**
 * Weights of an EfficientNet from a Keras `.h5` file, with or without its classifier, checked layer by layer, for `assignPretrained`.
 * FailureError `model-mismatch` for another network's file, `model-invalid` for one that is cut, damaged, of another format, or lacks weights; both name the file.
 */
export async function loadKerasBackbone(path: string, variant: EfficientNetVariant): Promise<Pretrained> {
  const found = await readKerasFile(path);
  const fit = fitBackbone(found, variant);
  if (fit.problem === null) {
    const sha256 = createHash('sha256')
      .update(await readModelFile(path))
      .digest('hex');
    return { name: `efficientnet-${variant}`, sha256, weights: fit.weights };
  }
  const other = VARIANTS.find((each) => each !== variant && fitBackbone(found, each).problem === null);
  if (other) {
    throw new FailureError(
      'model-mismatch',
      `The file ${path} holds weights of ${TITLES[other]}, not of ${TITLES[variant]}.`,
      `Choose ${TITLES[other]} as the backbone, or a file of ${TITLES[variant]}.`,
    );
  }
  throw invalidModel(
    path,
    `does not fit ${TITLES[variant]}: ${fit.problem}`,
    `Choose the file that Keras publishes for ${TITLES[variant]}; its name ends in "_notop.h5".`,
  );
}

type Fit = { readonly problem: null; readonly weights: Weights } | { readonly problem: string };

/** The weights that a network asks for, under the names that it has for them, or what stands against it. Weights beside its blocks that it does not ask for are left out. */
export function fitKerasWeights(found: Weights, model: LayersModel): Fit {
  const names = new Set(model.layers.map(({ name }) => name));
  const layers = new Set([...found.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))));
  const foreign = [...layers].find((layer) => layer.startsWith('block') && !names.has(layer));
  if (foreign !== undefined) return { problem: `it has a layer "${foreign}"` };
  const weights = new Map<string, Weight>();
  const missing: string[] = [];
  for (const layer of model.layers) {
    for (const { name: full, shape } of layer.weights) {
      const own = weightName(full);
      const name = `${layer.name}/${own}`;
      // Keras 3 calls a depthwise kernel a kernel.
      const weight = found.get(name) ?? found.get(`${layer.name}/${own.replace('depthwise_', '')}`);
      if (!weight) missing.push(name);
      else if (weight.shape.join() !== shape.join()) {
        return { problem: `its "${name}" is [${weight.shape.join(', ')}], not [${shape.join(', ')}]` };
      } else weights.set(name, weight);
    }
  }
  const [first] = missing;
  return first === undefined
    ? { problem: null, weights }
    : { problem: `it lacks ${String(missing.length)} weights, the first of which is "${first}"` };
}

function fitBackbone(found: Weights, variant: EfficientNetVariant): Fit {
  const { model } = efficientNet(variant, 32, { weights: 'imagenet' });
  try {
    return fitKerasWeights(found, model);
  } finally {
    model.dispose();
  }
}
