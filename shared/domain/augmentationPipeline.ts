import { z } from 'zod';
import { FailureError } from './failure';
import { atStrength, AUGMENTATIONS, augmentationSchema } from './augmentation';

const augmentations = z.array(augmentationSchema).min(1);

/** Augmentations with the batches that they run in. */
export const augmentationStepSchema = z.discriminatedUnion('when', [
  z.strictObject({ when: z.literal('always'), augmentations }),
  /** In the batches first, first + every, first + 2 every, ..., counted from 0 over the whole run. */
  z.strictObject({
    when: z.literal('batches'),
    every: z.int().min(1).default(2),
    first: z.int().min(0).default(0),
    augmentations,
  }),
  /** In each batch at random. */
  z.strictObject({ when: z.literal('chance'), probability: z.number().min(0).max(1).default(0.5), augmentations }),
  /** `choose` of them (all, where there are fewer), drawn anew for each batch or each image; they act in the order of the list. */
  z.strictObject({
    when: z.literal('some'),
    choose: z.int().min(1).default(1),
    each: z.enum(['batch', 'image']).default('batch'),
    augmentations,
  }),
]);

/**
 * Steps in the order in which they act, but for this: geometric augmentations (flip, rotation, quarter-turn, translation, zoom, shear, crop-and-resize) act before all
 * others, as one resampling, so that an image is blurred by interpolation once at most. Neighbouring colour changes act as one, clipped once.
 */
export const augmentationPipelineSchema = z.strictObject({ steps: z.array(augmentationStepSchema).max(64) });

export type AugmentationStep = z.infer<typeof augmentationStepSchema>;
export type AugmentationPipeline = z.infer<typeof augmentationPipelineSchema>;

/** Augmentations that run in every batch; what is left out of one is its default. */
function always(...given: readonly z.input<typeof augmentationSchema>[]): AugmentationPipeline {
  return augmentationPipelineSchema.parse({ steps: [{ when: 'always', augmentations: given }] });
}

/** The augmentation of the reference recipe (product.md 5). */
export const BASE_PIPELINE = always(
  { kind: 'flip' },
  { kind: 'rotation' },
  { kind: 'brightness' },
  { kind: 'translation' },
  { kind: 'zoom' },
);

/** What a cell may look like under the same microscope: any way round, a little nearer or off the middle, under another lamp and white balance. */
const GENTLE_PIPELINE = always(
  { kind: 'flip', direction: 'both' },
  { kind: 'rotation', turn: 0.5 },
  { kind: 'translation', height: 0.05, width: 0.05 },
  { kind: 'zoom', amount: 0.15 },
  { kind: 'brightness', amount: 0.08 },
  { kind: 'channel-shift', amount: 0.05 },
);

/** As much of it as a dozen epochs can learn, and every way round. */
const LIGHT_PIPELINE = always(
  { kind: 'flip' },
  { kind: 'quarter-turn' },
  { kind: 'brightness', amount: 0.08 },
  { kind: 'channel-shift', amount: 0.05 },
);

/** What a cell may look like in another laboratory: another stain, camera, objective and focus (docs/benchmarks.md has what that costs at home and brings elsewhere). */
const STAINS_PIPELINE = always(
  { kind: 'flip' },
  { kind: 'quarter-turn' },
  { kind: 'zoom', amount: 0.15, probability: 0.5 },
  { kind: 'colour-jitter', brightness: 0.15, contrast: 0.25, saturation: 0.3, hue: 0.04 },
  { kind: 'channel-shift', amount: 0.08 },
  { kind: 'stain-jitter', amount: 0.4, shift: 0.1, probability: 0.5 },
  { kind: 'blur', sigma: 0.015, probability: 0.3 },
  { kind: 'grayscale', probability: 0.05 },
);

/** Pipelines to choose among by name, from nothing to what the reference recipe does. */
export const PIPELINES = {
  none: { steps: [] },
  light: LIGHT_PIPELINE,
  gentle: GENTLE_PIPELINE,
  stains: STAINS_PIPELINE,
  base: BASE_PIPELINE,
} as const satisfies Readonly<Record<string, AugmentationPipeline>>;

export type PipelineName = keyof typeof PIPELINES;

/** The same pipeline with every augmentation `strength` times as far. FailureError `invalid-argument` where that is further than an option allows. */
export function pipelineAtStrength(pipeline: AugmentationPipeline, strength: number): AugmentationPipeline {
  const steps = pipeline.steps.map((step) => ({
    ...step,
    augmentations: step.augmentations.map((each) => atStrength(each, strength)),
  }));
  const parsed = augmentationPipelineSchema.safeParse({ steps });
  if (parsed.success) return parsed.data;
  throw new FailureError(
    'invalid-argument',
    `At ${String(strength)} times its strength the pipeline goes further than it may:\n${z.prettifyError(parsed.error)}`,
    'Take a lower strength; at 1 the pipeline is as it is written.',
  );
}

/** Reads a pipeline written as JSON. FailureError `invalid-argument` names `source` and what is wrong in it. */
export function readPipeline(json: string, source: string): AugmentationPipeline {
  let value: unknown;
  try {
    // Editors of Windows begin a file with a byte order mark, which JSON does not know.
    value = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new FailureError(
      'invalid-argument',
      `${source} is not JSON: ${detail}.`,
      'A pipeline is a JSON file such as {"steps": [{"when": "always", "augmentations": [{"kind": "rotation"}]}]}.',
    );
  }
  const parsed = augmentationPipelineSchema.safeParse(value, { error: wording });
  if (parsed.success) return parsed.data;
  throw new FailureError(
    'invalid-argument',
    `${source} is no augmentation pipeline that can be used:\n${z.prettifyError(parsed.error)}`,
    `The augmentations are ${AUGMENTATIONS.map(({ kind }) => kind).join(', ')}.`,
  );
}

/** What a user is told where zod's own words would not name the value. */
const wording: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'invalid_union' || typeof issue.input !== 'object' || issue.input === null) return undefined;
  const given = new Map<string, unknown>(Object.entries(issue.input)).get(issue.discriminator ?? '');
  switch (issue.discriminator) {
    case 'kind':
      return given === undefined ? 'its "kind" is missing' : `there is no augmentation ${JSON.stringify(given)}`;
    case 'when':
      return `its "when" must be "always", "batches", "chance" or "some"`;
    default:
      return undefined;
  }
};
