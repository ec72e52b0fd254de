import { render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { settingsSchema, type Settings } from '#shared/domain/settings';
import SettingsView from '../../renderer/src/features/settings/SettingsView.svelte';

it('offers to look at each cell once or more ways, with what that costs, and asks for nothing else to be changed', async () => {
  const changes: Partial<Settings>[] = [];
  const { rerender } = render(SettingsView, {
    settings: settingsSchema.parse({ reviewer: 'Ada' }),
    device: null,
    app: null,
    onsettings: (change: Partial<Settings>) => changes.push(change),
  });
  const looks = screen.getByRole('radiogroup', { name: 'Looks at each cell' });
  const chosen = (): string[] =>
    [...looks.querySelectorAll('label')].filter((each) => each.querySelector('input')?.checked).map(textOf);
  expect([...looks.querySelectorAll('label')].map(textOf)).toEqual(['Once', '2 ways', '4 ways', '8 ways']);
  expect(chosen()).toEqual(['Once']);
  expect(described(looks)).toContain('as it is: the fastest');

  screen.getByRole('radio', { name: '8 ways' }).click();
  expect(changes).toEqual([{ views: 8 }]);
  await rerender({ settings: settingsSchema.parse({ views: 8 }) });
  expect(chosen()).toEqual(['8 ways']);
  expect(described(looks)).toContain('about 8 times as slow');
});

it('offers the precision of batches to come, and says when results may differ', () => {
  const changes: Partial<Settings>[] = [];
  render(SettingsView, {
    settings: settingsSchema.parse({}),
    device: null,
    app: null,
    onsettings: (change: Partial<Settings>) => changes.push(change),
  });
  const precision = screen.getByRole('radiogroup', { name: 'Precision' });
  expect([...precision.querySelectorAll('label')].map(textOf)).toEqual(['Automatic', 'float32', 'bfloat16']);
  expect(described(precision)).toContain('choose float32 for the same results on every machine');
  screen.getByRole('radio', { name: 'float32' }).click();
  expect(changes).toEqual([{ precision: 'float32' }]);
});

function textOf(element: Element): string {
  return element.textContent.trim();
}

/** What a screen reader adds to the name of an element. */
function described(element: Element): string {
  return textOf(document.getElementById(element.getAttribute('aria-describedby') ?? '') ?? element).replace(
    /\s+/g,
    ' ',
  );
}
