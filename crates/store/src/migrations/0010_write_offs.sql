insert into id_block (kind, next, last) values
  ('ambiguity_entry', 1, 9007199254740991);

-- Of which expected cost on, in our currency, orders of which nobody can tell whether a provider has
-- them are held and not written off; none are where there is none.
alter table service add column write_off_most {i64} check (write_off_most >= 0);

-- Orders that were written off: nobody could tell whether a provider has them, and their customers have
-- the money back. `risk` is the cost that was expected, `cost` what the entries sum to, both in our
-- currency; `drawn` is what was drawn on the budget of `day` (a UTC day, counted from 1970-01-01) with
-- this one.
create table write_off (
  attempt_id {id},
  order_id {i64} not null,
  account_id {i64} not null,
  provider_id {i64} not null,
  state text not null check (state = 'open' or state = 'not_accepted' or state = 'accepted'),
  refunded {i64} not null check (refunded >= 0),
  risk {i64} not null check (risk >= 0),
  cost {i64} not null,
  day {i64} not null,
  drawn {i64} not null check (drawn >= risk),
  budget {i64} not null check (budget >= drawn),
  opened_us {i64} not null,
  changed_us {i64} not null
){strict};
create unique index write_off_order on write_off (order_id);
create index write_off_day on write_off (day, drawn);
create index write_off_open on write_off (attempt_id) where state = 'open';

-- What the house bears for orders that were written off, in our currency: its ambiguity expense is the
-- sum.
create table ambiguity_entry (
  id {id},
  attempt_id {i64} not null,
  kind text not null check (kind = 'drawn' or kind = 'returned' or kind = 'adjustment'),
  amount {i64} not null,
  at_us {i64} not null
){strict};
create index ambiguity_entry_attempt on ambiguity_entry (attempt_id);
