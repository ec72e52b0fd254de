/** Which values of a slide's deep images (more than 8 bits) are black and white, by how they are stored: found once, so that a batch that goes on reads its images as it did. */
export const valueRanges = `
create table slide_value_range (
  slide_id integer not null references slide (id),
  stored_as text not null,
  low real not null,
  high real not null,
  source text not null check (source in ('file', 'folder')),
  primary key (slide_id, stored_as)
) strict;
`;
