import { z } from 'zod';
import { stainingSchema } from './staining';

/** Share of the images that are touched, drawn for each image. */
const share = (value: number) => z.number().min(0).max(1).default(value);
/** How far a change goes at most: 0 changes nothing. What it is a share of stands with each augmentation. */
const reach = (value: number, most = 1) => z.number().min(0).max(most).default(value);

const flip = z
  .strictObject({
    kind: z.literal('flip'),
    direction: z.enum(['horizontal', 'vertical', 'both']).default('horizontal'),
    /** Chance of a flip, of each of the two where both are asked for. */
    chance: share(0.5),
  })
  .describe('Mirrors the image: a cell lies on the slide either way round.');

const rotation = z
  .strictObject({
    kind: z.literal('rotation'),
    /** Furthest turn to either side, as a share of a full one. */
    turn: reach(0.7),
    probability: share(1),
  })
  .describe('Turns the image about its centre: a cell has no upper side.');

const quarterTurn = z
  .strictObject({
    kind: z.literal('quarter-turn'),
    /** Chance of a turn, by one, two or three quarters alike; 0.75 makes all four ways round as likely. */
    chance: share(0.75),
  })
  .describe('Turns the image by quarters: a cell has no upper side, and no pixel is blurred.');

const translation = z
  .strictObject({
    kind: z.literal('translation'),
    /** Furthest shifts up or down and left or right, as shares of the side. */
    height: reach(0.15),
    width: reach(0.15),
    probability: share(1),
  })
  .describe('Shifts the image: a crop does not always have its cell in the middle.');

const zoom = z
  .strictObject({
    kind: z.literal('zoom'),
    /** The visible part is 1 - amount to 1 + amount times the side. */
    amount: reach(0.3, 0.9),
    /** Whether height and width are drawn apart, which stretches the cell. */
    stretch: z.boolean().default(false),
    probability: share(1),
  })
  .describe('Shows the cell larger or smaller, as other objectives and crops do.');

const shear = z
  .strictObject({
    kind: z.literal('shear'),
    /** Furthest slant of the columns and of the rows: pixels sideways for each pixel along. */
    x: reach(0.1),
    y: reach(0.1),
    probability: share(1),
  })
  .describe('Slants the image a little: cells are squeezed when the smear is made.');

const cropAndResize = z
  .strictObject({
    kind: z.literal('crop-and-resize'),
    /** Largest share of the area that is cut away. */
    amount: reach(0.3, 0.95),
    /** Furthest stretch of the ratio of the sides, as a natural logarithm. */
    stretch: reach(0.1),
    probability: share(1),
  })
  .describe(
    'Cuts a part out of the image and shows it in full size: the cell is recognised from a part of its surroundings.',
  );

const brightness = z
  .strictObject({
    kind: z.literal('brightness'),
    /** Furthest change, as a share of the range from black to white. */
    amount: reach(0.2),
    probability: share(1),
  })
  .describe('Makes the image lighter or darker, as lamps and exposure times do.');

const channelShift = z
  .strictObject({
    kind: z.literal('channel-shift'),
    /** Furthest change of each channel by itself, as a share of its range. */
    amount: reach(0.08),
    probability: share(1),
  })
  .describe('Shifts red, green and blue apart, as another white balance does.');

const contrast = z
  .strictObject({
    kind: z.literal('contrast'),
    /** Distances from the mean colour of the image are multiplied by 1 - amount to 1 + amount. */
    amount: reach(0.25),
    probability: share(1),
  })
  .describe('Makes the image harder or flatter, as cameras and thick smears do.');

const hue = z
  .strictObject({
    kind: z.literal('hue'),
    /** Furthest turn of the colours, as a share of the full circle. */
    amount: reach(0.03, 0.5),
    probability: share(1),
  })
  .describe('Turns all colours a little round the colour circle, as old stain and another buffer do.');

const saturation = z
  .strictObject({
    kind: z.literal('saturation'),
    /** Distances from grey are multiplied by 1 - amount to 1 + amount. */
    amount: reach(0.3),
    probability: share(1),
  })
  .describe('Makes colours stronger or paler, as shorter and longer staining does.');

