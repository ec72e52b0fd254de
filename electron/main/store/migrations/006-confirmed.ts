/**
 * What a person said is `confirmed` where it is the model's own class: until now the way back to that class was written down as `corrected`.
 * Events are mended with the cells, because undo and redo bring their status back.
 */
export const confirmed = `
update cell set status = iif(class is machine_class, 'confirmed', 'corrected') where status in ('confirmed', 'corrected');
update review_event
  set from_status = iif(from_class is (select machine_class from cell where id = cell_id), 'confirmed', 'corrected')
  where from_status in ('confirmed', 'corrected');
update review_event
  set to_status = iif(to_class is (select machine_class from cell where id = cell_id), 'confirmed', 'corrected')
  where to_status in ('confirmed', 'corrected');
`;
