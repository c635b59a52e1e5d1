//! What is known of statements: the types of their parameters, and their texts.

use super::bulk;
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use tokio_postgres::types::Type;

/// A statement as PostgreSQL understands it.
#[derive(Debug)]
pub(super) struct Known {
    /// The types of its parameters.
    pub(super) types: Vec<Type>,
    /// For one row of parameters.
    pub(super) single: String,
    /// For many rows, when it has one of the known shapes.
    pub(super) many: Option<String>,
    /// Whether rows with different first parameters are different rows.
    pub(super) names_rows: bool,
}

/// All statements that were used so far, by their text.
#[derive(Debug, Default)]
pub(super) struct Statements(RwLock<HashMap<&'static str, Arc<Known>>>);

impl Statements {
    pub(super) fn get(&self, text: &'static str) -> Option<Arc<Known>> {
        self.0.read().get(text).cloned()
    }

    /// Keeps what the server said about the parameters of `text`.
    pub(super) fn keep(&self, text: &'static str, single: String, types: Vec<Type>) -> Arc<Known> {
        let many = bulk::many(text, &types);
        let known = Known { single, many, names_rows: bulk::names_rows(text), types };
        Arc::clone(self.0.write().entry(text).or_insert_with(|| Arc::new(known)))
    }
}
