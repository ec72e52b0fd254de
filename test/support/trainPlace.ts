import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect } from 'vitest';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { PLAIN_READING, type FolderReading } from '#shared/domain/folderLayout';
import { modelIdSchema, runIdSchema, type RunId } from '#shared/domain/ids';
import type { Prediction } from '#shared/domain/prediction';
import type { RecipeKind } from '#shared/domain/recipe';
import type { EpochMetrics, Run, StageSpeed, StepMetrics } from '#shared/domain/run';
import { settingsSchema } from '#shared/domain/settings';
import type { TrainingFolder } from '#shared/domain/trainingFolder';
import { Training } from '../../renderer/src/features/training/training.svelte';
import TrainView from '../../renderer/src/features/training/TrainView.svelte';
import { standInCanvas } from './canvas';
import { FakeBridge } from './fakeBridge';
import { standInLayout } from './layout';

export const FIRST = runIdSchema.parse('6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');
export const SECOND = runIdSchema.parse('7f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');

let revisions = 0;

/** A snapshot of a run, newer than those before it. */
export function run(id: RunId, name: string, kind: RecipeKind, state: Run['state']): Run {
  return {
    id,
    revision: ++revisions,
    name,
    createdAt: '2026-11-24T09:14:00.000Z',
    folder: '/labelled',
    reading: PLAIN_READING,
    description: 'Images in /labelled',
    recipe: defaultRecipe(kind),
    state,
    failure: null,
    modelId: null,
    evaluation: null,
  };
}

/** What was measured in a run. */
interface Measured {
  readonly epochs: EpochMetrics[];
  readonly steps: StepMetrics[];
  readonly mistakes?: Prediction[];
}

/** The place Train, over a main that answers from what stands here. */
export class TrainPlace {
  runs: Run[] = [];
  metrics: ReadonlyMap<RunId, Measured> = new Map();
  /** What main answers to a measuring of speed, and what happens when one is stopped. */
  measured: StageSpeed[] | Promise<StageSpeed[]> = [{ secondsAStep: 2, secondsAnImage: 0.1 }];
  stopMeasuring: () => void = () => undefined;
  /** Happens when main has a new training, before it answers. */
  beforeAnswer: (id: RunId) => void = () => undefined;

  /** What main finds in a folder, and what of it changes with what a person says. */
  found: Omit<TrainingFolder, 'folder' | 'reading'> = {
    layout: 'class',
    classes: [
      { classId: 'neutrophil', images: 60 },
      { classId: 'lymphocyte', images: 40 },
    ],
    groups: 0,
    parts: null,
    passedOver: [],
    warnings: [],
    question: null,
    joins: [],
    choices: [],
  };
  answer: (reading: FolderReading) => Partial<TrainingFolder> = () => ({});

  constructor() {
    standInLayout();
    standInCanvas();
    Object.defineProperty(window, 'smearscope', { configurable: true, value: this.main.bridge });
  }

  readonly main = new FakeBridge({
    'app.state': () => ({
      version: '0',
      electron: '0',
      workspace: '/w',
      settings: settingsSchema.parse({}),
      device: null,
      liveModelId: modelIdSchema.parse('starter'),
    }),
    'run.list': () => this.runs,
    'run.metrics': ({ runId }) => ({
      epochs: [],
      steps: [],
      mistakes: [],
      ...this.metrics.get(runIdSchema.parse(runId)),
    }),
    'training.networks': () => ['efficientnet-lite0'],
    'training.inspect': ({ folder, reading }) => ({ ...this.found, folder, reading, ...this.answer(reading) }),
    'training.start': ({ id, name }) => {
      const answer = run(runIdSchema.parse(id), name, 'transfer', 'queued');
      this.beforeAnswer(answer.id);
      return answer;
    },
    'training.pause': ({ runId }) => this.find(runIdSchema.parse(runId)),
    'training.resume': ({ runId }) => ({ ...this.find(runIdSchema.parse(runId)), state: 'queued' }),
    'training.measureSpeed': () => this.measured,
    'training.stopMeasuring': () => {
      this.stopMeasuring();
      return null;
    },
    'dialog.pickFile': () => '/weights/b0_notop.h5',
  });

  find(id: RunId): Run {
    const found = this.runs.find((each) => each.id === id);
    if (!found) throw new Error(`The test has no run ${id}.`);
    return found;
  }

  /** The view as it stands after it asked main for the state. */
  async open(): Promise<Training> {
    const training = new Training();
    training.start();
    render(TrainView, { training });
    await waitFor(() => {
      expect(this.main.asked.map(({ name }) => name)).toContain('training.networks');
    });
    return training;
  }

  /** The form of a new training, with a name in it. */
  async openForm(): Promise<void> {
    const training = await this.open();
    await training.inspect('/labelled');
    await fireEvent.input(await screen.findByLabelText('Name of the model'), { target: { value: 'Ours' } });
  }
}

export const startButton = (): HTMLButtonElement => screen.getByRole('button', { name: 'Start training' });
