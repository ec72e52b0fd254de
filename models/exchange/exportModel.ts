import { dirname } from 'node:path';
import type { ExportFormat, ModelCard } from '#shared/domain/model';
import { FailureError } from '#shared/domain/failure';
import { modelGraph } from '../inference/modelGraph';
import { servedModel } from '../inference/networkGraph';
import { readWeights } from '../files/weightsFile';
import { encodeKerasFile } from './kerasFile';
import { readModelFolder } from '../files/modelFolder';
import { writeFolder } from '../files/writeFolder';

export interface ModelExport {
  readonly modelFolder: string;
  readonly format: ExportFormat;
  /** Made whole or not at all. */
  readonly out: string;
  /** Folder of the published backbones. */
  readonly pretrained: string;
}

/**
 * Writes a model for other programs, its card beside it: `saved-model` (TensorFlow's, `pixels` uint8 [n, side, side, 3] to `logits` and `probabilities`), `tfjs` (model.json and weights.bin for
 * tf.loadLayersModel: preprocessed pixels to logits), `keras` (weights by layer name in Keras' legacy .h5). Gives the paths in the folder.
 * FailureError `model-invalid`; `invalid-argument` for a form that a quick model does not have, or a folder that is there already.
 */
export async function exportModel({ modelFolder, format, out, pretrained }: ModelExport): Promise<string[]> {
  const { card, files } = await readModelFolder(modelFolder);
  const exported = new Map<string, Uint8Array>([['card.json', Buffer.from(`${JSON.stringify(card, null, 2)}\n`)]]);
  if (format === 'saved-model') {
    exported.set('saved_model.pb', servedModel(await modelGraph(modelFolder, pretrained)));
  } else if (format === 'tfjs') {
    requireNetwork(card, format);
    for (const name of ['model.json', 'weights.bin']) exported.set(name, files.get(name) ?? new Uint8Array());
  } else {
    requireNetwork(card, format);
    exported.set('weights.h5', await encodeKerasFile(await readWeights(modelFolder, card.files)));
  }
  await writeFolder(out, dirname(out), exported);
  return [...exported.keys()];
}

function requireNetwork({ name, recipe }: ModelCard, format: ExportFormat): void {
  if (recipe.kind !== 'quick') return;
  throw new FailureError(
    'invalid-argument',
    `"${name}" is a quick model: a head on pooled features, which the form ${format} cannot hold.`,
    'Export it as saved-model.',
  );
}
