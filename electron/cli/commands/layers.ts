import { FailureError } from '#shared/domain/failure';
import type { FitRecipe } from '#shared/domain/recipe';
import { chosenModel } from '../chosenModel';
import { EXIT } from '../exit';
import { openHeadless } from '../headless';
import { setOption, wholeNumber, workspaceOption, type AddCommand, type InWorkspace } from '../options';
import { recipeOf } from '../recipe';

/** Adds the command `layers`. */
export const addLayers: AddCommand = (root) => {
  root
    .command('layers')
    .description('the layers of a network, and which of them train')
    .argument('<model>', 'a model of the workspace, or a recipe: transfer, fine-tune, scratch, best')
    .option(...workspaceOption)
    .option(...setOption)
    .option('--stage <number>', 'stage of the recipe, from 0', wholeNumber, 0)
    .option('--json', 'print as JSON')
    .action(async (model: string, options: Parameters<typeof listLayers>[1]) => {
      process.exitCode = await listLayers(model, options);
    });
};

/** Of a model, or of the network that a recipe would train. */
async function listLayers(
  name: string,
  options: InWorkspace & { readonly set: readonly string[]; readonly stage: number; readonly json?: boolean },
): Promise<number> {
  const application = await openHeadless(options.workspace, () => undefined);
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
    const { card } = chosenModel(application.catalog, of);
    if (card.recipe.kind !== 'quick') return { recipe: card.recipe, classes: card.classIds.length };
    throw new FailureError(
      'invalid-argument',
      `"${card.name}" is a quick model: a head on the frozen ${card.backbone.name}, whose layers do not train.`,
      'Name a model of another recipe, or a recipe: layers transfer.',
    );
  }
}
