-- Why the worker has paused a provider or switched a route off, in the provider's words where it has
-- said so; nothing where staff have, and while they are in use.
alter table provider add column paused_for text;
alter table route add column off_for text;
