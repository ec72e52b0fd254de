import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { FailureError } from '#shared/domain/failure';
import { writeWhole } from '../files/writeWhole';

/** First bytes of a checkpoint. */
const MAGIC = 'smearscope checkpoint 1\n';
const HASH_BYTES = 32;

/** Arrays by name, and what they are the state of. */
export interface Checkpointed<T> {
  readonly head: T;
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

/**
 * Writes a checkpoint, whole or not at all, as writeWhole. The file holds the head as JSON, the arrays (little-endian float32) one after the other,
 * and the SHA-256 of all before it. Gives its size in bytes.
 */
export async function writeCheckpoint(
  path: string,
  unfinished: string,
  { head, arrays }: Checkpointed<unknown>,
): Promise<number> {
  const sizes = [...arrays].map(([name, { length }]) => [name, length]);
  const text = Buffer.from(JSON.stringify({ head, sizes }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const hash = createHash('sha256');
  let bytes = 0;
  await writeWhole(path, unfinished, async (file) => {
    const write = async (data: Uint8Array): Promise<void> => {
      hash.update(data);
      bytes += data.length;
      await file.writeFile(data);
    };
    for (const data of [Buffer.from(MAGIC), length, text]) await write(data);
    for (const { buffer, byteOffset, byteLength } of arrays.values())
      await write(new Uint8Array(buffer, byteOffset, byteLength));
    const digest = hash.digest();
    await file.writeFile(digest);
    bytes += digest.length;
  });
  return bytes;
}

/** Reads a checkpoint whose head fits the schema. FailureError `checkpoint-damaged` names the file that was cut or changed. */
export async function readCheckpoint<S extends z.ZodType>(path: string, schema: S): Promise<Checkpointed<z.infer<S>>> {
  const bytes = await readFile(path);
  const body = bytes.subarray(0, bytes.length - HASH_BYTES);
  const whole = createHash('sha256').update(body).digest().equals(bytes.subarray(body.length));
  if (!whole || !body.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) throw damaged(path);
  const start = MAGIC.length + 4 + body.readUInt32LE(MAGIC.length);
  const { head, sizes } = JSON.parse(body.toString('utf8', MAGIC.length + 4, start)) as {
    head: unknown;
    sizes: [string, number][];
  };
  const parsed = schema.safeParse(head);
  if (!parsed.success) throw damaged(path);
  // A copy begins where a float may.
  const values = new Float32Array(new Uint8Array(body.subarray(start)).buffer);
  const arrays = new Map<string, Float32Array>();
  let at = 0;
  for (const [name, size] of sizes) {
    arrays.set(name, values.slice(at, at + size));
    at += size;
  }
  return { head: parsed.data, arrays };
}

function damaged(path: string): FailureError {
  return new FailureError(
    'checkpoint-damaged',
    `The checkpoint ${path} was cut or changed.`,
    'The run goes on from the one before it; check the disk if it happens again.',
  );
}
