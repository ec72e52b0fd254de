/** Slides with 12-bit images, and with fractions that say what they are. */
export const valueRangeRows = `
insert into slide_value_range (slide_id, stored_as, low, high, source)
  select min(id), '16-bit', 0, 4095, 'folder' from slide
  union all select min(id), '32-bit fraction', 0, 1, 'file' from slide;
`;
