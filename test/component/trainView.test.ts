import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { modelIdSchema, runIdSchema, type RunId } from '#shared/domain/ids';
import { predictionSchema, type Prediction } from '#shared/domain/prediction';
import { fitRecipeSchema, type RecipeKind } from '#shared/domain/recipe';
import type { EpochMetrics, Run, StageSpeed, StepMetrics } from '#shared/domain/run';
import { settingsSchema } from '#shared/domain/settings';
import { FailureError } from '#shared/ipc/failure';
import { Training } from '../../renderer/src/features/training/training.svelte';
import TrainView from '../../renderer/src/features/training/TrainView.svelte';
import { notices } from '../../renderer/src/lib/notices.svelte';
import { standInCanvas } from '../support/canvas';
import { FakeBridge } from '../support/fakeBridge';
import { standInLayout } from '../support/layout';

const FIRST = runIdSchema.parse('6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');
const SECOND = runIdSchema.parse('7f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d');

function run(id: RunId, name: string, kind: RecipeKind, state: Run['state']): Run {
  return {
    id,
    name,
    createdAt: '2026-11-24T09:14:00.000Z',
    folder: '/labelled',
    description: 'Images in /labelled',
    recipe: defaultRecipe(kind),
    state,
    failure: null,
    modelId: null,
    evaluation: null,
  };
}

function epoch(number: number, validationAccuracy: number, stage = 'frozen backbone'): EpochMetrics {
  return {
    epoch: number,
    stage,
    step: 2 * number,
    loss: 0.5,
    accuracy: 0.8,
    validationLoss: 0.6,
    validationAccuracy,
    learningRate: 0.001,
    seconds: 12,
    imagesPerSecond: 120,
    memoryBytes: 2 ** 30,
  };
}

const step = (number: number): StepMetrics => ({ step: number, loss: 0.7, accuracy: 0.5, learningRate: 0.001 });

let runs: Run[] = [];
let metrics: ReadonlyMap<RunId, { epochs: EpochMetrics[]; steps: StepMetrics[]; mistakes?: Prediction[] }> = new Map();
let main: FakeBridge;
/** What main answers to a measuring, and what happens when one is stopped. */
let measured: StageSpeed[] | Promise<StageSpeed[]>;
let stopMeasuring: () => void;
/** Happens when main has a new training, before it answers. */
let beforeAnswer: (id: RunId) => void;

beforeEach(() => {
  standInLayout();
  standInCanvas();
  runs = [];
  metrics = new Map();
  beforeAnswer = () => undefined;
  measured = [{ secondsAStep: 2, secondsAnImage: 0.1 }];
  stopMeasuring = () => undefined;
  const stateOf = (id: RunId, state: Run['state']): Run => ({ ...find(id), state });
  main = new FakeBridge({
    'app.state': () => ({
      version: '0',
      electron: '0',
      workspace: '/w',
      settings: settingsSchema.parse({}),
      device: null,
      liveModelId: modelIdSchema.parse('starter'),
    }),
    'run.list': () => runs,
    'run.metrics': ({ runId }) => ({
      epochs: [],
      steps: [],
      mistakes: [],
      ...metrics.get(runIdSchema.parse(runId)),
    }),
    'training.networks': () => ['efficientnet-lite0'],
    'training.inspect': ({ folder }) => ({
      folder,
      classes: [
        { classId: 'neutrophil', images: 60 },
        { classId: 'lymphocyte', images: 40 },
      ],
      warnings: [],
    }),
    'training.start': ({ id, name }) => {
      beforeAnswer(runIdSchema.parse(id));
      return run(runIdSchema.parse(id), name, 'transfer', 'queued');
    },
    'training.pause': ({ runId }) => find(runIdSchema.parse(runId)),
    'training.resume': ({ runId }) => stateOf(runIdSchema.parse(runId), 'queued'),
    'training.measureSpeed': () => measured,
    'training.stopMeasuring': () => {
      stopMeasuring();
      return null;
    },
    'dialog.pickFile': () => '/weights/b0_notop.h5',
  });
  Object.defineProperty(window, 'smearscope', { configurable: true, value: main.bridge });
});

