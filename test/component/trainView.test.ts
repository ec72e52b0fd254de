import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { predictionSchema, type Prediction } from '#shared/domain/prediction';
import type { EpochMetrics, StepMetrics } from '#shared/domain/run';
import { FIRST, run, SECOND, startButton, TrainPlace } from '../support/trainPlace';

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

let place: TrainPlace;
beforeEach(() => {
  place = new TrainPlace();
});

describe('a training', () => {
  it('that begins at once is not shown as waiting', async () => {
    await place.openForm();
    place.beforeAnswer = (id) => {
      place.main.emit('run.changed', run(id, 'Ours', 'quick', 'running'));
    };
    await fireEvent.click(startButton());
    await screen.findByRole('heading', { name: 'Training “Ours”' });
    screen.getByText('Starting');
  });

  it('says which epoch of which stage it is in, how fast, and what may end it', async () => {
    place.runs = [run(FIRST, 'Ours', 'fine-tune', 'running')];
    place.metrics = new Map([[FIRST, { epochs: [epoch(1, 0.8), epoch(2, 0.7)], steps: [1, 2, 3, 4, 5].map(step) }]]);
    await place.open();
    await screen.findByText(/as a table of 2 epochs/);
    place.main.emit('run.progress', {
      runId: FIRST,
      progress: { stage: 'training', done: 140, total: 6500, imagesPerSecond: 118.6, secondsLeft: 83 },
    });
    await screen.findByText('Stage 1 of 2, frozen backbone: epoch 3 of at most 100');
    screen.getByText('119 images/s');
    screen.getByText('1 min 23 s');
    screen.getByText(/ends earlier after 15 epochs without gain on the validation part; it is 1 now/);
  });

  it('says that it waits while a classification goes first, and claims no speed', async () => {
    place.runs = [run(FIRST, 'Ours', 'fine-tune', 'running')];
    await place.open();
    place.main.emit('run.progress', {
      runId: FIRST,
      progress: { stage: 'waiting', done: 140, total: 6500, imagesPerSecond: null, secondsLeft: null },
    });
    await screen.findByText('Waiting: other work on the device goes first');
    expect(screen.queryByText(/images\/s/)).toBeNull();
  });

  it('shows its epochs as a table, the best of each stage marked, and forgets those that a cut run repeats', async () => {
    place.runs = [run(FIRST, 'Ours', 'fine-tune', 'running')];
    place.metrics = new Map([
      [
        FIRST,
        {
          epochs: [epoch(1, 0.7), epoch(2, 0.9), epoch(3, 0.9), epoch(4, 0.8, 'fine-tuning')],
          steps: [1, 2, 3, 4, 5, 6, 7, 8].map(step),
        },
      ],
    ]);
    await place.open();
    await screen.findByText(/as a table of 4 epochs/);
    const heads = (): (string | null)[] =>
      within(screen.getByRole('region', { name: 'Epochs', hidden: true }))
        .getAllByRole('rowheader', { hidden: true })
        .map(({ textContent }) => textContent);
    expect(heads()).toEqual(['1', '2, best', '3', '4, best']);
    place.main.emit('run.epoch', { runId: FIRST, metrics: epoch(3, 0.95), mistakes: [] });
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
    place.runs = [run(FIRST, 'Ours', 'best', 'running')];
    place.metrics = new Map([
      [FIRST, { epochs: [epoch(1, 0.8)], steps: [], mistakes: [mistake(4, 0.97), mistake(3, 0.6)] }],
    ]);
    await place.open();
    await screen.findByRole('heading', { name: 'Called wrong after epoch 1' });
    const shown = (): (string | null)[] =>
      within(screen.getByRole('region', { name: 'Called wrong' }))
        .getAllByRole('listitem')
        .map((each) => each.querySelector('.visually-hidden')?.textContent ?? null);
    expect(shown()).toEqual([
      'Is monocyte, called immature granulocyte at 97.0 %, 4.jpg',
      'Is monocyte, called immature granulocyte at 60.0 %, 3.jpg',
    ]);
    place.main.emit('run.epoch', { runId: FIRST, metrics: epoch(2, 0.9), mistakes: [mistake(5, 0.7)] });
    await screen.findByRole('heading', { name: 'Called wrong after epoch 2' });
    expect(shown()).toEqual(['Is monocyte, called immature granulocyte at 70.0 %, 5.jpg']);
    place.main.emit('run.epoch', { runId: FIRST, metrics: epoch(3, 1), mistakes: [] });
    await screen.findByText('After epoch 3 every image of the validation part is called right.');
    // A run of an older version: some images were called wrong, and nobody kept which.
    place.main.emit('run.epoch', { runId: FIRST, metrics: epoch(4, 0.9), mistakes: [] });
    await waitFor(() => {
      expect(screen.queryByRole('region', { name: 'Called wrong' })).toBeNull();
    });
  });

  it('is paused and goes on from its last whole epoch', async () => {
    place.runs = [run(FIRST, 'Ours', 'transfer', 'running')];
    place.metrics = new Map([[FIRST, { epochs: [epoch(1, 0.7)], steps: [1, 2].map(step) }]]);
    await place.open();
    await fireEvent.click(await screen.findByRole('button', { name: 'Pause' }));
    expect(place.main.asked.at(-1)).toEqual({ name: 'training.pause', args: { runId: FIRST } });
    place.main.emit('run.changed', { ...place.find(FIRST), state: 'paused' });
    await screen.findByText('It goes on after epoch 1, as if it had never stopped.');
    await fireEvent.click(screen.getByRole('button', { name: 'Resume' }));
    await screen.findByText(/Waiting for the device/);
  });

  it('that failed says why and what to do', async () => {
    const failure = { code: 'out-of-memory', message: 'Too little memory.', hint: 'Close other programs.' } as const;
    place.runs = [{ ...run(FIRST, 'Ours', 'best', 'failed'), failure }];
    const training = await place.open();
    training.shownId = FIRST;
    expect((await screen.findByRole('alert')).textContent).toBe('Too little memory. Close other programs.');
    screen.getByRole('button', { name: 'Resume' });
  });

  it('is compared with another, figures side by side', async () => {
    place.runs = [run(SECOND, 'Second', 'best', 'cancelled'), run(FIRST, 'First', 'transfer', 'cancelled')];
    place.metrics = new Map([
      [FIRST, { epochs: [epoch(1, 0.7), epoch(2, 0.9)], steps: [] }],
      [SECOND, { epochs: [epoch(1, 0.8)], steps: [] }],
    ]);
    const training = await place.open();
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

describe('the folder of a training', () => {
  it('whose folders mean one class waits until they are joined', async () => {
    const joins = [{ classId: 'neutrophil', folders: ['neutrophil', 'Neutrophil'] }];
    const question = { code: 'invalid-argument', message: 'Folders side by side mean one class.', hint: '' } as const;
    place.answer = ({ joinClasses }) => (joinClasses ? {} : { joins, question });
    await place.openForm();
    screen.getByText('“neutrophil”, “Neutrophil” → Neutrophil');
    expect(startButton().disabled).toBe(true);
    await fireEvent.click(screen.getByRole('button', { name: 'Join them' }));
    await waitFor(() => {
      expect(startButton().disabled).toBe(false);
    });
    await fireEvent.click(startButton());
    expect(place.main.asked.find(({ name }) => name === 'training.start')?.args).toMatchObject({
      reading: { joinClasses: true, classLevel: null },
    });
  });

  it('whose classes cannot be told asks which folders they are', async () => {
    const choices = [
      { level: 1, names: ['a', 'b'] },
      { level: 2, names: ['x', 'y'] },
    ];
    const question = { code: 'invalid-argument', message: 'It cannot be told.', hint: '' } as const;
    place.answer = ({ classLevel }) => (classLevel === null ? { choices, question, layout: null, classes: [] } : {});
    await place.openForm();
    await fireEvent.click(screen.getByRole('button', { name: 'x, y' }));
    await waitFor(() => {
      expect(startButton().disabled).toBe(false);
    });
    expect(place.main.asked.at(-1)).toMatchObject({ args: { reading: { classLevel: 2 } } });
  });

  it('says how it is read, the groups and sets it gives, and what is passed over', async () => {
    place.found = {
      ...place.found,
      layout: 'part / patient / class',
      groups: 12,
      parts: { training: 60, validation: 0, test: 40 },
      passedOver: [{ what: 'file in @eaDir', reason: 'thumbnails of a NAS', count: 6, isLeast: false }],
    };
    await place.openForm();
    screen.getByText('part / patient / class');
    screen.getByText(/^12 groups \(patients or slides\)/);
    screen.getByText(/60 images to train on, 0 for validation, 40\s+for the test/);
    screen.getByText('6 files in @eaDir (thumbnails of a NAS)');
    screen.getByText(/learns from about 54 images, chooses by 6, and is judged\s+once, at the end, on 40/);
  });
});
