/** A class of the laboratory's own, and a key that moved to another class. */
export const classRows = `
insert into class_definition (id, name, code, colour, role, parent_id, key, origin, position)
  values ('hairy cell', 'Hairy cell', 'HCL', '#BB3377', 'white', 'lymphocyte', null, 'own', 18);
update class_definition set key = null where id = 'ig';
update class_definition set key = 6 where id = 'blast';
`;
