insert into id_block (kind, next, last) values ('tier', 1, 2147483647);

-- What a key may do, where from, for how much, until when. `root_id`: the key whose place it took;
-- what both spend in a day is counted together, under that one's id.
alter table api_key add column scopes text not null default 'read,order,products,refill_cancel'
  check (scopes <> '');
alter table api_key add column allow text not null default '';
alter table api_key add column daily_cap {i64} check (daily_cap >= 0);
alter table api_key add column expires_us {i64};
alter table api_key add column last_used_us {i64};
alter table api_key add column root_id {i64};

-- What orders placed with a capped key cost in one UTC day (counted from 1970-01-01).
create table key_spend (
  key_id {i64} not null,
  day {i64} not null,
  spent {i64} not null check (spent >= 0),
  primary key (key_id, day)
){clustered};
create index key_spend_day on key_spend (day, key_id);

-- Accounts with the same discount, in basis points.
create table tier (
  id {id},
  name text not null,
  discount {i64} not null check (discount >= 0 and discount <= 10000)
){strict};
create unique index tier_name on tier (name);

-- `own_prices` says whether there are rows of the account below, so that nobody looks in vain.
alter table account add column tier_id {i64};
alter table account add column discount {i64} check (discount >= 0 and discount <= 10000);
alter table account add column own_prices {i64} not null default 0 check (own_prices in (0, 1));

create table service_price (
  account_id {i64} not null,
  service_id {i64} not null,
  rate {i64} not null check (rate >= 0),
  primary key (account_id, service_id)
){clustered};

create table product_price (
  account_id {i64} not null,
  product_id {i64} not null,
  rate {i64} not null check (rate >= 0),
  primary key (account_id, product_id)
){clustered};
