import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Application } from '#main/application';
import type { LaunchCompute } from '#main/compute/supervisor';
import type { Batch } from '#shared/domain/batch';
import { batchIdSchema, runIdSchema } from '#shared/domain/ids';
import type { EpochMetrics, Run, TrainingProgress } from '#shared/domain/run';
import { smearscope } from '../support/commandLine';
import { copyClasses, hasData, SAMPLE_SLIDE } from '../support/data';
import { childrenOf } from '../support/processes';
import { openProgram, smallRecipe } from '../support/program';
import { temporaryFolder } from '../support/temporary';

const CLASSES = ['eosinophil', 'lymphocyte', 'neutrophil'];
const SMALL = ['network=small-plain', 'workingSize=32', 'inputSize=32', 'stages.0.epochs=6', 'stages.0.batch=16'];
const settings = SMALL.flatMap((setting) => ['--set', setting]);

interface ShownRun extends Run {
  readonly epochs: { epoch: number; validationLoss: number }[];
  readonly steps: { step: number; loss: number }[];
}

async function onlyRun(workspace: string): Promise<ShownRun> {
  const list = await smearscope(['runs', '--json', '--workspace', workspace]);
  const [run] = JSON.parse(list.out) as Run[];
  const shown = await smearscope(['runs', run?.id ?? '', '--json', '--workspace', workspace]);
  return JSON.parse(shown.out) as ShownRun;
}

/** Hears all that a command has said on standard error so far, each time it says more. */
function hearing(react: (child: ChildProcess, said: string) => void): { watch: (child: ChildProcess) => void } {
  let said = '';
  return {
    watch: (child) => {
      child.stderr?.on('data', (data) => {
        said += String(data);
        react(child, said);
      });
    },
  };
}

