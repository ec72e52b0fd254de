import fc from 'fast-check';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasBfloat16 } from '#models/backend/device';
import { topOf } from '#models/evaluation/evaluate';
import { readCard } from '#models/files/modelFolder';
import { Graph } from '#models/graph/graph';
import { cast } from '#models/graph/operations/shape';
import { Session } from '#models/graph/session';
import { Classifier } from '#models/inference/classifier';
import { decodeImage } from '#models/data/decode';
import { fasterOf, fasterPrecision } from '#models/inference/fasterPrecision';
import { precisionHere } from '#models/inference/precision';
import { judgeBfloat16 } from '#models/training/judge';
import { fitTemperature } from '#models/training/calibrate';
import type { Precision } from '#shared/domain/precision';
import { SAMPLE_SLIDE } from '../support/data';
import { smallModel } from '../support/smallModel';
import { samplesOf, trainSmall } from '../support/quickModel';
import { temporaryFolder } from '../support/temporary';

const STARTER = 'models/starter';
const PRETRAINED = 'models/pretrained';

/** The values as a constant of a graph in bfloat16 holds them, and as TensorFlow's own Cast rounds them. */
function rounded(values: Float32Array): { readonly ours: Float32Array; readonly theirs: Float32Array } {
  const graph = new Graph();
  const input = graph.placeholder('input', 'float32', [values.length]);
  const constant = graph.inPrecision('bfloat16', () => graph.constant('constant', values, [values.length]));
  const tensors = [
    cast(graph, 'ours', constant, 'float32'),
    cast(graph, 'theirs', cast(graph, 'cast', input, 'bfloat16'), 'float32'),
  ];
  const session = Session.open(graph);
  try {
    const [ours, theirs] = session.run([{ tensor: input, shape: [values.length], data: values }], tensors);
    if (!(ours instanceof Float32Array && theirs instanceof Float32Array)) throw new Error('no floats');
    return { ours, theirs };
  } finally {
    session.close();
  }
}

