import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAugmentation } from '#models/augment/augment';
import * as colour from '#models/augment/colour';
import type { Draws, Effect } from '#models/augment/effect';
import { blur, sharpness } from '#models/augment/filter';
import { Formula } from '#models/augment/formula';
import * as geometry from '#models/augment/geometry';
import { cutOut } from '#models/augment/occlusion';
import { stainJitter } from '#models/augment/stain';
import { DEFAULT_STAINING } from '#shared/domain/staining';
import { estimateStaining } from '#models/augment/stainBasis';
import * as tone from '#models/augment/tone';
import { Graph, type GraphTensor } from '#models/graph/graph';
import { Session } from '#models/graph/session';
import { decodeImage } from '#models/data/decode';
import { augmentationSchema, type AugmentationKind, type AugmentationOf } from '#shared/domain/augmentation';
import { BASE_PIPELINE } from '#shared/domain/augmentationPipeline';
import { SAMPLE_SLIDE } from '../support/data';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';
const COUNT = 3;
const SIDE = 64;

/** The default options of a kind, with some changed. */
function options<Kind extends AugmentationKind>(
  kind: Kind,
  changed: Partial<AugmentationOf<Kind>> = {},
): AugmentationOf<Kind> {
  return { ...(augmentationSchema.parse({ kind }) as AugmentationOf<Kind>), ...changed };
}

const CHOSEN = {
  shear: options('shear'),
  'crop-and-resize': options('crop-and-resize'),
  'channel-shift': options('channel-shift'),
  contrast: options('contrast'),
  hue: options('hue'),
  saturation: options('saturation'),
  'colour-degeneration': options('colour-degeneration'),
  sharpness: options('sharpness'),
  blur: options('blur', { sigma: 0.05 }),
  posterise: options('posterise'),
  solarise: options('solarise', { amount: 1 }),
  'cut-out': options('cut-out'),
  'stain-jitter': options('stain-jitter', { staining: DEFAULT_STAINING }),
};

/** Every effect by itself, with how far it may be from its peer, in levels. Pillow rounds to whole levels. */
const EFFECTS: Readonly<Record<string, { readonly effect: Effect; readonly draws: number; readonly within: number }>> =
  {
    flip: { effect: geometry.flip(options('flip')), draws: 1, within: 1e-3 },
    rotation: { effect: geometry.rotation(options('rotation')), draws: 1, within: 0.1 },
    'quarter-turn': { effect: geometry.quarterTurn(options('quarter-turn')), draws: 1, within: 0 },
    translation: { effect: geometry.translation(options('translation')), draws: 2, within: 0.1 },
    zoom: { effect: geometry.zoom(options('zoom')), draws: 1, within: 0.1 },
    'zoom-stretch': { effect: geometry.zoom(options('zoom', { stretch: true })), draws: 2, within: 0.1 },
    brightness: { effect: colour.brightness(options('brightness')), draws: 1, within: 1e-3 },
    shear: { effect: geometry.shear(CHOSEN.shear), draws: 2, within: 0.1 },
    'crop-and-resize': { effect: geometry.cropAndResize(CHOSEN['crop-and-resize']), draws: 4, within: 0.1 },
    'channel-shift': { effect: colour.channelShift(CHOSEN['channel-shift']), draws: 3, within: 1e-3 },
    contrast: { effect: colour.contrast(CHOSEN.contrast), draws: 1, within: 0.01 },
    hue: { effect: colour.hue(CHOSEN.hue), draws: 1, within: 0.05 },
    saturation: { effect: colour.saturation(CHOSEN.saturation), draws: 1, within: 1.5 },
    'colour-degeneration': {
      effect: colour.colourDegeneration(CHOSEN['colour-degeneration']),
      draws: 1,
      within: 1.5,
    },
    grayscale: { effect: colour.grayscale(options('grayscale')), draws: 0, within: 0.51 },
    sharpness: { effect: sharpness(CHOSEN.sharpness), draws: 1, within: 1.5 },
    blur: { effect: blur(CHOSEN.blur), draws: 1, within: 0.01 },
    equalise: { effect: tone.equalise(options('equalise', { amount: 1 })), draws: 0, within: 1e-3 },
    'auto-contrast': { effect: tone.autoContrast(options('auto-contrast', { amount: 1 })), draws: 0, within: 1 },
    posterise: { effect: tone.posterise(CHOSEN.posterise), draws: 1, within: 0 },
    solarise: { effect: tone.solarise(CHOSEN.solarise), draws: 1, within: 0 },
    'cut-out': { effect: cutOut(CHOSEN['cut-out']), draws: 2, within: 1e-3 },
    'stain-jitter': { effect: stainJitter(CHOSEN['stain-jitter'], DEFAULT_STAINING), draws: 4, within: 0.02 },
  };

