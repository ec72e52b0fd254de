// The whole classify job beside a plain Python script, with what the program logs of it and the memory it takes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bootstrap/places.mjs';
import { SetupError } from '../bootstrap/run.mjs';
import { z } from 'zod';
import { runPeer, weights, type Part, print } from './context';
import { memoryAt, watchedClassify } from './watchedJob';

const peerSchema = z.object({ images: z.number(), version: z.string() });
const cardSchema = z.object({ inputSize: z.number() });

/** Prints the time of both, their ratio, and what ours was busy with. */
export const wholeJob: Part = async (context) => {
  const { work, images } = context;
  if (!images) throw new SetupError('The whole job needs images: npm run bench -- job FOLDER_PER_CLASS');
  const { seconds, memory, jobMilliseconds, graphMilliseconds, blockedMilliseconds } = await watchedClassify(
    context,
    images,
    'workspace',
  );
  const card: unknown = JSON.parse(readFileSync(join(root, 'models', 'starter', 'card.json'), 'utf8'));
  const { inputSize } = cardSchema.parse(card);
  const peerStart = performance.now();
  const script = await runPeer(
    context,
    'keras_classify.py',
    [weights, images, String(inputSize), join(work, 'peer.csv')],
    peerSchema,
  );
  const peerSeconds = (performance.now() - peerStart) / 1000;
  print(
    `Whole job, ${String(script.images)} files at ${String(inputSize)} px: ours ${seconds.toFixed(1)} s, plain script (Keras ${script.version}) ${peerSeconds.toFixed(1)} s (ratio ${(seconds / peerSeconds).toFixed(2)})`,
  );
  print(
    `  of the job's ${(jobMilliseconds / 1000).toFixed(1)} s, ${((100 * graphMilliseconds) / jobMilliseconds).toFixed(0)} % in the graph; main was blocked for ${String(blockedMilliseconds)} ms at most`,
  );
  print(
    `  resident memory of both processes at 25, 50, 75 and 95 % of the time: ${memoryAt(memory, [0.25, 0.5, 0.75, 0.95]).join(', ')} MiB`,
  );
};
