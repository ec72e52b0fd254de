import type { ReviewDecision } from '#shared/domain/cell';
import { STANDARD_CLASSES } from '#shared/domain/cellClass';
import type { CommandId } from '#shared/ipc/commands';

/** What a command decides on the selected cells; null if it is no decision. */
export function decisionOf(command: CommandId): ReviewDecision | null {
  if (command === 'review.unidentified') return { kind: 'unidentified' };
  if (command === 'review.confirm') return { kind: 'confirm' };
  const key = /^review\.class(\d)$/.exec(command)?.[1];
  const cellClass = key === undefined ? undefined : STANDARD_CLASSES[Number(key) - 1];
  return cellClass ? { kind: 'class', classId: cellClass.id } : null;
}
