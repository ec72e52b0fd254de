import { FIRST_CLASSES } from '#shared/domain/standardClasses';

/** What classes mean, which a laboratory can change; until now a fixed list of eight. */
export const classes = `
create table class_definition (
  id text primary key,
  name text not null,
  code text not null,
  colour text not null,
  role text not null check (role in ('white', 'erythroblast', 'platelet', 'other')),
  parent_id text references class_definition (id),
  key integer unique check (key between 1 and 8),
  origin text not null check (origin in ('standard', 'offered', 'own')),
  position integer not null unique
) strict;
create unique index class_definition_by_code on class_definition (code collate nocase);
create unique index class_definition_by_colour on class_definition (colour collate nocase);
insert into class_definition (id, name, code, colour, role, parent_id, key, origin, position) values
${FIRST_CLASSES.map(
  ({ id, name, code, colour, role, parentId, key, origin, position }) =>
    `  (${[id, name, code, colour, role, parentId, key, origin, position].map(literal).join(', ')})`,
).join(',\n')};
`;

function literal(value: string | number | null): string {
  if (value === null) return 'null';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
