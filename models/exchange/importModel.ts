import type { ModelCard } from '#shared/domain/model';
import { modelIdSchema } from '#shared/domain/ids';
import { FailureError } from '#shared/domain/failure';
import { Classifier } from '../inference/classifier';
import { invalidModel } from '../files/weightsFile';
import { readModelFolder, writeModelFolder } from '../files/modelFolder';

export interface ModelImport {
  readonly from: string;
  /** Where the model folder is written: made whole or not at all. */
  readonly modelFolder: string;
  /** The id it gets, whatever it was called before. */
  readonly modelId: string;
  /** Folder of the published backbones. */
  readonly pretrained: string;
}

/**
 * Takes a model folder in, once it is checked: every file its card names has its hash, the network is whole, and it gives probabilities. Gives the card under its new id.
 * FailureError `model-invalid`, `model-mismatch`, `disk-full`.
 */
export async function importModel({ from, modelFolder, modelId, pretrained }: ModelImport): Promise<ModelCard> {
  const { card, files } = await modelFolderToImport(from);
  const classifier = await Classifier.open(from, pretrained);
  try {
    const blank = new Uint8Array(card.inputSize ** 2 * 3).fill(255);
    const [answer] = classifier.classify(blank, 1);
    const sum = answer?.probabilities.reduce((total, each) => total + each, 0) ?? NaN;
    if (!(Math.abs(sum - 1) < 1e-3)) throw invalidModel(from, 'gives no probabilities: its weights are no numbers');
  } finally {
    classifier.close();
  }
  return writeModelFolder(modelFolder, { ...card, id: modelIdSchema.parse(modelId) }, files);
}

/** As readModelFolder, with what a folder must hold to be taken in. */
async function modelFolderToImport(from: string): ReturnType<typeof readModelFolder> {
  try {
    return await readModelFolder(from);
  } catch (error) {
    if (!(error instanceof FailureError) || error.failure.code !== 'model-invalid') throw error;
    throw new FailureError(
      'model-invalid',
      error.failure.message,
      'A model folder holds card.json and every file that it names, as a folder in models/ of a workspace does; what export writes is for other programs.',
      { cause: error },
    );
  }
}
