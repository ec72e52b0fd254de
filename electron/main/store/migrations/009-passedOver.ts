/** What the walk of a batch's folders passed over, counted by kind and reason. */
export const passedOver = `
create table passed_over (
  batch_id text not null references batch (id) on delete cascade,
  what text not null,
  reason text not null,
  count integer not null check (count > 0),
  is_least integer not null check (is_least in (0, 1)),
  primary key (batch_id, what, reason)
) strict, without rowid;
`;
