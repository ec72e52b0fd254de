import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrated, fitTemperature } from '#models/training/calibrate';
import { Random } from '#models/data/random';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';

const PEER = `
import json, sys, numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
def fit(logits, truth):
    logits, rows = np.array(logits), np.arange(len(truth))
    loss = lambda log_temperature: -log_softmax(logits / np.exp(log_temperature), axis=1)[rows, truth].sum()
    return float(np.exp(minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method='bounded', options={'xatol': 1e-7}).x))
print(json.dumps([fit(*each) for each in json.load(sys.stdin)]))
`;

type Labelled = readonly [logits: number[][], truth: number[]];

/** Noise with a mark on the true class; every tenth image is called wrong. */
function noisy(images: number, classes: number, seed: number): Labelled {
  const random = new Random(seed);
  const truth = Array.from({ length: images }, (_, image) => image % classes);
  const logits = truth.map((actual, image) => {
    const called = image % 10 === 0 ? (actual + 1) % classes : actual;
    return Array.from({ length: classes }, (_, index) =>
      Math.fround(4 * random.next() + (index === called ? 1 + 6 * random.next() : 0)),
    );
  });
  return [logits, truth];
}

/** `right` images called right by a difference of `margin` between two logits. */
function surely(right: number, margin: number): Labelled {
  const truth = Array.from({ length: right }, (_, image) => image % 2);
  return [truth.map((actual) => (actual === 0 ? [margin, 0] : [0, margin])), truth];
}

/** Of a thousand images one is called wrong, by far. */
function farOff(): Labelled {
  const [logits, truth] = surely(1000, 5);
  return [[[0, 15], ...logits.slice(1)], truth];
}

const fitted = ([logits, truth]: Labelled): number =>
  fitTemperature(Float32Array.from(logits.flat()), truth, logits[0]?.length ?? 0);

describe('the temperature', () => {
  it('makes the labels most likely, as SciPy finds it, also where one image is wrong by far', () => {
    const cases = [noisy(60, 3, 1), noisy(900, 15, 2), farOff()];
    const peers = JSON.parse(
      execFileSync(PYTHON, ['-c', PEER], { input: JSON.stringify(cases), encoding: 'utf8' }),
    ) as number[];
    cases.forEach((each, index) => {
      expect(fitted(each) / (peers[index] ?? NaN)).toBeCloseTo(1, 3);
    });
  });

  it('claims of images that are all called right no more than so many can show', () => {
    const counts = fc.integer({ min: 2, max: 400 });
    const margins = fc.double({ min: 1, max: 30, noNaN: true });
    fc.assert(
      fc.property(counts, margins, (images, margin) => {
        const [logits] = surely(images, margin);
        const probabilities = calibrated(Float32Array.from(logits.flat()), 2, fitted(surely(images, margin)));
        const confidence = Math.max(probabilities[0] ?? NaN, probabilities[1] ?? NaN);
        expect(confidence).toBeCloseTo(1 - 0.5 / (images + 1), 3);
      }),
    );
  });

  it('is 1 where there is nothing to fit it to', () => {
    expect(fitTemperature(new Float32Array(0), [], 3)).toBe(1);
  });
});
