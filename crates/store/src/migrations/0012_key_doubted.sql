-- Since when it is not known whether our key at a provider leads to the account that has our orders:
-- the key was changed, or the provider finds none of them any more. Nothing once that is known.
alter table provider add column key_doubted_us {i64};
