import { expect } from 'vitest';
import type { App, View } from './app';

export const WIDE: View = { width: 1440, height: 900, zoom: 1 };
const SMALL: View = { width: 1024, height: 720, zoom: 1 };
export const ZOOMED: View = { width: 1440, height: 900, zoom: 2 };

/** Pictures of a place in both themes and every size, without a violation of axe and with nothing wider than the window. */
export async function tour(app: App, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await app.window.emulateMedia({ colorScheme });
    await app.screenshot(`${name}-${colorScheme}`);
    expect(await app.violations(), `${name}, ${colorScheme}`).toEqual([]);
  }
  for (const [size, view] of Object.entries({ small: SMALL, zoomed: ZOOMED })) {
    await app.resize(view);
    await app.screenshot(`${name}-${size}`);
    expect(await app.cutOff(), `${name}, ${size}`).toEqual([]);
  }
  await app.resize(WIDE);
}
