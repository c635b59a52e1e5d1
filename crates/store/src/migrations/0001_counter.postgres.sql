-- The duplicate window: where many nodes write, none of them can remember what all have placed.
create index orders_print on orders (account_id, fingerprint) where fingerprint is not null;

-- What became of units: the number of the process that committed it, or 0, written by who found it
-- missing.
create table unit_mark (
  id bigint not null primary key,
  verdict bigint not null,
  at_us bigint not null
);
create index unit_mark_age on unit_mark (at_us);

-- Wallets change with every order: room for the next version of a row on the same page.
alter table account set (fillfactor = 50);
