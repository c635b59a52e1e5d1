//! What one was told, everybody sees: also through another store, also what is kept in memory.

use super::Case;
use super::arena::{PRICE, RATE, request};
use super::round::{Outcome, RACERS, Round, same, told};
use crate::Boxed;
use counter::catalogue::ServiceChange;
use counter::orders::PlaceOrder;
use counter::{Counter, Failure};
use domain::orders::{OrderRefusal, PublicStatus};
use domain::{AccountId, Micros, Timestamp};
use std::time::Duration;

pub(super) const CASES: &[Case] = &[
    Case { name: "orders seen by everybody", round: |r| Box::pin(orders(r)) },
    Case {
        name: "keys that are revoked for everybody",
        round: |round| {
            let admit: Admit = |counter, key, now| Box::pin(admit(counter, key, now));
            Box::pin(revoked_keys(round, admit))
        },
    },
    Case { name: "orders while the rate changes", round: |r| Box::pin(rates(r)) },
];

/// Placed through one store, an order is there for the other one, which cancels it; then the first
/// one sees that.
async fn orders(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let before = arena.riches().await;
    let seen = round
        .race(|racer, _| {
            let (one, other) = (arena.counter(racer).clone(), arena.counter(racer + 1).clone());
            let account = arena.rich(racer);
            let order = arena.order(account, None);
            async move {
                let order = one.place_order(order, now).await.map_err(told)?;
                let statuses =
                    other.order_statuses(account, &[order], now, None).await.map_err(told)?;
                let status = statuses.first().map(|found| found.status);
                same("an order that was placed", status, Some(PublicStatus::Pending))?;
                let asked = other.ask_cancels(account, vec![order], now).await.map_err(told)?;
                same("its cancel", asked, vec![Some(Ok(()))])?;
                let statuses =
                    one.order_statuses(account, &[order], now, None).await.map_err(told)?;
                let status = statuses.first().map(|found| found.status);
                same("an order that was canceled", status, Some(PublicStatus::Canceled))
            }
        })
        .await;
    seen.into_iter().collect::<Result<Vec<()>, String>>()?;
    same("money", arena.riches().await, before)
}

/// For a second, a store may go by what it remembers of a key where others write beside it; not to
/// place an order.
const LOOKS: u32 = 100;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// A way to find out whose key it is; nothing when it is not good.
pub(crate) type Admit = fn(Counter, String, Timestamp) -> Boxed<'static, Admitted>;

/// Whose key it is.
pub(crate) type Admitted = Result<Option<AccountId>, String>;

/// Asks the counter.
pub(crate) async fn admit(counter: Counter, key: String, now: Timestamp) -> Admitted {
    let admitted = counter.admit(&key, None, now).await.map_err(told)?;
    Ok(admitted.map(|principal| principal.account))
}

/// A round: a key is good wherever it is used until it is revoked, and nowhere from then on.
pub(crate) async fn revoked_keys(round: Round<'_>, admit: Admit) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let in_order = arena.in_order();
    let seen = round
        .race(|racer, _| {
            let (one, other) = (arena.counter(racer).clone(), arena.counter(racer + 1).clone());
            let account = arena.rich(racer);
            let random = arena.seed()[..24].try_into().unwrap_or([0; 24]);
            let mut order = arena.order(account, None);
            async move {
                let made = one.make_key(account, "race", random, now).await.map_err(told)?;
                let key = made.token.reveal().to_owned();
                for counter in [&other, &one] {
                    let whose = admit(counter.clone(), key.clone(), now).await?;
                    same("whose key it is", whose, Some(account))?;
                }
                one.revoke_key(made.id, now).await.map_err(told)?;
                // At once, whatever a store still remembers.
                order.key = Some(made.id);
                let placed = other.place_order(order, now).await;
                let refused = matches!(placed, Err(Failure::Refused(OrderRefusal::Key)));
                same("an order with a revoked key is refused", refused, true)?;
                for counter in [&other, &one] {
                    for _ in 0..LOOKS {
                        let whose = admit(counter.clone(), key.clone(), now).await?;
                        if in_order || whose.is_none() {
                            same("whose revoked key it is", whose, None)?;
                            break;
                        }
                        tokio::time::sleep(BETWEEN_LOOKS).await;
                    }
                    let whose = admit(counter.clone(), key.clone(), now).await?;
                    same("whose revoked key it is", whose, None)?;
                }
                Ok(())
            }
        })
        .await;
    seen.into_iter().collect::<Result<Vec<()>, String>>().map(|_| ())
}

/// Whoever was told of the new rate pays it, wherever it orders; nobody pays the old one after it.
async fn rates(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let service = arena.service().await;
    let account = arena.account(PRICE * 1_000, 0).await;
    let placed = round
        .race(|racer, counter| {
            let other = arena.counter(1 - racer % 2).clone();
            let mut order: PlaceOrder = arena.order(account, None);
            order.request = request(service, &format!("https://example.com/{racer}"));
            let rate = Some(Micros::new(RATE * 2));
            async move {
                if racer > 0 {
                    return counter.place_order(order, now).await.map_err(told);
                }
                let change = ServiceChange { rate, ..ServiceChange::default() };
                counter.edit_service(service, change, now).await.map_err(told)?;
                other.place_order(order, now).await.map_err(told)
            }
        })
        .await;
    let placed = placed.into_iter().collect::<Result<Vec<_>, String>>()?;
    let mut charges = Vec::new();
    for order in &placed {
        let shown = arena.counter(0).show_order(*order, now).await.map_err(told)?;
        charges.push((order.0, shown.order.charge.raw()));
    }
    same("the charge of who changed the rate", charges[0].1, PRICE * 2)?;
    // In the order in which they were committed, where ids tell it.
    charges.sort_unstable_by_key(|(id, charge)| if arena.in_order() { *id } else { *charge });
    let dear = charges.iter().skip_while(|(_, charge)| *charge == PRICE);
    let dear: Vec<i64> = dear.map(|(_, charge)| *charge).collect();
    same("charges from the first new one on", &dear, &vec![PRICE * 2; dear.len()])?;
    let racers = i64::try_from(RACERS).unwrap_or(0);
    let held = PRICE * (racers + i64::try_from(dear.len()).unwrap_or(0));
    same("money", arena.money(&[account]).await, (PRICE * 1_000 - held, held))
}
