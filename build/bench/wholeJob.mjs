// The whole classify job beside a plain Python script, with what the program logs of it and the memory it takes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bootstrap/places.mjs';
import { SetupError } from '../bootstrap/run.mjs';
import { runPeer, weights } from './context.mjs';
import { memoryAt, watchedClassify } from './watchedJob.mjs';

/** @param {import('./context.mjs').Context} context */
export async function wholeJob(context) {
  const { work, images } = context;
  if (!images) throw new SetupError('The whole job needs images: npm run bench -- job FOLDER_PER_CLASS');
  const { seconds, memory, jobMilliseconds, graphMilliseconds, blockedMilliseconds } = await watchedClassify(
    context,
    images,
    'workspace',
  );
  const { inputSize } = JSON.parse(readFileSync(join(root, 'models', 'starter', 'card.json'), 'utf8'));
  const peerStart = performance.now();
  const script = await runPeer(context, 'keras_classify.py', [
    weights,
    images,
    String(inputSize),
    join(work, 'peer.csv'),
  ]);
  const peerSeconds = (performance.now() - peerStart) / 1000;
  console.log(
    `Whole job, ${script.images} files at ${inputSize} px: ours ${seconds.toFixed(1)} s, plain script (Keras ${script.version}) ${peerSeconds.toFixed(1)} s (ratio ${(seconds / peerSeconds).toFixed(2)})`,
  );
  console.log(
    `  of the job's ${(jobMilliseconds / 1000).toFixed(1)} s, ${((100 * graphMilliseconds) / jobMilliseconds).toFixed(0)} % in the graph; main was blocked for ${blockedMilliseconds} ms at most`,
  );
  console.log(
    `  resident memory of both processes at 25, 50, 75 and 95 % of the time: ${memoryAt(memory, [0.25, 0.5, 0.75, 0.95]).join(', ')} MiB`,
  );
}
