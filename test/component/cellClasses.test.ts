import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../../renderer/src/App.svelte';
import { standInDialogs } from '../support/dialog';
import { FakeMain } from '../support/fakeMain';
import { standInLayout } from '../support/layout';
import { modelOf } from '../support/modelOf';

let main: FakeMain;

beforeEach(() => {
  standInLayout();
  main = new FakeMain();
  Object.defineProperty(window, 'smearscope', { configurable: true, value: main.bridge });
  standInDialogs();
});

const key = (target: Element, name: string): boolean =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
const gallery = (): HTMLElement => screen.getByRole('listbox', { name: /^Cells/ });
const cells = (): string[] =>
  within(gallery())
    .getAllByRole('option')
    .map((each) => each.getAttribute('aria-label')?.split(',')[0] ?? '');
const tabs = (): string[] =>
  within(screen.getByRole('group', { name: 'Classes' }))
    .getAllByRole('button')
    .map((each) => each.getAttribute('aria-label') ?? each.textContent.trim());
async function shown(...classIds: (string | null)[]): Promise<void> {
  main.addCells(classIds.map((classId, index) => [classId, 0.6 + index / 100]));
  render(App);
  await screen.findByRole('listbox', { name: /^Cells/ });
}
async function find(text: string): Promise<HTMLElement> {
  key(gallery(), 'c');
  const field = await screen.findByRole('combobox', { name: 'Find a class' });
  await fireEvent.input(field, { target: { value: text } });
  return field;
}

describe('a person can assign', () => {
  it('a class that no key sets and no cell has, by its code and without the mouse', async () => {
    await shown('neutrophil', 'lymphocyte');
    key(await find('bla'), 'Enter');
    await waitFor(() => {
      expect(cells()).toEqual(['Blast', 'Lymphocyte']);
    });
    expect(screen.queryByRole('combobox')).toBeNull();
    expect(tabs()).toEqual(['All 2', 'Lymphocyte, 1 cells', 'Blast, 1 cells', 'Unidentified, 0 cells', '16 more']);
  });

  it('a class of the model that the slide has no cell of and nobody defined', async () => {
    main.models = [modelOf('starter', ['neutrophil', 'stranger'], true)];
    await shown('neutrophil');
    const field = await find('');
    await waitFor(() => {
      expect(within(screen.getByRole('dialog')).getAllByRole('option')).toHaveLength(19);
    });
    key(field, 'ArrowUp');
    for (let step = 0; step < 30; step++) key(field, 'ArrowDown');
    await waitFor(() => {
      expect(within(screen.getByRole('dialog')).getByRole('option', { selected: true }).textContent).toContain(
        'Stranger',
      );
    });
    key(field, 'Enter');
    await waitFor(() => {
      expect(cells()).toEqual(['Stranger']);
    });
  });

  it('by a key what the classes say that the key sets', async () => {
    await shown('neutrophil', 'lymphocyte');
    await window.smearscope.call('class.save', {
      changes: [{ id: 'blast', name: 'Blast', code: 'BLA', colour: '#227700', role: 'white', parentId: null, key: 6 }],
    });
    key(gallery(), '6');
    await waitFor(() => {
      expect(cells()).toEqual(['Blast', 'Lymphocyte']);
    });
  });
});

