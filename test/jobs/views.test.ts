import { isDeepStrictEqual } from 'node:util';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ComputeHost } from '#compute/host';
import { Application } from '#main/application';
import type { ComputeProcess } from '#main/compute/supervisor';
import type { Desktop } from '#main/ipc/desktop';
import { callHandlers } from '#main/ipc/handlers';
import { resourcesIn } from '#main/resources';
import { PLAIN_CSV } from '#shared/domain/csvStyle';
import type { Batch } from '#shared/domain/batch';
import type { Precision } from '#shared/domain/precision';
import { batchIdSchema } from '#shared/domain/ids';
import { Classifier } from '#models/inference/classifier';
import { decodeImage } from '#models/data/decode';
import { SAMPLE_SLIDE } from '../support/data';
import { temporaryFolder } from '../support/temporary';

/** The compute process's work, done in this one. */
function computeHere(): ComputeProcess {
  let hear: (message: unknown) => void = () => undefined;
  const host = new ComputeHost((message) => {
    hear(message);
  }, 'models/pretrained');
  return {
    send: (message) => {
      host.receive(message, () => undefined);
    },
    onMessage: (listener) => {
      hear = listener;
    },
    onExit: () => undefined,
    kill: () => undefined,
  };
}

/** A desktop on which a person saves everything at `path`. */
const savingAt = (path: string): Desktop => ({
  pickFolders: () => Promise.resolve([]),
  pickFile: () => Promise.resolve(null),
  pickSavePath: () => Promise.resolve(path),
  openFolder: () => Promise.resolve(),
  applySettings: () => undefined,
  restartWith: () => undefined,
  version: '0',
  electronVersion: '0',
});

it.each(['float32', 'bfloat16'] as const)(
  'a batch keeps the views and the precision (%s) that were set when it was started, also if others are set before it goes on; its cells and exports say so',
  async (precision) => {
    const folder = await temporaryFolder();
    const slide = join(folder, 'slide');
    await mkdir(slide);
    const names = (await readdir(SAMPLE_SLIDE)).slice(0, 3);
    for (const name of names) await copyFile(join(SAMPLE_SLIDE, name), join(slide, name));
    const emit = (): void => undefined;
    const resources = resourcesIn(resolve('.'));
    const workspaceFolder = join(folder, 'workspace');
    const application = new Application({ workspaceFolder, resources, launchCompute: () => computeHere, emit });
    const out = join(folder, 'export.json');
    const main = callHandlers({
      application,
      resources,
      desktop: savingAt(out),
      emit,
      device: () => null,
      reportFault: (_where, error) => {
        throw error;
      },
    });
    try {
      const batchId = batchIdSchema.parse('6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');
      await main['settings.set']({ views: 8, precision });
      expect(await main['batch.create']({ id: batchId, sources: [slide] })).toMatchObject({ views: 8, precision });
      await main['batch.pause']({ batchId });
      await expect.poll(() => application.workspace.batches.get(batchId).state).toBe('paused');
      expect(await main['batch.list'](null)).toMatchObject([{ id: batchId, state: 'paused', classified: 0, views: 8 }]);
      await main['settings.set']({ views: 1, precision: precision === 'float32' ? 'bfloat16' : 'float32' });
      expect((await application.batches.run(batchId)).entry).toMatchObject({
        state: 'done',
        failure: null,
        classified: 3,
        views: 8,
        precision,
      });

      const [{ id: slideId } = { id: undefined }] = await main['batch.slides']({ batchId });
      if (slideId === undefined) throw new Error('the batch has a slide');
      const { cells } = await main['cell.list']({ slideId, after: null });
      const classifier = await Classifier.open('models/starter', 'models/pretrained', { views: 8, precision });
      const { inputSize } = classifier.card;
      const expected = new Map<string, number>();
      for (const name of names) {
        const { pixels } = await decodeImage(await readFile(join(slide, name)), inputSize);
        expected.set(name, Math.max(...(classifier.classify(pixels, 1)[0]?.probabilities ?? [])));
      }
      classifier.close();
      expect(cells.map(({ file }) => file).sort()).toEqual([...names].sort());
      for (const { id, file, confidence } of cells) {
        // Summed in another order, since the batch is another: in bfloat16 a sum that falls on the other side of a tie moves by 2^-9 of itself.
        expect(Math.abs(confidence - (expected.get(file) ?? NaN))).toBeLessThan(precision === 'float32' ? 1e-4 : 0.02);
        expect(await main['cell.detail']({ cellId: id })).toMatchObject({ modelName: 'Starter', views: 8 });
      }
      for (const what of ['cells', 'slides'] as const) {
        await main['export.save']({ batchId, what, format: 'json', csvStyle: PLAIN_CSV, slideId: null });
        expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({
          model: { id: 'starter' },
          views: 8,
          precision,
        });
      }
    } finally {
      await application.close();
    }
  },
  60_000,
);

it('a batch without a fixed precision has one chosen before its first image, which is kept and used again when it goes on', async () => {
  const folder = await temporaryFolder();
  const slide = join(folder, 'slide');
  await mkdir(slide);
  const [name = ''] = await readdir(SAMPLE_SLIDE);
  await copyFile(join(SAMPLE_SLIDE, name), join(slide, name));
  const asked: unknown[] = [];
  const hearing = (): ComputeProcess => {
    const compute = computeHere();
    const send: ComputeProcess['send'] = (message) => {
      if (message.kind === 'call') asked.push([message.method, precisionIn(message.params)]);
      compute.send(message);
    };
    return { ...compute, send };
  };
  const run = async (id: string, precision?: Precision): Promise<Batch> => {
    const resources = resourcesIn(resolve('.'));
    const parts = {
      workspaceFolder: join(folder, 'w'),
      resources,
      launchCompute: () => hearing,
      emit: () => undefined,
    };
    const application = new Application(parts);
    try {
      const { id: batchId } = application.createBatch({ id: batchIdSchema.parse(id), sources: [slide] });
      // As the batch was left by a run on another day, on which another precision was faster.
      if (precision) application.workspace.batches.setPrecision(batchId, precision);
      return (await application.batches.run(batchId)).entry;
    } finally {
      await application.close();
    }
  };
  const { precision } = await run('6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');
  expect(asked[0]).toEqual(['precision', undefined]);
  expect(asked.filter((each) => !isDeepStrictEqual(each, ['precision', undefined]))).toEqual([
    ['classify', precision],
    ['classify', precision],
  ]);
  asked.splice(0);
  const other = precision === 'float32' ? 'bfloat16' : 'float32';
  expect(await run('7f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', other)).toMatchObject({ state: 'done', precision: other });
  expect(asked).toEqual([
    ['classify', other],
    ['classify', other],
  ]);
});

function precisionIn(params: unknown): unknown {
  return typeof params === 'object' && params !== null && 'precision' in params ? params.precision : undefined;
}
