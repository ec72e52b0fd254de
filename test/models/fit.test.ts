import { mkdir, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComputeHost } from '#compute/host';
import type { ClassifiedFile, ComputeMethod, ComputeParams, FitEvent, LabelledFile } from '#shared/compute/protocol';
import { fitRecipeSchema, type FitRecipe } from '#shared/domain/recipe';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { tf } from '#models/backend/tensorflow';
import { openSessions } from '#models/graph/session';
import { Classifier } from '#models/inference/classifier';
import { fit, type FitResult } from '#models/training/fit';
import { Trainer } from '#models/training/trainer';
import { copyClasses, hasData, SAMPLE_SLIDE } from '../support/data';
import { canMount, mountDisk, resizeDisk } from '../support/mount';
import { countedAsMatrix, predictionsIn } from '../support/predictions';
import { temporaryFolder } from '../support/temporary';

const CLASSES = ['eosinophil', 'lymphocyte', 'neutrophil'];

/** A small network from random weights on small images: two epochs in a second or so. */
function smallRecipe(change: Partial<FitRecipe> = {}, stage: Partial<FitRecipe['stages'][number]> = {}): FitRecipe {
  const base = fitRecipeSchema.parse(defaultRecipe('scratch'));
  const [only] = base.stages;
  if (!only) throw new Error('The recipe has a stage.');
  return fitRecipeSchema.parse({
    ...base,
    network: 'small-plain',
    workingSize: 32,
    inputSize: 32,
    stages: [{ ...only, epochs: 2, batch: 16, ...stage }],
    ...change,
  });
}

async function labelled(folder: string, count = 40): Promise<LabelledFile[]> {
  await copyClasses(join(folder, 'data'), count, CLASSES);
  const files = await Promise.all(
    CLASSES.map(async (classId) =>
      (await readdir(join(folder, 'data', classId))).map((name) => ({
        path: join(folder, 'data', classId, name),
        classId,
        slide: null,
      })),
    ),
  );
  return files.flat();
}

/** What asks a compute process, answered within this one. */
class Requests {
  readonly #open = new Map<number, { ended: (failure: unknown) => void; onEvent: (value: unknown) => void }>();
  readonly #host = new ComputeHost((message) => {
    if (message.kind === 'event') this.#open.get(message.id)?.onEvent(message.value);
    if (message.kind === 'result') this.#open.get(message.id)?.ended(null);
    if (message.kind === 'failure') this.#open.get(message.id)?.ended(message.failure);
  }, 'models/pretrained');

  async ask<M extends ComputeMethod>(
    method: M,
    params: ComputeParams<M>,
    onEvent: (value: unknown) => void,
  ): Promise<void> {
    const id = this.#open.size;
    const failure = await new Promise((ended) => {
      this.#open.set(id, { ended, onEvent });
      this.#host.receive({ kind: 'call', id, method, params }, () => undefined);
    });
    expect(failure).toBeNull();
  }

  close(): void {
    this.#host.receive({ kind: 'dispose' }, () => undefined);
  }
}

interface Fitted {
  readonly events: FitEvent[];
  readonly result: FitResult;
}

interface FitOptions {
  readonly run?: string;
  readonly stopAtStep?: number;
  readonly openTrainer?: Parameters<typeof fit>[0]['openTrainer'];
  readonly onEvent?: (event: FitEvent) => void;
}

function requestOf(folder: string, files: LabelledFile[], recipe: FitRecipe, run = 'run'): ComputeParams<'train'> {
  return {
    name: 'small',
    modelId: run,
    files,
    recipe,
    runFolder: join(folder, 'runs', run),
    modelFolder: join(folder, 'models', run),
    imageCache: join(folder, 'cache'),
    description: 'forty a class',
  };
}

async function train(
  folder: string,
  files: LabelledFile[],
  recipe: FitRecipe,
  options: FitOptions = {},
): Promise<Fitted> {
  const { run = 'run', stopAtStep, openTrainer, onEvent } = options;
  const events: FitEvent[] = [];
  const controller = new AbortController();
  let steps = 0;
  const counted = (given: Parameters<typeof Trainer.open>[0]): Trainer => {
    const trainer = (openTrainer ?? ((each) => Trainer.open(each)))(given);
    const step = trainer.step.bind(trainer);
    trainer.step = (batch, at) => {
      steps++;
      if (steps === stopAtStep) controller.abort();
      return step(batch, at);
    };
    return trainer;
  };
  const result = await fit(
    { ...requestOf(folder, files, recipe, run), pretrained: 'models/pretrained', openTrainer: counted },
    (event) => {
      events.push(event);
      onEvent?.(event);
    },
    controller.signal,
  );
  return { events, result };
}

