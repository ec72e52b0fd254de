import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { evaluate } from '#models/evaluation/evaluate';
import { modelIdSchema } from '#shared/domain/ids';
import { predictionSchema, type Prediction } from '#shared/domain/prediction';
import JudgedModel from '../../renderer/src/ui/JudgedModel.svelte';
import { standInDialogs } from '../support/dialog';
import { FakeBridge } from '../support/fakeBridge';
import { standInLayout } from '../support/layout';

const MODEL = modelIdSchema.parse('ours');
const CLASSES = ['lymphocyte', 'monocyte', 'neutrophil'];
/** Of each image: what it is, what it was called, and how probable that was. */
const IMAGES: readonly (readonly [truth: string, predicted: string, probability: number])[] = [
  ['lymphocyte', 'lymphocyte', 0.99],
  ['lymphocyte', 'lymphocyte', 0.51],
  ['lymphocyte', 'monocyte', 0.6],
  ['lymphocyte', 'monocyte', 0.9],
  ['monocyte', 'monocyte', 0.8],
  ['neutrophil', 'neutrophil', 0.8],
];

const evaluation = evaluate({
  classIds: CLASSES,
  truth: IMAGES.map(([truth]) => CLASSES.indexOf(truth)),
  probabilities: Float32Array.from(
    IMAGES.flatMap(([, predicted, probability]) =>
      CLASSES.map((id) => (id === predicted ? probability : (1 - probability) / 2)),
    ),
  ),
  threshold: 0,
  unfamiliar: IMAGES.map(() => false),
});

const predictions: readonly Prediction[] = IMAGES.map(([truth, predicted, probability], index) =>
  predictionSchema.parse({ id: index + 1, path: `${truth}/cell ${String(index)}.jpg`, truth, predicted, probability }),
);

/** Predictions in one answer of main. */
const PORTION = 1;

async function open(hasPredictions = true): Promise<FakeBridge> {
  const main = new FakeBridge({
    'model.hasPredictions': () => hasPredictions,
    'model.predictions': ({ truth, predicted, after }) => {
      const behind = predictions.filter((each) => each.truth === truth && each.predicted === predicted);
      const rest = behind.filter(({ id }) => id > (after ?? 0));
      return { predictions: rest.slice(0, PORTION), more: rest.length > PORTION };
    },
  });
  Object.defineProperty(window, 'smearscope', { configurable: true, value: main.bridge });
  render(JudgedModel, { evaluation, modelId: MODEL });
  await waitFor(() => {
    expect(main.asked).toHaveLength(1);
  });
  return main;
}

beforeEach(() => {
  standInLayout();
  standInDialogs();
});

const MISTAKEN = '2 of class lymphocyte called monocyte: show the images';
const labels = (): (string | null)[] => screen.getAllByRole('option').map((each) => each.getAttribute('aria-label'));

describe('a confusion matrix', () => {
  it('opens the images behind a cell, the surest mistakes first, with file and probability', async () => {
    await open();
    await fireEvent.click(await screen.findByRole('button', { name: MISTAKEN }));
    const dialog = await screen.findByRole('dialog', { name: 'Lymphocyte called monocyte' });
    await waitFor(() => {
      expect(labels()).toEqual(['cell 3.jpg, probability 90.0 %', 'cell 2.jpg, probability 60.0 %']);
    });
    within(dialog).getByText('lymphocyte/cell 3.jpg');
    expect(document.activeElement).toBe(within(dialog).getByRole('listbox'));
    await fireEvent.keyDown(within(dialog).getByRole('listbox'), { key: 'ArrowRight' });
    within(dialog).getByText('lymphocyte/cell 2.jpg');
  });

  it('shows what was called right with the least certain first', async () => {
    await open();
    await fireEvent.click(await screen.findByRole('button', { name: /^2 of class lymphocyte called lymphocyte/ }));
    await waitFor(() => {
      expect(labels()).toEqual(['cell 1.jpg, probability 51.0 %', 'cell 0.jpg, probability 99.0 %']);
    });
  });

  it('is one stop of the tab key, and its arrows go over cells without images', async () => {
    await open();
    const buttons = await screen.findAllByRole('button');
    expect(buttons.filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
    const [neutrophils] = buttons;
    neutrophils?.focus();
    // In report order neutrophils stand first: nothing else is in their row, nor in their column.
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'ArrowRight' });
    expect(document.activeElement).toBe(neutrophils);
    const mistaken = screen.getByRole('button', { name: MISTAKEN });
    mistaken.focus();
    await fireEvent.keyDown(mistaken, { key: 'ArrowDown' });
    expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^1 of class monocyte called monocyte/);
    await waitFor(() => {
      expect(document.activeElement).toHaveProperty('tabIndex', 0);
    });
  });

  it('says of an image whose file is gone that it is', async () => {
    await open();
    await fireEvent.click(await screen.findByRole('button', { name: /called neutrophil/ }));
    const option = await screen.findByRole('option');
    const picture = option.querySelector('img');
    expect(picture?.getAttribute('src')).toBe(`cell-image://predicted/${String(predictions.length)}`);
    if (picture) await fireEvent.error(picture);
    within(option).getByText('File gone or changed');
  });

  it('is numbers only where it is not known what the model called each image', async () => {
    await open(false);
    expect(screen.queryByRole('button')).toBeNull();
    expect(screen.queryByText(/Choose a number/)).toBeNull();
  });
});
