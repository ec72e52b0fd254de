/** Whether the model found a cell unlike anything that it learned from. */
export const unfamiliar = `
alter table cell add column unfamiliar integer not null default 0 check (unfamiliar in (0, 1));
`;
