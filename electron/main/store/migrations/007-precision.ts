/** Precision that a batch is classified in. Null where it is not chosen yet, and in batches of before, of which it is not known. */
export const precision = `
alter table batch add column precision text check (precision in ('float32', 'bfloat16'));
`;
