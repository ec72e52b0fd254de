// epoch.js NETWORK SIZE BATCH EPOCHS FOLDER_PER_CLASS COUNT WORK: a training (NETWORK as timedRecipe.ts has them, base augmentation) from the first COUNT files of each class, as this program runs it.
// One line of JSON: images of the two parts, steps of an epoch, numbers in the network's weights (but its fixed normalisation), and for each epoch the seconds since the one before (the first: since the start), those of them in the graph, and resident bytes at its end.
// Leaves the files of the two parts in WORK/training and WORK/validation, a folder a class, for a peer.
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LabelledFile } from '#shared/compute/protocol';
import { BASE_PIPELINE } from '#shared/domain/augmentationPipeline';
import type { FitRecipe } from '#shared/domain/recipe';
import { readTrainingFolder } from '#main/jobs/trainingFolder';
import { layersOf } from '#models/architectures/network';
import { fit } from '#models/training/fit';
import { readLabelled } from '#models/data/labelledImages';
import { stratifiedSplit } from '#models/data/split';
import { folderOptions } from '../support/labelledFolder';
import { measureGraphs } from './graphTime';
import { timedRecipe } from './timedRecipe';

const [name = '', ...others] = process.argv.slice(2);
const [size = 128, batch = 32, epochs = 2] = others.slice(0, 3).map(Number);
const [folder = '', count = '120', work = ''] = others.slice(3);

const recipe = { ...timedRecipe(name, size, { batch, epochs }), augmentation: BASE_PIPELINE };
const files = firstOfEachClass(await readTrainingFolder(folder, folderOptions()), Number(count));
await copyParts(files, recipe);

const graphMilliseconds = measureGraphs();
const done: { seconds: number; graphSeconds: number; memoryBytes: number; step: number }[] = [];
let [since, graphSince] = [performance.now(), 0];
const { card } = await fit(
  {
    name,
    modelId: 'epoch',
    files,
    recipe,
    runFolder: join(work, 'run'),
    modelFolder: join(work, 'model'),
    imageCache: join(work, 'cache'),
    pretrained: 'models/pretrained',
    description: 'a benchmark',
  },
  (event) => {
    if (event.kind !== 'epoch') return;
    const [now, graphNow] = [performance.now(), graphMilliseconds()];
    const { memoryBytes, step } = event.metrics;
    done.push({ seconds: (now - since) / 1000, graphSeconds: (graphNow - graphSince) / 1000, memoryBytes, step });
    [since, graphSince] = [now, graphNow];
  },
  new AbortController().signal,
);
const { training, validation } = card.data;
const parameters = layersOf(recipe, card.classIds.length, 0)
  .filter(({ type }) => type !== 'Normalization')
  .reduce((sum, layer) => sum + layer.parameters, 0);
process.stdout.write(`${JSON.stringify({ training, validation, steps: done[0]?.step, parameters, epochs: done })}\n`);

function firstOfEachClass(all: readonly LabelledFile[], most: number): LabelledFile[] {
  const taken = new Map<string, number>();
  return all.filter(({ classId }) => {
    const before = taken.get(classId) ?? 0;
    taken.set(classId, before + 1);
    return before < most;
  });
}

/** The split that `fit` makes: it hangs on seed and content alone. */
async function copyParts(all: readonly LabelledFile[], { testShare, validationShare, seed }: FitRecipe): Promise<void> {
  const { images } = await readLabelled(all, () => undefined);
  const parts = stratifiedSplit(images, { test: testShare, validation: validationShare, seed });
  for (const [index, { path, classId }] of images.entries()) {
    const target = join(work, parts[index] ?? '', classId);
    await mkdir(target, { recursive: true });
    await copyFile(path, join(target, basename(path)));
  }
}
