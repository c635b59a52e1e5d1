//! `category`.

use super::Desk;
use crate::failure::Failure;
use clap::Subcommand;
use counter::catalogue::CategoryChange;
use domain::CategoryId;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum CategoryCommand {
    /// Adds a category, last in the catalogue unless a position is given.
    Add {
        /// Its name, unique.
        name: String,
        /// Its place, ascending.
        #[arg(long)]
        position: Option<i64>,
    },
    /// Changes a category.
    Edit {
        /// Its id.
        category: i64,
        /// A new name.
        #[arg(long)]
        name: Option<String>,
        /// A new place.
        #[arg(long)]
        position: Option<i64>,
    },
    /// Lists categories in catalogue order.
    List,
}

pub(super) async fn run(command: CategoryCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        CategoryCommand::Add { name, position } => {
            let change = CategoryChange { name: Some(name), position };
            let id = desk.counter.add_category(change, desk.now).await?;
            desk.output.done(&json!({ "category": id.0 }), &format!("category {id} is there"));
        }
        CategoryCommand::Edit { category, name, position } => {
            let change = CategoryChange { name, position };
            let id = CategoryId(category);
            let id = desk.counter.edit_category(id, change, desk.now).await?;
            desk.output.done(&json!({ "category": id.0 }), &format!("category {id} is changed"));
        }
        CategoryCommand::List => {
            let categories = desk.counter.categories().await?;
            let row = |c: &domain::catalogue::Category| json!({ "category": c.id.0, "position": c.position, "name": c.name });
            let rows: Vec<Value> = categories.iter().map(row).collect();
            desk.output.list(&rows, &["category", "position", "name"]);
        }
    }
    Ok(())
}
