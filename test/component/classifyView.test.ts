import { render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../../renderer/src/App.svelte';
import { FakeMain } from '../support/fakeMain';
import { standInLayout } from '../support/layout';

let main: FakeMain;

beforeEach(() => {
  standInLayout();
  main = new FakeMain();
  Object.defineProperty(window, 'smearscope', { configurable: true, value: main.bridge });
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
});

function press(key: string): void {
  screen.getByRole('listbox').dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}

const labels = (): string[] => screen.getAllByRole('option').map((each) => each.getAttribute('aria-label') ?? '');

describe('the gallery', () => {
  it('begins with the most doubtful cell, selected, so that the keyboard works at once', async () => {
    main.addCells([
      ['neutrophil', 0.99],
      ['lymphocyte', 0.61],
      [null, 0.4],
    ]);
    render(App);
    const options = await screen.findAllByRole('option');
    expect(labels().map((label) => label.split(',')[0])).toEqual(['unidentified', 'Lymphocyte', 'Neutrophil']);
    expect(options[0]?.getAttribute('aria-selected')).toBe('true');
  });

  it('sets a class by its key and goes on to the next cell; undo brings it back', async () => {
    main.addCells([
      ['neutrophil', 0.6],
      ['neutrophil', 0.7],
    ]);
    render(App);
    await screen.findAllByRole('option');
    press('2');
    await waitFor(() => {
      expect(labels()[0]).toMatch(/^Lymphocyte, .*corrected/);
    });
    expect(screen.getAllByRole('option')[1]?.getAttribute('aria-selected')).toBe('true');
    press('z');
    await waitFor(() => {
      expect(labels()[0]).toMatch(/^Neutrophil, .*classified/);
    });
  });

  it('lets cells that arrive join at the end once a person is at work, until asked to sort', async () => {
    main.addCells([
      ['neutrophil', 0.6],
      ['neutrophil', 0.7],
    ]);
    render(App);
    await screen.findAllByRole('option');
    press('ArrowRight');
    main.arrive([['monocyte', 0.31]]);
    await screen.findByText(/1 new at the end/);
    expect(labels().map((label) => label.split(',')[0])).toEqual(['Neutrophil', 'Neutrophil', 'Monocyte']);
    screen.getByText(/Sort again/).click();
    await waitFor(() => {
      expect(labels()[0]).toMatch(/^Monocyte/);
    });
  });

  it('shows the differential with its exact limits, live', async () => {
    main.addCells([
      ...Array.from({ length: 80 }, () => ['neutrophil', 0.9] as const),
      ...Array.from({ length: 20 }, () => ['lymphocyte', 0.9] as const),
    ]);
    render(App);
    const panel = await screen.findByRole('region', { name: 'Differential' });
    expect(within(panel).getByText('80.0 %')).toBeTruthy();
    expect(within(panel).getByText(/12\.7 – 29\.2/)).toBeTruthy();
    await screen.findAllByRole('option');
    press('7');
    await waitFor(() => {
      expect(within(panel).getByText('99', { selector: '.total' })).toBeTruthy();
    });
  });

  it('draws only what is in view of 20,000 cells', async () => {
    main.addCells(Array.from({ length: 20_000 }, (_, index) => ['platelet', (index % 1000) / 1000] as const));
    render(App);
    await screen.findAllByRole('option');
    expect(screen.getAllByRole('option').length).toBeLessThan(200);
  });
});

it('says in words what failed, and what to do', async () => {
  main.failNext = { code: 'disk-full', message: 'The disk is full.', hint: 'Free some space.' };
  render(App);
  (await screen.findByText('Try it on a sample slide')).click();
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('The disk is full. Free some space.');
});
