-- Who does what one node at a time does. `owner` is empty when nobody does. `fence` counts owners: what
-- one of them writes is refused once there is another. Times are those of the database's own clock.
create table lease (
  name text not null primary key,
  owner text not null,
  fence {i64} not null check (fence >= 0),
  until_us {i64} not null
){clustered};

-- The nodes that serve or work, as long as they say so. `stock_keys`: marks of the keys that a node
-- opens stock with, and `fixed` when it reads them only once.
create table node (
  id text not null primary key,
  role text not null,
  stock_keys text not null,
  until_us {i64} not null
){clustered};

-- It had room for the keys of one node.
delete from meta where name = 'served_stock_keys';
