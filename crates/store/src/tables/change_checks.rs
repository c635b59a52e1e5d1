//! Change sets and what they refer to: what must be there. Read by `verify`.

use super::links::Rule;

crate::statements! {
    COUNT_ITEMS = "select cast(count(*) as bigint) from change_item";
    LOST_ITEMS = "select i.id from change_item i left join change_set s \
        on s.id = i.set_id and s.provider_id = i.provider_id left join route r on r.id = i.route_id \
        and r.service_id = i.service_id and r.provider_id = i.provider_id \
        where s.id is null or r.id is null order by i.id limit 20";
    DOUBLE_ITEMS = "select route_id from change_item where standing = 1 \
        group by route_id, finding having count(*) > 1 order by route_id limit 20";
    COUNT_SETS = "select cast(count(*) as bigint) from change_set";
    DOUBLE_SETS = "select provider_id from change_set where state = 'writing' \
        group by provider_id having count(*) > 1 order by provider_id limit 20";
    COUNT_OFFERS = "select cast(count(*) as bigint) from offer";
    LOST_OFFERS = "select o.first_set from offer o left join provider p on p.id = o.provider_id \
        where p.id is null order by o.first_set limit 20";
    COUNT_LISTED = "select cast(count(*) as bigint) from route_listed";
    LOST_LISTED = "select l.route_id from route_listed l left join route r on r.id = l.route_id \
        where r.id is null or (l.off_sale_with_it = 1 and l.gone = 0) order by l.route_id limit 20";
    HELD_FOR_NOTHING = "select id from change_item where made <> '' and (state = 'refused' \
        or state = 'undone' or state = 'outdated' or state = 'proposed') order by id limit 20";
}

/// Every rule about change sets.
pub const RULES: &[Rule] = &[
    Rule {
        rule: "every difference that was found has its set, and its route as it was then",
        what: "change item",
        count: COUNT_ITEMS,
        offenders: LOST_ITEMS,
    },
    Rule {
        rule: "no difference of a route stands twice",
        what: "route",
        count: COUNT_ITEMS,
        offenders: DOUBLE_ITEMS,
    },
    Rule {
        rule: "one list of a provider is taken in at a time",
        what: "provider",
        count: COUNT_SETS,
        offenders: DOUBLE_SETS,
    },
    Rule {
        rule: "only what was taken over or is held has edits in force",
        what: "change item",
        count: COUNT_ITEMS,
        offenders: HELD_FOR_NOTHING,
    },
    Rule {
        rule: "every offer has its provider",
        what: "offer of the change set",
        count: COUNT_OFFERS,
        offenders: LOST_OFFERS,
    },
    Rule {
        rule: "what lists say of a route belongs to one, and none is off sale with one in use",
        what: "route",
        count: COUNT_LISTED,
        offenders: LOST_LISTED,
    },
];
