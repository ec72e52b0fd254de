import { z } from 'zod';
import { batchProgressSchema, batchSchema, slideSchema } from '../domain/batch';
import { cellSchema } from '../domain/cell';
import { classDefinitionSchema } from '../domain/cellClass';
import { deviceReportSchema } from '../domain/device';
import { failureSchema } from '../domain/failure';
import { batchIdSchema, runIdSchema } from '../domain/ids';
import { modelSchema } from '../domain/model';
import { predictionSchema } from '../domain/prediction';
import { epochMetricsSchema, runSchema, stepMetricsSchema, trainingProgressSchema } from '../domain/run';
import { settingsSchema } from '../domain/settings';
import { commandIdSchema } from './commands';
import { appCalls } from './calls/app';
import { batchCalls } from './calls/batch';
import { classCalls } from './calls/class';
import { exportCalls } from './calls/export';
import { modelCalls } from './calls/model';
import { reviewCalls } from './calls/review';
import { trainingCalls } from './calls/training';

/** Every call of the renderer: arguments (checked where they arrive) and result. */
export const calls = {
  ...appCalls,
  ...batchCalls,
  ...classCalls,
  ...reviewCalls,
  ...exportCalls,
  ...modelCalls,
  ...trainingCalls,
} as const;

/** Every event that main sends to the window. */
export const events = {
  'batch.changed': batchSchema,
  'batch.progress': batchProgressSchema,
  /** New cells of a running batch; their slides' counts moved. */
  'cells.added': z.object({ batchId: batchIdSchema, slides: z.array(slideSchema), cells: z.array(cellSchema) }),
  /** Cells reviewed (the slides' counts moved with them). */
  'cells.changed': z.object({ batchId: batchIdSchema, slides: z.array(slideSchema), cells: z.array(cellSchema) }),
  'classes.changed': z.array(classDefinitionSchema),
  'device.changed': deviceReportSchema,
  'models.changed': z.array(modelSchema),
  'run.changed': runSchema,
  'run.epoch': z.object({ runId: runIdSchema, metrics: epochMetricsSchema, mistakes: z.array(predictionSchema) }),
  'run.steps': z.object({ runId: runIdSchema, steps: z.array(stepMetricsSchema) }),
  'run.progress': z.object({ runId: runIdSchema, progress: trainingProgressSchema }),
  'settings.changed': settingsSchema,
  /** Something the user should know: the compute process died and was restarted, say. */
  notice: failureSchema,
  /** A command chosen from the menu. */
  command: commandIdSchema,
} as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type CallArgs<N extends CallName> = z.input<Calls[N]['args']>;
export type CallResult<N extends CallName> = z.infer<Calls[N]['result']>;
export type Events = typeof events;
export type EventName = keyof Events;
export type EventValue<N extends EventName> = z.infer<Events[N]>;

/** What a call answers with: a result, or an expected failure. */
export type Answer<N extends CallName> =
  { readonly result: CallResult<N> } | { readonly failure: z.infer<typeof failureSchema> };

/** What the preload gives the window as `window.smearscope`; `DroppedFile` is the DOM's File, which this realm does not know. */
export interface Bridge<DroppedFile> {
  /** Answers as main did; the renderer's `lib` turns a failure into a `FailureError`. */
  call<N extends CallName>(name: N, args: CallArgs<N>): Promise<Answer<N>>;
  /** Follows an event; the function returned stops following. */
  on<N extends EventName>(name: N, listener: (value: EventValue<N>) => void): () => void;
  /** Absolute path of a dropped file or folder (Electron 32 and later have no File.path). */
  pathOf(file: DroppedFile): string;
}

/** Names of the two channels between window and main; the event channel is one-way. */
export const CALL_CHANNEL = 'smearscope:call';
export const EVENT_CHANNEL = 'smearscope:event';

/** Scheme of the read-only picture protocol: `cell-image://stored/<sha256>` is an image of the store, `cell-image://predicted/<id>` one that a training said something of. */
export const IMAGE_SCHEME = 'cell-image';