describe.skipIf(!hasData)('a training from the command line', () => {
  it('goes on by itself after SIGKILL of the compute process, by --resume after SIGKILL of everything, and ends as if neither had been', async () => {
    const folder = await temporaryFolder();
    const data = join(folder, 'data');
    await copyClasses(data, 40, CLASSES);
    const begin = ['train', '--recipe', 'scratch', '--data', data, '--name', 'small', ...settings];
    const whole = await smearscope([...begin, '--workspace', join(folder, 'whole')]);
    expect(whole.code, whole.error).toBe(0);

    const workspace = join(folder, 'cut');
    let deaths = 0;
    let killed = false;
    const cut = await smearscope(
      [...begin, '--workspace', workspace],
      hearing((child, error) => {
        if (child.pid === undefined) return;
        if (deaths === 0 && error.includes('epoch 1 ')) {
          for (const id of childrenOf(child.pid)) {
            deaths++;
            process.kill(id, 'SIGKILL');
          }
        }
        if (!killed && error.includes('epoch 4 ')) {
          killed = true;
          child.kill('SIGKILL');
        }
      }),
    );
    expect([deaths, killed, cut.code]).toEqual([1, true, null]);
    expect(cut.error).toContain('The compute process ended unexpectedly (SIGKILL)');
    const before = await onlyRun(workspace);
    expect(before.epochs.length).toBeGreaterThanOrEqual(4);

    const resumed = await smearscope(['train', '--resume', before.id.slice(0, 8), '--workspace', workspace]);
    expect(resumed.code, resumed.error).toBe(0);
    expect(resumed.error).not.toContain('epoch 1 ');
    const [ours, theirs] = [await onlyRun(workspace), await onlyRun(join(folder, 'whole'))];
    expect(ours.state).toBe('done');
    expect(ours.steps.map(({ step }) => step)).toEqual(theirs.steps.map(({ step }) => step));
    ours.steps.forEach(({ loss }, index) => {
      expect(Math.abs(loss - (theirs.steps[index]?.loss ?? NaN))).toBeLessThan(1e-5);
    });
    expect(ours.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(ours.evaluation).toEqual(theirs.evaluation);

    const again = await smearscope(['train', '--resume', before.id, '--workspace', workspace]);
    expect([again.code, again.error.includes('is done: its model is "small"')]).toEqual([2, true]);
  });

  it('pauses on Ctrl-C within two seconds, and says how it goes on', async () => {
    const folder = await temporaryFolder();
    await copyClasses(join(folder, 'data'), 40, CLASSES);
    const workspace = join(folder, 'workspace');
    let asked = 0;
    const many = ['--set', 'stages.0.epochs=1000'];
    const { code, error } = await smearscope(
      [
        'train',
        '--recipe',
        'scratch',
        '--data',
        join(folder, 'data'),
        '--name',
        'x',
        ...settings,
        ...many,
        '--workspace',
        workspace,
      ],
      {
        ...hearing(({ pid = 0 }, text) => {
          if (asked > 0 || !text.includes('epoch 1 ')) return;
          asked = Date.now();
          process.kill(-pid, 'SIGINT');
        }),
        ownGroup: true,
      },
    );
    expect(Date.now() - asked).toBeLessThan(2000);
    expect(code).toBe(130);
    expect(error).not.toContain('ended unexpectedly');
    const run = await onlyRun(workspace);
    expect(run.state).toBe('paused');
    expect(error).toContain(`Go on with: npm run --silent cli -- train --resume ${run.id} --workspace ${workspace}\n`);
  });

  it('augments by the pipeline of a file, which stands in the recipe of its run', async () => {
    const folder = await temporaryFolder();
    await copyClasses(join(folder, 'data'), 12, CLASSES);
    const workspace = ['--workspace', join(folder, 'workspace')];
    const pipeline = join(folder, 'pipeline.json');
    await writeFile(pipeline, '{"steps": [{"when": "always", "augmentations": [{"kind": "quarter-turn"}]}]}');
    const begin = ['train', '--recipe', 'scratch', '--data', join(folder, 'data'), '--name', 'x', ...workspace];
    const epochs = ['--set', 'stages.0.epochs=1'];
    const done = await smearscope([...begin, ...settings, ...epochs, '--pipeline', pipeline]);
    expect(done.code, done.error).toBe(0);
    expect((await onlyRun(workspace[1] ?? '')).recipe).toMatchObject({
      augmentation: { steps: [{ when: 'always', augmentations: [{ kind: 'quarter-turn' }] }] },
    });
    await writeFile(pipeline, '{"steps": [{"when": "always", "augmentations": [{"kind": "nope"}]}]}');
    const refused = await smearscope([...begin, '--pipeline', pipeline]);
    expect([refused.code, refused.error]).toEqual([2, expect.stringContaining('there is no augmentation "nope"')]);
  });

  it('says what is wrong with a recipe, or a run that is not there, and ends with 2', async () => {
    const workspace = ['--workspace', join(await temporaryFolder(), 'workspace')];
    const ended = await Promise.all([
      smearscope([
        'train',
        '--recipe',
        'best',
        '--data',
        '.',
        '--name',
        'x',
        '--set',
        'stages.0.epochs=0',
        ...workspace,
      ]),
      smearscope(['train', '--recipe', 'nonsense', '--data', '.', '--name', 'x', ...workspace]),
      smearscope(['train', '--recipe', 'best', ...workspace]),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(ended[0].error).toContain('stages.0.epochs: 0 is too small');
    const missing = await smearscope(['train', '--resume', 'abc', ...workspace]);
    expect([missing.code, missing.error.includes('There is no run "abc"')]).toEqual([2, true]);
    const changed = await smearscope(['train', '--resume', 'abc', '--set', 'stages.0.epochs=4', ...workspace]);
    expect([changed.code, changed.error]).toEqual([2, expect.stringContaining("'--resume <run>' cannot be used with")]);
  });
});

/** A compute process that dies when its first training has its model, before it says so; the next one lives. */
function dyingWithItsModel(launch: LaunchCompute): LaunchCompute {
  let died = false;
  return () => {
    const real = launch();
    return {
      ...real,
      onMessage: (listener) => {
        real.onMessage((message) => {
          const isModel = JSON.stringify(message).includes('"card":');
          if (died || !isModel) listener(message);
          else real.kill();
          died ||= isModel;
        });
      },
    };
  };
}

describe.skipIf(!hasData)('a training in the program', () => {
  it('goes on where it was after a pause, and after the program was closed in the middle of it', async () => {
    const folder = await temporaryFolder();
    await copyClasses(join(folder, 'data'), 12, CLASSES);
    const id = runIdSchema.parse(randomUUID());
    const epochs: number[] = [];
    let onEpoch: ((epoch: number) => void) | null = null;
    const hear = (name: string, value: unknown): void => {
      if (name !== 'run.epoch') return;
      const { epoch } = (value as { metrics: EpochMetrics }).metrics;
      epochs.push(epoch);
      onEpoch?.(epoch);
    };
    const first = openProgram(join(folder, 'workspace'), hear);
    first.createRun({ id, name: 'small', folder: join(folder, 'data'), recipe: smallRecipe(12) });
    onEpoch = () => first.trainings.pause(id);
    expect((await first.trainings.run(id)).entry.state).toBe('paused');
    const paused = epochs.at(-1) ?? 0;

    const closed = new Promise<void>((done) => {
      onEpoch = (epoch) => {
        if (epoch <= paused) return;
        onEpoch = null;
        void first.close().then(done);
      };
    });
    const cut = first.trainings.run(id);
    await Promise.all([cut, closed]);
    const before = epochs.length;

    const again = openProgram(join(folder, 'workspace'), hear);
    expect(again.workspace.runs.active().map((run) => [run.id, run.state])).toEqual([[id, 'queued']]);
    const { entry: run } = await again.trainings.run(id);
    expect(run.state).toBe('done');
    // No epoch is done twice but the one that closing cut after it was told.
    expect(epochs.slice(before)[0]).toBeGreaterThan(paused);
    expect(again.workspace.runs.epochs(id).map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );

    const { modelId, evaluation } = run;
    if (!modelId || !evaluation) throw new Error('A training that is done has both.');
    const { predictions } = again.workspace;
    const { classIds } = evaluation;
    const images = classIds.map((truth) =>
      classIds.map((predicted) => predictions.ofModel(modelId, { truth, predicted }, null, 99)),
    );
    expect(images.map((row) => row.map(({ length }) => length))).toEqual(evaluation.confusion);
    for (const { id: prediction, path, truth } of images.flat(2)) {
      expect(dirname(path)).toBe(truth);
      expect(predictions.image(prediction)?.path).toBe(join(folder, 'data', path));
    }
    await again.close();
  });

  it('makes its model again where the compute process died with the first, and counts its locked images once', async () => {
    const folder = await temporaryFolder();
    await copyClasses(join(folder, 'data'), 12, CLASSES);
    const id = runIdSchema.parse(randomUUID());
    const program = openProgram(join(folder, 'workspace'), () => undefined, dyingWithItsModel);
    program.createRun({ id, name: 'small', folder: join(folder, 'data'), recipe: smallRecipe(1) });
    const { entry: run } = await program.trainings.run(id);
    expect(run).toMatchObject({ state: 'done', failure: null });
    const { modelId, evaluation } = run;
    if (!modelId || !evaluation) throw new Error('A training that is done has both.');
    const told = evaluation.classIds.flatMap((truth) =>
      evaluation.classIds.flatMap((predicted) =>
        program.workspace.predictions.ofModel(modelId, { truth, predicted }, null, 99),
      ),
    );
    expect(told).toHaveLength(evaluation.n);
    await program.close();
  });

  it('begins again where its checkpoints were deleted, and says so', async () => {
    const folder = await temporaryFolder();
    await copyClasses(join(folder, 'data'), 12, CLASSES);
    const id = runIdSchema.parse(randomUUID());
    const epochs: number[] = [];
    const notices: unknown[] = [];
    const program = openProgram(join(folder, 'workspace'), (name, value) => {
      if (name === 'notice') notices.push(value);
      if (name !== 'run.epoch') return;
      epochs.push((value as { metrics: EpochMetrics }).metrics.epoch);
      if (epochs.length === 1) program.trainings.pause(id);
    });
    program.createRun({ id, name: 'small', folder: join(folder, 'data'), recipe: smallRecipe(2) });
    expect((await program.trainings.run(id)).entry.state).toBe('paused');
    expect(notices).toEqual([]);
    await rm(join(program.workspace.runFolders, id), { recursive: true });
    expect((await program.trainings.run(id)).entry.state).toBe('done');
    expect(epochs).toEqual([1, 1, 2]);
    expect(notices).toMatchObject([
      { message: 'The checkpoints of the training "small" are gone, so that it begins again.' },
    ]);
    await program.close();
  });
});

describe.skipIf(!hasData)('two trainings started at once', () => {
  it('run one after the other, and both make their model', async () => {
    const folder = await temporaryFolder();
    await copyClasses(join(folder, 'data'), 12, CLASSES);
    const states: string[] = [];
    const application = openProgram(join(folder, 'workspace'), (name, value) => {
      if (name !== 'run.changed') return;
      const run = value as Run;
      states.push(`${run.name} ${run.state}`);
    });
    const start = (name: string): ReturnType<Application['trainings']['run']> => {
      const id = runIdSchema.parse(randomUUID());
      application.createRun({ id, name, folder: join(folder, 'data'), recipe: smallRecipe(1) });
      return application.trainings.run(id);
    };
    const [first, second] = await Promise.all([start('same'), start('same')]);
    expect([first.entry.failure, second.entry.failure]).toEqual([null, null]);
    expect(states).toEqual(['same running', 'same done', 'same running', 'same done']);
    expect(first.entry.modelId).toBe('same');
    expect(second.entry.modelId).toBe('same-2');
    await application.close();
  });
});

describe.skipIf(!hasData)('a batch that comes while a training runs', () => {
  it('overtakes it; when the compute process is killed meanwhile, both go on and end whole', async () => {
    const folder = await temporaryFolder();
    await copyClasses(join(folder, 'data'), 12, CLASSES);
    const runId = runIdSchema.parse(randomUUID());
    const batchId = batchIdSchema.parse(randomUUID());
    const heard = new Set<string>();
    const batches: Promise<Batch>[] = [];
    const hear = (name: string, value: unknown): void => {
      if (name === 'run.epoch' && batches.length === 0) {
        application.createBatch({ id: batchId, sources: [SAMPLE_SLIDE] });
        batches.push(application.batches.run(batchId).then(({ entry }) => entry));
      }
      if (name === 'run.progress' && (value as { progress: TrainingProgress }).progress.stage === 'waiting')
        heard.add('the run waits');
      if (name === 'cells.added' && !heard.has('killed')) {
        heard.add('killed');
        for (const id of childrenOf(process.pid)) process.kill(id, 'SIGKILL');
      }
      if (name === 'batch.changed' && (value as Batch).state === 'done') heard.add('the batch is done');
      if (name === 'run.changed' && (value as Run).state === 'done') heard.add('the run is done');
    };
    const application = openProgram(join(folder, 'workspace'), hear);
    application.createRun({ id: runId, name: 'small', folder: join(folder, 'data'), recipe: smallRecipe(30) });
    const { entry: run } = await application.trainings.run(runId);
    expect([run.state, run.failure]).toEqual(['done', null]);
    const images = (await readdir(SAMPLE_SLIDE)).length;
    expect(await Promise.all(batches)).toMatchObject([{ state: 'done', classified: images, total: images }]);
    expect([...heard]).toEqual(['the run waits', 'killed', 'the batch is done', 'the run is done']);
    expect(application.workspace.runs.epochs(runId).map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    await application.close();
  });
});
