import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright';

declare global {
  interface Window {
    /** What the script of axe leaves in a page. */
    readonly axe?: typeof axe;
  }
}

/** Runs axe in the page; gives a line for each violation: rule, help and the elements. */
export async function axeViolations(page: Page): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated by the debugger, so the page's policy needs no exception.
  await page.evaluate(source);
  const results = await page.evaluate(() => window.axe?.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }));
  if (!results) throw new Error('The script of axe left nothing in the page.');
  return results.violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')})`,
  );
}