const stepsOf = (events: readonly FitEvent[]): { step: number; loss: number }[] =>
  events.flatMap((event) => (event.kind === 'steps' ? event.steps.map(({ step, loss }) => ({ step, loss })) : []));
const epochsOf = (events: readonly FitEvent[]): number[] =>
  events.flatMap((event) => (event.kind === 'epoch' ? [event.metrics.epoch] : []));
const noticesOf = (events: readonly FitEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'notice' ? [event.failure.code] : []));

/** Four epochs. */
const FOUR = smallRecipe({}, { epochs: 4 });

describe.skipIf(!hasData)('training by gradients', () => {
  /** A run of {@link FOUR} that nothing cut, for those that are to equal it. */
  let whole: Fitted;
  let place = '';
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'smearscope-test-'));
    whole = await train(place, await labelled(place), FOUR);
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  it('learns, makes a model that classifies, and leaves nothing in memory', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const before = { tensors: tf.memory().numTensors, sessions: openSessions() };
    const { events, result } = await train(folder, files, smallRecipe({}, { epochs: 4 }));
    expect({ tensors: tf.memory().numTensors, sessions: openSessions() }).toEqual(before);
    const losses = stepsOf(events).map(({ loss }) => loss);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    expect(epochsOf(events)).toEqual([1, 2, 3, 4]);
    expect(result.card.data).toMatchObject({ training: 84, validation: 12, test: 24 });
    const classifier = await Classifier.open(join(folder, 'models', 'run'), 'models/pretrained');
    const [first = NaN] = classifier.classify(new Uint8Array(32 * 32 * 3), 1);
    expect(first).toBeGreaterThan(0);
    classifier.close();
  });

  it('tells what its model calls each image of the locked part, as its confusion matrix counts them, and where it was surest and wrong on the way', () => {
    const { evaluation, classIds } = whole.result.card;
    const predictions = predictionsIn(whole.events);
    expect(countedAsMatrix(predictions, classIds)).toEqual(evaluation.confusion);
    expect(new Set(predictions.map(({ path }) => path)).size).toBe(evaluation.n);
    expect(predictions.every(({ path, truth }) => basename(dirname(path)) === truth)).toBe(true);
    const identified = predictions.filter(({ probability }) => probability >= evaluation.threshold);
    expect(identified).toHaveLength(evaluation.identified.k);
    const epochs = whole.events.flatMap((event) => (event.kind === 'epoch' ? [event] : []));
    const locked = new Set(predictions.map(({ path }) => path));
    for (const { mistakes, metrics } of epochs) {
      // The validation part has 12 images, as many as are told of at most.
      expect(mistakes).toHaveLength(Math.round(12 * (1 - metrics.validationAccuracy)));
      expect(mistakes.filter(({ path, truth, predicted }) => truth === predicted || locked.has(path))).toEqual([]);
      const sureness = mistakes.map(({ probability }) => probability);
      expect(sureness).toEqual([...sureness].sort((a, b) => b - a));
      expect(sureness.every((each) => each > 1 / classIds.length && each <= 1)).toBe(true);
    }
    expect(epochs.flatMap(({ mistakes }) => mistakes).length).toBeGreaterThan(0);
  });

  it('cut in the middle of an epoch and resumed equals the run that was not cut', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const cut: FitEvent[] = [];
    await expect(
      train(folder, files, FOUR, { stopAtStep: 16, onEvent: (event) => cut.push(event) }),
    ).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    expect(epochsOf(cut)).toEqual([1, 2]);
    const resumed = await train(folder, [...files].reverse(), FOUR);
    expect(resumed.events.find(({ kind }) => kind === 'from')).toEqual({ kind: 'from', epoch: 2, step: 12 });
    const expected = stepsOf(whole.events).filter(({ step }) => step > 12);
    const losses = stepsOf(resumed.events);
    expect(losses.map(({ step }) => step)).toEqual(expected.map(({ step }) => step));
    losses.forEach(({ loss }, index) => {
      expect(Math.abs(loss - (expected[index]?.loss ?? NaN))).toBeLessThan(1e-5);
    });
    expect(resumed.result.card.evaluation).toEqual(whole.result.card.evaluation);
  });

  it('lets a classification overtake it between two steps, and learns exactly what it learns alone', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const names = await readdir(SAMPLE_SLIDE);
    const host = new Requests();
    const events: FitEvent[] = [];
    const heard: string[] = [];
    const classified: ClassifiedFile[] = [];
    const classify = async (): Promise<void> => {
      const params = {
        modelFolder: 'models/starter',
        views: 1 as const,
        imageStore: join(folder, 'images'),
        files: names.map((name, key) => ({ key, path: join(SAMPLE_SLIDE, name) })),
      };
      await host.ask('classify', params, (results) => classified.push(...(results as ClassifiedFile[])));
      heard.push('classification done');
    };
    const classifications: Promise<void>[] = [];
    await host.ask('train', requestOf(folder, files, FOUR), (value) => {
      const event = value as FitEvent;
      events.push(event);
      if (event.kind === 'epoch') heard.push(`epoch ${String(event.metrics.epoch)}`);
      if (event.kind !== 'progress') return;
      if (event.progress.stage === 'waiting') heard.push(`waits after ${String(event.progress.done)} images`);
      if (event.progress.stage === 'training' && classifications.length === 0) classifications.push(classify());
    });
    await Promise.all(classifications);
    expect(heard).toEqual(['waits after 16 images', 'classification done', 'epoch 1', 'epoch 2', 'epoch 3', 'epoch 4']);
    expect(classified.map(({ kind }) => kind)).toEqual(names.map(() => 'classified'));
    expect(stepsOf(events)).toEqual(stepsOf(whole.events));
    host.close();
  });

  it('stops within a step when it is asked to', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    let asked = 0;
    const steps: number[] = [];
    await expect(
      train(folder, files, smallRecipe(), {
        stopAtStep: 3,
        openTrainer: (options) => {
          const trainer = Trainer.open(options);
          const step = trainer.step.bind(trainer);
          trainer.step = (batch, at) => {
            asked++;
            steps.push(asked);
            return step(batch, at);
          };
          return trainer;
        },
      }),
    ).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    expect(steps).toEqual([1, 2, 3]);
    expect(await readdir(folder)).not.toContain('models');
  });

  it('whose loss is no number any more stops, says what to change, and can be resumed to make a model of its best epoch', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const recipe = smallRecipe({}, { epochs: 3 });
    /** The numbers of the outside world: from the 9th step on, the loss is NaN. */
    const astray = (options: Parameters<typeof Trainer.open>[0]): Trainer => {
      const trainer = Trainer.open(options);
      const step = trainer.step.bind(trainer);
      let steps = 0;
      trainer.step = (batch, at) => ({ ...step(batch, at), ...(++steps >= 9 && { loss: NaN }) });
      return trainer;
    };
    await expect(train(folder, files, recipe, { openTrainer: astray })).rejects.toMatchObject({
      failure: {
        code: 'diverged',
        message: expect.stringMatching(/after step 9 .* The best weights, of epoch 1 /) as string,
        hint: expect.stringContaining('stages.0.schedule.rate') as string,
      },
    });
    const { events, result } = await train(folder, files, recipe);
    expect(stepsOf(events)).toEqual([]);
    expect(result.card.evaluation.n).toBe(24);
  });

  it('takes fewer images at once when the device runs out of memory, says so, and learns the same', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    let opened = 0;
    const small = (options: Parameters<typeof Trainer.open>[0]): Trainer => {
      const trainer = Trainer.open(options);
      if (opened++ > 0) return trainer;
      trainer.step = () => {
        throw new Error('OOM when allocating tensor with shape[16,32,32,32]');
      };
      return trainer;
    };
    const { events } = await train(folder, files, smallRecipe(), { openTrainer: small });
    expect(noticesOf(events)).toEqual(['out-of-memory']);
    expect(events.find((event) => event.kind === 'notice')).toMatchObject({
      failure: {
        message: expect.stringContaining('it now takes 8 images at once; a step still learns from 16') as string,
      },
    });
    expect(epochsOf(events)).toEqual([1, 2]);
  });

  it('goes on from the checkpoint before one that was cut, and ends as if it had not been', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    await expect(train(folder, files, FOUR, { stopAtStep: 22 })).rejects.toThrow('stopped');
    const newest = join(folder, 'runs', 'run', 'stage-0-epoch-3.checkpoint');
    await truncate(newest, Math.floor((await stat(newest)).size / 2));
    const resumed = await train(folder, files, FOUR);
    expect(noticesOf(resumed.events)).toEqual(['checkpoint-damaged']);
    expect(epochsOf(resumed.events)).toEqual([3, 4]);
    expect(resumed.result.card.evaluation).toEqual(whole.result.card.evaluation);
  });

  it('trains in stages: the frozen network first, then its convolutions, each from the best of the one before', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const base = smallRecipe();
    const [first] = base.stages;
    if (!first) throw new Error('The recipe has a stage.');
    const stages: FitRecipe['stages'] = [
      { ...first, name: 'head', train: { kind: 'head' }, patience: 1, epochs: 3 },
      { ...first, name: 'convolutions', train: { kind: 'beyond', freezeFirst: 4, convolutionsOnly: true }, epochs: 2 },
    ];
    const { events, result } = await train(folder, files, { ...base, stages });
    const names = events.flatMap((event) => (event.kind === 'epoch' ? [event.metrics.stage] : []));
    expect(names.slice(-2)).toEqual(['convolutions', 'convolutions']);
    expect(names[0]).toBe('head');
    const steps = stepsOf(events).map(({ step }) => step);
    expect(steps).toEqual(steps.map((_, index) => index + 1));
    expect(result.card.recipe).toMatchObject({ kind: 'scratch', stages });
  });

  it('is refused to go on with other images, and keeps its checkpoints', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const recipe = smallRecipe({}, { epochs: 3 });
    await expect(train(folder, files, recipe, { stopAtStep: 8 })).rejects.toThrow('stopped');
    await expect(train(folder, files.slice(1), recipe)).rejects.toMatchObject({
      failure: { code: 'data-changed', message: 'The run was begun with other images: 120 then, 119 now.' },
    });
    const relabelled = files.map((file, index) => (index === 0 ? { ...file, classId: 'neutrophil' } : file));
    await expect(train(folder, relabelled, recipe)).rejects.toThrow('120 now, with other contents or labels');
    const { events } = await train(folder, files, recipe);
    expect(epochsOf(events)).toEqual([2, 3]);
  });

  it('goes on when images are deleted while it trains: their pixels are kept', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const removals: Promise<void>[] = [];
    const { result } = await train(folder, files, smallRecipe(), {
      onEvent: ({ kind }) => {
        if (kind === 'steps' && removals.length === 0) removals.push(rm(join(folder, 'data'), { recursive: true }));
      },
    });
    await Promise.all(removals);
    expect(removals).toHaveLength(1);
    expect(result.card.data.training).toBe(84);
    await expect(readdir(join(folder, 'data'))).rejects.toThrow('ENOENT');
  });

  it('refuses a class with one image, and one that the split leaves nothing of to learn from, by name', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const one = files.filter(({ classId }, index) => classId !== 'neutrophil' || index === files.length - 1);
    await expect(train(folder, one, smallRecipe())).rejects.toThrow('Too few readable images: neutrophil (1).');
    // All neutrophils are of one slide, which goes into one part whole.
    const oneSlide = files.map((file) => ({
      ...file,
      slide: file.classId === 'neutrophil' ? 'n' : `${file.classId} ${file.path.slice(-6)}`,
    }));
    await expect(train(folder, oneSlide, smallRecipe())).rejects.toMatchObject({
      failure: {
        code: 'too-little-data',
        message: expect.stringMatching(/^The split leaves no image .* of neutrophil:/) as string,
      },
    });
    expect(await readdir(folder)).not.toContain('models');
  });

  it('says where the weights of a network are to be had that do not come with the program', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder, 10);
    const recipe = smallRecipe({ network: 'efficientnet-b0', weights: 'published' });
    await expect(train(folder, files, recipe)).rejects.toMatchObject({
      failure: { code: 'not-found', hint: expect.stringContaining('weights=<path') as string },
    });
  });

  it.skipIf(!canMount())('whose disk fills during a checkpoint says so, and goes on from the one before', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder);
    const runs = join(folder, 'runs', 'run');
    await mkdir(runs, { recursive: true });
    mountDisk(runs, 'size=60m');
    const filled = train(folder, files, FOUR, {
      // Room for the first epoch, and not for the second.
      onEvent: ({ kind }) => {
        if (kind === 'epoch') resizeDisk(runs, '30m');
      },
    });
    await expect(filled).rejects.toMatchObject({ failure: { code: 'disk-full' } });
    expect(await readdir(runs)).toContain('stage-0-epoch-1.checkpoint');
    resizeDisk(runs, '60m');
    const resumed = await train(folder, files, FOUR);
    expect(resumed.result.card.evaluation).toEqual(whole.result.card.evaluation);
  });
});
