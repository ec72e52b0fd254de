/** The batch that was stopped before its folder was read is in bfloat16, as a person chose. */
export const precisionRows = `
update batch set precision = 'bfloat16' where name = 'ward 4';
`;
