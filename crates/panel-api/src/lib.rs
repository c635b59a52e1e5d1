//! panel-api
