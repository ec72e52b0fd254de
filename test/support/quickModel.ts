import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabelledFile, QuickEvent } from '#shared/compute/protocol';
import { quickRecipeSchema } from '#shared/domain/recipe';
import { trainQuick } from '#models/training/quick';
import { classOfSample, SAMPLE_SLIDE } from './data';

/** Quick training small enough for a test. The model lies in `folder`/models/small. */
export async function trainSmall(
  folder: string,
  files: LabelledFile[],
  signal = new AbortController().signal,
  tell: (event: QuickEvent) => void = () => undefined,
): ReturnType<typeof trainQuick> {
  const recipe = quickRecipeSchema.parse({ inputSize: 64, views: 1, epochs: 5, hidden: 16, weightDecay: [0.01] });
  const options = {
    name: 'small',
    modelId: 'small',
    files,
    recipe,
    modelFolder: join(folder, 'models', 'small'),
    featureCache: join(folder, 'features'),
  };
  return trainQuick({ ...options, pretrained: 'models/pretrained', description: 'sample images' }, tell, signal);
}

/** The sample images of these classes. */
export async function samplesOf(...classIds: string[]): Promise<LabelledFile[]> {
  const names = await readdir(SAMPLE_SLIDE);
  return names.flatMap((name) => {
    const classId = classOfSample(name);
    return classIds.includes(classId) ? [{ path: join(SAMPLE_SLIDE, name), classId, slide: null }] : [];
  });
}
