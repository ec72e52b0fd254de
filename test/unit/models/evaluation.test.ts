import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluate } from '#models/evaluation/evaluate';
import { binomialTail, clopperPearson, wilson } from '#shared/statistics/binomial';

const PYTHON = process.env.SMEARSCOPE_PYTHON ?? 'python3';

const PEER = `
import json, sys, numpy as np
from scipy.stats import binom, binomtest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, precision_score, recall_score
truth, probabilities, pairs = (lambda d: (np.array(d['truth']), np.array(d['probabilities']), d['pairs']))(json.load(sys.stdin))
called, top = probabilities.argmax(1), probabilities.max(1)
bins = np.clip(np.ceil(top * 15).astype(int) - 1, 0, 14)
ece = sum(abs(np.mean((called == truth)[bins == b]) - np.mean(top[bins == b])) * np.mean(bins == b) for b in range(15) if (bins == b).any())
classes = range(probabilities.shape[1])
limits = lambda k, n, method: list(binomtest(k, n).proportion_ci(0.95, method=method))
print(json.dumps({
    'accuracy': accuracy_score(truth, called), 'balanced': balanced_accuracy_score(truth, called), 'confusion': confusion_matrix(truth, called, labels=classes).tolist(),
    'sensitivity': recall_score(truth, called, average=None, labels=classes).tolist(), 'ppv': precision_score(truth, called, average=None, labels=classes).tolist(),
    'specificity': [recall_score(truth != c, called != c).item() if hasattr(recall_score(truth != c, called != c), 'item') else recall_score(truth != c, called != c) for c in classes],
    'npv': [float(precision_score(truth != c, called != c)) for c in classes],
    'ece': float(ece), 'exact': [limits(k, n, 'exact') for k, n in pairs], 'wilson': [limits(k, n, 'wilson') for k, n in pairs], 'tail': [[float(binom.sf(k - 1, n, p)) for p in (0.1, 0.5, 0.9)] for k, n in pairs]}))
`;

it('figures equal those of scikit-learn, and limits those of SciPy', () => {
  const classIds = ['a', 'b', 'c', 'd'];
  let state = 11;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  // Unlike many of each, so that balanced accuracy is not the accuracy.
  const truth = Array.from({ length: 400 }, (_, index) => [0, 0, 0, 0, 0, 1, 1, 1, 2, 3][index % 10] ?? 0);
  const rows = truth.map((actual) => {
    const raw = classIds.map((_, index) => next() + (index === actual ? 0.6 : 0));
    const sum = raw.reduce((total, value) => total + value, 0);
    return raw.map((value) => Math.fround(value / sum));
  });
  const pairs = [
    [0, 1],
    [0, 100],
    [1, 100],
    [50, 100],
    [100, 100],
    [3, 17],
    [10, 200],
    [4999, 5000],
  ] as const;
  const output = execFileSync(PYTHON, ['-c', PEER], { input: JSON.stringify({ truth, probabilities: rows, pairs }) });
  const peer = JSON.parse(output.toString()) as Record<'accuracy' | 'balanced' | 'ece', number> &
    Record<'sensitivity' | 'specificity' | 'ppv' | 'npv', number[]> &
    Record<'confusion' | 'exact' | 'wilson' | 'tail', number[][]>;

  const ours = evaluate({
    classIds,
    truth,
    probabilities: Float32Array.from(rows.flat()),
    threshold: 0.5,
    unfamiliar: truth.map((_, row) => row % 10 === 0),
  });
  const sure = rows.flatMap((row, index) => (Math.max(...row) >= 0.5 && index % 10 !== 0 ? [{ row, index }] : []));
  expect(ours.identified).toMatchObject({ k: sure.length, n: 400 });
  expect(ours.accuracyIdentified.k).toBe(
    sure.filter(({ row, index }) => row.indexOf(Math.max(...row)) === truth[index]).length,
  );
  expect(ours.unfamiliar).toMatchObject({ k: 40, n: 400 });
  expect(ours.confusion).toEqual(peer.confusion);
  expect(ours.accuracy.value).toBeCloseTo(peer.accuracy, 12);
  expect(Math.abs(peer.balanced - peer.accuracy)).toBeGreaterThan(0.005);
  expect(ours.balancedAccuracy).toBeCloseTo(peer.balanced, 12);
  expect(ours.ece).toBeCloseTo(peer.ece, 6);
  ours.perClass.forEach(({ sensitivity, specificity, ppv, npv }, index) => {
    expect(sensitivity.value).toBeCloseTo(peer.sensitivity[index] ?? NaN, 12);
    expect(specificity.value).toBeCloseTo(peer.specificity[index] ?? NaN, 12);
    expect(ppv.value).toBeCloseTo(peer.ppv[index] ?? NaN, 12);
    expect(npv.value).toBeCloseTo(peer.npv[index] ?? NaN, 12);
  });
  pairs.forEach(([k, n], index) => {
    [0.1, 0.5, 0.9].forEach((p, column) => {
      expect(binomialTail(k, n, p)).toBeCloseTo(peer.tail[index]?.[column] ?? NaN, 12);
    });
    for (const [limits, expected] of [
      [clopperPearson(k, n), peer.exact[index]],
      [wilson(k, n), peer.wilson[index]],
    ] as const) {
      expect(limits.low).toBeCloseTo(expected?.[0] ?? NaN, 9);
      expect(limits.high).toBeCloseTo(expected?.[1] ?? NaN, 9);
    }
  });
});

it('exact limits hold the share and are never narrower than Wilson’s at the ends of the scale', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.nat(2000), (n, seed) => {
      const k = seed % (n + 1);
      const exact = clopperPearson(k, n);
      expect(exact.low).toBeLessThanOrEqual(k / n);
      expect(exact.high).toBeGreaterThanOrEqual(k / n);
      const mirrored = clopperPearson(n - k, n);
      expect(exact.low).toBeCloseTo(1 - mirrored.high, 10);
    }),
  );
});