/** Numbers that were drawn before. */
class GivenDraws implements Draws {
  readonly #left: number[][];
  readonly #formula: Formula;

  constructor(formula: Formula, numbers: readonly (readonly number[])[]) {
    this.#formula = formula;
    this.#left = numbers.map((each) => [...each]);
  }

  next(): GraphTensor {
    const numbers = this.#left.shift();
    if (!numbers) throw new Error('more numbers were drawn than foreseen');
    return this.#formula.constant(numbers, [numbers.length]);
  }

  shared(): GraphTensor {
    throw new Error('nothing is drawn for the batch');
  }

  of(): Draws {
    return this;
  }
}

function run(
  pixels: Float32Array,
  build: (graph: Graph, input: GraphTensor) => readonly GraphTensor[],
): Float32Array[] {
  const graph = new Graph();
  const input = graph.placeholder('pixels', 'float32', [COUNT, SIDE, SIDE, 3]);
  const outputs = build(graph, input);
  const session = Session.open(graph);
  try {
    const results = session.run([{ tensor: input, shape: [COUNT, SIDE, SIDE, 3], data: pixels }], outputs);
    return results.map((each) => Float32Array.from(each));
  } finally {
    session.close();
  }
}

function applied(effect: Effect, pixels: Float32Array, numbers: readonly (readonly number[])[]): Float32Array {
  const [result] = run(pixels, (graph, input) => {
    const formula = new Formula(graph, 'effect');
    const draws = new GivenDraws(formula, numbers);
    switch (effect.family) {
      case 'geometric':
        return [geometry.resample(formula, input, effect.matrix(formula, draws, SIDE))];
      case 'colour': {
        const mean = (): GraphTensor => colour.meanColour(formula, input);
        return [colour.recolour(formula, input, effect.matrix(formula, draws, mean))];
      }
      case 'pixels':
        return [effect.apply(formula, input, draws)];
      case 'mixing':
        throw new Error('not compared with a peer');
    }
  });
  return result ?? new Float32Array(0);
}

function furthest(left: Float32Array, right: Float32Array): number {
  if (left.length !== right.length) return Infinity;
  return left.reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] ?? NaN))), 0);
}

function meanDistance(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + Math.abs(value - (right[index] ?? NaN)), 0) / left.length;
}

/** Numbers in [0, 1) that repeat. */
function numbers(seed: number): number[] {
  let state = seed;
  return Array.from({ length: COUNT }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.fround(state / 2 ** 32);
  });
}

