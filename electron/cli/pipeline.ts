import { readFile } from 'node:fs/promises';
import { readPipeline, type AugmentationPipeline } from '#shared/domain/augmentationPipeline';
import { FailureError } from '#shared/domain/failure';

/** The augmentation pipeline in a JSON file. FailureError `not-found`, or `invalid-argument` with what is wrong in it. */
export async function pipelineIn(path: string): Promise<AugmentationPipeline> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new FailureError(
      'not-found',
      `The pipeline ${path} cannot be read.`,
      'Check the path: it is a JSON file that says which augmentations run.',
      { cause: error },
    );
  }
  return readPipeline(text, path);
}
