import { resolve } from 'node:path';
import { readTrainingFolder } from '#main/jobs/trainingFolder';
import { knownClasses } from '#main/knownClasses';
import { interruptible, openHeadless } from '../headless';
import {
  classLevelOption,
  joinClassesOption,
  readingOf,
  workspaceOption,
  type AddCommand,
  type InWorkspace,
  type ReadingOptions,
} from '../options';
import { ProgressLine } from '../progressLine';

/** Adds the command `reference`. */
export const addReference: AddCommand = (root) => {
  root
    .command('reference')
    .description('write a model anew with what it takes to know unfamiliar images, for one that has no such reference')
    .argument('<model>', 'a model of the workspace')
    .requiredOption('--data <folder>', 'the images that it was trained with, one folder for each class')
    .requiredOption('--out <folder>', 'model folder to write, which import takes in')
    .option(...joinClassesOption)
    .option(...classLevelOption)
    .option(...workspaceOption)
    .action(async (model: string, options: Parameters<typeof reference>[1]) => {
      await reference(model, options);
    });
};

interface ReferenceOptions extends InWorkspace, ReadingOptions {
  readonly data: string;
  readonly out: string;
}

async function reference(model: string, { data, out, workspace, ...reading }: ReferenceOptions): Promise<void> {
  const line = new ProgressLine();
  const application = await openHeadless(workspace, () => undefined);
  const controller = new AbortController();
  try {
    const { card, folder } = application.catalog.get(model);
    const files = await readTrainingFolder(resolve(data), {
      known: knownClasses(application.workspace, application.catalog, card.classIds),
      reading: readingOf(reading),
      signal: controller.signal,
    });
    const request = { modelFolder: folder, files, out: resolve(out) };
    const { result } = await interruptible(
      () => {
        controller.abort();
      },
      () =>
        application.compute.call('addReference', request, {
          signal: controller.signal,
          onProgress: ({ stage, done, total }) => {
            line.show(`${stage}: ${String(done)} of ${String(total)}`);
          },
        }),
    );
    const { unfamiliar } = result.evaluation;
    const { k = 0, n = 0 } = unfamiliar ?? {};
    line.show(`${String(k)} of ${String(n)} images of its test set are unfamiliar to it`, { last: true });
  } finally {
    await application.close();
  }
}
