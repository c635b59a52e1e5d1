insert into id_block (kind, next, last) values
  ('change_set', 1, 2147483647),
  ('change_item', 1, 9007199254740991);

-- The operator's rules for what becomes of a provider's list; the usual ones where there is no row.
-- `minutes` is how often it is looked at, 0 for only when staff ask.
create table sync_rules (
  provider_id {id},
  minutes {i64} not null check (minutes >= 0),
  small_percent {i64} not null check (small_percent >= 0),
  spike_percent {i64} not null,
  rates text not null check (rates = 'follow' or rates = 'raise' or rates = 'take_off'),
  points {i64} not null check (points >= 0),
  fixed {i64} not null check (fixed >= 0),
  least {i64} not null check (least >= 0),
  step {i64} not null check (step >= 0),
  limits text not null check (limits = 'apply' or limits = 'propose'),
  gone text not null check (gone = 'apply' or gone = 'propose'),
  back text not null check (back = 'apply' or back = 'propose'),
  gone_after {i64} not null check (gone_after >= 1),
  lost_percent {i64} not null check (lost_percent >= 0 and lost_percent <= 100),
  broken_percent {i64} not null check (broken_percent >= 0 and broken_percent <= 100)
){strict};

-- The last look at a provider's list: what was found, how many looks in a row found the same, and
-- what the last list that was taken held.
create table list_look (
  provider_id {id},
  found text not null check (found = 'taken' or found = 'not_believed' or found = 'empty'
    or found = 'refused' or found = 'unclear' or found = 'unanswered'),
  told text,
  in_a_row {i64} not null check (in_a_row >= 1),
  looked_us {i64} not null,
  taken_us {i64},
  offers {i64} not null,
  broken {i64} not null
){strict};

-- What a provider offers, as of the last list that was taken. `missing` counts the whole lists in a
-- row that lacked it; `first_set` is the change set that it came with.
create table offer (
  provider_id {i64} not null,
  service text not null,
  name text not null,
  category text not null,
  kind text not null,
  rate {i64} not null,
  min {i64} not null,
  max {i64} not null,
  refill {i64} not null check (refill in (0, 1)),
  cancel {i64} not null check (cancel in (0, 1)),
  dripfeed {i64} not null check (dripfeed in (0, 1)),
  missing {i64} not null check (missing >= 0),
  first_set {i64} not null,
  changed_us {i64} not null,
  primary key (provider_id, service)
){clustered};

-- What the lists so far say of a route: in how many whole ones in a row its service was missing,
-- whether the route is out of use because of that, and the service off sale with it; the kind that
-- was taken note of, in the provider's words.
create table route_listed (
  route_id {id},
  missing {i64} not null check (missing >= 0),
  gone {i64} not null check (gone in (0, 1)),
  off_sale_with_it {i64} not null check (off_sale_with_it in (0, 1)),
  kind text
){strict};

-- All that a list came to. It is written in several units, and whole with the last.
create table change_set (
  id {id},
  provider_id {i64} not null,
  state text not null check (state = 'writing' or state = 'whole' or state = 'broken_off'),
  actor text not null,
  offers {i64} not null,
  broken {i64} not null,
  fresh {i64} not null,
  applied {i64} not null,
  waiting {i64} not null,
  began_us {i64} not null,
  changed_us {i64} not null,
  undone_by text,
  undone_us {i64}
){strict};
create index change_set_provider on change_set (provider_id, id);
create index change_set_writing on change_set (provider_id) where state = 'writing';

-- A difference, and what was done about it. `edits` is what taking it over comes to, `made` what is
-- in force because of it. One that is `standing` is open, or was decided against and is the same
-- ever since: it is not found a second time. All others have no value there, so that they never meet
-- in the index.
create table change_item (
  id {id},
  set_id {i64} not null,
  provider_id {i64} not null,
  route_id {i64} not null,
  service_id {i64} not null,
  upstream_service text not null,
  finding text not null check (finding = 'gone' or finding = 'back' or finding = 'cost_moved'
    or finding = 'limits_moved' or finding = 'kind_changed'),
  before_text text not null,
  after_text text not null,
  state text not null check (state = 'proposed' or state = 'quarantined' or state = 'applied'
    or state = 'refused' or state = 'undone' or state = 'outdated'),
  why text,
  edits text not null,
  made text not null,
  standing {i64} check (standing = 1),
  found_us {i64} not null,
  changed_us {i64} not null,
  actor text,
  check (standing is not null or (state <> 'proposed' and state <> 'quarantined'))
){strict};
create index change_item_set on change_item (set_id, id);
create unique index change_item_once on change_item (route_id, finding, standing);
create index change_item_standing on change_item (provider_id, id) where standing = 1;
