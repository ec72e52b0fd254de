// index.js FOLDER_PER_CLASS WORK: accuracy by cross-validation, and cost, of input sizes, features and heads of quick training, as a table.
// The part that the starter is judged on is left out: its files are hashed, to know the split, and never decoded. WORK keeps features and finished folds, so that a run can be stopped and gone on with.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { quickRecipeSchema } from '#shared/domain/recipe';
import { wilson } from '#shared/statistics/binomial';
import { readTrainingFolder } from '#main/jobs/trainingFolder';
import { readCard } from '#models/files/modelFolder';
import { loadPretrained } from '#models/pretrained/load';
import { FeatureCache } from '#models/training/featureCache';
import { extractFeatures } from '#models/training/features';
import { readLabelled } from '#models/data/labelledImages';
import { stratifiedFolds } from '#models/data/split';
import { costsOf } from './costs';
import { columnsOf, EVERYTHING, featureExtractor } from './featureSets';
import { judge } from './judge';
import { folderOptions } from '../../support/labelledFolder';
import { openPart } from './openPart';
import { describe, variantsAround, type Variant } from './plan';

const FOLDS = 3;

const [folder = '', work = ''] = process.argv.slice(2);
await mkdir(work, { recursive: true });
const card = await readCard('models/starter');
const pretrained = await loadPretrained('models/pretrained/efficientnet-lite0');
const { images } = await readLabelled(await readTrainingFolder(folder, folderOptions()), () => undefined);
const { open, locked, refuseLocked } = openPart(images, card);
say(`${String(open.length)} images take part; ${String(locked.length)} are locked and do not`);

const labels = open.map(({ classId }) => card.classIds.indexOf(classId));
const folds = stratifiedFolds(open, FOLDS, card.recipe.seed);
// The program's defaults are the centre of the comparison, whatever the starter was trained with.
const recipe = quickRecipeSchema.parse({});
const variants = variantsAround(recipe);

const graphOf = ({ inputSize, set }: Variant): string => JSON.stringify({ inputSize, set });
const graphs = [...new Map(variants.map((variant) => [graphOf(variant), variant])).values()];
const costs = await kept('costs', z.array(z.number()), () => Promise.resolve(costsOf(graphs, pretrained)));
const costOf = new Map(graphs.map((graph, index) => [graphOf(graph), costs[index] ?? NaN]));

const right: boolean[][] = [];
let features: { readonly side: number; readonly views: Float32Array[] } = { side: 0, views: [] };
for (const variant of variants) {
  const guessed = new Array<number>(open.length).fill(-1);
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = rowsWhere((row) => folds[row] === fold);
    const result = await kept(
      `${Object.values(describe(variant)).join(', ')}, fold ${String(fold)}`,
      z.array(z.int()),
      () => judgeFold(variant, held),
    );
    held.forEach((row, index) => {
      guessed[row] = result[index] ?? -1;
    });
  }
  right.push(guessed.map((guess, row) => guess === labels[row]));
}

const [centre = []] = right;
const lines = variants.map((variant, index) => {
  const mine = right[index] ?? [];
  const count = mine.filter(Boolean).length;
  const { low, high } = wilson(count, mine.length);
  const better = mine.filter((each, row) => each && !centre[row]).length;
  const worse = mine.filter((each, row) => !each && centre[row]).length;
  const { size, features: set, head, views } = describe(variant);
  const against = index === 0 ? '' : `+${String(better)} -${String(worse)}`;
  const cost = (costOf.get(graphOf(variant)) ?? NaN).toFixed(2);
  return `| ${size} | ${set} | ${head} | ${views} | ${percent(count / mine.length)} % | ${percent(low)} to ${percent(high)} | ${against} | ${cost} |`;
});
process.stdout.write(
  [
    `n = ${String(open.length)}, ${String(FOLDS)} folds`,
    '| input | features | head | views | right | 95 % limits | against the first | ms an image |',
    '|---|---|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n'),
);

/** The classes guessed for the rows `held`, by a head that learned from all others. */
async function judgeFold({ inputSize, set, head, views }: Variant, held: readonly number[]): Promise<number[]> {
  if (features.side !== inputSize) features = { side: inputSize, views: [] };
  for (let view = features.views.length; view < views; view++) features.views.push(await featuresOf(inputSize, view));
  const out = new Set(held);
  const learned = rowsWhere((row) => !out.has(row));
  const stride = (features.views[0]?.length ?? 0) / open.length;
  const sample = { views: features.views.slice(0, views), stride, labels, classes: card.classIds.length };
  return judge(sample, { learned, held, columns: columnsOf(set, pretrained) }, head, recipe);
}

/** Every feature of one view of the open images, float32 [open, all], row-major. */
async function featuresOf(side: number, view: number): Promise<Float32Array> {
  const extractor = featureExtractor(side, pretrained, EVERYTHING);
  const made = `${pretrained.sha256} ${String(side)} mean and deviation of all blocks and the top, views 1`;
  const cache = await FeatureCache.open(join(work, 'features'), made, extractor.width);
  try {
    const wanted = open.map((image) => ({ image, view }));
    refuseLocked(open);
    const result = await extractFeatures(wanted, { extractor, cache, side, onDone: () => undefined });
    if (result.rows.length !== open.length) throw new Error('An image could not be read.');
    // Nor may WORK hold a locked image from another run.
    refuseLocked(locked.filter(({ hash }) => cache.has(hash, view)));
    return result.features;
  } finally {
    extractor.close();
    await cache.close();
  }
}

/** What `make` gave, now or in an earlier run. */
async function kept<T>(name: string, schema: z.ZodType<T>, make: () => Promise<T>): Promise<T> {
  const path = join(work, `${name}.json`);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text !== null) return schema.parse(JSON.parse(text));
  const start = performance.now();
  const made = await make();
  say(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  await writeFile(`${path}.part`, JSON.stringify(made));
  await rename(`${path}.part`, path);
  return made;
}

function rowsWhere(wanted: (row: number) => boolean): number[] {
  return Array.from(open.keys()).filter(wanted);
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
