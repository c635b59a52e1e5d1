//! Money put in by many, and what a key may spend in a day.

use super::Case;
use super::arena::PRICE;
use super::round::{ENOUGH, Outcome, RACERS, Round, same, told};
use counter::Failure;
use counter::accounts::Adjustment;
use domain::access::KeyRules;
use domain::orders::OrderRefusal;
use domain::products::ProductRefusal;
use domain::{KeyId, Micros};

pub(super) const CASES: &[Case] = &[
    Case { name: "credits", round: |round| Box::pin(credits(round)) },
    Case { name: "daily cap of keys", round: |round| Box::pin(daily_cap(round)) },
    Case { name: "orders while their key is revoked", round: |round| Box::pin(revoked(round)) },
];

/// Every credit counts, once.
async fn credits(round: Round<'_>) -> Outcome {
    let account = round.arena.account(0, 0).await;
    let now = round.now;
    let credited = round
        .race(|_, counter| async move {
            let (amount, reason) = (Micros::new(PRICE), String::from("race"));
            counter.credit(Adjustment { account, amount, reason }, "racer", now).await
        })
        .await;
    super::round::had(&credited, RACERS, |_| false)?;
    let racers = i64::try_from(RACERS).unwrap_or(0);
    same("the balance", round.arena.money(&[account]).await.0, PRICE * racers)?;
    let statement = round.arena.counter(0).statement(account, i64::MAX, 1_000).await;
    let numbers: Vec<i64> = statement.map_err(told)?.iter().map(|t| t.number).collect();
    same("numbers of transfers", numbers, (1..=racers).rev().collect())
}

/// Two keys, one in the place of the other, may spend together what one may.
async fn daily_cap(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let counter = arena.counter(0);
    let account = arena.rich(0);
    let enough = PRICE * i64::try_from(ENOUGH).unwrap_or(0);
    let rules = KeyRules { daily_cap: Some(Micros::new(enough)), ..KeyRules::default() };
    let random = || arena.seed()[..24].try_into().unwrap_or([0; 24]);
    let old = counter.make_bound_key(account, "race", rules, random(), now).await;
    let old = old.map_err(told)?.id;
    let new = counter.rotate_key(old, now.plus_hours(1), random(), now).await.map_err(told)?.id;
    let product = arena.product(counter::products::ProductChange::default()).await;
    arena.stock(product, RACERS, 1).await;
    let spent = round
        .race(|racer, counter| {
            let key: Option<KeyId> = Some(if racer % 2 == 0 { old } else { new });
            let order = arena.order(account, key);
            let mut pieces = arena.product_order(account, product, 1);
            pieces.key = key;
            async move {
                if racer % 4 < 2 {
                    match counter.place_order(order, now).await {
                        Ok(_) => Ok(true),
                        Err(Failure::Refused(OrderRefusal::KeyCap)) => Ok(false),
                        Err(error) => Err(told(error)),
                    }
                } else {
                    match counter.place_product_order(pieces, now).await {
                        Ok(_) => Ok(true),
                        Err(Failure::Refused(ProductRefusal::KeyCap)) => Ok(false),
                        Err(error) => Err(told(error)),
                    }
                }
            }
        })
        .await;
    let spent = spent.into_iter().collect::<Result<Vec<bool>, String>>()?;
    same("racers that spent", spent.iter().filter(|spent| **spent).count(), ENOUGH)?;
    let keys = counter.keys(account, now).await.map_err(told)?;
    for id in [old, new] {
        let shown = keys.iter().find(|shown| shown.key.id == id);
        let counted = shown.and_then(|shown| shown.spent_today);
        same("what was spent with a key", counted, Some(Micros::new(enough)))?;
    }
    Ok(())
}

/// Orders are placed with a key until it is revoked, and charged for exactly those.
async fn revoked(round: Round<'_>) -> Outcome {
    let (arena, now) = (round.arena, round.now);
    let counter = arena.counter(0);
    let account = arena.account(PRICE * 100, 0).await;
    let random = arena.seed()[..24].try_into().unwrap_or([0; 24]);
    let key = counter.make_key(account, "race", random, now).await.map_err(told)?.id;
    let placed = round
        .race(|racer, counter| {
            let order = arena.order(account, Some(key));
            let late = arena.order(account, Some(key));
            async move {
                if racer > 0 {
                    return match counter.place_order(order, now).await {
                        Ok(_) => Ok(1),
                        Err(Failure::Refused(OrderRefusal::Key)) => Ok(0),
                        Err(error) => Err(told(error)),
                    };
                }
                counter.revoke_key(key, now).await.map_err(told)?;
                match counter.place_order(late, now).await {
                    Err(Failure::Refused(OrderRefusal::Key)) => Ok(0),
                    other => Err(format!("placed with a key that was revoked: {other:?}")),
                }
            }
        })
        .await;
    let placed: i64 = placed.into_iter().sum::<Result<i64, String>>()?;
    same("money held", arena.money(&[account]).await, (PRICE * (100 - placed), PRICE * placed))
}
