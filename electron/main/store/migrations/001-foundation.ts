/** Batches of files, slides, images by content, cells with their review, models, runs, settings. */
export const foundation = `
create table image (
  hash text primary key check (length(hash) = 64),
  stored text not null,
  bytes integer not null,
  width integer not null,
  height integer not null
) strict;

create table batch (
  id text primary key,
  name text not null,
  created_at text not null,
  model_id text not null,
  sources text not null,
  shard text,
  state text not null check (state in ('queued', 'running', 'paused', 'cancelled', 'failed', 'done')),
  failure text,
  walked integer not null default 0 check (walked in (0, 1))
) strict;

create table slide (
  id integer primary key,
  batch_id text not null references batch (id) on delete cascade,
  name text not null,
  folder text not null,
  unique (batch_id, folder)
) strict;

-- Every file of a batch: pending, or settled in the same transaction as what came of it.
create table batch_file (
  id integer primary key,
  batch_id text not null references batch (id) on delete cascade,
  slide_id integer not null references slide (id) on delete cascade,
  path text not null,
  -- Relative to the parent of the folder that was dropped, with forward slashes.
  label text not null,
  state text not null default 'pending' check (state in ('pending', 'classified', 'duplicate', 'unreadable')),
  reason text,
  hash text,
  unique (batch_id, path)
) strict;
create index batch_file_by_state on batch_file (batch_id, state, id);
create index batch_file_by_slide on batch_file (slide_id, state);

create table cell (
  id integer primary key,
  slide_id integer not null references slide (id) on delete cascade,
  file_id integer not null unique references batch_file (id) on delete cascade,
  hash text not null references image (hash),
  top_class text not null,
  confidence real not null,
  machine_class text,
  -- float32 in the order of the model's classes.
  probabilities blob not null,
  class text,
  status text not null check (status in ('classified', 'unidentified', 'confirmed', 'corrected')),
  unique (slide_id, hash)
) strict;

-- Append-only. One change of a person may touch many cells; undo and redo are changes too, and name the one they answer.
create table review_change (
  id integer primary key,
  batch_id text not null references batch (id) on delete cascade,
  at text not null,
  who text not null,
  action text not null check (action in ('confirm', 'correct', 'undo', 'redo')),
  answers integer references review_change (id)
) strict;
create index review_change_by_batch on review_change (batch_id, id);
create table review_event (
  change_id integer not null references review_change (id) on delete cascade,
  cell_id integer not null references cell (id) on delete cascade,
  from_class text,
  from_status text not null,
  to_class text,
  to_status text not null,
  primary key (change_id, cell_id)
) strict, without rowid;
create index review_event_by_cell on review_event (cell_id);

create table model (
  id text primary key,
  card text not null,
  created_at text not null
) strict;

create table run (
  id text primary key,
  name text not null,
  created_at text not null,
  folder text not null,
  recipe text not null,
  state text not null check (state in ('queued', 'running', 'cancelled', 'failed', 'done')),
  failure text,
  model_id text references model (id),
  evaluation text
) strict;

create table setting (
  key text primary key,
  value text not null
) strict;
`;
