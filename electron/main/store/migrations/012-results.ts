/** Whether a batch's results are still to be written where a command was asked to write them. */
export const results = `
alter table batch add column results_due integer not null default 0 check (results_due in (0, 1));
`;
