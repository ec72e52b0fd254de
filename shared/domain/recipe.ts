import { z } from 'zod';
import { augmentationPipelineSchema } from './augmentationPipeline';

/** Sides of the squares that networks see, pixels. */
export const IMAGE_SIDE = { min: 32, max: 512 } as const;

/** Shares of the images, kept together by slide where slides are known, and what is aimed at after training: the same for every recipe, so that models are judged on the same locked part. */
const judging = {
  testShare: z.number().min(0.05).max(0.5).default(0.2),
  validationShare: z.number().min(0.05).max(0.5).default(0.1),
  /** The unidentified threshold is the lowest at which the expected error of what is identified, on the validation part, is at most this. */
  targetError: z.number().min(0).max(0.5).default(0.01),
  seed: z.int().nonnegative().default(7),
};

/** Quick training: a regularised head on the pooled features of a frozen backbone. How input size and head were chosen: docs/benchmarks.md. */
export const quickRecipeSchema = z.strictObject({
  kind: z.literal('quick').default('quick'),
  backbone: z.enum(['efficientnet-lite0']).default('efficientnet-lite0'),
  /** Side of the square the images are resized to, pixels. */
  inputSize: z.int().min(IMAGE_SIDE.min).max(IMAGE_SIDE.max).default(192),
  /** Views of each training image whose features are learned from, 1 to 8: the image itself, then turned, mirrored, and changed a little in size and colour. */
  views: z.int().min(1).max(8).default(2),
  /** Units of the head's hidden layer. */
  hidden: z.int().min(8).max(2048).default(256),
  /** Passes over the training part. */
  epochs: z.int().min(1).max(500).default(30),
  /** Weight decays tried; the best by cross-validation inside the training part is used. One alone is used as it is. */
  weightDecay: z.array(z.number().nonnegative()).min(1).max(12).default([0.01, 1]),
  /** Folds of that cross-validation. */
  folds: z.int().min(2).max(10).default(3),
  ...judging,
});

const share = z.number().min(0).lt(1);
const rate = z.number().positive().max(10);

/** How weights move. Defaults are Keras' where product.md names none. The learning rate is the schedule's. */
export const optimiserSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('adam'),
    beta1: share.default(0.9),
    beta2: share.default(0.999),
    epsilon: z.number().positive().default(1e-7),
  }),
  /** Adam with decoupled weight decay (Loshchilov & Hutter 2019), on kernels only. */
  z.strictObject({
    kind: z.literal('adamW'),
    beta1: share.default(0.9),
    beta2: share.default(0.999),
    epsilon: z.number().positive().default(1e-7),
    weightDecay: z.number().nonnegative().default(0.004),
  }),
  z.strictObject({ kind: z.literal('sgd'), momentum: share.default(0.9), nesterov: z.boolean().default(true) }),
  z.strictObject({
    kind: z.literal('rmsprop'),
    rho: share.default(0.9),
    momentum: share.default(0),
    epsilon: z.number().positive().default(1e-7),
  }),
]);

/** Steps over which the rate rises linearly from nothing, before the schedule itself begins. */
const warmUpSteps = z.int().nonnegative().default(0);

/** How the learning rate goes over the steps of a stage. */
export const scheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), rate, warmUpSteps }),
  /** rate x factor ^ (step / everySteps), as Keras' ExponentialDecay. */
  z.strictObject({
    kind: z.literal('exponential'),
    rate,
    everySteps: z.int().positive().default(1000),
    factor: z.number().positive().max(1).default(0.95),
    warmUpSteps,
  }),
  /** Half a cosine from `rate` to `rate` x `floor` (Loshchilov & Hutter 2017, without restarts). */
  z.strictObject({ kind: z.literal('cosine'), rate, floor: z.number().min(0).max(1).default(0), warmUpSteps }),
  /** One cycle (Smith & Topin 2018) with cosines: from rate / 25 up to `rate` over the first `rise` of the stage, then down to nothing. */
  z.strictObject({ kind: z.literal('oneCycle'), rate, rise: z.number().gt(0).lt(1).default(0.3) }),
]);

/** Which layers of the network train in a stage; the classifier head always does. */
export const trainedLayersSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('head') }),
  z.strictObject({ kind: z.literal('all') }),
  /** Layers of the backbone beyond the first `freezeFirst`, as `layers` lists them; with `convolutionsOnly` only Conv2D and DepthwiseConv2D among them. */
  z.strictObject({
    kind: z.literal('beyond'),
    freezeFirst: z.int().nonnegative(),
    convolutionsOnly: z.boolean(),
  }),
  /** The backbone's layers whose names begin with one of these, such as "block6" and "top". */
  z.strictObject({ kind: z.literal('blocks'), blocks: z.array(z.string().min(1)).min(1) }),
]);

