import type { FitEvent } from '#shared/compute/protocol';
import type { FitRecipe, FitStage } from '#shared/domain/recipe';
import type { StepMetrics } from '#shared/domain/run';
import { FailureError } from '#shared/domain/failure';
import type { Network } from '../architectures/network';
import { isOutOfMemory } from '../backend/outOfMemory';
import { batchesOf, shuffled, stepsIn } from '../data/batches';
import { balancedClassWeights } from './classWeights';
import type { FitData } from './fitData';
import type { LabelledImage } from '../data/labelledImages';
import { setWeights, valuesOf, weightsIn } from '../pretrained/networkWeights';
import { mostConfident } from './predictions';
import type { Progress } from './progress';
import { seedOf } from '../data/random';
import type { Position, RunFolder, Standing } from './runFolder';
import { rateAt } from './schedules';
import { stageTrainer } from './stageTrainer';
import type { Trainer, TrainerOptions } from './trainer';
import { validate, type Validation } from './validate';

/** Milliseconds between two tellings of steps. */
const STEPS_TOLD_EVERY = 250;

/** What the seeds of a run are for, so that no two streams are the same. */
const FOR_ORDER = 1;
const FOR_STEPS = 2;

export interface StageWork {
  readonly recipe: FitRecipe;
  readonly network: Network;
  readonly data: FitData;
  readonly folder: RunFolder;
  readonly tell: (event: FitEvent) => void;
  /** Counts images of all epochs; throws once the run is to stop. */
  readonly progress: Progress;
  /** Milliseconds on the run's own clock. */
  readonly now: () => number;
  readonly openTrainer: (options: TrainerOptions) => Trainer;
}

/**
 * Runs a stage from where it stands to its end: its last epoch, or `patience` epochs without a better validation accuracy. Leaves the weights of its best epoch in the network
 * and gives the standing on entering the next stage. FailureError `diverged` where the loss is no number any more; `disk-full`, `cancelled`.
 */
export async function runStage(work: StageWork, standing: Standing): Promise<Standing> {
  const { network, folder } = work;
  const { stage } = standing.position;
  const run = new StageRun(work, standing);
  try {
    await run.toItsEnd();
    setWeights(network.model, (await folder.best(stage)) ?? run.weights());
    return await enterNext(work, run.position, stage + 1);
  } catch (error) {
    if (error instanceof FailureError && error.failure.code === 'diverged') await keepWhatWasGood(work, run.position);
    throw error;
  } finally {
    run.close();
  }
}

/** After this the run, if it is resumed, makes its model of the best epoch there was. */
async function keepWhatWasGood(work: StageWork, position: Position): Promise<void> {
  const { network, folder, recipe } = work;
  const best = position.best === null ? null : await folder.best(position.stage);
  if (best) setWeights(network.model, best);
  if (best || position.stage > 0) await enterNext(work, position, recipe.stages.length);
}

async function enterNext({ network, folder }: StageWork, done: Position, stage: number): Promise<Standing> {
  const position: Position = {
    ...done,
    stage,
    stageEpochs: 0,
    stageSteps: 0,
    epochsBefore: done.epochsBefore + done.stageEpochs,
    stepsBefore: done.stepsBefore + done.stageSteps,
    best: null,
    portion: null,
  };
  const entry = valuesOf(weightsIn(network.model));
  await folder.enter(position, entry);
  return { position, entry, state: null };
}

/** A stage under way. */
class StageRun {
  readonly #work: StageWork;
  readonly #stage: FitStage;
  readonly #classWeights: readonly number[];
  #trainer: Trainer;
  /** The trainer after the last whole epoch. */
  #state: ReadonlyMap<string, Float32Array>;
  position: Position;

  constructor(work: StageWork, { position, state }: Standing) {
    const { recipe, data } = work;
    const stage = recipe.stages[position.stage];
    if (!stage) throw new Error(`The recipe has no stage ${String(position.stage)}.`);
    this.#work = work;
    this.#stage = stage;
    this.position = position;
    const labels = Int32Array.from(data.parts.training, ({ classId }) => data.classIds.indexOf(classId));
    this.#classWeights =
      recipe.classWeights === 'balanced'
        ? balancedClassWeights(labels, data.classIds.length)
        : data.classIds.map(() => 1);
    this.#trainer = this.#open(state);
    this.#state = state ?? this.#trainer.state();
  }

