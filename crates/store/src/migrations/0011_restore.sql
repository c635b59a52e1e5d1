-- An older copy of the database was put in its place, and somebody has said so. What was ordered
-- before has ids below `first_order`.
create table restore (
  epoch {id},
  at_us {i64} not null,
  first_order {i64} not null check (first_order >= 1),
  actor text not null
){strict};

-- Since when nothing is sent to a provider but questions, and nothing is given to an executor,
-- because of that; nothing once somebody has looked there.
alter table provider add column restored_us {i64};
alter table executor add column restored_us {i64};
