import type { FitRecipe, NetworkName, Recipe, RecipeKind } from '#shared/domain/recipe';
import type { Run, TrainingProgress } from '#shared/domain/run';

/** The kinds of training as a user chooses among them. */
export const RECIPES: readonly { readonly kind: RecipeKind; readonly title: string; readonly text: string }[] = [
  {
    kind: 'quick',
    title: 'Quick',
    text: 'A small classifier on the features of a finished network. Seconds to minutes.',
  },
  {
    kind: 'transfer',
    title: 'Transfer',
    text: 'A deeper classifier on a finished network, which stays as it is, trained on changed views of the images.',
  },
  {
    kind: 'fine-tune',
    title: 'Fine-tune',
    text: 'Transfer, then also the later convolutions of the network, in small steps.',
  },
  {
    kind: 'scratch',
    title: 'From scratch',
    text: 'A small network that starts from nothing. It needs many images of each class.',
  },
  {
    kind: 'best',
    title: 'Best',
    text: 'All layers of a finished network, tuned for accuracy in little time.',
  },
];

export function titleOf(kind: RecipeKind): string {
  return RECIPES.find((each) => each.kind === kind)?.title ?? kind;
}

export const NETWORKS: Readonly<Record<NetworkName, string>> = {
  'efficientnet-lite0': 'EfficientNet-Lite0',
  'efficientnet-lite1': 'EfficientNet-Lite1',
  'efficientnet-lite2': 'EfficientNet-Lite2',
  'efficientnet-b0': 'EfficientNetB0',
  'efficientnet-b1': 'EfficientNetB1',
  'efficientnet-b2': 'EfficientNetB2',
  'small-plain': 'Small, plain',
  'small-residual': 'Small, with residual blocks',
};

export const OPTIMISERS: Readonly<Record<FitRecipe['stages'][number]['optimiser']['kind'], string>> = {
  adam: 'Adam',
  adamW: 'AdamW',
  sgd: 'SGD',
  rmsprop: 'RMSprop',
};

export const PROGRESS: Readonly<Record<TrainingProgress['stage'], string>> = {
  reading: 'Reading the images',
  decoding: 'Decoding the images',
  features: 'Computing features',
  choosing: 'Choosing the regularisation by cross-validation',
  fitting: 'Fitting the head',
  training: 'Training',
  calibrating: 'Calibrating on the validation part',
  evaluating: 'Evaluating on the locked part',
  saving: 'Saving the model',
  waiting: 'Waiting: other work on the device goes first',
};

const COUNTS_IMAGES: readonly TrainingProgress['stage'][] = [
  'reading',
  'decoding',
  'features',
  'training',
  'evaluating',
];

/** Whether `done` and `total` of a stage are images that a user would count. */
export function countsImages(stage: TrainingProgress['stage']): boolean {
  return COUNTS_IMAGES.includes(stage);
}

export const STATES: Readonly<Record<Run['state'], string>> = {
  queued: 'waiting',
  running: 'running',
  paused: 'paused',
  cancelled: 'stopped',
  failed: 'failed',
  done: 'done',
};

/** One line: kind, network and the size it sees. */
export function summaryOf(recipe: Recipe): string {
  const network = recipe.kind === 'quick' ? recipe.backbone : recipe.network;
  return `${titleOf(recipe.kind)}, ${NETWORKS[network]} at ${String(recipe.inputSize)} px`;
}
