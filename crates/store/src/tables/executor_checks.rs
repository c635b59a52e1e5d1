//! What must be true of executors and of the orders that they have. Read by `verify`.

use super::links::Rule;

crate::statements! {
    COUNT_EXECUTOR_KEYS = "select cast(count(*) as bigint) from executor_key";
    COUNT_EXECUTOR_SERVICES = "select cast(count(*) as bigint) from executor_service";
    COUNT_LEASES = "select cast(count(*) as bigint) from order_lease";
    LOST_EXECUTOR_KEYS = "select k.id from executor_key k \
        left join executor e on e.id = k.executor_id where e.id is null order by k.id limit 20";
    LOST_EXECUTOR_SERVICES = "select x.executor_id from executor_service x \
        left join executor e on e.id = x.executor_id and e.all_services = 0 \
        left join service s on s.id = x.service_id where e.id is null or s.id is null \
        order by x.executor_id limit 20";
    LOST_LEASES = "select l.order_id from order_lease l left join orders o on o.id = l.order_id \
        and o.account_id = l.account_id and o.fence >= l.fence \
        left join executor e on e.id = l.executor_id where o.id is null or e.id is null \
        order by l.order_id limit 20";
    DOUBLE_LEASES = "select order_id from order_lease where state <> 'released' \
        group by order_id having count(*) > 1 order by order_id limit 20";
    LOOSE_LEASES = "select l.order_id from order_lease l join orders o on o.id = l.order_id \
        where (l.state = 'live' or l.state = 'expired') and (o.fence <> l.fence \
        or (o.state <> 'submitted' and o.state <> 'in_progress' and o.state <> 'review')) \
        order by l.order_id limit 20";
    EARLY_ENDS = "select l.order_id from order_lease l join orders o on o.id = l.order_id \
        where l.state = 'done' and (o.ended_us is null or o.fence <> l.fence) \
        order by l.order_id limit 20";
}

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule {
        rule: "every key of an executor has its executor",
        what: "key of an executor",
        count: COUNT_EXECUTOR_KEYS,
        offenders: LOST_EXECUTOR_KEYS,
    },
    Rule {
        rule: "every service that an executor may pull is there, and the executor is bound to some",
        what: "executor",
        count: COUNT_EXECUTOR_SERVICES,
        offenders: LOST_EXECUTOR_SERVICES,
    },
    Rule {
        rule: "every lease has its order and its executor",
        what: "order",
        count: COUNT_LEASES,
        offenders: LOST_LEASES,
    },
    Rule {
        rule: "an order is in the hands of one executor at most",
        what: "order",
        count: COUNT_LEASES,
        offenders: DOUBLE_LEASES,
    },
    Rule {
        rule: "an order in the hands of an executor is being delivered, or a person decides",
        what: "order",
        count: COUNT_LEASES,
        offenders: LOOSE_LEASES,
    },
    Rule {
        rule: "a lease has ended with its order",
        what: "order",
        count: COUNT_LEASES,
        offenders: EARLY_ENDS,
    },
];
