/** A batch that sees every cell eight ways, stopped before its folder was read. */
export const viewsRows = `
insert into batch (id, name, created_at, model_id, sources, shard, state, failure, walked, views) values
  ('9a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 'ward 4', '2026-11-25T09:00:00.000Z', 'lab-1', '["/ward 4"]', null, 'paused', null, 0, 8);
`;
