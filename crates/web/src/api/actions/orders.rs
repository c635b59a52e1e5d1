//! `orders` without ids: the account's latest orders.
//!
//! Clients that never saw the answer to an `add` look here for the order before they send it again.

use super::status::word;
use super::{Answer, Asker};
use domain::Timestamp;
use panel_api::reply::{self, OrderRow};

pub(super) async fn answer(asker: &Asker<'_>, limit: u32) -> Answer {
    let recent = asker.counter.recent_orders(asker.account, limit.into(), asker.now).await?;
    let dates: Vec<String> = recent.iter().map(|(order, _)| date(order.created)).collect();
    let rows = recent.iter().zip(&dates).map(|((order, status), date)| OrderRow {
        order: order.id.0,
        service: order.service.0,
        link: &order.link,
        quantity: order.quantity,
        status: word(status.status),
        charge: status.charge,
        date,
    });
    let mut out = Vec::new();
    reply::orders(&mut out, rows);
    Ok(out)
}

/// The moment as the dialect writes it, UTC.
pub(crate) fn date(moment: Timestamp) -> String {
    // Only beyond the year 9999 is there no such date.
    let moment = jiff::Timestamp::from_microsecond(moment.0).unwrap_or(jiff::Timestamp::MAX);
    moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_utc_and_padded() {
        assert_eq!(date(Timestamp(0)), "1970-01-01 00:00:00");
        assert_eq!(date(Timestamp(1_772_440_389_999_999)), "2026-03-02 08:33:09");
        assert_eq!(date(Timestamp(i64::MAX)).len(), "9999-12-31 23:59:59".len());
    }
}
