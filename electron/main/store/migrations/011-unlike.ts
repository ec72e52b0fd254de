/** Why the model found a cell unfamiliar, as a JSON array; empty in cells of before, of which it is not known. */
export const unlike = `
alter table cell add column unlike text not null default '[]' check (json_valid(unlike));
`;