const stageSchema = z.strictObject({
  name: z.string().min(1).max(40),
  train: trainedLayersSchema,
  /** At most so many passes over the training part. */
  epochs: z.int().min(1).max(10_000),
  batch: z.int().min(1).max(4096),
  optimiser: optimiserSchema,
  schedule: scheduleSchema,
  /** Epochs without a better validation accuracy after which the stage ends; null: it goes on to its last epoch. The best weights are restored either way. */
  patience: z.int().min(1).nullable(),
});

/** The classifier on the pooled features: dropout, batch norm, dense layers with LeakyReLU, dropout and batch norm between them, then the classes. */
const headSchema = z.strictObject({
  dropout: share,
  batchNorm: z.boolean(),
  /** Units of each dense layer; none leaves the classes directly on the features. */
  dense: z.array(z.int().min(1).max(8192)).max(8),
  /** Slope of LeakyReLU below 0. */
  slope: z.number().min(0).max(1),
  /** Dropout between the dense layers. */
  denseDropout: share,
});

/** How the weights of a model are stored. */
export const weightPrecisionSchema = z.enum(['float32', 'float16']);

export const networkNameSchema = z.enum([
  'efficientnet-lite0',
  'efficientnet-lite1',
  'efficientnet-lite2',
  'efficientnet-b0',
  'efficientnet-b1',
  'efficientnet-b2',
  'small-plain',
  'small-residual',
]);

const FIT_KINDS = ['transfer', 'fine-tune', 'scratch', 'best'] as const;

/** Training of a network by stochastic gradients, in stages. Every number stands in the recipe; what each kind begins with: {@link defaultRecipe}. */
export const fitRecipeSchema = z
  .strictObject({
    kind: z.enum(FIT_KINDS),
    network: networkNameSchema,
    /** What the backbone begins with: `published` (weights that ship with the program), `random`, or the path of Keras' weights (.h5, no top). */
    weights: z.string().min(1),
    /** Side of the square images are decoded to and kept at, pixels. */
    workingSize: z.int().min(IMAGE_SIDE.min).max(IMAGE_SIDE.max),
    /** Side the network sees, pixels. */
    inputSize: z.int().min(IMAGE_SIDE.min).max(IMAGE_SIDE.max),
    head: headSchema,
    stages: z.array(stageSchema).min(1).max(8),
    /** What is done to training images, at the side the network sees; without steps, nothing. */
    augmentation: augmentationPipelineSchema,
    /** Weighs every class alike (n / (classes x images of the class), as scikit-learn's "balanced"), or every image. */
    classWeights: z.enum(['balanced', 'none']),
    labelSmoothing: share,
    /** Factor of the sum of squared kernels added to the loss. */
    l2: z.number().nonnegative(),
    /** Largest global norm of the gradients; null: not clipped. */
    clipNorm: z.number().positive().nullable(),
    /** Decay of the moving average of the weights that is validated and kept; null: the weights themselves. */
    ema: share.nullable(),
    /** float16 halves the model's file; its figures are of the weights as they are stored. */
    weightPrecision: weightPrecisionSchema.default('float32'),
    ...judging,
  })
  .refine(({ testShare, validationShare }) => testShare + validationShare <= 0.8, {
    path: ['validationShare'],
    message: 'the locked part and the validation part leave less than 20 % to learn from',
  })
  .refine(({ network, weights }) => !network.startsWith('small-') || weights === 'random', {
    path: ['weights'],
    message: 'a small network has no published weights; it begins with weights=random',
  });

/** A recipe as it is kept with a run and in a model's card. */
export const recipeSchema = z.discriminatedUnion('kind', [quickRecipeSchema, fitRecipeSchema]);

export const recipeKindSchema = z.enum(['quick', ...FIT_KINDS]);

export type QuickRecipe = z.infer<typeof quickRecipeSchema>;
export type FitRecipe = z.infer<typeof fitRecipeSchema>;
export type Recipe = z.infer<typeof recipeSchema>;
export type RecipeKind = z.infer<typeof recipeKindSchema>;
export type OptimiserOptions = z.infer<typeof optimiserSchema>;
export type Schedule = z.infer<typeof scheduleSchema>;
export type TrainedLayers = z.infer<typeof trainedLayersSchema>;
export type FitStage = FitRecipe['stages'][number];
export type HeadOptions = FitRecipe['head'];
export type WeightPrecision = z.infer<typeof weightPrecisionSchema>;
export type NetworkName = z.infer<typeof networkNameSchema>;
