/** How a person said that a run's folder is meant, where the names of its folders do not tell. */
export const reading = `
alter table run add column reading text not null default '{"joinClasses":false,"classLevel":null}';
`;
