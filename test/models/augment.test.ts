import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { addAugmentation } from '#models/augment/augment';
import { previewAugmentation } from '#models/augment/preview';
import { withStaining } from '#models/augment/staining';
import { Graph } from '#models/graph/graph';
import { cast } from '#models/graph/operations/shape';
import { openSessions, Session } from '#models/graph/session';
import { decodeImage } from '#models/data/decode';
import { AUGMENTATIONS } from '#shared/domain/augmentation';
import {
  augmentationPipelineSchema,
  BASE_PIPELINE,
  pipelineAtStrength,
  type AugmentationPipeline,
} from '#shared/domain/augmentationPipeline';
import { SAMPLE_SLIDE } from '../support/data';

const SIDE = 32;
const COUNT = 6;

interface Step {
  readonly when: string;
  readonly augmentations: readonly object[];
  readonly [option: string]: unknown;
}

const pipelineOf = (...steps: Step[]): AugmentationPipeline =>
  withStaining(augmentationPipelineSchema.parse({ steps }), null);
const always = (...augmentations: object[]): AugmentationPipeline => pipelineOf({ when: 'always', augmentations });

/** A graph that augments as training does: pixels fed as bytes, labels as one class an image. */
function training(pipeline: AugmentationPipeline): {
  readonly graph: Graph;
  readonly run: (
    pixels: Uint8Array,
    seed: readonly [number, number],
  ) => { readonly pixels: Float32Array; readonly labels: Float32Array };
  readonly close: () => void;
} {
  const graph = new Graph();
  const input = graph.placeholder('pixels', 'uint8', [null, SIDE, SIDE, 3]);
  const labels = graph.placeholder('labels', 'float32', [null, COUNT]);
  const seed = graph.placeholder('seed', 'int32', [2]);
  const output = addAugmentation(graph, { pixels: cast(graph, 'float', input, 'float32'), labels, seed }, pipeline);
  // TensorFlow does not give back as it is what was fed.
  const outLabels = graph.after('mixed_labels', [], output.labels);
  const session = Session.open(graph);
  return {
    graph,
    run: (pixels, numbers) => {
      const count = pixels.length / (SIDE * SIDE * 3);
      const own = Float32Array.from({ length: count * COUNT }, (_, at) =>
        at % COUNT === Math.floor(at / COUNT) ? 1 : 0,
      );
      const results = session.run(
        [
          { tensor: input, shape: [count, SIDE, SIDE, 3], data: pixels },
          { tensor: labels, shape: [count, COUNT], data: own },
          { tensor: seed, shape: [2], data: Int32Array.from(numbers) },
        ],
        [output.pixels, outLabels],
      );
      const [changed = [], mixed = []] = results;
      return { pixels: Float32Array.from(changed), labels: Float32Array.from(mixed) };
    },
    close: () => {
      session.close();
    },
  };
}

function once(pipeline: AugmentationPipeline, pixels: Uint8Array, seed: readonly [number, number] = [7, 0]) {
  const graph = training(pipeline);
  try {
    return graph.run(pixels, seed);
  } finally {
    graph.close();
  }
}

const furthest = (left: ArrayLike<number>, right: ArrayLike<number>): number =>
  Array.from(left).reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] ?? NaN))), 0);

/** For each image whether it was changed. */
const changed = (result: Float32Array, pixels: Uint8Array): boolean[] =>
  Array.from({ length: pixels.length / (SIDE * SIDE * 3) }, (_, image) => {
    const range = [image * SIDE * SIDE * 3, (image + 1) * SIDE * SIDE * 3] as const;
    return furthest(result.subarray(...range), pixels.subarray(...range)) > 0.01;
  });

let cells: Uint8Array;

beforeAll(async () => {
  const files = readdirSync(SAMPLE_SLIDE).sort().slice(0, COUNT);
  const images = await Promise.all(
    files.map(async (file) => (await decodeImage(readFileSync(join(SAMPLE_SLIDE, file)), SIDE)).pixels),
  );
  cells = new Uint8Array(Buffer.concat(images));
});

