/** What a job at work was asked to do. */
export const jobs = `
alter table batch add column stopping text check (stopping in ('pause', 'cancel'));
alter table run add column stopping text check (stopping in ('pause', 'cancel'));
`;