function find(id: RunId): Run {
  const found = runs.find((each) => each.id === id);
  if (!found) throw new Error(`The test has no run ${id}.`);
  return found;
}

/** The view as it stands after it asked main for the state. */
async function open(): Promise<Training> {
  const training = new Training();
  training.start();
  render(TrainView, { training });
  await waitFor(() => {
    expect(main.asked.map(({ name }) => name)).toContain('training.networks');
  });
  return training;
}

async function openForm(): Promise<void> {
  const training = await open();
  await training.inspect('/labelled');
  await fireEvent.input(await screen.findByLabelText('Name of the model'), { target: { value: 'Ours' } });
}

const startButton = (): HTMLButtonElement => screen.getByRole('button', { name: 'Start training' });
const started = (): unknown => main.asked.find(({ name }) => name === 'training.start')?.args;

async function type(label: string, value: number | string): Promise<void> {
  await fireEvent.input(screen.getByLabelText(label), { target: { value: String(value) } });
}

describe('the recipe of a training', () => {
  it('is sentences whose numbers can be changed, and starts with those that stand there', async () => {
    await openForm();
    await fireEvent.click(screen.getByRole('radio', { name: /^Fine-tune/ }));
    await type('Epochs, stage 1', 3);
    await type('Learning rate, stage 2', 0.00002);
    await type('Locked part, percent', 25);
    screen.getByText(/learns from about 65 images, chooses by 10, and is judged once, at the end, on 25/);
    await fireEvent.click(startButton());
    await screen.findByRole('heading', { name: 'Training “Ours”' });
    const fresh = fitRecipeSchema.parse(defaultRecipe('fine-tune'));
    const [first, second] = fresh.stages;
    expect(started()).toMatchObject({
      name: 'Ours',
      folder: '/labelled',
      recipe: {
        ...fresh,
        // Its own network does not come with the program.
        network: 'efficientnet-lite0',
        testShare: 0.25,
        stages: [
          { ...first, epochs: 3 },
          { ...second, schedule: { ...second?.schedule, rate: 0.00002 } },
        ],
      },
    });
  });

  it('keeps each kind’s own numbers while one looks at the others', async () => {
    await openForm();
    await fireEvent.click(screen.getByRole('radio', { name: /^Best/ }));
    await type('Epochs', 5);
    await fireEvent.click(screen.getByRole('radio', { name: /^Quick/ }));
    expect(screen.getByLabelText('Epochs')).toHaveProperty('value', '30');
    await fireEvent.click(screen.getByRole('radio', { name: /^Best/ }));
    expect(screen.getByLabelText('Epochs')).toHaveProperty('value', '5');
  });

  it('tells how long it takes once that was measured, until a number that matters changes', async () => {
    await openForm();
    await fireEvent.click(screen.getByRole('radio', { name: /^Transfer/ }));
    await fireEvent.click(screen.getByRole('button', { name: 'Measure how long it takes' }));
    // 70 images to learn from in 3 steps of 2 s, 10 to validate of 0.1 s each, 100 times.
    await screen.findByText('At most 11 min 40 s');
    screen.getByText(/a step took 2.0 s here just now, so an epoch takes about 7 s/);
    await type('Epochs', 10);
    await screen.findByText('At most 1 min 10 s');
    await type('Seen at, pixels', 128);
    screen.getByRole('button', { name: 'Measure how long it takes' });
  });

  it('stops measuring when it is asked to, when one leaves the form, and when the training starts', async () => {
    runs = [run(FIRST, 'Older', 'best', 'cancelled')];
    await openForm();
    await fireEvent.click(screen.getByRole('radio', { name: /^Transfer/ }));
    const measure = async (): Promise<void> => {
      measured = new Promise((_, reject) => {
        stopMeasuring = () => {
          reject(new FailureError('cancelled', 'The measuring was stopped.', 'Start it again to go on.'));
        };
      });
      await fireEvent.click(await screen.findByRole('button', { name: 'Measure how long it takes' }));
      await screen.findByText('Measuring a few steps…');
    };
    const stops = (): number => main.asked.filter(({ name }) => name === 'training.stopMeasuring').length;
    await measure();
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await screen.findByRole('button', { name: 'Measure how long it takes' });
    expect(stops()).toBe(1);
    await measure();
    await fireEvent.click(screen.getByRole('button', { name: /^Older/ }));
    expect(stops()).toBe(2);
    await fireEvent.click(screen.getByRole('button', { name: 'New training' }));
    await fireEvent.input(screen.getByLabelText('Name of the model'), { target: { value: 'Ours' } });
    await measure();
    await fireEvent.click(startButton());
    await screen.findByRole('heading', { name: 'Training “Ours”' });
    expect(stops()).toBe(3);
    expect(notices.list).toEqual([]);
  });

  it('lets every number be changed, those that few change under Advanced, and begins with those that stand there', async () => {
    await openForm();
    await fireEvent.click(screen.getByRole('radio', { name: /^Best/ }));
    await fireEvent.change(screen.getByLabelText('Augmentation'), { target: { value: 'none' } });
    for (const [label, value] of [
      ['Label smoothing, percent', 10],
      ['L2 penalty', 0.0001],
      ['Weight decay', 0.05],
      ['Dropout, percent', 30],
      ['Units of the dense layers', '64, 32'],
    ] as const)
      await type(label, value);
    for (const name of [/^Clip the gradients/, /^Keep a moving average/, /^Stop early/])
      await fireEvent.click(screen.getByRole('checkbox', { name }));
    await type('Largest norm of the gradients', 5);
    await type('Decay of the moving average', 0.995);
    await type('Epochs without gain', 3);
    await fireEvent.click(startButton());
    await screen.findByRole('heading', { name: 'Training “Ours”' });
    const fresh = fitRecipeSchema.parse(defaultRecipe('best'));
    const [only] = fresh.stages;
    expect(started()).toMatchObject({
      recipe: {
        ...fresh,
        augmentation: { steps: [] },
        labelSmoothing: 0.1,
        l2: 0.0001,
        clipNorm: 5,
        ema: 0.995,
        head: { ...fresh.head, dropout: 0.3, dense: [64, 32] },
        stages: [{ ...only, patience: 3, optimiser: { ...only?.optimiser, weightDecay: 0.05 } }],
      },
    });
  });

  it('names the number that is not possible, and says what is', async () => {
    await openForm();
    await fireEvent.click(screen.getByRole('radio', { name: /^Fine-tune/ }));
    await type('Label smoothing, percent', 100);
    await type('Learning rate, stage 2', 11);
    await type('Units of the dense layers', '64, many');
    expect(startButton().disabled).toBe(true);
    expect(screen.getAllByRole('alert').map(({ textContent }) => textContent)).toEqual([
      'Units of the dense layers: numbers with a comma between them.',
      'Learning rate, stage 2: too big, expected number to be <=10.',
      'Label smoothing: too big, expected number to be <1.',
    ]);
    await type('Label smoothing, percent', 0);
    await type('Learning rate, stage 2', 0.01);
    await type('Units of the dense layers', '64');
    expect(startButton().disabled).toBe(false);
  });

  it('cannot start while a number is missing, or the parts leave too little to learn from', async () => {
    await openForm();
    await fireEvent.click(screen.getByRole('radio', { name: /^Transfer/ }));
    expect(startButton().disabled).toBe(false);
    await fireEvent.input(screen.getByLabelText('Epochs'), { target: { value: '' } });
    expect(startButton().disabled).toBe(true);
    await type('Epochs', 4);
    await type('Locked part, percent', 50);
    await type('Validation part, percent', 40);
    expect(startButton().disabled).toBe(true);
    expect(screen.getByRole('alert').textContent).toMatch(/leave less than 20 % to learn from/);
  });

  it('asks for the weights of a network that does not come with the program', async () => {
    await openForm();
    await fireEvent.click(screen.getByRole('radio', { name: /^Transfer/ }));
    await fireEvent.change(screen.getByLabelText('Network'), { target: { value: 'efficientnet-b0' } });
    expect(startButton().disabled).toBe(true);
    await fireEvent.click(screen.getByRole('button', { name: 'Choose the weights…' }));
    await screen.findByText('Weights: /weights/b0_notop.h5');
    await fireEvent.click(startButton());
    await screen.findByRole('heading', { name: 'Training “Ours”' });
    expect(started()).toMatchObject({ recipe: { network: 'efficientnet-b0', weights: '/weights/b0_notop.h5' } });
  });
});

