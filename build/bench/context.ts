// What every part of the benchmark shares: where things are, and running the peers.
import { join } from 'node:path';
import { root } from '../bootstrap/places.mjs';
import { run } from '../bootstrap/run.mjs';
import { build } from 'vite';
import type { z } from 'zod';
import { configs } from '../viteConfigs';

export interface Context {
  /** A folder that is gone when the benchmark is over. */
  readonly work: string;
  /** The peers' Python. */
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
  /** Folder of one folder a class. */
  readonly images: string | null;
}

/** A part of the benchmark: prints its figures. */
export type Part = (context: Context) => Promise<void>;

/** The published weights of Lite0, which all peers run. */
export const weights = join(root, 'models', 'pretrained', 'efficientnet-lite0');

const remedy = 'See its words above.';

/** Runs a peer of test/bench/peers; gives the JSON of its last line, which its schema checks. */
export async function runPeer<T>(
  { python, env }: Context,
  name: string,
  args: readonly string[],
  schema: z.ZodType<T>,
): Promise<T> {
  const script = join(root, 'test', 'bench', 'peers', name);
  return lastLine(await run(python, [script, ...args], { cwd: root, env, remedy }), schema);
}

/** Runs a bundle of dist/, as runPeer. */
export async function runBundle<T>(
  { env }: Context,
  name: string,
  args: readonly string[],
  schema: z.ZodType<T>,
): Promise<T> {
  return lastLine(
    await run(process.execPath, [join(root, 'dist', name, 'index.js'), ...args], { cwd: root, env, remedy }),
    schema,
  );
}

/** Bundles a benchmark of test/bench into dist/. */
export async function bundle(name: keyof typeof configs): Promise<void> {
  await build(configs[name]);
}

/** A line of the report, on standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

function lastLine<T>(text: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(text.trim().split('\n').at(-1) ?? ''));
}
