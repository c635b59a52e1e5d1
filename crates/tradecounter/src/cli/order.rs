//! `order`.

use super::Desk;
use super::decide::{self, DecideArgs};
use super::find::find_account;
use super::order_view::shown;
use crate::failure::Failure;
use crate::output;
use clap::{Args, Subcommand};
use counter::orders::{OrderReport, Post, Report, Steer};
use domain::OrderId;
use domain::orders::{Order, State};
use serde_json::Value;
use store::tables::orders::Filter;

#[derive(Debug, Subcommand)]
pub(super) enum OrderCommand {
    /// Lists orders, newest first.
    List {
        /// Only those of this account (id or name).
        #[arg(long, conflicts_with = "state")]
        account: Option<String>,
        /// Only those in this state.
        #[arg(long, value_parser = parse_state)]
        state: Option<State>,
        /// Only orders below this id.
        #[arg(long, default_value_t = i64::MAX)]
        before: i64,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Shows all that is known of an order: money, timeline, parts, requests.
    Show {
        /// The order.
        order: i64,
    },
    /// Reports that work on an order has begun or goes on.
    Progress {
        #[command(flatten)]
        order: Reported,
        /// Only accepted, not begun: the customer sees Processing.
        #[arg(long, conflicts_with_all = ["start_count", "remains"])]
        accepted: bool,
        /// The counter before delivery.
        #[arg(long)]
        start_count: Option<i64>,
        /// Units left.
        #[arg(long)]
        remains: Option<i64>,
    },
    /// Reports that an order was delivered; its charge is earned.
    Complete {
        #[command(flatten)]
        order: Reported,
        /// The counter before delivery.
        #[arg(long)]
        start_count: Option<i64>,
        /// Zero, or below for over-delivery.
        #[arg(long)]
        remains: Option<i64>,
    },
    /// Reports that an order ended with units not delivered; their share is given back. Also
    /// corrects a finished order in the customer's favour.
    Partial {
        #[command(flatten)]
        order: Reported,
        /// Units not delivered.
        #[arg(long)]
        remains: i64,
        #[command(flatten)]
        sure: Sure,
    },
    /// Cancels an order; all of its charge is given back. Also corrects a finished order. To have it
    /// canceled by who has it, use `cancel ask`.
    Cancel {
        #[command(flatten)]
        order: Reported,
        #[command(flatten)]
        sure: Sure,
    },
    /// Pauses a drip-feed: no more runs start, what they cost stays held; runs that have started go
    /// on.
    Pause {
        #[command(flatten)]
        order: Reported,
    },
    /// Lets a paused drip-feed go on: a run that was due meanwhile starts at once, the others follow
    /// in their interval.
    Resume {
        #[command(flatten)]
        order: Reported,
    },
    /// Stops a drip-feed or a subscription: no more parts start, what they would have cost is given
    /// back. Parts that have started go on; `order cancel` cancels them too.
    Stop {
        #[command(flatten)]
        order: Reported,
    },
    /// Says what became of an order at its provider, when no answer came, or who has it, when an older
    /// copy of the database was put in its place: as you have seen it there.
    Decide(DecideArgs),
    /// Takes an order from the executor that has it, so that it can be pulled again. Make sure first
    /// that the executor does not deliver it any more.
    Release {
        /// The order.
        order: i64,
        /// What shows that it is not delivered twice.
        #[arg(long)]
        reason: String,
    },
    /// Reports a new post of a subscription; it becomes an order.
    Post {
        /// The subscription's order.
        order: i64,
        /// The post's link.
        #[arg(long)]
        link: String,
        /// Units to deliver to it.
        #[arg(long)]
        quantity: i64,
    },
}

#[derive(Debug, Args)]
pub(super) struct Reported {
    /// The order.
    order: i64,
    /// Why; it stands in the order's timeline and in the statement.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Sure {
    /// Also when a provider has the order, or may have it: it has ended there, or what it still delivers
    /// and charges is ours to bear.
    #[arg(long)]
    although_placed: bool,
}

fn parse_state(text: &str) -> Result<State, String> {
    State::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = State::ALL.iter().map(|state| state.name()).collect();
        format!("there are {}", names.join(", "))
    })
}