describe('a training', () => {
  it('that begins at once is not shown as waiting', async () => {
    await openForm();
    beforeAnswer = (id) => {
      main.emit('run.changed', run(id, 'Ours', 'quick', 'running'));
    };
    await fireEvent.click(startButton());
    await screen.findByRole('heading', { name: 'Training “Ours”' });
    screen.getByText('Starting');
  });

  it('says which epoch of which stage it is in, how fast, and what may end it', async () => {
    runs = [run(FIRST, 'Ours', 'fine-tune', 'running')];
    metrics = new Map([[FIRST, { epochs: [epoch(1, 0.8), epoch(2, 0.7)], steps: [1, 2, 3, 4, 5].map(step) }]]);
    await open();
    await screen.findByText(/as a table of 2 epochs/);
    main.emit('run.progress', {
      runId: FIRST,
      progress: { stage: 'training', done: 140, total: 6500, imagesPerSecond: 118.6, secondsLeft: 83 },
    });
    await screen.findByText('Stage 1 of 2, frozen backbone: epoch 3 of at most 100');
    screen.getByText('119 images/s');
    screen.getByText('1 min 23 s');
    screen.getByText(/ends earlier after 15 epochs without gain on the validation part; it is 1 now/);
  });

  it('says that it waits while a classification goes first, and claims no speed', async () => {
    runs = [run(FIRST, 'Ours', 'fine-tune', 'running')];
    await open();
    main.emit('run.progress', {
      runId: FIRST,
      progress: { stage: 'waiting', done: 140, total: 6500, imagesPerSecond: null, secondsLeft: null },
    });
    await screen.findByText('Waiting: other work on the device goes first');
    expect(screen.queryByText(/images\/s/)).toBeNull();
  });

  it('shows its epochs as a table, the best of each stage marked, and forgets those that a cut run repeats', async () => {
    runs = [run(FIRST, 'Ours', 'fine-tune', 'running')];
    metrics = new Map([
      [
        FIRST,
        {
          epochs: [epoch(1, 0.7), epoch(2, 0.9), epoch(3, 0.9), epoch(4, 0.8, 'fine-tuning')],
          steps: [1, 2, 3, 4, 5, 6, 7, 8].map(step),
        },
      ],
    ]);
    await open();
    await screen.findByText(/as a table of 4 epochs/);
    const heads = (): (string | null)[] =>
      within(screen.getByRole('region', { name: 'Epochs', hidden: true }))
        .getAllByRole('rowheader', { hidden: true })
        .map(({ textContent }) => textContent);
    expect(heads()).toEqual(['1', '2, best', '3', '4, best']);
    main.emit('run.epoch', { runId: FIRST, metrics: epoch(3, 0.95), mistakes: [] });
    await screen.findByText(/as a table of 3 epochs/);
    expect(heads()).toEqual(['1', '2', '3, best']);
    expect(
      screen.getByRole('img', { name: /^Accuracy: .*best on validation in epoch 3: accuracy 95.0 %/ }),
    ).toBeTruthy();
  });

  it('shows what is called wrong on the validation part after each epoch, and says when nothing is', async () => {
    const mistake = (id: number, probability: number): Prediction =>
      predictionSchema.parse({
        id,
        path: `monocyte/${String(id)}.jpg`,
        truth: 'monocyte',
        predicted: 'ig',
        probability,
      });
    runs = [run(FIRST, 'Ours', 'best', 'running')];
    metrics = new Map([[FIRST, { epochs: [epoch(1, 0.8)], steps: [], mistakes: [mistake(4, 0.97), mistake(3, 0.6)] }]]);
    await open();
    await screen.findByRole('heading', { name: 'Called wrong after epoch 1' });
    const shown = (): (string | null)[] =>
      within(screen.getByRole('region', { name: 'Called wrong' }))
        .getAllByRole('listitem')
        .map((each) => each.querySelector('.visually-hidden')?.textContent ?? null);
    expect(shown()).toEqual([
      'Is monocyte, called immature granulocyte at 97.0 %, 4.jpg',
      'Is monocyte, called immature granulocyte at 60.0 %, 3.jpg',
    ]);
    main.emit('run.epoch', { runId: FIRST, metrics: epoch(2, 0.9), mistakes: [mistake(5, 0.7)] });
    await screen.findByRole('heading', { name: 'Called wrong after epoch 2' });
    expect(shown()).toEqual(['Is monocyte, called immature granulocyte at 70.0 %, 5.jpg']);
    main.emit('run.epoch', { runId: FIRST, metrics: epoch(3, 1), mistakes: [] });
    await screen.findByText('After epoch 3 every image of the validation part is called right.');
  });

  it('is paused and goes on from its last whole epoch', async () => {
    runs = [run(FIRST, 'Ours', 'transfer', 'running')];
    metrics = new Map([[FIRST, { epochs: [epoch(1, 0.7)], steps: [1, 2].map(step) }]]);
    await open();
    await fireEvent.click(await screen.findByRole('button', { name: 'Pause' }));
    expect(main.asked.at(-1)).toEqual({ name: 'training.pause', args: { runId: FIRST } });
    main.emit('run.changed', { ...find(FIRST), state: 'paused' });
    await screen.findByText('It goes on after epoch 1, as if it had never stopped.');
    await fireEvent.click(screen.getByRole('button', { name: 'Resume' }));
    await screen.findByText(/Waiting for the device/);
  });

  it('that failed says why and what to do', async () => {
    const failure = { code: 'out-of-memory', message: 'Too little memory.', hint: 'Close other programs.' } as const;
    runs = [{ ...run(FIRST, 'Ours', 'best', 'failed'), failure }];
    const training = await open();
    training.shownId = FIRST;
    expect((await screen.findByRole('alert')).textContent).toBe('Too little memory. Close other programs.');
    screen.getByRole('button', { name: 'Resume' });
  });

  it('is compared with another, figures side by side', async () => {
    runs = [run(SECOND, 'Second', 'best', 'cancelled'), run(FIRST, 'First', 'transfer', 'cancelled')];
    metrics = new Map([
      [FIRST, { epochs: [epoch(1, 0.7), epoch(2, 0.9)], steps: [] }],
      [SECOND, { epochs: [epoch(1, 0.8)], steps: [] }],
    ]);
    const training = await open();
    training.shownId = SECOND;
    await fireEvent.change(await screen.findByLabelText('Compare with'), { target: { value: FIRST } });
    await screen.findByRole('rowheader', { name: 'Best epoch on validation' });
    const row = (name: string): (string | null)[] =>
      within(screen.getByRole('row', { name: new RegExp(`^${name}`) }))
        .getAllByRole('cell')
        .map(({ textContent }) => textContent);
    await waitFor(() => {
      expect(row('Best epoch on validation')).toEqual(['1: 80.0 %', '2: 90.0 %']);
    });
    expect(row('Training time')).toEqual(['12 s', '24 s']);
  });
});