describe('with the same random draws on real cells', () => {
  const folder = mkdtempSync(join(tmpdir(), 'smearscope-augmentation-'));
  const draws = Object.fromEntries(
    Object.entries(EFFECTS).map(([name, each], number) => [
      name,
      Array.from({ length: each.draws }, (_, index) => numbers(100 * number + index)),
    ]),
  );
  let bytes: Uint8Array[] = [];
  let pixels = new Float32Array(0);
  let base: Float32Array = new Float32Array(0);
  const peer = (name: string): Float32Array =>
    new Float32Array(new Uint8Array(readFileSync(join(folder, `${name}.bin`))).buffer);

  beforeAll(async () => {
    const files = readdirSync(SAMPLE_SLIDE)
      .sort()
      .filter((_, index) => index % 9 === 2)
      .slice(0, COUNT);
    bytes = await Promise.all(
      files.map(async (file) => (await decodeImage(readFileSync(join(SAMPLE_SLIDE, file)), SIDE)).pixels),
    );
    pixels = Float32Array.from(bytes.flatMap((image) => [...image]));
    // Blurred and away from black and white, so that resampling several times costs next to nothing and no brightness is cut.
    const blurred = applied(blur(options('blur', { sigma: 0.1 })), pixels, [[0.5, 0.5, 0.5]]);
    const smooth = blurred.map((value) => 60 + (value * 130) / 255);
    const [result, ...drawn] = run(smooth, (graph, input) => {
      const labels = graph.constant('labels', new Float32Array(COUNT).fill(1), [COUNT, 1]);
      const seed = graph.constant('seed', Int32Array.of(11, 4), [2]);
      const output = addAugmentation(graph, { pixels: input, labels, seed }, BASE_PIPELINE);
      const uniform = graph.operations.filter(({ kind }) => kind === 'StatelessRandomUniform');
      const drawn = uniform.flatMap(({ outputs }) => outputs);
      // Named step by step, in whatever order they came into the graph.
      return [output.pixels, ...drawn.sort((a, b) => (a.name < b.name ? -1 : 1))];
    });
    base = result ?? base;
    const request = {
      count: COUNT,
      side: SIDE,
      options: CHOSEN,
      draws: { ...draws, base: drawn.map((each) => [...each]) },
    };
    writeFileSync(join(folder, 'request.json'), JSON.stringify(request));
    writeFileSync(join(folder, 'pixels.bin'), pixels);
    writeFileSync(join(folder, 'smooth.bin'), smooth);
    execFileSync(PYTHON, ['test/models/peers/augmentation.py', folder], { stdio: 'pipe' });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(EFFECTS))(
    '%s gives what Keras, TensorFlow, Pillow or SciPy give',
    (name, { effect, within }) => {
      const ours = applied(effect, pixels, draws[name] ?? []);
      const theirs = peer(name).map((value) => Math.min(255, Math.max(0, value)));
      expect(furthest(ours, theirs)).toBeLessThanOrEqual(within);
      expect(meanDistance(theirs, pixels), 'the case changes the images').toBeGreaterThan(0.05);
    },
  );

  it('the base pipeline gives what Keras’ five layers give one after the other, where nothing comes from beyond the border', () => {
    const both = peer('base');
    const theirs = both.subarray(0, base.length);
    const inside = both.subarray(base.length);
    const compared = [...base.keys()].filter((index) => inside[index] === 1);
    expect(compared.length).toBeGreaterThan(base.length / 4);
    const most = compared.reduce((far, index) => Math.max(far, Math.abs((base[index] ?? 0) - (theirs[index] ?? 0))), 0);
    // Keras interpolates four times, this once.
    expect(most).toBeLessThan(1.5);
  });

  it('hue turns colours the way round that TensorFlow’s adjust_hue does', () => {
    const turned = (numbers: readonly (readonly number[])[]): number =>
      meanDistance(applied(colour.hue(CHOSEN.hue), pixels, numbers), peer('hue-hsv'));
    const given = draws.hue ?? [];
    const opposite = given.map((each) => each.map((number) => 1 - number));
    expect(turned(given)).toBeLessThan(turned(opposite));
  });

  it('the staining of images is what NumPy finds by Macenko’s method', () => {
    const theirs = JSON.parse(readFileSync(join(folder, 'staining.json'), 'utf8')) as {
      white: number[];
      stains: number[][];
    };
    const ours = estimateStaining(bytes);
    expect(ours?.white).toEqual(theirs.white);
    for (const [index, stain] of (ours?.stains ?? []).entries()) {
      for (const [channel, value] of stain.entries()) {
        expect(value).toBeCloseTo(theirs.stains[index]?.[channel] ?? NaN, 5);
      }
    }
    expect(estimateStaining([new Uint8Array(SIDE * SIDE * 3).fill(200)]), 'an empty slide').toBeNull();
  });
});