describe.each(AUGMENTATIONS)('$kind', ({ kind }) => {
  // Whatever the default chance, every image is touched, so that the case says something.
  const byChance = ['flip', 'quarter-turn'].includes(kind);
  const touching = byChance ? { kind, chance: 0.5 } : { kind, probability: 1 };

  it('gives the same pixels and labels for the same seed, others for another seed or batch, all of them possible', () => {
    const graph = training(always(touching));
    const [first, again, other, later] = (
      [
        [7, 0],
        [7, 0],
        [8, 0],
        [7, 1],
      ] as const
    ).map((seed) => graph.run(cells, seed));
    graph.close();
    expect(again).toEqual(first);
    // Interpolation may round a little past black and white.
    expect(first?.pixels.every((value) => value > -0.01 && value < 255.01)).toBe(true);
    // What draws nothing is the same whatever the seed.
    if (!['grayscale', 'equalise', 'auto-contrast'].includes(kind)) {
      expect(other).not.toEqual(first);
      expect(later).not.toEqual(first);
    }
    expect(changed(first?.pixels ?? new Float32Array(0), cells)).toContain(true);
  });

  it('changes nothing at strength 0, and goes further the stronger it is', () => {
    const none = once(pipelineAtStrength(always(touching), 0), cells);
    expect(furthest(none.pixels.map(Math.round), cells)).toBe(0);
    const strengths = [0.25, 1].map((strength) => {
      const { pixels } = once(pipelineAtStrength(always(touching), strength), cells);
      return pixels.reduce((sum, value, index) => sum + Math.abs(value - (cells[index] ?? NaN)), 0);
    });
    expect(strengths[1]).toBeGreaterThan(strengths[0] ?? NaN);
  });

  it('stands a batch of one image, and one of which it touches none', () => {
    const one = cells.subarray(0, SIDE * SIDE * 3);
    expect(once(always(touching), one).pixels).toHaveLength(one.length);
    const untouched = once(always(byChance ? { kind, chance: 0 } : { kind, probability: 0 }), cells);
    expect(furthest(untouched.pixels, cells)).toBe(0);
  });
});

describe('mixing', () => {
  it.each(['mix-up', 'cut-mix'])(
    '%s gives each image labels that sum to one and say what share of its pixels is whose',
    (kind) => {
      // Images of one level each, so that the pixels tell by themselves how much of which image they hold.
      const levels = [10, 60, 110, 160, 210, 250];
      const flat = Uint8Array.from(
        { length: cells.length },
        (_, at) => levels[Math.floor(at / (SIDE * SIDE * 3))] ?? 0,
      );
      const graph = training(always({ kind, alpha: 1, probability: 0.7 }));
      let mixed = 0;
      for (let batch = 0; batch < 5; batch++) {
        const { pixels, labels } = graph.run(flat, [3, batch]);
        for (let image = 0; image < COUNT; image++) {
          const row = labels.subarray(image * COUNT, (image + 1) * COUNT);
          expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
          expect(row[image]).toBeGreaterThanOrEqual(0.5 - 1e-6);
          const mean = pixels
            .subarray(image * SIDE * SIDE * 3, (image + 1) * SIDE * SIDE * 3)
            .reduce((sum, value) => sum + value / (SIDE * SIDE * 3), 0);
          expect(mean).toBeCloseTo(
            row.reduce((sum, share, label) => sum + share * (levels[label] ?? 0), 0),
            1,
          );
          if ((row[image] ?? 1) < 1) mixed++;
        }
      }
      graph.close();
      expect(mixed).toBeGreaterThan(8);
      expect(mixed).toBeLessThan(30);
    },
  );
});

