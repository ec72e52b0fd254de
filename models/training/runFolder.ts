import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Checkpoint } from '#shared/domain/run';
import { FailureError, type Failure } from '#shared/domain/failure';
import { UNFINISHED } from '#shared/domain/unfinished';
import { codeOf } from '../files/systemErrors';
import { readCheckpoint, writeCheckpoint, type Checkpointed } from './checkpoint';

/** Checkpoints kept, newest first: the one before stands in where the newest is damaged. */
const KEPT = 2;

/** What a run was begun with; it goes on only with the same. */
export interface RunIdentity {
  /** SHA-256 of the recipe. */
  readonly recipe: string;
  /** Of the images and their labels. */
  readonly data: string;
  readonly images: number;
}

const positionSchema = z.object({
  recipe: z.string(),
  data: z.string(),
  images: z.int(),
  /** What the backbone began with. */
  backbone: z.object({ name: z.string(), sha256: z.string() }),
  /** Stage that goes on; the number of stages once all are done. */
  stage: z.int().nonnegative(),
  /** Epochs and steps done in this stage, and in those before it. */
  stageEpochs: z.int().nonnegative(),
  stageSteps: z.int().nonnegative(),
  epochsBefore: z.int().nonnegative(),
  stepsBefore: z.int().nonnegative(),
  /** Best epoch of the stage so far, counted in the stage. */
  best: z.object({ epoch: z.int(), accuracy: z.number() }).nullable(),
  /** Images of a step that the device takes at once; null: all of them. */
  portion: z.int().positive().nullable(),
});

/** Where a run stands between two epochs. */
export type Position = Omit<z.infer<typeof positionSchema>, keyof RunIdentity>;

/** A state to go on from: the network's weights on entering the stage, and the trainer's state, null before the first epoch of the stage. */
export interface Standing {
  readonly position: Position;
  readonly entry: ReadonlyMap<string, Float32Array>;
  readonly state: ReadonlyMap<string, Float32Array> | null;
}

const bestSchema = z.object({ epoch: z.int() });

/** The files of a run, told apart by their names. */
type RunFile =
  | { readonly kind: 'entry'; readonly stage: number }
  | { readonly kind: 'best'; readonly stage: number }
  | { readonly kind: 'epoch'; readonly stage: number; readonly epoch: number };

/**
 * A run's folder: `stage-<n>.weights`, the network on entering each stage (and, after the last, the trained network); `stage-<n>-epoch-<m>.checkpoint`, the trainer after the newest epochs;
 * `stage-<n>-best.weights`, the best epoch of a stage. Every file is made whole or not at all, and checked by its hash when it is read.
 */
export class RunFolder {
  readonly #folder: string;
  readonly #identity: RunIdentity;
  readonly #tell: (notice: Failure) => void;

  private constructor(folder: string, identity: RunIdentity, tell: (notice: Failure) => void) {
    this.#folder = folder;
    this.#identity = identity;
    this.#tell = tell;
  }

  /** `tell` hears of files that were passed over. */
  static async open(folder: string, identity: RunIdentity, tell: (notice: Failure) => void): Promise<RunFolder> {
    await mkdir(folder, { recursive: true });
    return new RunFolder(folder, identity, tell);
  }

  /** The newest whole state; null where the run has not begun. FailureError `data-changed` if it was begun with other images or another recipe. */
  async resume(): Promise<Standing | null> {
    const files = (await this.#files()).sort((a, b) => b.stage - a.stage || epochOf(b) - epochOf(a));
    for (const file of files) {
      if (file.kind === 'best') continue;
      const found = await this.#read(nameOf(file), positionSchema);
      if (!found) continue;
      const position = this.#checked(found.head);
      if (file.kind === 'entry') return { position, entry: found.arrays, state: null };
      const entry = await this.#read(nameOf({ kind: 'entry', stage: file.stage }), positionSchema);
      if (entry) return { position, entry: entry.arrays, state: found.arrays };
    }
    return null;
  }

  /** Keeps the network's weights on entering a stage. The stage before stays, to stand in where this file is damaged; earlier ones go. */
  async enter(position: Position, weights: ReadonlyMap<string, Float32Array>): Promise<void> {
    await this.#write({ kind: 'entry', stage: position.stage }, { ...this.#identity, ...position }, weights);
    await this.#remove((file) => file.stage < position.stage - 1);
  }

  /** Keeps the trainer's state after an epoch, and that of the epoch before. */
  async keep(position: Position, state: ReadonlyMap<string, Float32Array>): Promise<Checkpoint> {
    const { stage, stageEpochs: epoch } = position;
    const file = { kind: 'epoch', stage, epoch } as const;
    const bytes = await this.#write(file, { ...this.#identity, ...position }, state);
    await this.#remove(
      (each) => each.kind === 'epoch' && each.stage === stage && (each.epoch <= epoch - KEPT || each.epoch > epoch),
    );
    return { epoch: position.epochsBefore + epoch, file: nameOf(file), bytes };
  }

