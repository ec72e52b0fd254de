import { describe, expect, it } from 'vitest';
import { openWorkspace } from '#main/store/workspace';
import type { EpochMetrics } from '#shared/domain/run';
import { createRun } from '../support/runs';
import { temporaryFolder } from '../support/temporary';

const epoch = (number: number): EpochMetrics => ({
  epoch: number,
  stage: 'all layers',
  step: number * 2,
  loss: 1 / number,
  accuracy: 0.5,
  validationLoss: 1,
  validationAccuracy: 0.5,
  learningRate: 0.001,
  seconds: 1,
  imagesPerSecond: 10,
  memoryBytes: 1000,
});
const step = (number: number): { step: number; loss: number; accuracy: number; learningRate: number } => ({
  step: number,
  loss: 1 / number,
  accuracy: 0.5,
  learningRate: 0.001,
});

describe('a run', () => {
  it('keeps what was measured, and forgets what came after the epoch it goes on from', async () => {
    const folder = await temporaryFolder();
    const workspace = openWorkspace(folder);
    const id = createRun(workspace, 0, 'best');
    const { runs } = workspace;
    for (const number of [1, 2]) {
      runs.addSteps(id, [step(number * 2 - 1), step(number * 2)]);
      runs.addEpoch(id, epoch(number), { epoch: number, file: `e${String(number)}`, bytes: 9 });
    }
    runs.addSteps(id, [step(5)]);
    workspace.close();

    const again = openWorkspace(folder);
    expect(again.runs.checkpoint(id)).toEqual({ epoch: 2, file: 'e2', bytes: 9 });
    again.runs.rewind(id, 1, 2);
    expect(again.runs.epochs(id)).toEqual([epoch(1)]);
    expect(again.runs.steps(id)).toEqual([step(1), step(2)]);
    again.runs.addSteps(id, [step(3)]);
    expect(again.runs.steps(id).map((each) => each.step)).toEqual([1, 2, 3]);
    again.close();
  });
});