describe('a pipeline', () => {
  it('resamples once, however many geometric augmentations it has, and multiplies colours once', () => {
    const { graph, close } = training(
      always(
        ...['flip', 'rotation', 'translation', 'zoom', 'shear', 'crop-and-resize'].map((kind) => ({ kind })),
        ...['brightness', 'contrast', 'hue', 'saturation', 'channel-shift', 'grayscale'].map((kind) => ({ kind })),
      ),
    );
    close();
    const count = (kind: string): number => graph.operations.filter((each) => each.kind === kind).length;
    expect([count('ImageProjectiveTransformV3'), count('ClipByValue')]).toEqual([1, 1]);
  });

  it('leaves an image as it is where geometric augmentations undo each other', () => {
    const twice = once(always({ kind: 'flip', chance: 1 }, { kind: 'flip', chance: 1 }), cells);
    expect(furthest(twice.pixels, cells)).toBeLessThan(0.01);
    const both = once(always({ kind: 'flip', direction: 'both', chance: 1 }), cells);
    const halfTurn = Float32Array.from({ length: cells.length }, (_, at) => {
      const image = Math.floor(at / (SIDE * SIDE * 3));
      const pixel = Math.floor(at / 3) % (SIDE * SIDE);
      return cells[(image * SIDE * SIDE + SIDE * SIDE - 1 - pixel) * 3 + (at % 3)] ?? NaN;
    });
    expect(furthest(both.pixels, halfTurn)).toBeLessThan(0.01);
  });

  it('runs a step in every third batch from the second one on', () => {
    const graph = training(pipelineOf({ when: 'batches', every: 3, first: 1, augmentations: [{ kind: 'rotation' }] }));
    const ran = Array.from({ length: 8 }, (_, batch) => changed(graph.run(cells, [7, batch]).pixels, cells));
    graph.close();
    const expected = [false, true, false, false, true, false, false, true];
    expect(ran).toEqual(expected.map((each) => Array.from({ length: COUNT }, () => each)));
  });

  it('runs a step at random in whole batches, as often as asked', () => {
    const graph = training(pipelineOf({ when: 'chance', probability: 0.3, augmentations: [{ kind: 'stain-jitter' }] }));
    const ran = Array.from({ length: 60 }, (_, batch) =>
      changed(
        graph.run(cells.subarray(0, 2 * SIDE * SIDE * 3), [5, batch]).pixels,
        cells.subarray(0, 2 * SIDE * SIDE * 3),
      ),
    );
    graph.close();
    expect(ran.every(([first, second]) => first === second)).toBe(true);
    const share = ran.filter(([first]) => first).length / ran.length;
    // Five standard deviations of 60 draws.
    expect(Math.abs(share - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / 60));
  });

  it.each(['batch', 'image'])('chooses two of three for each %s', (each) => {
    const marks = [{ kind: 'cut-out' }, { kind: 'posterise' }, { kind: 'translation' }];
    const graph = training(pipelineOf({ when: 'some', choose: 2, each, augmentations: marks }));
    // What the step lets act, straight from the graph.
    const gates = graph.graph.operations.filter(
      ({ kind, name }) => kind === 'GreaterEqual' && name.includes('augment/'),
    );
    expect(gates).toHaveLength(3);
    graph.close();
    const session = Session.open(graph.graph);
    const feed = (name: string) => {
      const tensor = graph.graph.operations.find((operation) => operation.name === name)?.outputs[0];
      if (!tensor) throw new Error(`no ${name}`);
      return tensor;
    };
    const sums = Array.from({ length: 10 }, (_, batch) => {
      const results = session.run(
        [
          { tensor: feed('pixels'), shape: [COUNT, SIDE, SIDE, 3], data: cells },
          { tensor: feed('seed'), shape: [2], data: Int32Array.of(1, batch) },
        ],
        gates.flatMap(({ outputs }) => outputs),
      );
      return results;
    });
    session.close();
    for (const results of sums) {
      const rows = results[0]?.length ?? 0;
      expect(rows).toBe(each === 'batch' ? 1 : COUNT);
      for (let row = 0; row < rows; row++) {
        expect(results.reduce((sum, gate) => sum + (gate[row] ?? NaN), 0)).toBe(2);
      }
    }
    const patterns = new Set(sums.map((results) => results.map((gate) => gate.join('')).join(' ')));
    expect(patterns.size).toBeGreaterThan(1);
  });

  it('is shown by the preview exactly as training sees it', () => {
    const pipeline = pipelineOf(
      ...BASE_PIPELINE.steps,
      {
        when: 'some',
        choose: 2,
        each: 'image',
        augmentations: [{ kind: 'blur' }, { kind: 'hue' }, { kind: 'cut-out' }],
      },
      { when: 'batches', every: 2, augmentations: [{ kind: 'aug-mix' }, { kind: 'mix-up' }] },
    );
    const seeds = [
      [7, 0],
      [7, 1],
      [9, 4],
    ] as const;
    const before = openSessions();
    const shown = previewAugmentation({ pixels: cells, side: SIDE, pipeline, seeds });
    const graph = training(pipeline);
    const trained = seeds.map((seed) => Uint8Array.from(graph.run(cells, seed).pixels, Math.round));
    graph.close();
    expect(shown).toEqual(trained);
    expect(openSessions()).toBe(before);
  });
});
