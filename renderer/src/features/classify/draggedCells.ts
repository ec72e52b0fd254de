/** Marks a drag of cells within the window, as against files dragged in from outside. */
const DRAGGED_CELLS = 'application/x-smearscope-cells';

/** Makes a drag carry the selected cells. */
export function dragCells(transfer: DataTransfer | null): void {
  if (!transfer) return;
  transfer.effectAllowed = 'move';
  transfer.setData(DRAGGED_CELLS, 'selection');
}

/** Whether what is dragged is cells of this window. */
export function carriesCells({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes(DRAGGED_CELLS) ?? false;
}
