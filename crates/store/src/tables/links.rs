//! Rows that refer to other rows: what must be there. Read by `verify`; the tables carry no foreign
//! keys, because they would cost a lookup on every order and tie tables together that a
//! distributed engine keeps apart.

use crate::{DbError, Sql, Tx, TxExt};

/// A rule about references.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The rule, in words.
    pub rule: &'static str,
    /// What an offender is.
    pub what: &'static str,
    pub(super) count: Sql,
    pub(super) offenders: Sql,
}

crate::statements! {
    COUNT_ORDERS = "select cast(count(*) as bigint) from orders";
    LOST_ORDERS = "select o.id from orders o left join account a on a.id = o.account_id \
        left join service s on s.id = o.service_id where a.id is null or s.id is null \
        order by o.id limit 20";
    COUNT_KEYS = "select cast(count(*) as bigint) from api_key";
    LOST_KEYS = "select k.id from api_key k left join account a on a.id = k.account_id \
        where a.id is null order by k.id limit 20";
    COUNT_SERVICES = "select cast(count(*) as bigint) from service";
    LOST_SERVICES = "select s.id from service s left join category c on c.id = s.category_id \
        where c.id is null order by s.id limit 20";
    COUNT_REQUESTS = "select cast(count(*) as bigint) from request_id";
    LOST_REQUESTS = "select r.order_id from request_id r left join orders o \
        on o.id = r.order_id and o.account_id = r.account_id where o.id is null \
        order by r.order_id limit 20";
    COUNT_PARAMS = "select cast(count(*) as bigint) from order_params";
    LOST_PARAMS = "select p.order_id from order_params p left join orders o \
        on o.id = p.order_id and o.account_id = p.account_id where o.id is null \
        order by p.order_id limit 20";
    COUNT_OPEN_LINKS = "select cast(count(*) as bigint) from open_link";
    LOST_OPEN_LINKS = "select l.order_id from open_link l left join orders o \
        on o.id = l.order_id and o.ended_us is null where o.id is null \
        order by l.order_id limit 20";
    COUNT_WAITING = "select cast(count(*) as bigint) from link_queue";
    LOST_WAITING = "select q.order_id from link_queue q left join orders o \
        on o.id = q.order_id and (o.state = 'pending' or o.state = 'review') \
        and o.service_id = q.service_id \
        and o.link = q.link left join open_link l \
        on l.service_id = q.service_id and l.link = q.link and l.order_id <> q.order_id \
        where o.id is null or l.order_id is null order by q.order_id limit 20";
    HELD_DRIP_FEEDS = "select d.order_id from drip_feed d where d.state = 'active' and d.waits = 1 \
        and not exists (select 1 from link_queue q where q.order_id = d.order_id) \
        and not exists (select 1 from orders o where o.parent_id = d.order_id \
        and o.ended_us is null) order by d.order_id limit 20";
    IDLE_DRIP_FEEDS = "select order_id from drip_feed where state = 'ended' \
        and (paused = 1 or waits = 1) order by order_id limit 20";
    COUNT_REFILLS = "select cast(count(*) as bigint) from refill";
    LOST_REFILLS = "select r.id from refill r left join orders o \
        on o.id = r.order_id and o.account_id = r.account_id where o.id is null \
        order by r.id limit 20";
    DOUBLE_REFILLS = "select order_id from refill where state in ('pending', 'in_progress') \
        group by order_id having count(*) > 1 order by order_id limit 20";
    COUNT_CANCELS = "select cast(count(*) as bigint) from cancel";
    LOST_CANCELS = "select c.id from cancel c left join orders o \
        on o.id = c.order_id and o.account_id = c.account_id where o.id is null \
        order by c.id limit 20";
    LATE_REFILLS = "select r.id from refill r join orders o on o.id = r.order_id \
        where r.state in ('pending', 'in_progress') and o.state <> 'completed' \
        order by r.id limit 20";
    DOUBLE_CANCELS = "select order_id from cancel where state = 'requested' \
        group by order_id having count(*) > 1 order by order_id limit 20";
    FLAGGED_ORDERS = "select o.id from orders o left join cancel c \
        on c.order_id = o.id and c.state = 'requested' \
        where o.ended_us is null and o.cancel_requested = 1 and c.id is null \
        order by o.id limit 20";
    COUNT_DRIP_FEEDS = "select cast(count(*) as bigint) from drip_feed";
    LOST_DRIP_FEEDS = "select d.order_id from drip_feed d left join orders o on o.id = d.order_id \
        and o.account_id = d.account_id and o.shape = 'drip_feed' where o.id is null \
        order by d.order_id limit 20";
    COUNT_SUBSCRIPTIONS = "select cast(count(*) as bigint) from subscription";
    LOST_SUBSCRIPTIONS = "select s.order_id from subscription s left join orders o \
        on o.id = s.order_id and o.account_id = s.account_id and o.shape = 'subscription' \
        where o.id is null order by s.order_id limit 20";
    LATE_CANCELS = "select c.id from cancel c join orders o on o.id = c.order_id \
        where c.state = 'requested' and (o.ended_us is not null or o.cancel_requested = 0) \
        order by c.id limit 20";
    COUNT_ACCOUNTS = "select cast(count(*) as bigint) from account";
    LOST_TIERS = "select a.id from account a left join tier t on t.id = a.tier_id \
        where a.tier_id is not null and t.id is null order by a.id limit 20";
    COUNT_SERVICE_PRICES = "select cast(count(*) as bigint) from service_price";
    LOST_SERVICE_PRICES = "select p.account_id from service_price p \
        left join account a on a.id = p.account_id and a.own_prices = 1 \
        left join service s on s.id = p.service_id where a.id is null or s.id is null \
        order by p.account_id limit 20";
    COUNT_PRODUCT_PRICES = "select cast(count(*) as bigint) from product_price";
    LOST_PRODUCT_PRICES = "select p.account_id from product_price p \
        left join account a on a.id = p.account_id and a.own_prices = 1 \
        left join product o on o.id = p.product_id where a.id is null or o.id is null \
        order by p.account_id limit 20";
    COUNT_SPENDS = "select cast(count(*) as bigint) from key_spend";
    LOST_SPENDS = "select s.key_id from key_spend s left join api_key k on k.id = s.key_id \
        where k.id is null order by s.key_id limit 20";
    ID_BLOCKS = "select b.kind, b.next, cast(coalesce(case b.kind \
        when 'account' then (select max(id) from account) \
        when 'api_key' then (select max(id) from api_key) \
        when 'category' then (select max(id) from category) \
        when 'service' then (select max(id) from service) \
        when 'order' then (select max(id) from orders) \
        when 'refill' then (select max(id) from refill) \
        when 'cancel' then (select max(id) from cancel) \
        when 'tier' then (select max(id) from tier) \
        when 'executor' then (select max(id) from executor) \
        when 'executor_key' then (select max(id) from executor_key) \
        when 'product' then (select max(id) from product) \
        when 'product_order' then (select max(id) from product_order) \
        when 'stock_batch' then (select max(id) from stock_batch) \
        when 'stock_item' then (select max(id) from stock_item) \
        when 'reveal' then (select max(id) from reveal) \
        when 'provider' then (select max(id) from provider) \
        when 'route' then (select max(id) from route) \
        when 'attempt' then (select max(id) from attempt) \
        when 'provider_entry' then (select max(id) from provider_entry) \
        when 'change_set' then (select max(id) from change_set) \
        when 'change_item' then (select max(id) from change_item) \
        when 'transfer' then (select max(id) from transfer) \
        when 'event' then (select max(id) from event) end, 0) as bigint) \
        from id_block b order by b.kind";
}

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule {
        rule: "every order has its account and its service",
        what: "order",
        count: COUNT_ORDERS,
        offenders: LOST_ORDERS,
    },
    Rule {
        rule: "every key has its account",
        what: "key",
        count: COUNT_KEYS,
        offenders: LOST_KEYS,
    },
    Rule {
        rule: "every service has its category",
        what: "service",
        count: COUNT_SERVICES,
        offenders: LOST_SERVICES,
    },
    Rule {
        rule: "every request id has its order",
        what: "order",
        count: COUNT_REQUESTS,
        offenders: LOST_REQUESTS,
    },
    Rule {
        rule: "all parameters have their order",
        what: "order",
        count: COUNT_PARAMS,
        offenders: LOST_PARAMS,
    },
    Rule {
        rule: "every link that is taken has an open order",
        what: "order",
        count: COUNT_OPEN_LINKS,
        offenders: LOST_OPEN_LINKS,
    },
    Rule {
        rule: "an order that waits for its turn is pending, and another has its link",
        what: "order",
        count: COUNT_WAITING,
        offenders: LOST_WAITING,
    },
    Rule {
        rule: "runs wait only while their order waits for its turn, or a run is open",
        what: "order",
        count: COUNT_DRIP_FEEDS,
        offenders: HELD_DRIP_FEEDS,
    },
    Rule {
        rule: "a plan that is over is neither paused nor waits",
        what: "order",
        count: COUNT_DRIP_FEEDS,
        offenders: IDLE_DRIP_FEEDS,
    },
    Rule {
        rule: "every refill has its order",
        what: "refill",
        count: COUNT_REFILLS,
        offenders: LOST_REFILLS,
    },
    Rule {
        rule: "an order has one open refill at most",
        what: "order",
        count: COUNT_REFILLS,
        offenders: DOUBLE_REFILLS,
    },
    Rule {
        rule: "every cancel has its order",
        what: "cancel",
        count: COUNT_CANCELS,
        offenders: LOST_CANCELS,
    },
    Rule {
        rule: "a cancel is open only while its order is, and the order says so",
        what: "cancel",
        count: COUNT_CANCELS,
        offenders: LATE_CANCELS,
    },
    Rule {
        rule: "an order has one open cancel at most",
        what: "order",
        count: COUNT_CANCELS,
        offenders: DOUBLE_CANCELS,
    },
    Rule {
        rule: "an open order that says a cancel was asked has an open cancel",
        what: "order",
        count: COUNT_ORDERS,
        offenders: FLAGGED_ORDERS,
    },
    Rule {
        rule: "a refill is open only while its order is completed",
        what: "refill",
        count: COUNT_REFILLS,
        offenders: LATE_REFILLS,
    },
    Rule {
        rule: "every plan of runs has its order",
        what: "order",
        count: COUNT_DRIP_FEEDS,
        offenders: LOST_DRIP_FEEDS,
    },
    Rule {
        rule: "every plan of posts has its order",
        what: "order",
        count: COUNT_SUBSCRIPTIONS,
        offenders: LOST_SUBSCRIPTIONS,
    },
    Rule {
        rule: "every account's tier is there",
        what: "account",
        count: COUNT_ACCOUNTS,
        offenders: LOST_TIERS,
    },
    Rule {
        rule: "every price of a service has its service, and an account that knows of it",
        what: "account",
        count: COUNT_SERVICE_PRICES,
        offenders: LOST_SERVICE_PRICES,
    },
    Rule {
        rule: "every price of a product has its product, and an account that knows of it",
        what: "account",
        count: COUNT_PRODUCT_PRICES,
        offenders: LOST_PRODUCT_PRICES,
    },
    Rule {
        rule: "what was spent in a day was spent with a key",
        what: "key",
        count: COUNT_SPENDS,
        offenders: LOST_SPENDS,
    },
];

/// How many rows the rule is about.
///
/// # Errors
/// [`DbError`].
pub fn rows(tx: &mut dyn Tx, rule: &Rule) -> Result<u64, DbError> {
    let count = tx.row(&rule.count, &[], |row| row.int(0))?.unwrap_or(0);
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Up to twenty ids that break the rule.
///
/// # Errors
/// [`DbError`].
pub fn offenders(tx: &mut dyn Tx, rule: &Rule) -> Result<Vec<i64>, DbError> {
    tx.rows(&rule.offenders, &[], |row| row.int(0))
}

/// Every kind of id: its name, the next one, and the highest in use.
///
/// # Errors
/// [`DbError`].
pub fn id_blocks(tx: &mut dyn Tx) -> Result<Vec<(String, i64, i64)>, DbError> {
    tx.rows(&ID_BLOCKS, &[], |row| Ok((row.text(0)?.to_owned(), row.int(1)?, row.int(2)?)))
}
