import { defaultRecipe } from '#shared/domain/defaultRecipe';
import type { FitRecipe, FitStage } from '#shared/domain/recipe';

/**
 * A recipe whose time is measured. NETWORK: `b2` or `lite0` (every layer trains, a bare classifier, no augmentation), or `reference` (the reference recipe: b2 frozen, augmentation, its classifier,
 * 96 px resized to `size`). Its one stage goes to its last epoch. Weights are random: the time of a step does not hang on them.
 */
export function timedRecipe(
  network: string,
  size: number,
  { batch, epochs }: Pick<FitStage, 'batch' | 'epochs'>,
): FitRecipe {
  const reference = defaultRecipe('transfer');
  if (reference.kind === 'quick') throw new Error('The reference recipe trains by gradients.');
  const timed = (train: FitStage['train']): FitRecipe => ({
    ...reference,
    weights: 'random',
    inputSize: size,
    stages: reference.stages.map((stage) => ({ ...stage, train, batch, epochs, patience: null })),
  });
  if (network === 'reference') return timed({ kind: 'head' });
  return {
    ...timed({ kind: 'all' }),
    network: network === 'b2' ? 'efficientnet-b2' : 'efficientnet-lite0',
    head: { dropout: 0, batchNorm: false, dense: [], slope: 0, denseDropout: 0 },
    workingSize: size,
    augmentation: { steps: [] },
  };
}
