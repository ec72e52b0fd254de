import { createHash } from 'node:crypto';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageAt } from '#main/images/imageAddress';
import { openWorkspace, type Workspace } from '#main/store/workspace';
import { modelIdSchema, type PredictionId, type RunId } from '#shared/domain/ids';
import type { ImagePrediction, Prediction } from '#shared/domain/prediction';
import { createRun } from '../support/runs';
import { temporaryFolder } from '../support/temporary';

const MODEL = modelIdSchema.parse('lab-1');
const CELL = { truth: 'monocyte', predicted: 'lymphocyte' };

function image(number: number, probability = 0.5): ImagePrediction {
  const path = join('monocyte', `${String(number)}.jpg`);
  return { path, hash: createHash('sha256').update(path).digest('hex'), ...CELL, probability };
}

const images = (from: number, to: number): ImagePrediction[] =>
  Array.from({ length: to - from }, (_, index) => image(from + index));

/** A workspace with a run on /data that is said to have made {@link MODEL}. */
async function open(): Promise<{ workspace: Workspace; run: RunId }> {
  const workspace = openWorkspace(await temporaryFolder());
  const run = createRun(workspace, 0, 'best');
  workspace.database.prepare("insert into model values (?, '{}', '')").run(MODEL);
  workspace.database.prepare('update run set model_id = ?').run(MODEL);
  return { workspace, run };
}

const pathsOf = (predictions: readonly Prediction[]): string[] => predictions.map(({ path }) => path);

/** All images behind a cell of the matrix, read in portions. */
function behind({ predictions }: Workspace, portion: number): Prediction[] {
  const all: Prediction[] = [];
  for (let after: PredictionId | null = null; ;) {
    const next = predictions.ofModel(MODEL, CELL, after, portion);
    all.push(...next);
    after = next.at(-1)?.id ?? null;
    if (after === null) return all;
  }
}

describe('what a model called single images', () => {
  it('stands behind the cells of its confusion matrix, 100,000 images in portions, each once however often it is told', async () => {
    const { workspace, run } = await open();
    const { predictions } = workspace;
    expect(predictions.knows(MODEL)).toBe(false);
    for (let at = 0; at < 100_000; at += 1000) predictions.add(run, images(at, at + 1000));
    predictions.add(run, images(500, 1500));
    expect(predictions.knows(MODEL)).toBe(true);
    const all = behind(workspace, 2000);
    expect(all).toHaveLength(100_000);
    expect(new Set(pathsOf(all)).size).toBe(100_000);
    expect(predictions.ofModel(MODEL, { truth: 'monocyte', predicted: 'monocyte' }, null, 9)).toEqual([]);
    workspace.close();
  });

  it('is forgotten when its training begins anew, but for mistakes on the way', async () => {
    const { workspace, run } = await open();
    const { predictions } = workspace;
    predictions.add(run, images(0, 3));
    predictions.setMistakes(run, 1, [image(9)]);
    predictions.forget(run);
    expect(behind(workspace, 9)).toEqual([]);
    expect(pathsOf(predictions.mistakes(run))).toEqual([image(9).path]);
    workspace.close();
  });
});

describe('mistakes on the validation part', () => {
  it('are those after the newest epoch, the most confident first, and none of an epoch that is repeated', async () => {
    const { workspace, run } = await open();
    const { predictions } = workspace;
    predictions.setMistakes(run, 1, [image(1, 0.6)]);
    expect(pathsOf(predictions.setMistakes(run, 2, [image(2, 0.7), image(3, 0.9)]))).toEqual(
      [3, 2].map((number) => image(number).path),
    );
    predictions.rewind(run, 2);
    expect(predictions.mistakes(run)).toHaveLength(2);
    predictions.rewind(run, 1);
    expect(predictions.mistakes(run)).toEqual([]);
    expect(predictions.knows(MODEL)).toBe(false);
    workspace.close();
  });
});

describe('a picture of what a training said something of', () => {
  it('is asked for by number alone, which never stands for another image', async () => {
    const { workspace, run } = await open();
    const { predictions } = workspace;
    const [first] = predictions.setMistakes(run, 1, [image(1)]);
    const [second] = predictions.setMistakes(run, 2, [image(2)]);
    if (!first || !second) throw new Error('A mistake each.');
    const at = (name: string): unknown => imageAt(workspace, `cell-image://predicted/${name}`);
    expect(at(String(first.id))).toBeNull();
    expect(at(String(second.id))).toEqual({
      path: `/data${sep}${image(2).path}`,
      hash: image(2).hash,
      isOurs: false,
    });
    const others = ['', '0', '-1', '1e1', `${String(second.id)}/..`, '..%2f..%2fetc%2fpasswd', '/data/monocyte/2.jpg'];
    expect(others.map(at)).toEqual(others.map(() => null));
    expect(imageAt(workspace, `cell-image://stored/${image(2).hash}`)).toBeNull();
    expect(imageAt(workspace, `cell-image://elsewhere/${String(second.id)}`)).toBeNull();
    workspace.close();
  });
});
