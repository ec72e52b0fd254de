// Epochs from image files beside Keras: the same files, network, augmentation, batch and Adam, with validation. Ours writes a checkpoint after each epoch as well.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../bootstrap/run.mjs';
import { bundle, median, runBundle, runPeer } from './context.mjs';

/** Files of each class that take part, so that it is a matter of minutes. */
const FILES = '120';

/** @type {{ title: string, args: string[] }[]} */
const CASES = [
  { title: 'Lite0, all layers', args: ['lite0', '128', '32', '10'] },
  { title: 'Reference recipe, frozen B2', args: ['reference', '260', '32', '4'] },
];

/** @typedef {{ seconds: number, graphSeconds: number, memoryBytes: number }} Epoch */
/** @typedef {{ version: string, training: number, validation: number, steps: number, parameters: number, epochs: Epoch[] }} Trained */

/** Throws where a peer did not train a network of the same size on as many images in as many steps. @param {import('./context.mjs').Context} context */
export async function epoch(context) {
  const { work, images } = context;
  if (!images) throw new SetupError('An epoch needs images: npm run bench -- epoch FOLDER_PER_CLASS');
  await bundle('epoch');
  for (const { title, args } of CASES) {
    const [network = '', size, batch] = args;
    const folder = join(work, `epoch-${network}`);
    mkdirSync(folder);
    /** @type {Trained} */
    const ours = await runBundle(context, 'epoch', [...args, images, FILES, folder]);
    /** @type {Trained} */
    const keras = await runPeer(context, 'keras_epoch.py', [...args, folder]);
    const [mine, theirs] = [amount(ours), amount(keras)];
    if (mine !== theirs) throw new SetupError(`Ours trained ${mine}; Keras ${theirs}: their times do not compare.`);
    console.log(`Epochs from files, ${title}, ${size} px, batch ${batch}, ${mine}`);
    for (const [which, part] of /** @type {[string, (all: Epoch[]) => Epoch[]][]} */ ([
      ['first epoch, from the start', (all) => all.slice(0, 1)],
      [`median of epochs 2 to ${ours.epochs.length}`, (all) => all.slice(1)],
    ])) {
      const [a, b] = [ours, keras].map(({ epochs }) => median(part(epochs).map(({ seconds }) => seconds)));
      const share = median(part(ours.epochs).map(({ seconds, graphSeconds }) => graphSeconds / seconds));
      console.log(
        `  ${which}: ours ${a?.toFixed(1)} s, ${(100 * share).toFixed(0)} % of it in the graph; Keras ${keras.version} ${b?.toFixed(1)} s (ratio ${((a ?? NaN) / (b ?? NaN)).toFixed(2)})`,
      );
    }
    console.log(`  resident memory after each epoch: ours ${memory(ours)}; Keras ${memory(keras)}`);
  }
}

/** @param {Trained} trained */
function amount({ training, validation, steps, parameters, epochs }) {
  return `${parameters} parameters, ${training} images in ${steps} steps and ${validation} of validation, ${epochs.length} epochs`;
}

/** @param {Trained} trained */
function memory({ epochs }) {
  const sizes = epochs.map(({ memoryBytes }) => Math.round(memoryBytes / 2 ** 20));
  const growth = (sizes.at(-1) ?? NaN) - (sizes[1] ?? NaN);
  return `${sizes.join(', ')} MiB (from the second to the last ${growth > 0 ? '+' : ''}${growth})`;
}
