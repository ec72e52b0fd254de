import { createEvent, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../../renderer/src/App.svelte';
import { settingsSchema } from '#shared/domain/settings';
import { standInDialogs } from '../support/dialog';
import { FakeMain } from '../support/fakeMain';
import { standInLayout } from '../support/layout';

let main: FakeMain;

beforeEach(() => {
  standInLayout();
  main = new FakeMain();
  Object.defineProperty(window, 'smearscope', { configurable: true, value: main.bridge });
  standInDialogs();
});

function press(key: string, modifiers: KeyboardEventInit = {}): void {
  screen
    .getByRole('listbox')
    .dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...modifiers }));
}

const labelsOf = (options: HTMLElement[]): string[] => options.map((each) => each.getAttribute('aria-label') ?? '');
const labels = (): string[] => labelsOf(screen.getAllByRole('option'));
const selected = (): string[] => labelsOf(screen.getAllByRole('option', { selected: true }));

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

  it('gives each key of a fast hand to the next cell', async () => {
    main.addCells([
      ['neutrophil', 0.6],
      ['neutrophil', 0.7],
      ['neutrophil', 0.8],
    ]);
    render(App);
    await screen.findAllByRole('option');
    press('2');
    press('3');
    await waitFor(() => {
      expect(labels().map((label) => label.split(',')[0])).toEqual(['Lymphocyte', 'Monocyte', 'Neutrophil']);
    });
    expect(screen.getAllByRole('option')[2]?.getAttribute('aria-selected')).toBe('true');
  });

  it('goes on within a class whose cells leave it as they are corrected', async () => {
    main.addCells([
      ['neutrophil', 0.6],
      ['neutrophil', 0.7],
      ['neutrophil', 0.8],
    ]);
    render(App);
    await screen.findAllByRole('option');
    screen.getByRole('button', { name: 'Neutrophil, 3 cells' }).click();
    press('2');
    press('2');
    await waitFor(() => {
      expect(labels()).toEqual([expect.stringMatching(/^Neutrophil, confidence 0.80/)]);
    });
    expect(screen.getByRole('option').getAttribute('aria-selected')).toBe('true');
  });

  it('comes back to the cell whose decision was refused', async () => {
    main.addCells([
      ['neutrophil', 0.6],
      ['neutrophil', 0.7],
    ]);
    render(App);
    await screen.findAllByRole('option');
    main.failNext = { code: 'disk-full', message: 'The disk is full.', hint: 'Free some space.' };
    press('2');
    expect((await screen.findByRole('alert')).textContent).toContain('The disk is full. Free some space.');
    expect(selected()).toEqual([expect.stringMatching(/^Neutrophil, confidence 0.60/)]);
  });

  it('asks for the reviewer’s name once, before the first decision, and takes no name for an answer', async () => {
    main.settings = settingsSchema.parse({});
    main.addCells([
      ['neutrophil', 0.6],
      ['neutrophil', 0.7],
    ]);
    render(App);
    await screen.findAllByRole('option');
    press('2');
    const dialog = await screen.findByRole('dialog', { name: 'Who reviews these cells?' });
    expect(document.activeElement?.id).toBe('reviewer-name');
    expect(main.decisions).toBe(0);
    within(dialog).getByRole('button', { name: /^Skip/ }).click();
    await waitFor(() => {
      expect(labels()[0]).toMatch(/^Lymphocyte, .*corrected/);
    });
    expect(main.settings).toMatchObject({ reviewer: '', reviewerAsked: true });
    press('3');
    await waitFor(() => {
      expect(labels()[1]).toMatch(/^Monocyte, .*corrected/);
    });
    expect(main.decisions).toBe(2);
  });

  it('decides one cell by a key that is held', async () => {
    main.addCells([
      ['neutrophil', 0.6],
      ['neutrophil', 0.7],
    ]);
    render(App);
    await screen.findAllByRole('option');
    press('2');
    press('2', { repeat: true });
    await waitFor(() => {
      expect(labels().map((label) => label.split(',')[0])).toEqual(['Lymphocyte', 'Neutrophil']);
    });
    expect(main.decisions).toBe(1);
  });

  it('offers undo only when there is something to undo', async () => {
    main.addCells([['neutrophil', 0.6]]);
    render(App);
    await screen.findAllByRole('option');
    const undo = screen.getByRole<HTMLButtonElement>('button', { name: 'Undo' });
    expect(undo.disabled).toBe(true);
    press('2');
    await waitFor(() => {
      expect(undo.disabled).toBe(false);
    });
  });

  it('grows the selection with Shift and the arrows, and shrinks it on the way back', async () => {
    main.addCells([0.5, 0.6, 0.7, 0.8].map((confidence) => ['neutrophil', confidence] as const));
    render(App);
    await screen.findAllByRole('option');
    press('ArrowRight');
    press('ArrowRight', { shiftKey: true });
    press('ArrowRight', { shiftKey: true });
    await waitFor(() => {
      expect(selected()).toHaveLength(3);
    });
    press('ArrowLeft', { shiftKey: true });
    await waitFor(() => {
      expect(selected().map((label) => /0\.\d+/.exec(label)?.[0])).toEqual(['0.60', '0.70']);
    });
    press('3');
    await waitFor(() => {
      expect(labels().map((label) => label.split(',')[0])).toEqual([
        'Neutrophil',
        'Monocyte',
        'Monocyte',
        'Neutrophil',
      ]);
    });
  });

  it('puts the cells of each class under its heading, and a corrected one under its new heading', async () => {
    main.addCells([
      ['lymphocyte', 0.9],
      ['neutrophil', 0.8],
      ['neutrophil', 0.6],
    ]);
    render(App);
    await screen.findAllByRole('option');
    screen.getByRole('button', { name: 'Class' }).click();
    await within(screen.getByRole('listbox')).findByText('Neutrophil');
    expect(labels().map((label) => label.split(',')[0])).toEqual(['Neutrophil', 'Neutrophil', 'Lymphocyte']);
    press('2');
    await waitFor(() => {
      expect(labels().map((label) => label.split(',').slice(0, 2).join())).toEqual([
        'Neutrophil, confidence 0.80',
        'Lymphocyte, confidence 0.90',
        'Lymphocyte, confidence 0.60',
      ]);
    });
    expect(selected()).toEqual([expect.stringMatching(/^Neutrophil/)]);
    press('3');
    const list = within(screen.getByRole('listbox'));
    await list.findByText('Monocyte');
    expect(list.queryByText('Neutrophil')).toBeNull();
    expect(labels().map((label) => label.split(',')[0])).toEqual(['Lymphocyte', 'Lymphocyte', 'Monocyte']);
  });

  it('takes cells dragged to a class, and leaves files that are dropped there to the window', async () => {
    main.addCells([['neutrophil', 0.6]]);
    render(App);
    await screen.findAllByRole('option');
    const drag = async (kind: 'dragEnter' | 'drop', name: string, types: string[]): Promise<void> => {
      const target = screen.getByRole('button', { name });
      const event = createEvent[kind](target);
      Object.defineProperty(event, 'dataTransfer', { value: { types, files: [] } });
      await fireEvent(target, event);
    };
    // Classes without cells are shown once cells are dragged over their number.
    expect(screen.queryByRole('button', { name: 'Monocyte, 0 cells' })).toBeNull();
    await drag('dragEnter', '17 more', ['application/x-smearscope-cells']);
    await drag('drop', 'Monocyte, 0 cells', ['Files']);
    expect(labels()[0]).toMatch(/^Neutrophil, .*classified/);
    await drag('drop', 'Blast, 0 cells', ['application/x-smearscope-cells']);
    await waitFor(() => {
      expect(labels()[0]).toMatch(/^Blast, .*corrected/);
    });
  });

  it('changes no cell by a key that is pressed over the list of keys', async () => {
    main.addCells([['neutrophil', 0.6]]);
    render(App);
    await screen.findAllByRole('option');
    press('?');
    await screen.findByText('Move; with Shift the selection grows');
    press('2');
    await screen.findByRole('option', { name: /^Neutrophil, .*classified/ });
    expect(main.decisions).toBe(0);
  });

  it('confirms with Enter in the large view of a cell', async () => {
    main.addCells([['neutrophil', 0.6]]);
    render(App);
    await screen.findAllByRole('option');
    press(' ');
    await screen.findByText('No person has looked at this cell yet.');
    const focused = document.activeElement;
    expect(focused?.matches('button')).toBe(false);
    focused?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    await screen.findByRole('option', { name: /^Neutrophil, .*confirmed/, hidden: true });
  });

  it('has the focus at once, and keeps it when a cell is pressed', async () => {
    main.addCells([['neutrophil', 0.6]]);
    render(App);
    const option = await screen.findByRole('option');
    await waitFor(() => {
      expect(document.activeElement).toBe(screen.getByRole('listbox'));
    });
    option.focus();
    expect(document.activeElement).toBe(screen.getByRole('listbox'));
  });

  it('loses no cell that arrives while the list of the slide is on its way', async () => {
    main.addCells([['neutrophil', 0.6]]);
    main.beforeCellsAreHeard = () => {
      main.arrive([['monocyte', 0.31]]);
    };
    render(App);
    await waitFor(() => {
      expect(labels().map((label) => label.split(',')[0])).toEqual(['Monocyte', 'Neutrophil']);
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

  it('says which cells are unlike what the model learned from, and warns of a slide that has many, until a person looked', async () => {
    main.addCells([...Array.from({ length: 6 }, () => ['neutrophil', 0.9] as const), [null, 0.99, true]]);
    render(App);
    const panel = await screen.findByRole('region', { name: 'Differential' });
    await screen.findAllByRole('option');
    expect(labels()[0]).toMatch(/^unidentified, .*unidentified, unlike what the model learned from/);
    expect(within(panel).getByText(/^1 cell is unlike those that the model learned from/)).toBeTruthy();
    screen.getAllByRole('option')[0]?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    expect(await screen.findByText(/its probabilities mean little/)).toBeTruthy();
    press('2');
    await waitFor(() => {
      expect(within(panel).queryByText(/unlike those that the model learned from/)).toBeNull();
    });
  });

  it('draws only what is in view of 20,000 cells', async () => {
    main.addCells(Array.from({ length: 20_000 }, (_, index) => ['platelet', (index % 1000) / 1000] as const));
    render(App);
    await screen.findAllByRole('option');
    expect(screen.getAllByRole('option').length).toBeLessThan(200);
  });
});

it('says by how many views of each cell a batch is classified, where that is more than one', async () => {
  main.views = 8;
  main.addCells([['neutrophil', 0.6]]);
  render(App);
  (await screen.findByRole('option')).dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
  expect((await screen.findByText(/^Starter/)).textContent).toContain('Starter, mean of 8 views');
  expect(within(screen.getByRole('navigation', { name: 'Batches and slides' })).getByText(/, 8 views/)).toBeTruthy();
});

it('says in words what failed, and what to do', async () => {
  main.failNext = { code: 'disk-full', message: 'The disk is full.', hint: 'Free some space.' };
  render(App);
  (await screen.findByText('Try it on a sample slide')).click();
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('The disk is full. Free some space.');
});

it('says how many files were passed over, and why', async () => {
  main.addCells([['neutrophil', 0.99]]);
  main.passedOver = [
    { what: 'file in @eaDir', reason: 'thumbnails of a NAS', count: 6, isLeast: false },
    { what: '.txt file', reason: 'not an image', count: 1, isLeast: false },
  ];
  render(App);
  await fireEvent.click(await screen.findByRole('button', { name: '7 passed over' }));
  await screen.findByText('6 files in @eaDir (thumbnails of a NAS)');
  screen.getByText('1 .txt file (not an image)');
});
