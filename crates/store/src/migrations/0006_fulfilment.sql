insert into id_block (kind, next, last) values
  ('provider', 1, 2147483647),
  ('route', 1, 2147483647),
  ('attempt', 1, 9007199254740991),
  ('provider_entry', 1, 9007199254740991);

-- Who fulfils a service's orders: people, providers by its routes, or executors that pull them.
alter table service add column fulfilment text not null default 'staff'
  check (fulfilment = 'staff' or fulfilment = 'providers' or fulfilment = 'executors');

-- An account of ours at an upstream panel. `booked` is what its balance should be: the sum of
-- its entries, `reported` what the provider said last, `quiet_reads` how often in a row our books
-- explained that. The key is sealed for this row.
create table provider (
  id {id},
  name text not null,
  url text not null,
  state text not null check (state = 'active' or state = 'paused' or state = 'off'),
  currency text not null,
  exchange {i64} not null check (exchange > 0),
  adds_at_once {i64} not null check (adds_at_once >= 1),
  adds_per_second {i64} not null check (adds_per_second >= 1),
  asks_per_second {i64} not null check (asks_per_second >= 1),
  takes_request_id {i64} not null check (takes_request_id in (0, 1)),
  balance_decimals {i64} check (balance_decimals >= 0 and balance_decimals <= 6),
  refusals text not null,
  trust_reads {i64} not null check (trust_reads >= 0),
  key_id {i64} not null,
  sealed {blob} not null,
  booked {i64} not null,
  reported {i64},
  reported_us {i64},
  quiet_reads {i64} not null check (quiet_reads >= 0),
  created_us {i64} not null
){strict};
create unique index provider_name on provider (name);

create table route (
  id {id},
  service_id {i64} not null,
  provider_id {i64} not null,
  upstream_service text not null,
  cost {i64} not null check (cost >= 0),
  min {i64} not null check (min >= 1),
  max {i64} not null,
  priority {i64} not null,
  weight {i64} not null check (weight >= 1),
  daily_cap {i64} check (daily_cap >= 0),
  is_on {i64} not null check (is_on in (0, 1)),
  check (min <= max)
){strict};
create unique index route_once on route (service_id, provider_id, upstream_service);
create index route_provider on route (provider_id, id);

-- Units that were sent by a route with a daily cap, by UTC day (counted from 1970-01-01).
create table route_day (
  route_id {i64} not null,
  day {i64} not null,
  units {i64} not null check (units >= 0),
  primary key (route_id, day)
){clustered};

-- A try to place an order at a provider, written before the provider is called. `number` is the
-- order's fence under it. `cost` is what the entries of the attempt sum to, turned round.
create table attempt (
  id {id},
  order_id {i64} not null,
  account_id {i64} not null,
  number {i64} not null check (number >= 1),
  provider_id {i64} not null,
  route_id {i64} not null,
  expected_cost {i64} not null check (expected_cost >= 0),
  cost {i64} not null,
  state text not null check (state = 'open' or state = 'not_sent' or state = 'refused'
    or state = 'lost' or state = 'not_accepted' or state = 'accepted' or state = 'accepted_no_id'),
  upstream_id text,
  evidence text,
  followed {i64} not null check (followed in (0, 1)),
  started_us {i64} not null,
  changed_us {i64} not null,
  check ((upstream_id is not null) = (state = 'accepted'))
){strict};
create unique index attempt_order on attempt (order_id, number);
create unique index attempt_upstream on attempt (provider_id, upstream_id);
create index attempt_unknown on attempt (provider_id, id) where state = 'open' or state = 'lost';
create index attempt_followed on attempt (provider_id, id) where followed = 1;

-- What moved the balance at a provider, by our books, in its currency: below zero what it took.
create table provider_entry (
  id {id},
  provider_id {i64} not null,
  attempt_id {i64},
  kind text not null check (kind = 'charge' or kind = 'give_back' or kind = 'adjustment'
    or kind = 'deposit' or kind = 'correction'),
  amount {i64} not null,
  actor text,
  reason text,
  at_us {i64} not null,
  check ((attempt_id is null) = (kind = 'deposit' or kind = 'correction'))
){strict};
create index provider_entry_provider on provider_entry (provider_id, id);
create index provider_entry_attempt on provider_entry (attempt_id) where attempt_id is not null;

-- When a cancel or refill was sent on to the provider, and what the provider calls the refill.
alter table cancel add column sent_us {i64};
alter table refill add column sent_us {i64};
alter table refill add column upstream_id text;
