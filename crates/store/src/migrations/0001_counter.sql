create table meta (
  name text not null primary key,
  value text not null
){strict};

-- Counts changes of what nodes keep in memory: a unit that finds another number reloads first.
create table epoch (
  name text not null primary key,
  value {i64} not null
){strict};
insert into epoch (name, value) values ('catalogue', 1), ('access', 1);

-- The next free id of each kind, and the last one that may be given out.
create table id_block (
  kind text not null primary key,
  next {i64} not null,
  last {i64} not null,
  check (next >= 1)
){strict};
insert into id_block (kind, next, last) values
  ('account', 1, 2147483647),
  ('api_key', 1, 2147483647),
  ('category', 1, 2147483647),
  ('service', 1, 2147483647),
  ('order', 1, 2147483647),
  ('refill', 1, 2147483647),
  ('cancel', 1, 2147483647),
  ('event', 1, 9007199254740991),
  ('transfer', 1, 9007199254740991);

create table account (
  id {id},
  name text not null,
  status text not null check (status in ('active', 'suspended')),
  available {i64} not null,
  held {i64} not null check (held >= 0),
  credit_limit {i64} not null check (credit_limit >= 0),
  transfers {i64} not null check (transfers >= 0),
  last_transfer_id {i64},
  get_writes {i64} not null check (get_writes in (0, 1)),
  created_us {i64} not null,
  check (available + credit_limit >= 0),
  check ((last_transfer_id is null) = (transfers = 0))
){strict};
create unique index account_name on account (name);

create table api_key (
  id {id},
  account_id {i64} not null,
  name text not null,
  hash {blob} not null,
  hint text not null,
  created_us {i64} not null,
  revoked_us {i64}
){strict};
create unique index api_key_hash on api_key (hash);
create index api_key_account on api_key (account_id, id);

create table category (
  id {id},
  name text not null,
  position {i64} not null
){strict};
create unique index category_name on category (name);

create table service (
  id {id},
  category_id {i64} not null,
  name text not null,
  description text not null,
  kind text not null,
  rate {i64} not null check (rate >= 0),
  min {i64} not null check (min >= 1),
  max {i64} not null,
  drip_feed {i64} not null check (drip_feed in (0, 1)),
  refill_days {i64},
  refill_cooldown_hours {i64},
  cancel {i64} not null check (cancel in (0, 1)),
  one_open_per_link {i64} not null check (one_open_per_link in (0, 1)),
  position {i64} not null,
  on_sale {i64} not null check (on_sale in (0, 1)),
  check (min <= max),
  check ((refill_days is null) = (refill_cooldown_hours is null))
){strict};

-- Words are checked with `or`: for `in` with more than two values SQLite builds a table for each
-- row that is written.
--
-- An account's orders are found by its holds (`transfer`), and an order's hold by `hold_id`: an
-- index of orders by account would be one more page written for every order. `fingerprint` is for
-- the duplicate window; `placed_event` is the event that says the order was placed.
create table orders (
  id {id},
  account_id {i64} not null,
  service_id {i64} not null,
  parent_id {i64},
  key_id {i64},
  shape text not null check (shape = 'single' or shape = 'drip_feed' or shape = 'subscription'),
  state text not null check (state = 'pending' or state = 'dispatching' or state = 'unknown'
    or state = 'submitted' or state = 'submitted_no_id' or state = 'in_progress'
    or state = 'review' or state = 'completed' or state = 'partial' or state = 'canceled'),
  fence {i64} not null,
  link text not null,
  quantity {i64} not null check (quantity >= 0),
  rate {i64} not null check (rate >= 0),
  charge {i64} not null check (charge >= 0),
  captured {i64} not null check (captured >= 0),
  released {i64} not null check (released >= 0),
  start_count {i64},
  remains {i64} not null,
  cancel_requested {i64} not null check (cancel_requested in (0, 1)),
  created_us {i64} not null,
  changed_us {i64} not null,
  ended_us {i64},
  hold_id {i64} not null,
  fingerprint {i64},
  placed_event {i64} not null,
  check (captured + released <= charge)
){strict};
create index orders_open on orders (state, id) where ended_us is null;
create index orders_parent on orders (parent_id, id) where parent_id is not null;

-- Parameters beside link and quantity, as JSON; only for orders that have some.
create table order_params (
  order_id {id},
  account_id {i64} not null,
  params text not null
){strict};