describe('weights in bfloat16', () => {
  it('are rounded as TensorFlow rounds them, ties and infinities among them', () => {
    const float = fc.float({ noNaN: true });
    fc.assert(
      fc.property(fc.array(float, { minLength: 1, maxLength: 200 }), (values) => {
        const halfway = [1 + 2 ** -8, 1 + 3 * 2 ** -8, -1 - 2 ** -8, 3.4e38, -3.4e38, 0, -0];
        const { ours, theirs } = rounded(Float32Array.from([...halfway, ...values]));
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the faster precision', () => {
  /** Runs that take these milliseconds, one after the other, by a clock of their own. */
  const chosen = (durations: Readonly<Record<Precision, (round: number) => number>>): Precision => {
    let time = 0;
    const rounds = { float32: 0, bfloat16: 0 };
    const run = (precision: Precision) => () => {
      time += durations[precision](rounds[precision]++);
    };
    return fasterOf({ float32: run('float32'), bfloat16: run('bfloat16') }, () => time);
  };

  it('is bfloat16 only where that takes a tenth less time', () => {
    expect(chosen({ float32: () => 10, bfloat16: () => 8.9 })).toBe('bfloat16');
    expect(chosen({ float32: () => 10, bfloat16: () => 9.1 })).toBe('float32');
    expect(chosen({ float32: () => 10, bfloat16: () => 15 })).toBe('float32');
  });

  it('hangs neither on the first run, which prepares, nor on one that something else held up', () => {
    const disturbed = (usual: number) => (round: number) => (round === 0 || round === 4 ? 500 : usual);
    expect(chosen({ float32: () => 10, bfloat16: disturbed(6) })).toBe('bfloat16');
    expect(chosen({ float32: disturbed(6), bfloat16: () => 10 })).toBe('float32');
  });

  it('is measured on this machine once, and is float32 where the processor has no instructions for the other', () => {
    const first = fasterPrecision();
    if (!hasBfloat16()) expect(first).toBe('float32');
    expect(fasterPrecision()).toBe(first);
  });
});

describe('the precision of the program', () => {
  const checked = { bfloat16: { temperature: 1, agreement: 1 } };

  it('is what SMEARSCOPE_PRECISION says, as far as the model’s card allows it, and the faster one where that says nothing', () => {
    expect(precisionHere(checked, { SMEARSCOPE_PRECISION: 'bfloat16' })).toBe('bfloat16');
    expect(precisionHere(checked, { SMEARSCOPE_PRECISION: 'float32' })).toBe('float32');
    expect(precisionHere({ bfloat16: null }, { SMEARSCOPE_PRECISION: 'bfloat16' })).toBe('float32');
    expect(precisionHere(checked, {})).toBe(fasterPrecision());
    expect(precisionHere(checked, { SMEARSCOPE_PRECISION: 'automatic' })).toBe(fasterPrecision());
  });

  it('is refused by name where it is none', () => {
    expect(() => precisionHere(checked, { SMEARSCOPE_PRECISION: 'float16' })).toThrow(
      'SMEARSCOPE_PRECISION is "float16"',
    );
  });
});

describe('a network in bfloat16', () => {
  /** Logits that make `top` the most probable of three classes in each row. */
  const scored = (tops: readonly number[], truth: readonly number[]): { logits: Float32Array; truth: number[] } => ({
    logits: Float32Array.from(tops.flatMap((top) => [0, 1, 2].map((index) => (index === top ? -1 : -4)))),
    truth: [...truth],
  });
  const truth = Array.from({ length: 1000 }, (_, row) => row % 3);
  const changed = (count: number): number[] => truth.map((top, row) => (row < count ? (top + 1) % 3 : top));

  it('may classify only where it calls 99.8 % of the validation part as float32 does, with a temperature of its own', () => {
    const float32 = scored(truth, truth);
    const bfloat16 = scored(changed(2), truth);
    expect(judgeBfloat16(3, { float32, bfloat16 })).toEqual({
      agreement: 0.998,
      temperature: fitTemperature(bfloat16.logits, truth, 3),
    });
    expect(judgeBfloat16(3, { float32, bfloat16: scored(changed(3), truth) })).toBeNull();
  });

  it.runIf(hasBfloat16())('is calibrated by every training of a whole network', async () => {
    const { bfloat16, temperature } = await readCard(await smallModel(await temporaryFolder()));
    expect(bfloat16?.agreement).toBe(1);
    expect(Math.abs((bfloat16?.temperature ?? NaN) / temperature - 1)).toBeLessThan(0.1);
  });

  it('is refused for a model that was not checked in it: a quick one', async () => {
    const folder = await temporaryFolder();
    await trainSmall(folder, await samplesOf('lymphocyte', 'neutrophil'));
    await expect(
      Classifier.open(join(folder, 'models', 'small'), PRETRAINED, { precision: 'bfloat16' }),
    ).rejects.toThrow('not calibrated in bfloat16');
  });

  it.runIf(hasBfloat16())('calls the cells of the sample slide as in float32, nearly as surely', async () => {
    const names = (await readdir(SAMPLE_SLIDE)).sort();
    const answers = [];
    for (const precision of ['float32', 'bfloat16'] as const) {
      const classifier = await Classifier.open(STARTER, PRETRAINED, { precision });
      const { inputSize: side, classIds } = classifier.card;
      const pixels = await Promise.all(
        names.map(async (name) => (await decodeImage(await readFile(join(SAMPLE_SLIDE, name)), side)).pixels),
      );
      const classified = classifier.classify(Uint8Array.from(Buffer.concat(pixels)), names.length);
      expect(classifier.precision).toBe(precision);
      classifier.close();
      answers.push(classified.map(({ probabilities }) => topOf(probabilities, 0, classIds.length)));
    }
    const [float32 = [], bfloat16 = []] = answers;
    expect(bfloat16.map(({ top }) => top)).toEqual(float32.map(({ top }) => top));
    const differences = float32.map(({ confidence }, row) => Math.abs(confidence - (bfloat16[row]?.confidence ?? NaN)));
    // bfloat16 keeps 8 bits: each value errs by up to 2^-9, and a logit by what 50 layers make of it. A processor adds up as it likes, so this bounds the harm and not the rounding.
    expect(Math.max(...differences)).toBeLessThan(0.05);
    expect(Math.max(...differences), 'the same numbers: it did not run in bfloat16').toBeGreaterThan(1e-6);
  });
});
