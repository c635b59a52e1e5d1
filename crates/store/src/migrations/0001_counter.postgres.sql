-- The duplicate window: where many nodes write, none of them can remember what all have placed.
create index orders_print on orders (account_id, fingerprint) where fingerprint is not null;

-- What became of units whose COMMIT had no answer: 0 was written by the unit itself, less than 0 by
-- who found it missing, more than 0 by who found it.
create table unit_mark (
  id bigint not null primary key,
  verdict bigint not null
);
insert into id_block (kind, next, last) values ('unit', 1, 9007199254740991);

-- Wallets change with every order: room for the next version of a row on the same page.
alter table account set (fillfactor = 50);
