import type { QuickEvent } from '#shared/compute/protocol';

/** Reports what is questionable in the images, before they are learned from. */
export function reportFindings(
  tell: (event: Extract<QuickEvent, { kind: 'notice' }>) => void,
  findings: readonly string[],
): void {
  for (const message of findings) {
    const hint = 'The training goes on; stop it to mend the images first. The card of the model says this too.';
    tell({ kind: 'notice', failure: { code: 'questionable-data', message, hint } });
  }
}
