import { z } from 'zod';
import { batchProgressSchema, batchSchema, setAsideFileSchema, slideSchema } from '../domain/batch';
import { cellDetailSchema, cellSchema, reviewDecisionSchema } from '../domain/cell';
import { deviceReportSchema } from '../domain/device';
import {
  batchIdSchema,
  cellIdSchema,
  contentHashSchema,
  modelIdSchema,
  predictionIdSchema,
  runIdSchema,
  slideIdSchema,
} from '../domain/ids';
import { modelSchema } from '../domain/model';
import { predictionSchema } from '../domain/prediction';
import { fitRecipeSchema, networkNameSchema, recipeSchema } from '../domain/recipe';
import {
  epochMetricsSchema,
  runSchema,
  stageSpeedSchema,
  stepMetricsSchema,
  trainingFolderSchema,
  trainingProgressSchema,
} from '../domain/run';
import { settingsChangeSchema, settingsSchema } from '../domain/settings';
import { commandIdSchema } from './commands';
import { failureSchema } from '../domain/failure';

const nothing = z.null();
const path = z.string().min(1).max(32_768);

const reviewSteps = z.object({ canUndo: z.boolean(), canRedo: z.boolean() });
/** Cells that changed, as they are now. */
const changedCells = reviewSteps.extend({ cells: z.array(cellSchema) });

/** Every call of the renderer: arguments (checked where they arrive) and result. */
export const calls = {
  'app.state': {
    args: nothing,
    result: z.object({
      version: z.string(),
      electron: z.string(),
      workspace: z.string(),
      settings: settingsSchema,
      /** Null until the compute process has answered. */
      device: deviceReportSchema.nullable(),
      liveModelId: modelIdSchema,
    }),
  },
  'app.openLogFolder': { args: nothing, result: nothing },
  'settings.set': { args: settingsChangeSchema, result: settingsSchema },
  /** Lets the user choose another workspace folder and restarts the program with it; false if they changed their mind. */
  'workspace.choose': { args: nothing, result: z.boolean() },
  /** The system's folder picker; empty if the user changed their mind. */
  'dialog.pickFolders': { args: z.object({ multiple: z.boolean() }), result: z.array(z.string()) },
  /** The system's file picker; null if the user changed their mind. `name` says what the extensions (without dot) are. */
  'dialog.pickFile': {
    args: z.object({ name: z.string().max(80), extensions: z.array(z.string().regex(/^\w+$/)).min(1).max(8) }),
    result: z.string().nullable(),
  },

  'batch.create': {
    args: z.object({ id: batchIdSchema, sources: z.array(path).min(1).max(10_000) }),
    result: batchSchema,
  },
  'batch.createSample': { args: z.object({ id: batchIdSchema }), result: batchSchema },
  'batch.list': { args: nothing, result: z.array(batchSchema) },
  'batch.slides': { args: z.object({ batchId: batchIdSchema }), result: z.array(slideSchema) },
  'batch.setAside': { args: z.object({ batchId: batchIdSchema }), result: z.array(setAsideFileSchema) },
  'batch.pause': { args: z.object({ batchId: batchIdSchema }), result: batchSchema },
  'batch.resume': { args: z.object({ batchId: batchIdSchema }), result: batchSchema },
  'batch.cancel': { args: z.object({ batchId: batchIdSchema }), result: batchSchema },

  /** A portion of a slide's cells, in the order of their content hashes: those after `after`, from the first if null. */
  'cell.list': {
    args: z.object({ slideId: slideIdSchema, after: contentHashSchema.nullable() }),
    result: z.object({ cells: z.array(cellSchema), more: z.boolean() }),
  },
  'cell.detail': { args: z.object({ cellId: cellIdSchema }), result: cellDetailSchema },
  /** Whether there is something to undo in a batch, or to do again. */
  'review.steps': { args: z.object({ batchId: batchIdSchema }), result: reviewSteps },
  'review.decide': {
    args: z.object({ cellIds: z.array(cellIdSchema).min(1).max(100_000), decision: reviewDecisionSchema }),
    result: changedCells,
  },
  /** Undoes the last change in this batch that still stands, as one more event of each cell's history. */
  'review.undo': { args: z.object({ batchId: batchIdSchema }), result: changedCells },
  'review.redo': { args: z.object({ batchId: batchIdSchema }), result: changedCells },

  /** Asks where to save, then writes; the path written, or null if the user changed their mind. */
  'export.save': {
    args: z.object({
      batchId: batchIdSchema,
      what: z.enum(['cells', 'slides']),
      format: z.enum(['csv', 'json']),
      /** Only this slide; null for all of the batch. */
      slideId: slideIdSchema.nullable(),
    }),
    result: z.string().nullable(),
  },

  'model.list': { args: nothing, result: z.array(modelSchema) },
  'model.makeLive': { args: z.object({ modelId: modelIdSchema }), result: z.array(modelSchema) },

  /** Whether it is known what a model called each image of its locked part: not of one that came with the program or was imported. */
  'model.hasPredictions': { args: z.object({ modelId: modelIdSchema }), result: z.boolean() },
  /** A portion of the images of a class that a model called another, or the same: those after `after`, from the first if null. */
  'model.predictions': {
    args: z.object({
      modelId: modelIdSchema,
      truth: z.string(),
      predicted: z.string(),
      after: predictionIdSchema.nullable(),
    }),
    result: z.object({ predictions: z.array(predictionSchema), more: z.boolean() }),
  },

  'training.inspect': { args: z.object({ folder: path }), result: trainingFolderSchema },
  /** Networks whose published weights come with the program. */
  'training.networks': { args: nothing, result: z.array(networkNameSchema) },
  /** Measures a few steps of each stage of a recipe; a training that runs stands still meanwhile. */
  'training.measureSpeed': {
    args: z.object({ recipe: fitRecipeSchema, classes: z.int().min(2) }),
    result: z.array(stageSpeedSchema),
  },
  /** Stops the measuring that is under way, if one is: it fails as cancelled. */
  'training.stopMeasuring': { args: nothing, result: nothing },
  'training.start': {
    args: z.object({
      id: runIdSchema,
      name: z.string().min(1).max(80),
      folder: path,
      recipe: recipeSchema,
    }),
    result: runSchema,
  },
  'training.cancel': { args: z.object({ runId: runIdSchema }), result: runSchema },
  /** Stops between two batches; the run goes on from its last whole epoch when it is resumed. */
  'training.pause': { args: z.object({ runId: runIdSchema }), result: runSchema },
  'training.resume': { args: z.object({ runId: runIdSchema }), result: runSchema },
  'run.list': { args: nothing, result: z.array(runSchema) },
  /** What was measured on the way, in its order, and what was called wrong on the validation part after the newest epoch. */
  'run.metrics': {
    args: z.object({ runId: runIdSchema }),
    result: z.object({
      epochs: z.array(epochMetricsSchema),
      steps: z.array(stepMetricsSchema),
      mistakes: z.array(predictionSchema),
    }),
  },
} as const;

/** Every event that main sends to the window. */
export const events = {
  'batch.changed': batchSchema,
  'batch.progress': batchProgressSchema,
  /** New cells of a running batch; their slides' counts moved. */
  'cells.added': z.object({ batchId: batchIdSchema, slides: z.array(slideSchema), cells: z.array(cellSchema) }),
  /** Cells reviewed (the slides' counts moved with them). */
  'cells.changed': z.object({ batchId: batchIdSchema, slides: z.array(slideSchema), cells: z.array(cellSchema) }),
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