const colourJitter = z
  .strictObject({
    kind: z.literal('colour-jitter'),
    /** As in the augmentations of these names. */
    brightness: reach(0.1),
    contrast: reach(0.15),
    saturation: reach(0.2),
    hue: reach(0.02, 0.5),
    probability: share(1),
  })
  .describe('Changes brightness, contrast, saturation and hue together, each a little.');

const colourDegeneration = z
  .strictObject({
    kind: z.literal('colour-degeneration'),
    /** Largest share of the way to grey. */
    amount: reach(0.5),
    probability: share(1),
  })
  .describe('Takes a part of the colour away, as faded slides have lost it.');

const grayscale = z
  .strictObject({
    kind: z.literal('grayscale'),
    /** Share of the way to grey. */
    amount: reach(1),
    probability: share(0.1),
  })
  .describe('Takes the colour of some images away, so that form and texture are learned too.');

const sharpness = z
  .strictObject({
    kind: z.literal('sharpness'),
    /** Detail finer than three pixels is multiplied by 1 - amount to 1 + amount. */
    amount: reach(0.8, 4),
    probability: share(1),
  })
  .describe('Sharpens or softens fine detail, as lenses and the camera’s own filters do.');

const blur = z
  .strictObject({
    kind: z.literal('blur'),
    /** Largest standard deviation of the Gaussian, as a share of the side. */
    sigma: reach(0.01, 0.1),
    probability: share(0.5),
  })
  .describe('Puts the image out of focus, as happens in scanning.');

const equalise = z
  .strictObject({
    kind: z.literal('equalise'),
    /** Share of the way to the equalised image. */
    amount: reach(0.3),
    probability: share(0.2),
  })
  .describe('Spreads the levels of each colour evenly, which brings out faint granules.');

const autoContrast = z
  .strictObject({
    kind: z.literal('auto-contrast'),
    /** Share of the way to the stretched image. */
    amount: reach(0.5),
    probability: share(0.3),
  })
  .describe('Stretches each colour over the whole range, as many cameras do by themselves.');

const posterise = z
  .strictObject({
    kind: z.literal('posterise'),
    /** Most bits of the eight that are dropped from each level. */
    bits: reach(3, 7),
    probability: share(0.3),
  })
  .describe('Leaves fewer levels of each colour, so that fine differences of shade count for less.');

const solarise = z
  .strictObject({
    kind: z.literal('solarise'),
    /** Largest share of the range, from white downwards, in which levels are inverted. */
    depth: reach(0.12),
    /** Share of the way to the inverted level: all of it turns the pale background of a smear dark. */
    amount: reach(0.15),
    probability: share(0.2),
  })
  .describe('Bends the brightest levels down, so that the empty background counts for less.');

const cutOut = z
  .strictObject({
    kind: z.literal('cut-out'),
    /** Side of the hidden square, as a share of the image's. */
    size: reach(0.25),
    probability: share(0.5),
  })
  .describe('Hides a square, so that no single part of the cell decides.');

const gridMask = z
  .strictObject({
    kind: z.literal('grid-mask'),
    /** Squares along the side, about. */
    units: z.int().min(1).max(32).default(5),
    /** Side of a hidden square, as a share of the distance between two. */
    size: reach(0.4),
    probability: share(0.3),
  })
  .describe('Hides a grid of small squares, so that a cell is recognised from what lies between them.');

const stainJitter = z
  .strictObject({
    kind: z.literal('stain-jitter'),
    /** Each stain's amount is multiplied by 1 - amount to 1 + amount. */
    amount: reach(0.25),
    /** Furthest addition to each stain's amount, in optical density. */
    shift: reach(0.03),
    /** `estimated`: that of the images that are learned from, which a run puts in numbers before it begins (models/augment/staining). */
    staining: z
      .union([z.literal('estimated'), stainingSchema], {
        error:
          'expected "estimated", or the levels of the empty slide and two stains: {"white": [255, 228, 203], "stains": [[0.67, 0.70, 0.24], [0.47, 0.88, 0.12]]}',
      })
      .default('estimated'),
    probability: share(1),
  })
  .describe(
    'Changes how much of each stain, estimated from the images unless it is given, the cell took up, so that another laboratory’s staining is withstood.',
  );

