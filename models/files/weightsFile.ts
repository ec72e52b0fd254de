import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Float16Array } from '@petamoriken/float16';
import { z } from 'zod';
import { weightPrecisionSchema, type WeightPrecision } from '#shared/domain/recipe';
import { FailureError } from '#shared/domain/failure';

const specsSchema = z.array(
  z.object({
    name: z.string(),
    shape: z.array(z.int().positive()),
    dtype: weightPrecisionSchema.default('float32'),
  }),
);

/** A weight: float32, row-major. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const BYTES: Readonly<Record<WeightPrecision, number>> = { float32: 4, float16: 2 };

/** Weights by name, in the order of the file. */
export type Weights = ReadonlyMap<string, Weight>;

/**
 * Reads weights.bin (or another `stem`; little-endian, one array after the other) by weights.json (names, shapes, and dtypes where they are not float32) in a folder; both must have the SHA-256 given for them.
 * FailureError `model-invalid` names the file that is missing, cut or changed, or does not fit the other. The arrays are the caller's.
 */
export async function readWeights(
  folder: string,
  hashes: Readonly<Record<string, string>>,
  stem = 'weights',
): Promise<Weights> {
  const [specsFile, packed] = await Promise.all([
    readChecked(folder, `${stem}.json`, hashes),
    readChecked(folder, `${stem}.bin`, hashes),
  ]);
  const specs = parseModelJson(join(folder, `${stem}.json`), specsFile, specsSchema, 'list of weights');
  const sizes = specs.map(({ shape }) => shape.reduce((product, side) => product * side, 1));
  const named = specs.reduce((sum, { dtype }, index) => sum + (sizes[index] ?? 0) * BYTES[dtype], 0);
  if (named !== packed.length) {
    throw invalidModel(
      join(folder, `${stem}.bin`),
      `has ${String(packed.length)} bytes, its ${stem}.json names ${String(named)}`,
    );
  }
  const { buffer } = new Uint8Array(packed);
  const weights = new Map<string, Weight>();
  let at = 0;
  for (const [index, { name, shape, dtype }] of specs.entries()) {
    const bytes = buffer.slice(at, at + (sizes[index] ?? 0) * BYTES[dtype]);
    const data = dtype === 'float32' ? new Float32Array(bytes) : widened(new Uint16Array(bytes));
    if (!areFinite(data))
      throw invalidModel(join(folder, 'weights.bin'), `has weights in "${name}" that are no numbers`);
    weights.set(name, { shape, data });
    at += bytes.byteLength;
  }
  return weights;
}

/** The float32 value of every float16 number, by its bits; made when it is first wanted. */
let everyHalf: Float32Array | null = null;

/** The float32 values of float16 numbers, given by their bits: looked up, since reading a network's millions through the package takes half a second. */
function widened(halves: Uint16Array): Float32Array {
  everyHalf ??= Float32Array.from(new Float16Array(Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits).buffer));
  const values = new Float32Array(halves.length);
  for (let at = 0; at < halves.length; at++) values[at] = everyHalf[halves[at] ?? 0] ?? NaN;
  return values;
}

/** Whether every value is a number, neither NaN nor infinite: any other times 0 is NaN. */
export function areFinite(values: Float32Array): boolean {
  let nothing = 0;
  for (const value of values) nothing += value * 0;
  return nothing === 0;
}

/** The bytes of weights.json and weights.bin, by name. */
export function encodeWeights(
  weights: Weights,
  precision: WeightPrecision = 'float32',
  stem = 'weights',
): Map<string, Uint8Array> {
  const stored = Array.from(weights, ([name, weight]) => ({
    name,
    shape: weight.shape,
    ...storedWeight(weight, precision),
  }));
  const specs = stored.map(({ name, shape, dtype }) => ({ name, shape, ...(dtype !== 'float32' && { dtype }) }));
  const packed = stored.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  return new Map([
    [`${stem}.json`, Buffer.from(`${JSON.stringify(specs)}\n`)],
    [`${stem}.bin`, Buffer.concat(packed)],
  ]);
}

/** The weights with the values that they are stored with. */
export function asStored(weights: Weights, precision: WeightPrecision): Map<string, Weight> {
  return new Map(
    Array.from(weights, ([name, weight]) => {
      const { dtype, values } = storedWeight(weight, precision);
      return [name, dtype === 'float32' ? weight : { ...weight, data: Float32Array.from(values) }];
    }),
  );
}

/** What a weight is stored as: float16 only where it holds every value (to 65,504). */
export function storedWeight(
  { data }: Weight,
  precision: WeightPrecision,
): { readonly dtype: WeightPrecision; readonly values: Float32Array | Float16Array } {
  const halves = precision === 'float16' ? Float16Array.from(data) : null;
  return halves?.every(Number.isFinite) ? { dtype: 'float16', values: halves } : { dtype: 'float32', values: data };
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

/** FailureError `model-invalid` where the file is not there, or cannot be read. */
export async function readModelFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code)))
      throw invalidModel(path, 'is not there');
    throw invalidModel(path, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** What a JSON file of a model holds; FailureError `model-invalid` where it is cut, or is no `what` by the schema. */
export function parseModelJson<S extends z.ZodType>(path: string, bytes: Buffer, schema: S, what: string): z.infer<S> {
  let content: unknown;
  try {
    content = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalidModel(path, 'is cut or no JSON');
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidModel(path, `is no ${what} (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`);
  }
  return parsed.data;
}

const HINT =
  'Choose another model, or bring this one back from a backup. If it is part of the program, install Smearscope again; your workspace stays as it is.';

export function invalidModel(path: string, reason: string, hint = HINT): FailureError {
  return new FailureError('model-invalid', `The model file ${path} ${reason}.`, hint);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
