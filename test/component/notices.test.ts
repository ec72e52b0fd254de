import { fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { notices } from '../../renderer/src/lib/notices.svelte';
import NoticeList from '../../renderer/src/ui/NoticeList.svelte';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(1000 * seconds);
const shown = (): (string | null)[] => notices.list.map(({ message }) => message);

it('notices leave by themselves, errors later, and none while it is pointed at', async () => {
  render(NoticeList);
  notices.tell('Saved.');
  notices.fail({ code: 'disk-full', message: 'The disk is full.', hint: 'Free some space.' });
  await pass(7);
  expect(shown()).toEqual(['Saved.', 'The disk is full.']);
  await pass(2);
  expect(shown()).toEqual(['The disk is full.']);
  await fireEvent.pointerEnter(screen.getByRole('alert'));
  await pass(60);
  expect(shown()).toEqual(['The disk is full.']);
  await fireEvent.pointerLeave(screen.getByRole('alert'));
  await pass(29);
  expect(shown()).toEqual(['The disk is full.']);
  await pass(2);
  expect(shown()).toEqual([]);
});

it('what is said again stays for its whole time again, once', async () => {
  notices.tell('There is nothing to undo.');
  await pass(6);
  notices.tell('There is nothing to undo.');
  await pass(6);
  expect(shown()).toEqual(['There is nothing to undo.']);
  await pass(3);
  expect(shown()).toEqual([]);
});
