import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { requireWritable, writeBytes } from '#main/files/writeFile';
import { FailureError, type Failure } from '#shared/domain/failure';
import { EXIT } from '../exit';
import { openHeadless } from '../headless';
import { pipelineIn } from '../pipeline';
import { place, within, workspaceOption, type AddCommand } from '../options';

/** Adds the command `augment`. */
export const addAugment: AddCommand = (root) => {
  root
    .command('augment')
    .description('show what an augmentation pipeline makes of images, as training would')
    .argument('<image...>', 'images of one batch (the pipeline may mix them)')
    .requiredOption('--pipeline <file>', 'the pipeline as JSON', place)
    .requiredOption('--out <file>', 'the grid of results as PNG', place)
    .option('--size <pixels>', 'side of each picture', within(32, 512), 128)
    .option('--seed <number>', 'seed of the run', within(0, 2 ** 31 - 1), 7)
    .option('--count <number>', 'how many results of each image', within(1, 64), 8)
    .option(
      '--strength <number>',
      'how far the augmentations go, 1 being as they are written; may be given several times',
      strengths,
      [],
    )
    .option(...workspaceOption)
    .action(async (images: string[], options: Parameters<typeof augment>[1]) => {
      process.exitCode = await augment(images, options);
    });
};

interface AugmentOptions {
  readonly pipeline: string;
  readonly out: string;
  readonly size: number;
  readonly seed: number;
  readonly count: number;
  readonly strength: readonly number[];
  readonly workspace?: string;
}

async function augment(images: readonly string[], options: AugmentOptions): Promise<number> {
  await requireWritable(options.out);
  const pipeline = await pipelineIn(options.pipeline);
  const paths = await Promise.all(images.map(existing));
  const strengths = options.strength.length > 0 ? [...options.strength] : [1];
  const seeds = Array.from({ length: options.count }, (_, batch) => [options.seed, batch] as [number, number]);
  const application = await openHeadless(options.workspace, (name, value) => {
    if (name === 'notice') process.stderr.write(`\n${(value as Failure).message}\n`);
  });
  try {
    const png = await application.compute.call('augment', { paths, side: options.size, pipeline, seeds, strengths });
    await writeBytes(options.out, png);
    process.stderr.write(
      `${options.out}: on the left each image as it is, then batches 0 to ${String(options.count - 1)} of a run with seed ${String(options.seed)}; from top to bottom strength ${strengths.join(', ')}.\n`,
    );
    return EXIT.done;
  } finally {
    await application.close();
  }
}

async function existing(image: string): Promise<string> {
  try {
    await access(image);
  } catch (error) {
    throw new FailureError('not-found', `The image ${image} cannot be opened.`, 'Check the path.', { cause: error });
  }
  return resolve(image);
}

function strengths(text: string, before: readonly number[]): number[] {
  const number = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(number) || number < 0) throw new InvalidArgumentError('It is a number, 0 or more.');
  return [...before, number];
}
