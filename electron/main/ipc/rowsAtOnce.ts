/** Cells, or predictions, in one answer: main is busy with one for some milliseconds, and free for others between two. */
export const ROWS_AT_ONCE = 2000;
