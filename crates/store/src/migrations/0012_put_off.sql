-- When a provider put a cancel or a refill off for the first time: from then on it is sent on again for a
-- day. Nothing while it was not put off.
alter table cancel add column put_off_us {i64};
alter table refill add column put_off_us {i64};
