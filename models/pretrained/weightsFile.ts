import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FailureError } from '#shared/ipc/failure';

const specsSchema = z.array(z.object({ name: z.string(), shape: z.array(z.int().positive()) }));

/** A weight: float32, row-major. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights by name, in the order of the file. */
export type Weights = ReadonlyMap<string, Weight>;

/**
 * Reads weights.bin (little-endian float32, one array after the other) by weights.json (names and shapes) in a folder; both must have the SHA-256 given for them.
 * FailureError `model-invalid` names the file that is missing, cut or changed. The arrays are views into one buffer, not to be changed.
 */
export async function readWeights(folder: string, hashes: Readonly<Record<string, string>>): Promise<Weights> {
  const [specsFile, packed] = await Promise.all([
    readChecked(folder, 'weights.json', hashes),
    readChecked(folder, 'weights.bin', hashes),
  ]);
  const specs = specsSchema.parse(JSON.parse(specsFile.toString('utf8')));
  const values = new Float32Array(new Uint8Array(packed).buffer);
  const weights = new Map<string, Weight>();
  let at = 0;
  for (const { name, shape } of specs) {
    const size = shape.reduce((product, side) => product * side, 1);
    weights.set(name, { shape, data: values.subarray(at, at + size) });
    at += size;
  }
  return weights;
}

/** The bytes of weights.json and weights.bin, by name. */
export function encodeWeights(weights: Weights): Map<string, Uint8Array> {
  const specs = `${JSON.stringify([...weights].map(([name, { shape }]) => ({ name, shape })))}\n`;
  const packed = Buffer.concat(
    [...weights.values()].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
  return new Map([
    ['weights.json', Buffer.from(specs)],
    ['weights.bin', packed],
  ]);
}

/** A file of a model folder, if its bytes have the SHA-256 given for it; FailureError `model-invalid` otherwise. */
async function readChecked(folder: string, file: string, hashes: Readonly<Record<string, string>>): Promise<Buffer> {
  const path = join(folder, file);
  const data = await readModelFile(path);
  if (sha256(data) !== hashes[file]) {
    throw invalidModel(path, 'is not the file its card describes: it was cut or changed');
  }
  return data;
}

/** FailureError `model-invalid` where the file cannot be read. */
export async function readModelFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw invalidModel(path, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

const HINT =
  'Choose another model, or bring this one back from a backup. If it is part of the program, install Smearscope again; your workspace stays as it is.';

export function invalidModel(path: string, reason: string, hint = HINT): FailureError {
  return new FailureError('model-invalid', `The model file ${path} ${reason}.`, hint);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
