import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ComputeHost } from '#compute/host';
import type { ClassifiedFile, ComputeMethod, ComputeParams, FitEvent } from '#shared/compute/protocol';
import type { FitRecipe } from '#shared/domain/recipe';
import { tf } from '#models/backend/tensorflow';
import { openSessions } from '#models/graph/session';
import { Classifier } from '#models/inference/classifier';
import { readCheckpoint } from '#models/training/checkpoint';
import { Trainer } from '#models/training/trainer';
import { hasData, SAMPLE_SLIDE } from '../support/data';
import { countedAsMatrix, predictionsIn } from '../support/predictions';
import { epochsOf, FOUR, labelled, requestOf, smallRecipe, stepsOf, train, trainedOnce } from '../support/smallFit';
import { temporaryFolder } from '../support/temporary';

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

describe.skipIf(!hasData)('training by gradients', () => {
  const whole = trainedOnce();

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
    const [first] = classifier.classify(new Uint8Array(32 * 32 * 3), 1);
    expect(first?.probabilities[0]).toBeGreaterThan(0);
    classifier.close();
  });

  it('tells what its model calls each image of the locked part, as its confusion matrix counts them, and where it was surest and wrong on the way', () => {
    const { evaluation, classIds } = whole().result.card;
    const predictions = predictionsIn(whole().events);
    expect(countedAsMatrix(predictions, classIds)).toEqual(evaluation.confusion);
    expect(new Set(predictions.map(({ path }) => path)).size).toBe(evaluation.n);
    expect(predictions.every(({ path, truth }) => basename(dirname(path)) === truth)).toBe(true);
    const identified = predictions.filter(({ probability }) => probability >= evaluation.threshold);
    // What is unfamiliar is not identified, however probable.
    const refused = identified.length - evaluation.identified.k;
    expect(refused).toBeGreaterThanOrEqual(0);
    expect(refused).toBeLessThanOrEqual(evaluation.unfamiliar?.k ?? NaN);
    const epochs = whole().events.flatMap((event) => (event.kind === 'epoch' ? [event] : []));
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
    const expected = stepsOf(whole().events).filter(({ step }) => step > 12);
    const losses = stepsOf(resumed.events);
    expect(losses.map(({ step }) => step)).toEqual(expected.map(({ step }) => step));
    losses.forEach(({ loss }, index) => {
      expect(Math.abs(loss - (expected[index]?.loss ?? NaN))).toBeLessThan(1e-5);
    });
    expect(resumed.result.card.evaluation).toEqual(whole().result.card.evaluation);
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
        precision: 'float32' as const,
        imageStore: join(folder, 'images'),
        files: names.map((name, key) => ({ key, path: join(SAMPLE_SLIDE, name), ranges: [] })),
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
    expect(stepsOf(events)).toEqual(stepsOf(whole().events));
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

  it('ends a stage after `patience` epochs that were no better, and goes on with the weights of its best', async () => {
    const folder = await temporaryFolder();
    const files = await labelled(folder, 12);
    /** The weights after each epoch. */
    const weights: ReadonlyMap<string, Float32Array>[] = [];
    const { events } = await train(folder, files, smallRecipe({}, { epochs: 9, patience: 2 }), {
      openTrainer: (options) => {
        const trainer = Trainer.open(options);
        // Of three classes of one size one is called right: as many after every epoch.
        trainer.predict = (_, count) => {
          weights.push(trainer.weights());
          return Float32Array.from({ length: count * 3 }, (__, index) => (index % 3 === 0 ? 1 : 0));
        };
        return trainer;
      },
    });
    expect(epochsOf(events)).toEqual([1, 2, 3]);
    const trained = await readCheckpoint(join(folder, 'runs', 'run', 'stage-1.weights'), z.looseObject({}));
    const kernel = (values: ReadonlyMap<string, Float32Array> | undefined): number[] => [
      ...(values?.get('head_output/kernel') ?? []),
    ];
    expect(weights).toHaveLength(3);
    expect(kernel(trained.arrays)).toEqual(kernel(weights[0]));
    expect(kernel(trained.arrays)).not.toEqual(kernel(weights[2]));
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
});
