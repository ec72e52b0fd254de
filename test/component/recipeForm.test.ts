import { fireEvent, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultRecipe } from '#shared/domain/defaultRecipe';
import { fitRecipeSchema } from '#shared/domain/recipe';
import { FailureError } from '#shared/domain/failure';
import { notices } from '../../renderer/src/lib/notices.svelte';
import { FIRST, run, startButton, TrainPlace } from '../support/trainPlace';

let place: TrainPlace;
beforeEach(() => {
  place = new TrainPlace();
});

const started = (): unknown => place.main.asked.find(({ name }) => name === 'training.start')?.args;

async function type(label: string, value: number | string): Promise<void> {
  await fireEvent.input(screen.getByLabelText(label), { target: { value: String(value) } });
}

describe('the recipe of a training', () => {
  it('is sentences whose numbers can be changed, and starts with those that stand there', async () => {
    await place.openForm();
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
    await place.openForm();
    await fireEvent.click(screen.getByRole('radio', { name: /^Best/ }));
    await type('Epochs', 5);
    await fireEvent.click(screen.getByRole('radio', { name: /^Quick/ }));
    expect(screen.getByLabelText('Epochs')).toHaveProperty('value', '30');
    await fireEvent.click(screen.getByRole('radio', { name: /^Best/ }));
    expect(screen.getByLabelText('Epochs')).toHaveProperty('value', '5');
  });

  it('tells how long it takes once that was measured, until a number that matters changes', async () => {
    await place.openForm();
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
    place.runs = [run(FIRST, 'Older', 'best', 'cancelled')];
    await place.openForm();
    await fireEvent.click(screen.getByRole('radio', { name: /^Transfer/ }));
    const measure = async (): Promise<void> => {
      place.measured = new Promise((_, reject) => {
        place.stopMeasuring = () => {
          reject(new FailureError('cancelled', 'The measuring was stopped.', 'Start it again to go on.'));
        };
      });
      await fireEvent.click(await screen.findByRole('button', { name: 'Measure how long it takes' }));
      await screen.findByText('Measuring a few steps…');
    };
    const stops = (): number => place.main.asked.filter(({ name }) => name === 'training.stopMeasuring').length;
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
    await place.openForm();
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
    await place.openForm();
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
    await place.openForm();
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
    await place.openForm();
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