  weights(): ReadonlyMap<string, Float32Array> {
    return this.#trainer.weights();
  }

  close(): void {
    this.#trainer.close();
  }

  async toItsEnd(): Promise<void> {
    while (!this.#ended()) {
      try {
        await this.#epoch();
      } catch (error) {
        if (!isOutOfMemory(error)) throw error;
        this.#useLessMemory(error);
      }
    }
  }

  #ended(): boolean {
    const { stageEpochs, best } = this.position;
    const { epochs, patience } = this.#stage;
    return stageEpochs >= epochs || (patience !== null && stageEpochs - (best?.epoch ?? 0) >= patience);
  }

  get #portion(): number {
    return this.position.portion ?? this.#stage.batch;
  }

  #open(state: ReadonlyMap<string, Float32Array> | null): Trainer {
    const { recipe, network, openTrainer } = this.#work;
    const pieces = Math.ceil(this.#stage.batch / this.#portion);
    const trainer = openTrainer(stageTrainer(recipe, this.#stage, network, pieces));
    try {
      if (state) trainer.restore(state);
      return trainer;
    } catch (error) {
      trainer.close();
      throw error;
    }
  }

  /** Halves what the device takes at once; a step still learns from as many images, their gradients added up. */
  #useLessMemory(cause: unknown): void {
    const portion = Math.ceil(this.#portion / 2);
    const { batch, name } = this.#stage;
    // Batch norm makes the pooled features of one image alone nothing but its offsets: of those nothing is learned.
    const fewest = this.#work.recipe.head.batchNorm ? 2 : 1;
    if (portion === this.#portion || portion < fewest) {
      throw new FailureError(
        'out-of-memory',
        `The device has too little memory for the stage "${name}": ${String(this.#portion)} of its images at once are still too many.`,
        'Close other programs, then resume; or train again with a smaller network or smaller images (inputSize).',
        { cause },
      );
    }
    this.#trainer.close();
    this.position = { ...this.position, portion };
    this.#trainer = this.#open(this.#state);
    this.#work.tell({
      kind: 'notice',
      failure: {
        code: 'out-of-memory',
        message: `The device ran out of memory: it now takes ${String(portion)} images at once; a step still learns from ${String(batch)}.`,
        hint: 'The epoch begins again. Close other programs, or choose a smaller batch or network, to be faster.',
      },
    });
    this.#tellFrom();
  }

  #tellFrom(): void {
    const { epochsBefore, stageEpochs, stepsBefore, stageSteps } = this.position;
    this.#work.tell({ kind: 'from', epoch: epochsBefore + stageEpochs, step: stepsBefore + stageSteps });
  }

  async #epoch(): Promise<void> {
    const { data, folder, tell, now } = this.#work;
    const { stage, stageEpochs, stageSteps, epochsBefore, stepsBefore } = this.position;
    const start = now();
    const trained = await this.#train();
    const seconds = (now() - start) / 1000;
    const validation = await this.#validate();
    if (!Number.isFinite(validation.loss)) throw this.#diverged(stageSteps + trained.steps);

    const epoch = stageEpochs + 1;
    const better = validation.accuracy > (this.position.best?.accuracy ?? -1);
    const next: Position = {
      ...this.position,
      stageEpochs: epoch,
      stageSteps: stageSteps + trained.steps,
      best: better ? { epoch, accuracy: validation.accuracy } : this.position.best,
    };
    // The best weights are durable before the checkpoint that counts on them.
    if (better) await folder.keepBest(stage, epoch, this.#trainer.weights());
    const state = this.#trainer.state();
    const checkpoint = await folder.keep(next, state);
    this.#state = state;
    this.position = next;
    tell({
      kind: 'epoch',
      metrics: {
        epoch: epochsBefore + epoch,
        stage: this.#stage.name,
        step: stepsBefore + next.stageSteps,
        loss: trained.loss,
        accuracy: trained.accuracy,
        validationLoss: validation.loss,
        validationAccuracy: validation.accuracy,
        learningRate: rateAt(this.#stage.schedule, next.stageSteps - 1, this.#totalSteps),
        seconds,
        imagesPerSecond: data.parts.training.length / seconds,
        memoryBytes: process.memoryUsage.rss(),
      },
      checkpoint,
      mistakes: mostConfident(validation.mistakes),
    });
  }

  get #totalSteps(): number {
    return this.#stage.epochs * stepsIn(this.#work.data.parts.training.length, this.#stage.batch);
  }

  /** One pass over the training part, in the order that hangs on the seed, the stage and the epoch. */
  async #train(): Promise<{ steps: number; loss: number; accuracy: number }> {
    const { recipe, data, progress, tell } = this.#work;
    const { training } = data.parts;
    const { stage, stageEpochs, stageSteps, stepsBefore } = this.position;
    const order = shuffled(training, seedOf(recipe.seed, FOR_ORDER, stage), stageEpochs);
    const seed = seedOf(recipe.seed, FOR_STEPS, stage) | 0;
    const untold: StepMetrics[] = [];
    const flush = (): void => {
      if (untold.length > 0) tell({ kind: 'steps', steps: untold.splice(0) });
    };
    let told = performance.now();
    let [steps, images, correct, losses] = [0, 0, 0, 0];
    try {
      for await (const batch of batchesOf(data.cache, order, this.#stage.batch)) {
        const count = batch.images.length;
        const step = stageSteps + steps;
        const learningRate = rateAt(this.#stage.schedule, step, this.#totalSteps);
        const done = this.#trainer.step(
          { ...this.#labels(batch.images), pixels: batch.pixels, count },
          { learningRate, seed: [seed, step] },
        );
        if (!Number.isFinite(done.loss)) throw this.#diverged(step + 1);
        steps++;
        images += count;
        correct += done.correct;
        losses += done.loss * count;
        untold.push({ step: stepsBefore + step + 1, loss: done.loss, accuracy: done.correct / count, learningRate });
        if (performance.now() - told > STEPS_TOLD_EVERY) {
          flush();
          told = performance.now();
        }
        await progress(stageEpochs * training.length + images, this.#stage.epochs * training.length);
      }
    } finally {
      // Also what led to the end of a run that went astray.
      flush();
    }
    return { steps, loss: losses / images, accuracy: correct / images };
  }

  /** One-hot labels [n, classes] and the weight of each image. */
  #labels(images: readonly LabelledImage[]): { labels: Float32Array; weights: Float32Array } {
    const { classIds } = this.#work.data;
    const labels = new Float32Array(images.length * classIds.length);
    const weights = new Float32Array(images.length);
    images.forEach(({ classId }, row) => {
      const label = classIds.indexOf(classId);
      labels[row * classIds.length + label] = 1;
      weights[row] = this.#classWeights[label] ?? 1;
    });
    return { labels, weights };
  }

  #validate(): Promise<Validation> {
    const { data, progress } = this.#work;
    const { length } = data.parts.training;
    return validate(this.#trainer, data, this.#portion, () =>
      progress((this.position.stageEpochs + 1) * length, this.#stage.epochs * length),
    );
  }

  #diverged(step: number): FailureError {
    const { best, stage, epochsBefore } = this.position;
    const kept =
      best === null
        ? ''
        : ` The best weights, of epoch ${String(epochsBefore + best.epoch)} with ${(100 * best.accuracy).toFixed(1)} % of the validation part right, are kept: resume the run to make a model of them.`;
    return new FailureError(
      'diverged',
      `The training went astray: after step ${String(step)} of the stage "${this.#stage.name}" the loss is no number any more.${kept}`,
      `Train again with a smaller learning rate (a tenth of stages.${String(stage)}.schedule.rate), or with the gradients clipped (clipNorm=1).`,
    );
  }
}
