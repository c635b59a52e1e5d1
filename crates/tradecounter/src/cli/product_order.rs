//! `product-order`.

use super::lines::read_pieces;
use super::{Desk, served};
use crate::failure::Failure;
use crate::{output, randomness};
use clap::{Args, Subcommand};
use counter::products::{Answer, Piece, ProductOrderView, ProductReport, StaffReport, Viewer};
use domain::products::{Pieces, ProductOrder};
use domain::{ProductOrderId, Timestamp};
use serde_json::{Value, json};
use store::tables::deliveries::Content;

#[derive(Debug, Subcommand)]
pub(super) enum ProductOrderCommand {
    /// Lists orders for products, newest first; with --open those that wait, oldest first.
    List {
        /// Only open ones.
        #[arg(long)]
        open: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Shows all that is known of an order but its secrets.
    Show {
        /// The order.
        order: i64,
    },
    /// Shows what the buyer was asked when ordering, and typed; it is logged.
    Form(Look),
    /// Shows what was delivered, each piece with its number; it is logged.
    Reveal(Look),
    /// Reports that work has begun.
    Begin(Reported),
    /// Delivers pieces by hand, one a line of a file or of standard input. Blank lines are passed
    /// over; a broken line delivers nothing.
    Deliver {
        #[command(flatten)]
        order: Reported,
        /// The file with the pieces; - for standard input.
        #[arg(long, value_name = "PATH")]
        file: Option<String>,
        /// Standard input. Pieces themselves are no arguments: they would stay in the shell's
        /// history, and everybody on the machine sees the arguments of a process.
        #[arg(value_name = "-")]
        standard_input: Vec<String>,
    },
    /// Delivers no more: Partial when something was delivered, Canceled otherwise; the rest is
    /// given back.
    End(Reported),
    /// Puts a fresh item in the place of a bad one, under the warranty that the product had when it
    /// was ordered.
    Replace {
        #[command(flatten)]
        order: Reported,
        /// The piece, by its number; `product-order show` lists them.
        #[arg(long, value_name = "N")]
        piece: i64,
    },
    /// Takes delivered pieces back and returns their price. The others keep their numbers.
    TakeBack {
        #[command(flatten)]
        order: Reported,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// A piece, by its number; give it once for each. `product-order show` lists them.
    #[arg(long, value_name = "N")]
    piece: Vec<i64>,
    /// So many, the last ones.
    #[arg(long, value_name = "COUNT")]
    pieces: Option<i64>,
}

impl From<Which> for Pieces {
    fn from(which: Which) -> Self {
        which.pieces.map_or(Self::Numbered(which.piece), Self::Last)
    }
}

#[derive(Debug, Args)]
pub(super) struct Reported {
    /// The order.
    order: i64,
    /// What the customer is told.
    #[arg(long)]
    note: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Look {
    /// The order.
    order: i64,
    /// Why; it stands in the log for ever.
    #[arg(long)]
    reason: String,
}

pub(super) async fn run(command: ProductOrderCommand, desk: &Desk) -> Result<(), Failure> {
    let counter = &desk.counter;
    let viewer = |reason: String| Viewer { actor: desk.actor.clone(), reason };
    match command {
        ProductOrderCommand::List { open, limit } => {
            let orders = if open {
                counter.open_product_orders(ProductOrderId(0), limit).await?
            } else {
                counter.list_product_orders(ProductOrderId(i64::MAX), limit).await?
            };
            let rows: Vec<Value> = orders.iter().map(row).collect();
            let columns = [
                "product_order",
                "account",
                "product",
                "state",
                "quantity",
                "delivered",
                "charge",
                "held",
                "created",
            ];
            desk.output.list(&rows, &columns);
            Ok(())
        }
        ProductOrderCommand::Show { order } => {
            let view = counter.show_product_order(ProductOrderId(order)).await?;
            let mut value = row(&view.order);
            if let Value::Object(members) = &mut value {
                members.insert(String::from("form"), view.form.as_slice().into());
                members.insert(String::from("pieces"), pieces(&view).into());
                let transfers = view.transfers.iter().map(output::transfer).collect();
                members.insert(String::from("transfers"), Value::Array(transfers));
                let timeline = view.events.iter().map(output::event).collect();
                members.insert(String::from("timeline"), Value::Array(timeline));
            }
            desk.output.one(&value);
            Ok(())
        }
        ProductOrderCommand::Form(Look { order, reason }) => {
            let id = ProductOrderId(order);
            let answers = counter.reveal_form(id, viewer(reason), desk.now).await?;
            let said = |answer: &Answer| json!({ "label": answer.label, "answer": answer.text });
            let rows: Vec<Value> = answers.iter().map(said).collect();
            let line = |answer: &Answer| format!("{}: {}", answer.label, answer.text);
            let lines: Vec<String> = answers.iter().map(line).collect();
            desk.output.done(&Value::from(rows), &lines.join("\n"));
            Ok(())
        }
        ProductOrderCommand::Reveal(Look { order, reason }) => {
            let id = ProductOrderId(order);
            let found = counter.reveal_product_order(id, viewer(reason), desk.now).await?;
            let said = |piece: &Piece| json!({ "piece": piece.number, "content": piece.line });
            let rows: Vec<Value> = found.pieces.iter().map(said).collect();
            let line = |piece: &Piece| format!("{}: {}", piece.number, piece.line);
            let lines: Vec<String> = found.pieces.iter().map(line).collect();
            desk.output.done(&Value::from(rows), &lines.join("\n"));
            Ok(())
        }
        ProductOrderCommand::Begin(order) => report(desk, order, ProductReport::Begin).await,
        ProductOrderCommand::Deliver { order, file, standard_input } => {
            let pieces = read_pieces(&piece_source(file, &standard_input)?)?;
            served::know_newest(desk, desk.counter.vault()).await?;
            report(desk, order, ProductReport::Deliver(pieces)).await
        }
        ProductOrderCommand::End(order) => report(desk, order, ProductReport::End).await,
        ProductOrderCommand::Replace { order, piece } => {
            report(desk, order, ProductReport::Replace(piece)).await
        }
        ProductOrderCommand::TakeBack { order, which } => {
            report(desk, order, ProductReport::TakeBack(which.into())).await
        }
    }
}

/// Where the pieces of a delivery come from. None of what was given is repeated: it may be a secret.
fn piece_source(file: Option<String>, arguments: &[String]) -> Result<String, Failure> {
    match (file, arguments) {
        (Some(file), []) => Ok(file),
        (None, [dash]) if dash == "-" => Ok(String::from("-")),
        (None, []) => Err(Failure::Usage(String::from(
            "name the file with the pieces, one a line, with --file PATH; or give - to read them \
             from standard input",
        ))),
        (Some(_), [dash]) if dash == "-" => {
            Err(Failure::Usage(String::from("give --file PATH or -, not both")))
        }
        _ => Err(Failure::Usage(String::from(
            "pieces are not taken as arguments: they would stay in the shell's history. Write them \
             into a file, one a line, and give --file PATH, or - to read them from standard input. \
             What was typed here is in the history now",
        ))),
    }
}

async fn report(desk: &Desk, reported: Reported, report: ProductReport) -> Result<(), Failure> {
    let report = StaffReport {
        order: ProductOrderId(reported.order),
        report,
        note: reported.note,
        actor: desk.actor.clone(),
        seed: randomness::bytes(),
    };
    let after = desk.counter.report_product_order(report, desk.now).await?;
    let sentence = format!(
        "order {} is {}: {} of {} delivered, captured {}, released {}, held {}",
        after.id,
        after.state.name(),
        after.delivered,
        after.quantity,
        after.captured,
        after.released,
        after.held()
    );
    desk.output.done(&row(&after), &sentence);
    Ok(())
}

fn row(order: &ProductOrder) -> Value {
    json!({
        "product_order": order.id.0,
        "account": order.account.0,
        "product": order.product.0,
        "state": order.state.name(),
        "quantity": order.quantity,
        "delivered": order.delivered,
        "rate": output::amount(order.rate),
        "warranty_days": order.warranty_days,
        "charge": output::amount(order.charge),
        "captured": output::amount(order.captured),
        "released": output::amount(order.released),
        "held": output::amount(order.held()),
        "note": order.note,
        "wait_until": order.wait_until.map(crate::clock::shown),
        "created": output::time(order.created),
        "changed": output::time(order.changed),
    })
}

/// What was delivered, one row for each piece and what took its place, without its secret.
fn pieces(view: &ProductOrderView) -> Vec<Value> {
    let mut rows = Vec::with_capacity(view.deliveries.len());
    let mut first = Timestamp(0);
    for delivery in &view.deliveries {
        if delivery.turn == 1 {
            first = delivery.at;
        }
        let item = match &delivery.content {
            Content::Item(item) => Some(item.0),
            Content::Line(_) => None,
        };
        let replaceable = item.and(view.order.warranty_until(first));
        rows.push(json!({
            "piece": delivery.piece,
            "item": item,
            "state": delivery.gone.map_or("delivered", |(why, _)| why.name()),
            "delivered": output::time(delivery.at),
            "gone": delivery.gone.map(|(_, since)| crate::clock::shown(since)),
            "warranty_until": replaceable.map(crate::clock::shown),
        }));
    }
    rows
}
