-- Counts changes of what accounts pay beside the catalogue: tiers, discounts, prices of their own.
insert into epoch (name, value) values ('prices', 1);
