import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exportFormatSchema } from '#shared/domain/model';
import { recipeKindSchema } from '#shared/domain/recipe';
import { RESEARCH_USE_LINE } from '#shared/domain/settings';
import { viewsSchema, type Views } from '#shared/domain/testTimeAugmentation';
import { FailureError } from '#shared/domain/failure';
import { classify } from './classify';
import { augment } from './augment';
import { device, listModels } from './information';
import { evaluate } from './evaluate';
import { EXIT } from './exit';
import { exportModel, importModel, listLayers } from './models';
import { listRuns } from './runs';
import { sample } from './sample';
import { train } from './train';
import { PROGRAM } from './typed';

function shard(text: string): string {
  const match = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text);
  if (!match || Number(match[1]) > Number(match[2]))
    throw new InvalidArgumentError('It is written i/n, with 1 <= i <= n.');
  return text;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is a whole number, 0 or more.');
  return Number(text);
}

function within(low: number, high: number): (text: string) => number {
  return (text) => {
    const number = wholeNumber(text);
    if (number < low || number > high)
      throw new InvalidArgumentError(`It is a whole number from ${String(low)} to ${String(high)}.`);
    return number;
  };
}

function views(text: string): Views {
  const parsed = viewsSchema.safeParse(Number(text));
  if (!parsed.success) throw new InvalidArgumentError(`It is ${VIEW_COUNTS}.`);
  return parsed.data;
}

function strengths(text: string, before: readonly number[]): number[] {
  const number = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(number) || number < 0) throw new InvalidArgumentError('It is a number, 0 or more.');
  return [...before, number];
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

const workspaceOption = ['--workspace <folder>', 'workspace folder (default: the one the window uses)'] as const;

const VIEW_COUNTS = [...viewsSchema.values].join(', ').replace(/, (?=\d+$)/, ' or ');

const viewsOption: [string, string, (text: string) => Views, Views] = [
  '--views <number>',
  `views of each image to answer by, ${VIEW_COUNTS}: itself, its mirror image, its quarter turns, or all of them; each takes the time of one`,
  views,
  1,
];

const setOption: [string, string, (text: string, before: readonly string[]) => string[], string[]] = [
  '--set <key=value>',
  'change a setting of the recipe, such as stages.0.epochs=20; may be given several times',
  collect,
  [],
];

function program(): Command {
  const root = new Command(PROGRAM)
    .description(`Classifies blood-smear images and trains classifiers. ${RESEARCH_USE_LINE}`)
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 all done, 1 failed, 2 wrong usage, 3 done but some files were unreadable, 130 stopped by Ctrl-C.',
    );
  // Commands inherit what the root is told about errors only if they are made by it.
  root
    .command('classify')
    .description('classify folders of single-cell images and write a table of the results')
    .argument('<folder...>', 'folders or files; every folder that holds images is a slide')
    .requiredOption('--out <file>', 'results as CSV; unreadable files go into <file>.unreadable.csv')
    .option(...workspaceOption)
    .option('--model <name>', 'model (default: the live one, else the starter)')
    .option(...viewsOption)
    .option('--shard <i/n>', 'take only part i of n of the files, by hash of the relative path', shard)
    .option('--json', 'print a summary as JSON on standard output')
    .action(async (folders: string[], options: Parameters<typeof classify>[1]) => {
      process.exitCode = await classify(folders, options);
    });
  root
    .command('train')
    .description('train a classifier on a folder that holds one folder of images for each class')
    .option('--data <folder>', 'one folder for each class')
    .option('--name <name>', 'name of the model')
    .option('--recipe <recipe>', `recipe: ${recipeKindSchema.options.join(', ')}`, 'quick')
    .option(...workspaceOption)
    .option('--seed <number>', 'seed of the split and the training', wholeNumber)
    .option(...setOption)
    .option('--pipeline <file>', 'augment by this pipeline, as JSON; "augment" shows what it does')
    .option('--description <text>', 'what the data are, for the model card')
    .addOption(
      new Option(
        '--resume <run>',
        'go on with a run that was stopped, from its last whole epoch, as it was begun',
      ).conflicts(['data', 'name', 'recipe', 'seed', 'set', 'pipeline', 'description']),
    )
    .action(async (options: Parameters<typeof train>[0]) => {
      process.exitCode = await train(options);
    });
  root
    .command('runs')
    .description('the trainings of the workspace, or the epochs of one')
    .argument('[run]', 'id of a run, or the beginning of it')
    .option(...workspaceOption)
    .option('--json', 'print as JSON')
    .action(async (run: string | undefined, options: Parameters<typeof listRuns>[1]) => {
      process.exitCode = await listRuns(run, options);
    });
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
  root
    .command('export')
    .description('write a model for other programs')
    .argument('<model>', 'a model of the workspace')
    .requiredOption('--format <form>', `form: ${exportFormatSchema.options.join(', ')}`)
    .requiredOption('--out <folder>', 'a folder that is not there yet')
    .option(...workspaceOption)
    .action(async (model: string, options: Parameters<typeof exportModel>[1]) => {
      process.exitCode = await exportModel(model, options);
    });
  root
    .command('import')
    .description('take a model folder into the workspace, once it is checked')
    .argument('<folder>', 'a model folder: card.json and the files it names')
    .option(...workspaceOption)
    .action(async (folder: string, options: Parameters<typeof importModel>[1]) => {
      process.exitCode = await importModel(folder, options);
    });
  root
    .command('evaluate')
    .description('figures of a model on a folder that holds one folder of images for each class')
    .requiredOption('--data <folder>', 'one folder for each class')
    .requiredOption('--out <file>', 'report as JSON')
    .option('--model <name>', 'model (default: the live one, else the starter)')
    .option(...viewsOption)
    .option(...workspaceOption)
    .action(async (options: Parameters<typeof evaluate>[0]) => {
      process.exitCode = await evaluate(options);
    });
  root
    .command('augment')
    .description('show what an augmentation pipeline makes of images, as training would')
    .argument('<image...>', 'images of one batch (the pipeline may mix them)')
    .requiredOption('--pipeline <file>', 'the pipeline as JSON')
    .requiredOption('--out <file>', 'the grid of results as PNG')
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
  root
    .command('models')
    .description('the models of the workspace')
    .option(...workspaceOption)
    .option('--json', 'print as JSON')
    .action(async (options: Parameters<typeof listModels>[0]) => {
      process.exitCode = await listModels(options);
    });
  root
    .command('device')
    .description('what runs the numbers on this machine')
    .option('--json', 'print as JSON')
    .action(async (options: Parameters<typeof device>[0]) => {
      process.exitCode = await device(options);
    });
  root
    .command('sample')
    .description('classify the sample slide and print its differential')
    .option('--workspace <folder>', 'workspace folder (default: a temporary one)')
    .action(async (options: Parameters<typeof sample>[0]) => {
      process.exitCode = await sample(options);
    });
  return root;
}

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  } else if (error instanceof FailureError) {
    process.stderr.write(`${error.failure.message}\n${error.failure.hint}\n`);
    process.exitCode = error.failure.code === 'invalid-argument' ? EXIT.usage : EXIT.failed;
  } else {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = EXIT.failed;
  }
}
