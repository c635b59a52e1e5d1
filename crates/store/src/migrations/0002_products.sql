insert into id_block (kind, next, last) values
  ('product', 1, 2147483647),
  ('product_order', 1, 2147483647),
  ('stock_batch', 1, 2147483647),
  ('stock_item', 1, 9007199254740991),
  ('reveal', 1, 9007199254740991);

create table product (
  id {id},
  category_id {i64} not null,
  name text not null,
  description text not null,
  kind text not null check (kind in ('auto', 'service')),
  rate {i64} not null check (rate >= 0),
  min {i64} not null check (min >= 1),
  max {i64} not null,
  form text not null,
  when_short text not null check (when_short in ('give_back', 'wait')),
  wait_hours {i64} not null check (wait_hours >= 0),
  warranty_days {i64} not null check (warranty_days >= 0),
  low_stock {i64} not null check (low_stock >= 0),
  position {i64} not null,
  on_sale {i64} not null check (on_sale in (0, 1)),
  check (min <= max)
){strict};

-- Pieces for sale of each product: the uses left of its available items.
create table product_stock (
  product_id {id},
  pieces {i64} not null check (pieces >= 0)
){strict};

create table stock_batch (
  id {id},
  product_id {i64} not null,
  state text not null check (state in ('staging', 'activating', 'live', 'discarded')),
  source text not null,
  actor text not null,
  lines {i64} not null check (lines >= 0),
  added {i64} not null check (added >= 0),
  duplicates {i64} not null check (duplicates >= 0),
  created_us {i64} not null,
  changed_us {i64} not null
){strict};
create index stock_batch_product on stock_batch (product_id, id);

-- A line of an import that was there already: as another line of the same import, or as an item.
create table stock_duplicate (
  batch_id {i64} not null,
  line {i64} not null,
  of_item {i64} not null,
  of_line {i64},
  of_order {i64},
  primary key (batch_id, line)
){clustered};

-- One deliverable secret line, encrypted. `blind` tells duplicates apart without opening them.
create table stock_item (
  id {id},
  product_id {i64} not null,
  batch_id {i64} not null,
  line {i64} not null,
  state text not null check (state in ('staged', 'available', 'sold', 'expired', 'bad')),
  uses {i64} not null check (uses >= 1),
  uses_left {i64} not null check (uses_left >= 0),
  expires_us {i64} not null,
  key_id {i64} not null,
  sealed {blob} not null,
  blind {blob} not null,
  last_order_id {i64},
  changed_us {i64} not null,
  check (uses_left <= uses),
  check (state <> 'available' or uses_left > 0)
){strict};
create unique index stock_item_blind on stock_item (product_id, blind);
create index stock_item_for_sale on stock_item (product_id, expires_us, id)
  where state = 'available';
create index stock_item_staged on stock_item (batch_id, id) where state = 'staged';
create index stock_item_key on stock_item (key_id, id);

create table product_order (
  id {id},
  account_id {i64} not null,
  product_id {i64} not null,
  key_id {i64},
  state text not null check (state in ('pending', 'in_progress', 'waiting', 'completed',
    'partial', 'canceled')),
  quantity {i64} not null check (quantity >= 1),
  delivered {i64} not null check (delivered >= 0),
  rate {i64} not null check (rate >= 0),
  warranty_days {i64} not null check (warranty_days >= 0),
  charge {i64} not null check (charge >= 0),
  captured {i64} not null check (captured >= 0),
  released {i64} not null check (released >= 0),
  token text not null,
  note text,
  wait_until_us {i64},
  created_us {i64} not null,
  changed_us {i64} not null,
  ended_us {i64},
  check (captured + released <= charge),
  check (delivered <= quantity)
){strict};
create unique index product_order_token on product_order (token);
create index product_order_open on product_order (product_id, id) where ended_us is null;
create index product_order_waiting on product_order (id) where state = 'waiting';

-- What the buyer was asked, and what was typed, encrypted: it may well be a password.
create table product_order_form (
  order_id {id},
  account_id {i64} not null,
  labels text not null check (labels <> ''),
  key_id {i64} not null,
  sealed {blob} not null
){strict};

-- One delivered piece: an item of stock, or a line that staff wrote. What is replaced or taken back
-- stays, marked as gone; what takes the place of a bad item has the same piece and the next turn.
create table delivery (
  order_id {i64} not null,
  piece {i64} not null check (piece >= 1),
  turn {i64} not null check (turn >= 1),
  account_id {i64} not null,
  item_id {i64},
  key_id {i64},
  sealed {blob},
  at_us {i64} not null,
  gone text check (gone = 'replaced' or gone = 'taken_back'),
  gone_us {i64},
  primary key (order_id, piece, turn),
  check ((item_id is null) = (sealed is not null)),
  check ((key_id is null) = (sealed is null)),
  check ((gone is null) = (gone_us is null))
){clustered};
create index delivery_item on delivery (item_id) where item_id is not null;

create table product_request_id (
  account_id {i64} not null,
  request_id text not null,
  request_hash {blob} not null,
  order_id {i64} not null,
  created_us {i64} not null,
  primary key (account_id, request_id)
){clustered};
create index product_request_id_age on product_request_id (created_us);

-- Who saw which secret, when and why.
create table reveal (
  id {id},
  order_id {i64},
  item_id {i64},
  account_id {i64} not null,
  actor text not null,
  reason text not null,
  pieces {i64} not null,
  at_us {i64} not null
){strict};
create index reveal_order on reveal (order_id, id) where order_id is not null;
