// Epochs from image files beside Keras: the same files, network, augmentation, batch and Adam, with validation. Ours writes a checkpoint after each epoch as well.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../bootstrap/run.mjs';
import { z } from 'zod';
import { bundle, median, runBundle, runPeer, type Part, print } from './context';

/** Files of each class that take part, so that it is a matter of minutes. */
const FILES = '120';

const CASES: readonly { title: string; args: readonly string[] }[] = [
  { title: 'Lite0, all layers', args: ['lite0', '128', '32', '10'] },
  { title: 'Reference recipe, frozen B2', args: ['reference', '260', '32', '4'] },
];

const trainedSchema = z.object({
  training: z.number(),
  validation: z.number(),
  steps: z.number(),
  parameters: z.number(),
  epochs: z.array(z.object({ seconds: z.number(), graphSeconds: z.number().optional(), memoryBytes: z.number() })),
});
const peerSchema = trainedSchema.extend({ version: z.string() });

type Trained = z.infer<typeof trainedSchema>;
type Epochs = Trained['epochs'];

/** Throws where a peer did not train a network of the same size on as many images in as many steps. */
export const epoch: Part = async (context) => {
  const { work, images } = context;
  if (!images) throw new SetupError('An epoch needs images: npm run bench -- epoch FOLDER_PER_CLASS');
  await bundle('epoch');
  for (const { title, args } of CASES) {
    const [network = '', size, batch] = args;
    const folder = join(work, `epoch-${network}`);
    mkdirSync(folder);
    const ours = await runBundle(context, 'epoch', [...args, images, FILES, folder], trainedSchema);
    const keras = await runPeer(context, 'keras_epoch.py', [...args, folder], peerSchema);
    const [mine, theirs] = [amount(ours), amount(keras)];
    if (mine !== theirs) throw new SetupError(`Ours trained ${mine}; Keras ${theirs}: their times do not compare.`);
    print(`Epochs from files, ${title}, ${size ?? ''} px, batch ${batch ?? ''}, ${mine}`);
    for (const [which, part] of [
      ['first epoch, from the start', (all: Epochs) => all.slice(0, 1)] as const,
      [`median of epochs 2 to ${String(ours.epochs.length)}`, (all: Epochs) => all.slice(1)] as const,
    ]) {
      const [a, b] = [ours, keras].map(({ epochs }) => median(part(epochs).map(({ seconds }) => seconds)));
      const share = median(part(ours.epochs).map(({ seconds, graphSeconds }) => (graphSeconds ?? NaN) / seconds));
      print(
        `  ${which}: ours ${(a ?? NaN).toFixed(1)} s, ${(100 * share).toFixed(0)} % of it in the graph; Keras ${keras.version} ${(b ?? NaN).toFixed(1)} s (ratio ${((a ?? NaN) / (b ?? NaN)).toFixed(2)})`,
      );
    }
    print(`  resident memory after each epoch: ours ${memory(ours)}; Keras ${memory(keras)}`);
  }
};

function amount({ training, validation, steps, parameters, epochs }: Trained): string {
  return `${String(parameters)} parameters, ${String(training)} images in ${String(steps)} steps and ${String(validation)} of validation, ${String(epochs.length)} epochs`;
}

function memory({ epochs }: Trained): string {
  const sizes = epochs.map(({ memoryBytes }) => Math.round(memoryBytes / 2 ** 20));
  const growth = (sizes.at(-1) ?? NaN) - (sizes[1] ?? NaN);
  return `${sizes.join(', ')} MiB (from the second to the last ${growth > 0 ? '+' : ''}${String(growth)})`;
}