create table drip_feed (
  order_id {id},
  account_id {i64} not null,
  runs {i64} not null check (runs >= 1),
  interval_minutes {i64} not null check (interval_minutes >= 1),
  run_quantity {i64} not null check (run_quantity >= 1),
  runs_started {i64} not null check (runs_started >= 0),
  next_run_us {i64} not null,
  state text not null check (state in ('active', 'ended')),
  check (runs_started <= runs)
){strict};
create index drip_feed_due on drip_feed (next_run_us) where state = 'active';

create table subscription (
  order_id {id},
  account_id {i64} not null,
  min {i64} not null check (min >= 1),
  max {i64} not null,
  posts {i64} not null check (posts >= 0),
  posts_done {i64} not null check (posts_done >= 0),
  delay_minutes {i64} not null check (delay_minutes >= 0),
  expires_us {i64},
  state text not null check (state in ('active', 'ended')),
  check (min <= max),
  check (posts = 0 or posts_done <= posts)
){strict};
create index subscription_due on subscription (expires_us) where state = 'active';

-- One movement of money. The account's transfers are numbered 1, 2, 3 …, and each says what the
-- balances were after it, so a missing or altered row shows. Every order has one hold, also one of
-- nothing when it is free.
--
-- Rows are added at the end and chained: each knows the account's transfer before it, the account
-- its last one. An index that begins with the account would be a page written at a random place for
-- every order. `transfer_mark` is every 256th transfer of an account, to begin in the middle.
create table transfer (
  id {id},
  account_id {i64} not null,
  number {i64} not null check (number >= 1),
  previous_id {i64},
  kind text not null check (kind = 'hold' or kind = 'capture' or kind = 'release'
    or kind = 'refund' or kind = 'credit' or kind = 'debit'),
  amount {i64} not null check (amount > 0 or (amount = 0 and kind = 'hold')),
  available_after {i64} not null,
  held_after {i64} not null check (held_after >= 0),
  order_id {i64},
  product_order_id {i64},
  actor text,
  reason text,
  at_us {i64} not null,
  check ((previous_id is null) = (number = 1)),
  check (order_id is not null or product_order_id is not null or reason is not null)
){strict};
-- Without holds: an order knows its own.
create index transfer_order on transfer (order_id) where kind <> 'hold' and order_id is not null;
create index transfer_product_order on transfer (product_order_id)
  where product_order_id is not null;

create table transfer_mark (
  account_id {i64} not null,
  number {i64} not null,
  transfer_id {i64} not null,
  primary key (account_id, number)
){clustered};

create table refill (
  id {id},
  account_id {i64} not null,
  order_id {i64} not null,
  state text not null check (state in ('pending', 'in_progress', 'completed', 'rejected')),
  note text,
  created_us {i64} not null,
  changed_us {i64} not null
){strict};
create index refill_order on refill (order_id, id);
create index refill_open on refill (state, id) where state in ('pending', 'in_progress');

create table cancel (
  id {id},
  account_id {i64} not null,
  order_id {i64} not null,
  state text not null check (state in ('requested', 'done', 'rejected')),
  note text,
  created_us {i64} not null,
  changed_us {i64} not null
){strict};
create index cancel_order on cancel (order_id, id);
create index cancel_open on cancel (id) where state = 'requested';

-- A request id that was used, and for which order.
create table request_id (
  account_id {i64} not null,
  request_id text not null,
  request_hash {blob} not null,
  order_id {i64} not null,
  created_us {i64} not null,
  primary key (account_id, request_id)
){clustered};
create index request_id_age on request_id (created_us);

-- Links with an open order, for services that take one order on a link at a time.
create table open_link (
  service_id {i64} not null,
  link text not null,
  order_id {i64} not null,
  primary key (service_id, link)
){strict};
create index open_link_order on open_link (order_id);

-- What happened. The orders that one unit places are told of by one event. The sealer gives committed events their position, without gaps, and chains them.
create table event (
  id {id},
  position {i64},
  account_id {i64} not null,
  order_id {i64},
  product_order_id {i64},
  kind text not null,
  data text not null,
  at_us {i64} not null
){strict};
create unique index event_position on event (position) where position is not null;
create index event_unsealed on event (id) where position is null;
create index event_order on event (order_id, id) where order_id is not null;
create index event_product_order on event (product_order_id, id)
  where product_order_id is not null;

create table seal (
  last_position {id},
  first_position {i64} not null,
  previous {blob} not null,
  hash {blob} not null,
  at_us {i64} not null
){strict};
