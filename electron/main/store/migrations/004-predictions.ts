/** What a training called single images: those of the locked part by its model, and mistakes on the validation part on the way. */
export const predictions = `
create table prediction (
  -- Never used again: pictures are asked for by it.
  id integer primary key autoincrement,
  run_id text not null references run (id) on delete cascade,
  -- The epoch after which an image of the validation part was called so; null: by the finished model, an image of the locked part.
  epoch integer,
  -- Relative to the run's folder.
  path text not null,
  hash text not null check (length(hash) = 64),
  truth text not null,
  predicted text not null,
  probability real not null,
  -- The two parts share no image.
  unique (run_id, path)
) strict;
create index prediction_by_classes on prediction (run_id, truth, predicted, id) where epoch is null;
`;
