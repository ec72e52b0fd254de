import type { Augmentation, AugmentationOf } from '#shared/domain/augmentation';
import type { AugmentationPipeline } from '#shared/domain/augmentationPipeline';
import { DEFAULT_STAINING, type Staining } from '#shared/domain/staining';

/** Whether a pipeline has a staining that is still to be estimated from images. */
export function lacksStaining({ steps }: AugmentationPipeline): boolean {
  return steps.some(({ augmentations }) => augmentations.some(isToBeEstimated));
}

/** The pipeline with every staining in numbers: `estimate` where it is to be estimated, or DEFAULT_STAINING where that is null because the images say nothing. Numbers that stand there stay. */
export function withStaining(pipeline: AugmentationPipeline, estimate: Staining | null): AugmentationPipeline {
  const staining = estimate ?? DEFAULT_STAINING;
  const steps = pipeline.steps.map((step) => ({
    ...step,
    augmentations: step.augmentations.map((each) => (isToBeEstimated(each) ? { ...each, staining } : each)),
  }));
  return { steps };
}

/** The staining of a step of a pipeline that has it in numbers. */
export function stainingOf({ staining }: AugmentationOf<'stain-jitter'>): Staining {
  if (staining === 'estimated')
    throw new Error('The staining has not been estimated: withStaining puts it in numbers.');
  return staining;
}

function isToBeEstimated(augmentation: Augmentation): augmentation is AugmentationOf<'stain-jitter'> {
  return augmentation.kind === 'stain-jitter' && augmentation.staining === 'estimated';
}
