import { resolve } from 'node:path';
import type { FitRecipe } from '#shared/domain/recipe';
import { exportFormatSchema } from '#shared/domain/model';
import { FailureError } from '#shared/domain/failure';
import { EXIT } from './exit';
import { openHeadless } from './headless';
import { recipeOf } from './recipe';

interface InWorkspace {
  readonly workspace?: string;
}

/** The command `import`. */
export async function importModel(folder: string, options: InWorkspace): Promise<number> {
  const application = openHeadless(options.workspace, () => undefined);
  try {
    const { id, name } = await application.importModel(resolve(folder));
    process.stdout.write(`Imported "${name}" as ${id}.\n`);
    return EXIT.done;
  } finally {
    await application.close();
  }
}

/** The command `export`. */
export async function exportModel(
  model: string,
  options: InWorkspace & { readonly format: string; readonly out: string },
): Promise<number> {
  const format = exportFormatSchema.safeParse(options.format);
  if (!format.success) {
    throw new FailureError(
      'invalid-argument',
      `There is no form "${options.format}".`,
      `The forms are ${exportFormatSchema.options.join(', ')}.`,
    );
  }
  const application = openHeadless(options.workspace, () => undefined);
  try {
    const { folder } = application.catalog.get(model);
    const out = resolve(options.out);
    const files = await application.compute.call('exportModel', { modelFolder: folder, format: format.data, out });
    process.stdout.write(`Wrote ${files.join(', ')} to ${out}.\n`);
    return EXIT.done;
  } finally {
    await application.close();
  }
}

/** The command `layers`: of a model, or of the network that a recipe would train. */
export async function listLayers(
  name: string,
  options: InWorkspace & { readonly set: readonly string[]; readonly stage: number; readonly json?: boolean },
): Promise<number> {
  const application = openHeadless(options.workspace, () => undefined);
  try {
    const { recipe, classes } = networkOf(name);
    const layers = await application.compute.call('layers', { recipe, classes, stage: options.stage });
    if (options.json === true) process.stdout.write(`${JSON.stringify(layers, null, 2)}\n`);
    else {
      for (const { index, name: layer, type, outputShape, parameters, trainable } of layers) {
        const shape = outputShape.map((side) => side ?? '?').join(' x ');
        process.stdout.write(
          `${String(index).padStart(4)}  ${trainable ? 'trains' : 'frozen'}  ${layer.padEnd(28)} ${type.padEnd(24)} ${shape.padEnd(16)} ${String(parameters)}\n`,
        );
      }
    }
    return EXIT.done;
  } finally {
    await application.close();
  }

  function networkOf(of: string): { recipe: FitRecipe; classes: number } {
    const isRecipe = ['transfer', 'fine-tune', 'scratch', 'best'].includes(of);
    if (isRecipe) {
      const recipe = recipeOf(of, options.set);
      if (recipe.kind !== 'quick') return { recipe, classes: 8 };
    }
    const { card } = application.catalog.get(of);
    if (card.recipe.kind !== 'quick') return { recipe: card.recipe, classes: card.classIds.length };
    throw new FailureError(
      'invalid-argument',
      `"${card.name}" is a quick model: a head on the frozen ${card.backbone.name}, whose layers do not train.`,
      'Name a model of another recipe, or a recipe: layers transfer.',
    );
  }
}
