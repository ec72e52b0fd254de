import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { ComputeParams, FitEvent, LabelledFile } from '#shared/compute/protocol';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { fitRecipeSchema, type FitRecipe } from '#shared/domain/recipe';
import { fit, type FitResult } from '#models/training/fit';
import { Trainer } from '#models/training/trainer';
import { copyClasses } from './data';

const CLASSES = ['eosinophil', 'lymphocyte', 'neutrophil'];

/** A small network from random weights on small images: two epochs in a second or so. */
export function smallRecipe(
  change: Partial<FitRecipe> = {},
  stage: Partial<FitRecipe['stages'][number]> = {},
): FitRecipe {
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

export async function labelled(folder: string, count = 40): Promise<LabelledFile[]> {
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

export interface Fitted {
  readonly events: FitEvent[];
  readonly result: FitResult;
}

interface FitOptions {
  readonly run?: string;
  readonly stopAtStep?: number;
  readonly openTrainer?: Parameters<typeof fit>[0]['openTrainer'];
  readonly onEvent?: (event: FitEvent) => void;
}

export function requestOf(
  folder: string,
  files: LabelledFile[],
  recipe: FitRecipe,
  run = 'run',
): ComputeParams<'train'> {
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

/** Trains by gradients in `folder`: each run's checkpoints, model and cache lie in it. */
export async function train(
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

export const stepsOf = (events: readonly FitEvent[]): { step: number; loss: number }[] =>
  events.flatMap((event) => (event.kind === 'steps' ? event.steps.map(({ step, loss }) => ({ step, loss })) : []));
export const epochsOf = (events: readonly FitEvent[]): number[] =>
  events.flatMap((event) => (event.kind === 'epoch' ? [event.metrics.epoch] : []));
export const noticesOf = (events: readonly FitEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'notice' ? [event.failure.code] : []));

/** Four epochs. */
export const FOUR = smallRecipe({}, { epochs: 4 });

/** A run of {@link FOUR} that nothing cut, made once for the tests of a `describe`: for those that are to equal it. */
export function trainedOnce(): () => Fitted {
  let whole: Fitted | null = null;
  let place = '';
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'smearscope-test-'));
    whole = await train(place, await labelled(place), FOUR);
  });
  afterAll(() => rm(place, { recursive: true, force: true }));
  return () => {
    if (!whole) throw new Error('The run was not made.');
    return whole;
  };
}
