import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeBytes } from '#main/report/writeFile';
import { FailureError, type Failure } from '#shared/domain/failure';
import { EXIT } from './exit';
import { openHeadless } from './headless';
import { pipelineIn } from './pipeline';

interface AugmentOptions {
  readonly pipeline: string;
  readonly out: string;
  readonly size: number;
  readonly seed: number;
  readonly count: number;
  readonly strength: readonly number[];
  readonly workspace?: string;
}

/** The command `augment`. Resolves to the exit code. */
export async function augment(images: readonly string[], options: AugmentOptions): Promise<number> {
  const pipeline = await pipelineIn(options.pipeline);
  const paths = await Promise.all(images.map(existing));
  const strengths = options.strength.length > 0 ? [...options.strength] : [1];
  const seeds = Array.from({ length: options.count }, (_, batch) => [options.seed, batch] as [number, number]);
  const application = openHeadless(options.workspace, (name, value) => {
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