pub(super) async fn run(command: OrderCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        OrderCommand::List { account, state, before, limit } => {
            let filter = match (account, state) {
                (Some(account), _) => Filter::Account(find_account(desk, &account).await?),
                (None, Some(state)) => Filter::State(state),
                (None, None) => Filter::All,
            };
            let orders = desk.counter.list_orders(filter, OrderId(before), limit).await?;
            let rows: Vec<Value> = orders.iter().map(output::order).collect();
            let columns = [
                "order", "account", "service", "state", "quantity", "remains", "charge", "held",
                "created", "link",
            ];
            desk.output.list(&rows, &columns);
            Ok(())
        }
        OrderCommand::Show { order } => {
            let view = desk.counter.show_order(OrderId(order), desk.now).await?;
            let mut value = shown(&view);
            let attempts = desk.counter.attempts_of_order(view.order.id).await?;
            let attempts: Vec<Value> = attempts.iter().map(output::attempt).collect();
            if let Some(members) = value.as_object_mut().filter(|_| !attempts.is_empty()) {
                members.insert(String::from("attempts"), attempts.into());
            }
            desk.output.one(&value);
            Ok(())
        }
        OrderCommand::Decide(args) => decide::run(args, desk).await,
        OrderCommand::Progress { order, accepted: true, .. } => {
            report(desk, order, Report::Accepted).await
        }
        OrderCommand::Progress { order, start_count, remains, .. } => {
            report(desk, order, Report::Progress { start_count, remains }).await
        }
        OrderCommand::Complete { order, start_count, remains } => {
            report(desk, order, Report::Completed { start_count, remains }).await
        }
        OrderCommand::Partial { order, remains, sure } => {
            end(desk, order, Report::Partial { remains }, sure).await
        }
        OrderCommand::Cancel { order, sure } => end(desk, order, Report::Canceled, sure).await,
        OrderCommand::Release { order, reason } => {
            let (order, actor) = (OrderId(order), &desk.actor);
            let after = desk.counter.release_order(order, &reason, actor, desk.now).await?;
            let sentence = format!("order {} is pending again", after.id);
            desk.output.done(&output::order(&after), &sentence);
            Ok(())
        }
        OrderCommand::Pause { order } => steer(desk, order, Steer::Pause).await,
        OrderCommand::Resume { order } => steer(desk, order, Steer::Resume).await,
        OrderCommand::Stop { order } => steer(desk, order, Steer::Stop).await,
        OrderCommand::Post { order, link, quantity } => {
            let post = Post { order: OrderId(order), link, quantity };
            let placed = desk.counter.record_post(post, &desk.actor, desk.now).await?;
            let sentence = format!("order {} is placed for the post", placed.id);
            desk.output.done(&output::order(&placed), &sentence);
            Ok(())
        }
    }
}

async fn report(desk: &Desk, reported: Reported, report: Report) -> Result<(), Failure> {
    let order = OrderId(reported.order);
    let report = OrderReport { order, report, reason: reported.reason };
    let after = desk.counter.report_order(report, &desk.actor, desk.now).await?;
    told(desk, &after);
    Ok(())
}

async fn end(desk: &Desk, reported: Reported, ending: Report, sure: Sure) -> Result<(), Failure> {
    if sure.although_placed {
        return report(desk, reported, ending).await;
    }
    let order = OrderId(reported.order);
    let ending = OrderReport { order, report: ending, reason: reported.reason };
    let after = desk.counter.report_unless_placed(ending, &desk.actor, desk.now).await?;
    told(desk, &after);
    Ok(())
}

async fn steer(desk: &Desk, reported: Reported, steer: Steer) -> Result<(), Failure> {
    let (order, reason) = (OrderId(reported.order), reported.reason.as_deref());
    let after = desk.counter.steer_parts(order, steer, &desk.actor, reason, desk.now).await?;
    if steer == Steer::Stop {
        told(desk, &after);
        return Ok(());
    }
    let done = if steer == Steer::Pause { "is paused" } else { "goes on" };
    desk.output.done(&output::order(&after), &format!("order {} {done}", after.id));
    Ok(())
}

fn told(desk: &Desk, after: &Order) {
    let sentence = format!(
        "order {} is {}: charge {}, captured {}, released {}, held {}",
        after.id,
        after.state.name(),
        after.charge,
        after.captured,
        after.released,
        after.held()
    );
    desk.output.done(&output::order(after), &sentence);
}