const mixUp = z
  .strictObject({
    kind: z.literal('mix-up'),
    /** Most of another image that is laid over, and of its label. */
    share: reach(0.5, 0.5),
    /** Shares are drawn from Beta(alpha, alpha): the smaller, the rarer are strong mixtures. */
    alpha: z.number().min(0.05).max(10).default(0.2),
    probability: share(1),
  })
  .describe(
    'Lays another image of the batch over, with as much of its label, which makes the model less certain where it should be.',
  );

const cutMix = z
  .strictObject({
    kind: z.literal('cut-mix'),
    /** Largest share of the area that another image takes, and of its label. */
    share: reach(0.5, 1),
    /** Shares are drawn from Beta(alpha, alpha). */
    alpha: z.number().min(0.05).max(10).default(1),
    probability: share(0.5),
  })
  .describe('Replaces a rectangle by that of another image of the batch, with as much of its label.');

const randAugment = z
  .strictObject({
    kind: z.literal('rand-augment'),
    /** How many of its twelve changes each image gets. */
    choose: z.int().min(1).max(12).default(2),
    /** Strength of each, 1 being the strongest of the paper. */
    magnitude: reach(0.3),
    probability: share(1),
  })
  .describe('Gives each image a few changes drawn from twelve, all of one strength.');

const augMix = z
  .strictObject({
    kind: z.literal('aug-mix'),
    /** Most of the mixture that is laid over the image. */
    amount: reach(1),
    chains: z.int().min(1).max(5).default(2),
    /** How many changes each chain has. */
    length: z.int().min(1).max(4).default(2),
    /** Strength of each change, as in rand-augment. */
    magnitude: reach(0.3),
    probability: share(1),
  })
  .describe('Mixes several differently changed versions of the image with the image itself.');

/** One augmentation with its options. Each kind's description is the sentence that a user reads. */
export const augmentationSchema = z.discriminatedUnion('kind', [
  flip,
  rotation,
  quarterTurn,
  brightness,
  translation,
  zoom,
  channelShift,
  contrast,
  hue,
  saturation,
  colourJitter,
  colourDegeneration,
  sharpness,
  shear,
  cutOut,
  gridMask,
  blur,
  equalise,
  posterise,
  solarise,
  autoContrast,
  grayscale,
  cropAndResize,
  randAugment,
  mixUp,
  cutMix,
  augMix,
  stainJitter,
]);

export type Augmentation = z.infer<typeof augmentationSchema>;
export type AugmentationKind = Augmentation['kind'];
/** The options of one kind. */
export type AugmentationOf<Kind extends AugmentationKind> = Extract<Augmentation, { kind: Kind }>;

/** Every kind with the sentence that explains it, in the order in which they are offered. */
export const AUGMENTATIONS: readonly { readonly kind: AugmentationKind; readonly explanation: string }[] =
  augmentationSchema.options.map((option) => ({
    kind: option.shape.kind.value,
    explanation: option.description ?? '',
  }));

/** Numbers that say how far an augmentation goes; the others say how often, how many or in what manner. */
const REACHES: ReadonlySet<string> = new Set([
  'chance',
  'turn',
  'height',
  'width',
  'amount',
  'x',
  'y',
  'brightness',
  'contrast',
  'saturation',
  'hue',
  'sigma',
  'bits',
  'depth',
  'size',
  'shift',
  'share',
  'magnitude',
  'stretch',
]);

/** The same augmentation `strength` times as far: at 0 it changes nothing, at 1 it is as it was. Above 1 an option may be out of its range: for the caller to check. */
export function atStrength<Kind extends Augmentation>(augmentation: Kind, strength: number): Kind {
  const scaled = Object.entries(augmentation).map(([key, value]: [string, unknown]) => {
    return [key, REACHES.has(key) && typeof value === 'number' ? value * strength : value] as const;
  });
  return { ...augmentation, ...Object.fromEntries(scaled) };
}
