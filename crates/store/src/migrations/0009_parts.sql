-- What becomes of an order on a link that has an open one of the same service: both are delivered,
-- it is refused, or it waits.
alter table service add column link_rule text not null default 'any'
  check (link_rule = 'any' or link_rule = 'one_open' or link_rule = 'queue');
update service set link_rule = 'one_open' where one_open_per_link = 1;
alter table service drop column one_open_per_link;

-- Who divides orders into runs and posts: we, or the provider.
alter table service add column parts text not null default 'ours'
  check (parts = 'ours' or parts = 'upstream');

-- Orders that wait for their turn on a link: behind the one in `open_link`, in the order in which
-- they came.
create table link_queue (
  order_id {id},
  service_id {i64} not null,
  link text not null,
  since_us {i64} not null
){strict};
create index link_queue_link on link_queue (service_id, link, since_us, order_id);

-- Since when the order has its turn, where it had to wait; until it is taken. Whoever places orders
-- looks here for those that stand far behind the newest.
alter table open_link add column passed_us {i64};
create index open_link_passed on open_link (service_id, order_id) where passed_us is not null;

-- Why no run starts: somebody has paused the drip-feed, or it waits for its turn on its link or for
-- the run before to end.
alter table drip_feed add column paused {i64} not null default 0 check (paused in (0, 1));
alter table drip_feed add column waits {i64} not null default 0 check (waits in (0, 1));
drop index drip_feed_due;
create index drip_feed_due on drip_feed (next_run_us)
  where state = 'active' and paused = 0 and waits = 0;
