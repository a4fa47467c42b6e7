//! What the bus carries.

use std::fmt;

use fanfare::bus::{Command, Event, Query};
use serde::{Deserialize, Serialize};

/// Puts more of an item into stock; replies how many there are.
#[derive(Debug)]
pub(crate) struct Restock {
    pub(crate) item: String,
    pub(crate) count: u32,
}

impl Command for Restock {
    type Reply = u32;
}

/// Sells something. Its key is the item, so two orders of the last one do not meet.
#[derive(Debug, Deserialize)]
pub(crate) struct PlaceOrder {
    pub(crate) customer: String,
    pub(crate) item: String,
    pub(crate) count: u32,
}

impl Command for PlaceOrder {
    type Reply = Result<Order, OrderError>;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Order {
    pub(crate) number: u64,
    pub(crate) customer: String,
    pub(crate) item: String,
    pub(crate) count: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum OrderError {
    OutOfStock { left: u32 },
    Nothing,
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfStock { left } => write!(f, "only {left} are left"),
            Self::Nothing => f.write_str("an order is of one or more"),
        }
    }
}

impl std::error::Error for OrderError {}

#[derive(Debug)]
pub(crate) struct StockOf {
    pub(crate) item: String,
}

impl Query for StockOf {
    type Reply = u32;
}

#[derive(Debug)]
pub(crate) struct OrderOf {
    pub(crate) number: u64,
}

impl Query for OrderOf {
    type Reply = Option<Order>;
}

#[derive(Debug)]
pub(crate) struct OrderPlaced {
    pub(crate) order: Order,
}

impl Event for OrderPlaced {}

#[derive(Debug)]
pub(crate) struct StockLow {
    pub(crate) item: String,
}

impl Event for StockLow {}
