/** How many views of each image a batch is classified by (test-time augmentation): one, until now. */
export const views = `
alter table batch add column views integer not null default 1 check (views in (1, 2, 4, 8));
`;
