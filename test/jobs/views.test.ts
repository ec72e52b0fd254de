import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ComputeHost } from '#compute/host';
import { Application } from '#main/application';
import type { ComputeProcess } from '#main/compute/supervisor';
import type { Desktop } from '#main/ipc/desktop';
import { callHandlers } from '#main/ipc/handlers';
import { resourcesIn } from '#main/resources';
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

it('a batch sees the views that were set when it was started, also if another number is set before it goes on; its cells and exports say so', async () => {
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
  const main = callHandlers({ application, resources, desktop: savingAt(out), emit, device: () => null });
  try {
    const batchId = batchIdSchema.parse('6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');
    await main['settings.set']({ views: 8 });
    expect(await main['batch.create']({ id: batchId, sources: [slide] })).toMatchObject({ views: 8 });
    await main['batch.pause']({ batchId });
    await application.queue.stopAll('pause');
    expect(await main['batch.list'](null)).toMatchObject([{ id: batchId, state: 'paused', classified: 0, views: 8 }]);
    await main['settings.set']({ views: 1 });
    expect(await application.runBatch(batchId)).toMatchObject({
      state: 'done',
      failure: null,
      classified: 3,
      views: 8,
    });

    const [{ id: slideId } = { id: undefined }] = await main['batch.slides']({ batchId });
    if (slideId === undefined) throw new Error('the batch has a slide');
    const { cells } = await main['cell.list']({ slideId, after: null });
    const classifier = await Classifier.open('models/starter', 'models/pretrained', 8);
    const { inputSize } = classifier.card;
    const expected = new Map<string, number>();
    for (const name of names) {
      const { pixels } = await decodeImage(await readFile(join(slide, name)), inputSize);
      expected.set(name, Math.max(...(classifier.classify(pixels, 1)[0]?.probabilities ?? [])));
    }
    classifier.close();
    expect(cells.map(({ file }) => file).sort()).toEqual([...names].sort());
    for (const { id, file, confidence } of cells) {
      expect(confidence).toBeCloseTo(expected.get(file) ?? NaN, 5);
      expect(await main['cell.detail']({ cellId: id })).toMatchObject({ modelName: 'Starter', views: 8 });
    }
    for (const what of ['cells', 'slides'] as const) {
      await main['export.save']({ batchId, what, format: 'json', slideId: null });
      expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ model: { id: 'starter' }, views: 8 });
    }
  } finally {
    await application.close();
  }
}, 60_000);
