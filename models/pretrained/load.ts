import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FailureError } from '#shared/ipc/failure';

const cardSchema = z.object({ name: z.string(), licence: z.string(), files: z.record(z.string(), z.string()) });
const specsSchema = z.array(z.object({ name: z.string(), shape: z.array(z.int().positive()) }));

/** Weights of a published network. */
export interface Pretrained {
  readonly name: string;
  /** SHA-256 of weights.bin. */
  readonly sha256: string;
  /** float32 by `<layer>/<weight>`; views into one buffer, not to be changed. */
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
}

/** Reads the weights in a folder of models/pretrained and checks them against their card. FailureError `model-invalid` names the file that is missing, cut or changed. */
export async function loadPretrained(folder: string): Promise<Pretrained> {
  const card = cardSchema.parse(JSON.parse((await read(folder, 'card.json')).toString('utf8')));
  const [specsFile, packed] = await Promise.all([checked(folder, 'weights.json', card.files), checked(folder, 'weights.bin', card.files)]);
  const specs = specsSchema.parse(JSON.parse(specsFile.toString('utf8')));
  const values = new Float32Array(new Uint8Array(packed).buffer);
  const weights = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  let at = 0;
  for (const { name, shape } of specs) {
    const size = shape.reduce((product, side) => product * side, 1);
    weights.set(name, { shape, data: values.subarray(at, at + size) });
    at += size;
  }
  return { name: card.name, sha256: card.files['weights.bin'] ?? '', weights };
}

async function checked(folder: string, file: string, hashes: Readonly<Record<string, string>>): Promise<Buffer> {
  const data = await read(folder, file);
  if (createHash('sha256').update(data).digest('hex') !== hashes[file]) {
    throw invalid(join(folder, file), 'is not the file its card describes: it was cut or changed');
  }
  return data;
}

async function read(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (error) {
    throw invalid(join(folder, file), `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

function invalid(path: string, reason: string): FailureError {
  return new FailureError('model-invalid', `The weights file ${path} ${reason}.`, 'Install Smearscope again; your workspace stays as it is.');
}
