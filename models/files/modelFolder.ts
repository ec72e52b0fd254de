import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { modelCardSchema, type ModelCard } from '#shared/domain/model';
import { UNFINISHED } from '#shared/domain/unfinished';
import { encodeWeights, invalidModel, parseModelJson, readModelFile, type Weights } from './weightsFile';
import { writeFolder } from './writeFolder';

/** A file's path in a model folder: names of letters, digits, dot, dash and underscore, none of which leads out of it. */
const SAFE_PATH = /^(?!.*\.\.)[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*)*$/;

/**
 * Writes a model folder, made whole or not at all: its weights in the precision of its recipe, `others` by their path in the folder, and the card with the SHA-256 of each.
 * Gives the whole card. FailureError as writeFolder.
 */
export function writeTrainedModel(
  folder: string,
  card: Omit<ModelCard, 'files'>,
  weights: Weights,
  others: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<ModelCard> {
  const { recipe } = card;
  const precision = recipe.kind === 'quick' ? 'float32' : recipe.weightPrecision;
  return writeModelFolder(folder, card, new Map([...encodeWeights(weights, precision), ...others]));
}

/** Writes a model folder of these files and a card that names them. Gives the whole card. FailureError as writeFolder. */
export async function writeModelFolder(
  folder: string,
  card: Omit<ModelCard, 'files'>,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<ModelCard> {
  const hashes = Object.fromEntries([...files].map(([name, bytes]) => [name, sha256(bytes)]));
  const whole: ModelCard = { ...card, files: hashes };
  const text = Buffer.from(`${JSON.stringify(whole, null, 2)}\n`);
  await writeFolder(folder, join(dirname(folder), UNFINISHED), new Map([...files, ['card.json', text]]));
  return whole;
}

/** Reads and checks a model folder's card. FailureError `model-invalid` says what is wrong. */
export async function readCard(folder: string): Promise<ModelCard> {
  const path = join(folder, 'card.json');
  return parseModelJson(path, await readModelFile(path), modelCardSchema, 'model card');
}

/** The card of a model folder and the files it names, by path. FailureError `model-invalid` names the file that is missing, cut, changed, or has no place in a model folder. */
export async function readModelFolder(
  folder: string,
): Promise<{ card: ModelCard; files: ReadonlyMap<string, Uint8Array> }> {
  const card = await readCard(folder);
  const files = new Map<string, Uint8Array>();
  for (const [name, hash] of Object.entries(card.files)) {
    if (!SAFE_PATH.test(name))
      throw invalidModel(join(folder, 'card.json'), `names a file outside its folder (${name})`);
    const bytes = await readModelFile(join(folder, name));
    if (sha256(bytes) !== hash)
      throw invalidModel(join(folder, name), 'is not the file its card describes: it was cut or changed');
    files.set(name, bytes);
  }
  return { card, files };
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
