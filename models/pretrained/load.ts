import { join } from 'node:path';
import { z } from 'zod';
import { parseModelJson, readModelFile, readWeights, type Weights } from '../files/weightsFile';

const cardSchema = z.object({ name: z.string(), licence: z.string(), files: z.record(z.string(), z.string()) });

/** Weights of a published network. */
export interface Pretrained {
  readonly name: string;
  /** SHA-256 of weights.bin. */
  readonly sha256: string;
  /** By `<layer>/<weight>`. */
  readonly weights: Weights;
}

/** Reads the weights in a folder of models/pretrained and checks them against their card. FailureError `model-invalid` names the file that is missing, cut or changed. */
export async function loadPretrained(folder: string): Promise<Pretrained> {
  const path = join(folder, 'card.json');
  const card = parseModelJson(path, await readModelFile(path), cardSchema, 'card of a network');
  const weights = await readWeights(folder, card.files);
  return { name: card.name, sha256: card.files['weights.bin'] ?? '', weights };
}
