import { z } from 'zod';
import { evaluationSchema } from './evaluation';
import { modelIdSchema } from './ids';
import type { Precision, PrecisionChoice } from './precision';
import { IMAGE_SIDE, recipeSchema } from './recipe';

/** Greatest scores of a familiar image (models/inference/reference). */
const limitsSchema = z.object({ picture: z.number(), class: z.number() });

/** What stands in a model folder's card.json: where the model comes from, what it can and cannot do. */
export const modelCardSchema = z.object({
  formatVersion: z.literal(1),
  id: modelIdSchema,
  name: z.string().min(1),
  createdAt: z.string(),
  /** How it was trained, which also says what the folder holds: a quick model the weights of its head, any other the whole network (model.json) and a frozen graph (saved_model/). */
  recipe: recipeSchema,
  /** In the order of the model's outputs. */
  classIds: z
    .array(z.string().refine((id) => id.trim() !== '', 'a class has no name'))
    .min(2)
    .max(1000)
    .refine(isDistinct, 'two classes have one name'),
  /** `sha256` of the weights it began with; empty for random ones. */
  backbone: z.object({ name: z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'it names no network'), sha256: z.string() }),
  /** Side of the square that images are decoded to, pixels. */
  inputSize: z.int().min(IMAGE_SIDE.min).max(IMAGE_SIDE.max),
  /** Divides the logits (temperature scaling, Guo et al. 2017). */
  temperature: z.number().positive(),
  /**
   * The network in bfloat16, which is faster on some processors: its own temperature, and the share of the validation part of which it calls the same class as in float32.
   * Null where it was not tried (the processor that trained has no instructions for it, or the model is a quick one) or calls too many differently.
   */
  bfloat16: z
    .object({ temperature: z.number().positive(), agreement: z.number().min(0).max(1) })
    .nullable()
    .default(null),
  /** Below this top probability a cell is unidentified. */
  threshold: z.number().min(0).max(1),
  /** Below this familiarity (models/inference/familiarity: of the logits in float32) a cell is unlike what the model learned from, and unidentified whatever its probability. Null in cards of before. */
  leastFamiliarity: z.number().nullable().default(null),
  /**
   * What the model's reference (reference.bin) says of an image: above one of these limits it is unfamiliar, for being unlike the pictures of the training or unlike every class. They are fitted on
   * `images` validation images of which one in a hundred is above each. Null in cards of before, where the least familiarity alone counts.
   */
  familiarity: z
    .object({ images: z.int(), float32: limitsSchema, bfloat16: limitsSchema.nullable() })
    .nullable()
    .default(null),
  /** Error expected among identified cells at the threshold, from the validation part. */
  expectedError: z.number().min(0).max(1),
  data: z.object({
    description: z.string(),
    /** SHA-256 over the sorted lines `<class> <sha256 of file>`, so that the same images give the same hash. */
    snapshotHash: z.string(),
    perClass: z.record(z.string(), z.int()),
    training: z.int(),
    validation: z.int(),
    test: z.int(),
    seed: z.int(),
    /** Whether the split kept slides together; false where no slides were known. */
    bySlide: z.boolean(),
  }),
  /** On the locked test part, which the training never reads before this. */
  evaluation: evaluationSchema,
  limits: z.array(z.string()),
  /** SHA-256 of the files beside the card, by file name. */
  files: z
    .record(z.string(), z.string())
    .refine(
      (files) => isDistinct([...Object.keys(files), 'card.json']),
      'two files have one name, or that of the card',
    ),
});

/** Whether no two names are one to a person, or to a system that takes upper and lower case for the same. */
function isDistinct(names: readonly string[]): boolean {
  return new Set(names.map((name) => name.normalize('NFC').trim().toLowerCase())).size === names.length;
}

/** A model of this workspace (or the starter, which every workspace has). */
export const modelSchema = z.object({
  id: modelIdSchema,
  card: modelCardSchema,
  live: z.boolean(),
  origin: z.enum(['starter', 'trained']),
});

/** How a model leaves the program: TensorFlow's SavedModel, tf.layers' model.json, Keras' weights by layer name. */
export const exportFormatSchema = z.enum(['saved-model', 'tfjs', 'keras']);

export type ExportFormat = z.infer<typeof exportFormatSchema>;
export type ModelCard = z.infer<typeof modelCardSchema>;
export type FamiliarityLimits = z.infer<typeof limitsSchema>;
export type Model = z.infer<typeof modelSchema>;

/** What a model's logits are divided by in this precision. Throws where it is not calibrated in it. */
export function temperatureOf({ temperature, bfloat16 }: ModelCard, precision: Precision): number {
  if (precision === 'float32') return temperature;
  if (!bfloat16) throw new Error('The model is not calibrated in bfloat16.');
  return bfloat16.temperature;
}

/** The precision that a person fixed, as far as the model's card allows it; null where the choice is the program's. */
export function fixedPrecision({ bfloat16 }: Pick<ModelCard, 'bfloat16'>, choice: PrecisionChoice): Precision | null {
  if (!bfloat16) return 'float32';
  return choice === 'automatic' ? null : choice;
}
