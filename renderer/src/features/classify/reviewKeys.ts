import type { ReviewDecision } from '#shared/domain/cell';
import type { CommandId } from '#shared/ipc/commands';
import { cellClasses } from '../../lib/cellClasses.svelte';

/** What a command decides on the selected cells; null if it is no decision. */
export function decisionOf(command: CommandId): ReviewDecision | null {
  if (command === 'review.unidentified') return { kind: 'unidentified' };
  if (command === 'review.confirm') return { kind: 'confirm' };
  const cellClass = cellClasses.ofCommand(command);
  return cellClass ? { kind: 'class', classId: cellClass.id } : null;
}
