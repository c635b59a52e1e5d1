//! One world in which everything there is has happened.

use super::World;
use crate::goods_ops;
use crate::model::Status::{Canceled, Completed, InProgress, Partial, Pending};
use crate::ops::{Op, Place, Reported};

/// A world in which every rule of `verify` has something to be about. Account 1 has an order in
/// each state: 1 pending, 2 in delivery with a cancel asked, 4 completed with a refill asked,
/// 5 partial, 6 canceled, 7 a package; 3 is a drip-feed with its run 11, 8 a subscription with its
/// post 13, 9 a drip-feed that was stopped after its run 12. Order 10 is account 2's. The last
/// orders, 13 to 16, are not sealed; 16 waits for 15 on its link.
pub(crate) async fn example() -> World {
    let mut world = World::new().await;
    let place = |service, link, quantity, runs| Place {
        account: 0,
        service,
        link,
        quantity,
        runs,
        request_id: None,
    };
    let steps = [
        Op::Credit { account: 0, amount: 2_000 },
        Op::Credit { account: 1, amount: 100 },
        Op::Cap { account: 0, cap: Some(2_000) },
        Op::Place(vec![
            place(0, 0, 10, 0),
            Place { request_id: Some(1), ..place(0, 1, 10, 0) },
            place(1, 2, 10, 3),
            place(0, 0, 13, 0),
            place(0, 1, 13, 0),
            place(0, 2, 13, 0),
            place(3, 0, 1, 0),
            place(4, 0, 1, 0),
            place(1, 3, 10, 3),
            Place { account: 1, ..place(0, 0, 10, 0) },
        ]),
        Op::Seal,
        Op::MoveParts,
        Op::Report { order: 1, report: Reported::Progress(4) },
        Op::AskCancel { order: 1, stranger: false },
        Op::Report { order: 3, report: Reported::Completed(0) },
        Op::Report { order: 4, report: Reported::Progress(9) },
        Op::Report { order: 4, report: Reported::Partial(4) },
        Op::Report { order: 5, report: Reported::Canceled },
        Op::Report { order: 11, report: Reported::Completed(0) },
        Op::AskCancel { order: 8, stranger: false },
        Op::Wait { minutes: 121 },
        Op::AskRefill { order: 0, stranger: false },
        Op::Seal,
        Op::Post { order: 7, quantity: 10 },
        Op::Place(vec![place(0, 5, 10, 0), place(5, 0, 10, 0), place(5, 0, 13, 0)]),
        Op::OpenAccount,
        Op::Credit { account: 2, amount: 1_000 },
    ];
    let trades = goods_ops::example().into_iter().map(Op::Trade);
    for (index, op) in steps.into_iter().chain(trades).enumerate() {
        world.step(index, &op).await;
    }
    let states: Vec<_> = world.model.orders.iter().map(|order| order.status).collect();
    let of_orders = [
        Pending, InProgress, InProgress, Completed, Partial, Canceled, Pending, InProgress,
        Partial, Pending, Pending, Completed, Pending, Pending, Pending, Pending,
    ];
    assert_eq!(states, of_orders);
    assert_eq!((world.model.cancels.len(), world.model.refills.len()), (2, 1));
    let states: Vec<_> = world.model.goods.bought.iter().map(|order| order.status).collect();
    let of_products =
        [Partial, Completed, Completed, Partial, InProgress, InProgress, Canceled, Pending];
    assert_eq!(states, of_products);
    world
}