describe('a slide of classes that nobody defined', () => {
  it('is shown whole, also where names differ by case or a space only', async () => {
    await shown('neutrophil', 'Neutrophil', 'neutrophil ', 'NEUTROPHIL', null);
    expect(cells()).toHaveLength(5);
    expect(tabs().filter((name) => /neutrophil/i.test(name))).toHaveLength(4);
    await fireEvent.click(screen.getByRole('button', { name: 'Class' }));
    expect(cells()).toHaveLength(5);
  });

  it('says that their cells are in no percentage, asks what they are, and counts them from then on', async () => {
    await shown('neutrophil', 'stranger', 'stranger', 'Lymphocyte');
    const panel = screen.getByRole('region', { name: 'Differential' });
    expect(panel.textContent.replace(/\s+/g, ' ')).toContain(
      '3 cells are in no percentage: it is not known what Lymphocyte, stranger counts as.',
    );
    expect(within(panel).getAllByText(/role not known/)).toHaveLength(2);
    await fireEvent.click(within(panel).getByRole('button', { name: 'Say what they are…' }));
    const dialog = await screen.findByRole('dialog');
    const save = within(dialog).getByRole('button', { name: 'Save' });
    expect(save).toHaveProperty('disabled', true);
    // The other spelling of a class is offered as a subtype of it.
    expect(within(dialog).getByLabelText('Parent of Lymphocyte')).toHaveProperty('value', 'lymphocyte');
    expect(within(dialog).getByLabelText('Code of stranger')).toHaveProperty('value', 'STRA');
    await fireEvent.change(within(dialog).getByLabelText('Role of stranger'), { target: { value: 'white' } });
    await fireEvent.input(within(dialog).getByLabelText('Code of stranger'), { target: { value: 'neu' } });
    expect(dialog.textContent).toContain('"Neutrophil" and "Stranger" have the same code.');
    await fireEvent.input(within(dialog).getByLabelText('Code of stranger'), { target: { value: 'STR' } });
    await fireEvent.click(save);
    await waitFor(() => {
      expect(panel.textContent).not.toContain('not known');
    });
    expect(panel.textContent.replace(/\s+/g, ' ')).toMatch(/STR Stranger 2 50\.0 %/);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('is named with what is outside the percentages', async () => {
    await shown('platelet', 'giant_platelet', 'smudge_cell', 'stranger');
    const panel = screen.getByRole('region', { name: 'Differential' });
    expect(panel.textContent.replace(/\s+/g, ' ')).toMatch(
      /PLT seen 2 ?SMU Smudge cell 1 ?GPLT Giant platelet, in platelets 1 ?STRA\? Stranger, role not known 1 ?\? unidentified 0 ?White cells counted 0/,
    );
  });
});

it('subtypes are listed below their parent, which counts them', async () => {
  await shown('neutrophil', 'band', 'band', 'lymphocyte');
  const panel = screen.getByRole('region', { name: 'Differential' });
  const subtypes = within(panel).getByRole('list', { name: 'Subtypes of Neutrophil' });
  expect(subtypes.textContent.replace(/\s+/g, ' ')).toMatch(/BAND Band neutrophil 2 50\.0 %/);
  expect(panel.textContent.replace(/\s+/g, ' ')).toMatch(/NEU Neutrophil 3 75\.0 %/);
});

it('a model goes live only once it is said what its classes count as', async () => {
  main.models = [modelOf('starter', ['neutrophil', 'lymphocyte'], true), modelOf('ours', ['neutrophil', 'hairy cell'])];
  await shown('neutrophil');
  await fireEvent.click(screen.getByRole('button', { name: 'Models' }));
  await fireEvent.click(await screen.findByRole('button', { name: /^The model ours/ }));
  await fireEvent.click(screen.getByRole('button', { name: 'Make live' }));
  const dialog = await screen.findByRole('dialog', { name: 'What do these classes count as?' });
  expect(main.models.find(({ live }) => live)?.id).toBe('starter');
  await fireEvent.change(within(dialog).getByLabelText('Role of hairy cell'), { target: { value: 'white' } });
  await fireEvent.click(within(dialog).getByRole('button', { name: 'Save and make live' }));
  await waitFor(() => {
    expect(main.models.find(({ live }) => live)?.id).toBe('ours');
  });
});

it('a laboratory adds a class of its own in Settings, with a colour and a code that no other has', async () => {
  await shown('neutrophil');
  await fireEvent.click(screen.getByRole('button', { name: 'Settings' }));
  await fireEvent.click(screen.getByRole('button', { name: 'Edit classes…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Classes' });
  await fireEvent.input(within(dialog).getByLabelText('Name of a new class'), { target: { value: 'Blastoid cell' } });
  await fireEvent.click(within(dialog).getByRole('button', { name: 'Add' }));
  await fireEvent.change(within(dialog).getByLabelText('Role of blastoid cell'), { target: { value: 'white' } });
  await fireEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
  await fireEvent.click(screen.getByRole('button', { name: 'Classify' }));
  key(await find('blastoid'), 'Enter');
  await waitFor(() => {
    expect(cells()).toEqual(['Blastoid cell']);
  });
});
