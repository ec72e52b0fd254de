/** Runs that can be paused and go on, with the metrics of their steps and epochs and their last checkpoint. */
export const training = `
-- SQLite cannot change a check: the table is made anew.
create table run_2 (
  id text primary key,
  name text not null,
  created_at text not null,
  folder text not null,
  description text not null,
  recipe text not null,
  state text not null check (state in ('queued', 'running', 'paused', 'cancelled', 'failed', 'done')),
  failure text,
  model_id text references model (id),
  evaluation text
) strict;
insert into run_2 (id, name, created_at, folder, description, recipe, state, failure, model_id, evaluation)
  select id, name, created_at, folder, 'Images in ' || folder, recipe, state, failure, model_id, evaluation from run;
drop table run;
alter table run_2 rename to run;

create table epoch (
  run_id text not null references run (id) on delete cascade,
  number integer not null,
  step integer not null,
  metrics text not null,
  primary key (run_id, number)
) strict, without rowid;

create table step (
  run_id text not null references run (id) on delete cascade,
  number integer not null,
  loss real not null,
  accuracy real not null,
  learning_rate real not null,
  primary key (run_id, number)
) strict, without rowid;

-- The newest state a run can go on from: a file in its folder, durable before its row.
create table checkpoint (
  run_id text primary key references run (id) on delete cascade,
  epoch integer not null,
  file text not null,
  bytes integer not null
) strict;
`;