  /** Keeps the best weights of a stage; `epoch` counts in the stage. */
  async keepBest(stage: number, epoch: number, weights: ReadonlyMap<string, Float32Array>): Promise<void> {
    await this.#write({ kind: 'best', stage }, { epoch }, weights);
  }

  /** The best weights of a stage; null where there are none, or they were damaged. */
  async best(stage: number): Promise<ReadonlyMap<string, Float32Array> | null> {
    return (await this.#read(nameOf({ kind: 'best', stage }), bestSchema))?.arrays ?? null;
  }

  /** Once the model is made: only the trained network stays, to make it of again. */
  async settle(stage: number): Promise<void> {
    await this.#remove((file) => file.stage < stage);
  }

  async #files(): Promise<RunFile[]> {
    return (await readdir(this.#folder)).flatMap(fileOf);
  }

  async #remove(old: (file: RunFile) => boolean): Promise<void> {
    for (const file of (await this.#files()).filter(old)) await rm(join(this.#folder, nameOf(file)), { force: true });
  }

  #write(file: RunFile, head: unknown, arrays: ReadonlyMap<string, Float32Array>): Promise<number> {
    const unfinished = join(dirname(this.#folder), UNFINISHED);
    return writeCheckpoint(join(this.#folder, nameOf(file)), unfinished, { head, arrays });
  }

  async #read<S extends z.ZodType>(name: string, schema: S): Promise<Checkpointed<z.infer<S>> | null> {
    try {
      return await readCheckpoint(join(this.#folder, name), schema);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      if (!(error instanceof FailureError)) throw error;
      this.#tell(error.failure);
      return null;
    }
  }

  #checked({ recipe, data, images, ...position }: z.infer<typeof positionSchema>): Position {
    if (data !== this.#identity.data) {
      throw new FailureError(
        'data-changed',
        `The run was begun with other images: ${String(images)} then, ${String(this.#identity.images)} now${images === this.#identity.images ? ', with other contents or labels' : ''}.`,
        'Put the images back as they were and resume, or start a new training with those there are now. The checkpoints stay.',
      );
    }
    if (recipe !== this.#identity.recipe) {
      throw new FailureError(
        'data-changed',
        'The run was begun with another recipe.',
        'Start a new training with this recipe. The checkpoints stay.',
      );
    }
    return position;
  }
}

function nameOf(file: RunFile): string {
  const stage = `stage-${String(file.stage)}`;
  switch (file.kind) {
    case 'entry':
      return `${stage}.weights`;
    case 'best':
      return `${stage}-best.weights`;
    case 'epoch':
      return `${stage}-epoch-${String(file.epoch)}.checkpoint`;
  }
}

/** None for a file that is not the run's. */
function fileOf(name: string): RunFile[] {
  const match = /^stage-(\d+)(?:-epoch-(\d+)\.checkpoint|(-best)?\.weights)$/.exec(name);
  if (!match) return [];
  const stage = Number(match[1]);
  if (match[2] !== undefined) return [{ kind: 'epoch', stage, epoch: Number(match[2]) }];
  return [{ kind: match[3] === undefined ? 'entry' : 'best', stage }];
}

/** On entering a stage none of its epochs is done. */
function epochOf(file: RunFile): number {
  return file.kind === 'epoch' ? file.epoch : 0;
}
