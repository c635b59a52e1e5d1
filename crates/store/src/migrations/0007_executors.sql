insert into id_block (kind, next, last) values
  ('executor', 1, 2147483647),
  ('executor_key', 1, 2147483647);

-- A private supplier that pulls orders. `all_services`: it may pull from every service that
-- executors fulfil, and has no rows of its own below.
create table executor (
  id {id},
  name text not null,
  state text not null check (state = 'active' or state = 'paused' or state = 'off'),
  all_services {i64} not null check (all_services in (0, 1)),
  lease_minutes {i64} not null check (lease_minutes >= 1),
  at_once {i64} not null check (at_once >= 1),
  created_us {i64} not null
){strict};
create unique index executor_name on executor (name);

create table executor_service (
  executor_id {i64} not null,
  service_id {i64} not null,
  primary key (executor_id, service_id)
){clustered};

create table executor_key (
  id {id},
  executor_id {i64} not null,
  name text not null,
  hash {blob} not null,
  hint text not null,
  allow text not null,
  expires_us {i64},
  created_us {i64} not null,
  last_used_us {i64},
  revoked_us {i64}
){strict};
create unique index executor_key_hash on executor_key (hash);
create index executor_key_executor on executor_key (executor_id, id);

-- An order in the hands of an executor. `fence` is the order's under it. An order has at most one
-- that was not released.
create table order_lease (
  order_id {i64} not null,
  fence {i64} not null check (fence >= 1),
  account_id {i64} not null,
  executor_id {i64} not null,
  state text not null check (state = 'live' or state = 'expired' or state = 'done'
    or state = 'released'),
  taken_us {i64} not null,
  until_us {i64} not null,
  primary key (order_id, fence)
){clustered};
create index order_lease_own on order_lease (executor_id, order_id) where state <> 'released';
create index order_lease_open on order_lease (executor_id, order_id)
  where state = 'live' or state = 'expired';
create index order_lease_due on order_lease (until_us, order_id) where state = 'live';
