import type { QuickRecipe } from '#shared/domain/recipe';
import type { WantedFeatures } from './features';
import { fitHead, headLogits, type LabelledFeatures } from './head';
import type { Stages } from './progress';
import { stratifiedFolds } from '../data/split';

/**
 * The weight decay with the least cross-validated error inside the training part; views of one image stay in one fold, and only images themselves are judged. The first where cross-validation is
 * impossible, all images being of one slide.
 */
export async function chooseWeightDecay(
  data: LabelledFeatures,
  rows: readonly WantedFeatures[],
  recipe: QuickRecipe,
  classes: number,
  stage: Stages,
): Promise<number> {
  const [only, ...others] = recipe.weightDecay;
  if (only === undefined) throw new Error('A recipe has a weight decay.');
  if (others.length === 0) return only;
  const folds = stratifiedFolds(
    rows.map(({ image }) => image),
    recipe.folds,
    recipe.seed,
  );
  const usable = Array.from({ length: recipe.folds }, (_, fold) => fold).filter((fold) => {
    const held = folds.filter((each) => each === fold).length;
    return held > 0 && held < folds.length;
  });
  const fits = recipe.weightDecay.length * usable.length;
  const progress = stage('choosing', 1000);
  let best = { weightDecay: only, errors: Infinity };
  for (const [candidate, weightDecay] of recipe.weightDecay.entries()) {
    let errors = 0;
    for (const [index, fold] of usable.entries()) {
      const training = select(data, (row) => folds[row] !== fold);
      const held = select(data, (row) => folds[row] === fold && rows[row]?.view === 0);
      const fit = candidate * usable.length + index;
      const options = { classes, hidden: recipe.hidden, epochs: recipe.epochs, weightDecay, seed: recipe.seed };
      const head = await fitHead(training, options, (done, total) =>
        progress(Math.round((1000 * (fit + done / total)) / fits)),
      );
      errors += errorsOf(headLogits(head, held.features, held.width), held.labels, classes);
    }
    if (errors < best.errors) best = { weightDecay, errors };
  }
  return best.weightDecay;
}

function select({ features, width, labels }: LabelledFeatures, keep: (row: number) => boolean): LabelledFeatures {
  const rows = Array.from(labels.keys()).filter(keep);
  const selected = new Float32Array(rows.length * width);
  rows.forEach((row, index) => {
    selected.set(features.subarray(row * width, (row + 1) * width), index * width);
  });
  return { features: selected, width, labels: Int32Array.from(rows, (row) => labels[row] ?? 0) };
}

function errorsOf(logits: Float32Array, labels: Int32Array, classes: number): number {
  return labels.reduce((errors, label, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    return errors + (scores.indexOf(Math.max(...scores)) === label ? 0 : 1);
  }, 0);
}
