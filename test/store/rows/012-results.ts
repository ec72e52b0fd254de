/** The results of the first batch were not written yet. */
export const resultRows = `
update batch set results_due = 1 where id = '6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
`;
