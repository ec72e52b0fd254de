import { join } from 'node:path';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { fitRecipeSchema, type WeightPrecision } from '#shared/domain/recipe';
import { fit } from '#models/training/fit';
import { samplesOf } from './quickModel';

/** A small network that learned a little of two classes of the sample slide, in a model folder within `folder`, whose path is given. */
export async function smallModel(folder: string, weightPrecision: WeightPrecision = 'float32'): Promise<string> {
  const base = fitRecipeSchema.parse(defaultRecipe('scratch'));
  const stages = base.stages.map((stage) => ({ ...stage, epochs: 1, batch: 8 }));
  const files = await samplesOf('lymphocyte', 'neutrophil');
  const modelFolder = join(folder, 'models', 'small');
  const parts = {
    name: 'small',
    modelId: 'small',
    files,
    recipe: fitRecipeSchema.parse({
      ...base,
      network: 'small-plain',
      workingSize: 48,
      inputSize: 32,
      stages,
      validationShare: 0.3,
      weightPrecision,
    }),
    runFolder: join(folder, 'run'),
    modelFolder,
    imageCache: join(folder, 'cache'),
    pretrained: 'models/pretrained',
    description: 'sample',
  };
  await fit(parts, () => undefined, new AbortController().signal);
  return modelFolder;
}
