import { atStrength, augmentationSchema, type Augmentation, type AugmentationOf } from '#shared/domain/augmentation';
import type { AugmentationStep } from '#shared/domain/augmentationPipeline';
import type { GraphTensor } from '../graph/graph';
import type { Draws, PixelEffect } from './effect';
import type { Formula } from './formula';

/** What AugMix draws from (Hendrycks et al. 2020), each at its strongest: as far as a blood cell can still be told by eye. */
const MIXED: readonly Augmentation[] = [
  { kind: 'rotation', turn: 0.25 },
  { kind: 'translation', height: 0.3, width: 0.3 },
  { kind: 'shear', x: 0.3, y: 0.3 },
  { kind: 'posterise', bits: 5, probability: 1 },
  { kind: 'solarise', depth: 0.4, amount: 0.5, probability: 1 },
  { kind: 'equalise', amount: 1, probability: 1 },
  { kind: 'auto-contrast', amount: 1, probability: 1 },
].map((each) => augmentationSchema.parse(each));

/** What RandAugment adds (Cubuk et al. 2020); zoom stands for its identity, and both directions of a shear or a shift are one change. */
const ADDED: readonly Augmentation[] = [
  { kind: 'zoom', amount: 0.5 },
  { kind: 'brightness', amount: 0.5 },
  { kind: 'contrast', amount: 0.8 },
  { kind: 'saturation', amount: 0.9 },
  { kind: 'sharpness', amount: 3 },
].map((each) => augmentationSchema.parse(each));

/** RandAugment as a step: some of its changes, drawn for each image, without drawing one twice. */
export function randAugmentStep({ choose, magnitude }: AugmentationOf<'rand-augment'>): AugmentationStep {
  return someOf([...MIXED, ...ADDED], choose, magnitude);
}

/**
 * AugMix: chains of changes, each beginning with the image itself, are mixed with weights from Dirichlet(1, ..., 1), and the mixture with the image by a share from Beta(1, 1).
 * `run` adds one step to pixels.
 */
export function augMix(
  { amount, chains, length, magnitude }: AugmentationOf<'aug-mix'>,
  run: (formula: Formula, pixels: GraphTensor, draws: Draws, step: AugmentationStep) => GraphTensor,
): PixelEffect {
  return {
    family: 'pixels',
    apply: (formula, pixels, draws) => {
      // Exponential numbers over their sum are Dirichlet(1, ..., 1); a uniform number is Beta(1, 1).
      const numbers = Array.from({ length: chains }, () =>
        formula.sub(0, formula.log(formula.max(draws.next(), 1e-7))),
      );
      const total = numbers.reduce((sum, each) => formula.add(sum, each));
      const share = formula.mul(draws.next(), amount);
      const mixture = numbers
        .map((number, index) => {
          const chain = `chain${String(index)}`;
          const changed = run(formula.at(chain), pixels, draws.of(chain, pixels), someOf(MIXED, length, magnitude));
          return formula.mul(changed, formula.perImage(formula.div(number, total)));
        })
        .reduce((sum, each) => formula.add(sum, each));
      return formula.blend(pixels, mixture, formula.perImage(share));
    },
  };
}

function someOf(changes: readonly Augmentation[], choose: number, magnitude: number): AugmentationStep {
  return {
    when: 'some',
    choose,
    each: 'image',
    augmentations: changes.map((each) => atStrength(each, magnitude)),
  };
}
