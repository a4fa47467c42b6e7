//! What handlers are given.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::messages::Order;

/// How many there are of each item.
#[derive(Debug, Default)]
pub(crate) struct Stock(Mutex<HashMap<String, u32>>);

impl Stock {
    pub(crate) fn of(&self, item: &str) -> u32 {
        let stock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stock.get(item).copied().unwrap_or(0)
    }

    pub(crate) fn set(&self, item: &str, count: u32) {
        let mut stock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stock.insert(item.to_owned(), count);
    }
}

/// The orders that were placed, numbered from 1.
#[derive(Debug)]
pub(crate) struct Orders(Mutex<Vec<Order>>);

impl Orders {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    pub(crate) fn add(&self, customer: String, item: String, count: u32) -> Order {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let order = Order {
            number: orders.len() as u64 + 1,
            customer,
            item,
            count,
        };
        orders.push(order.clone());
        order
    }

    pub(crate) fn get(&self, number: u64) -> Option<Order> {
        let orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = usize::try_from(number.checked_sub(1)?).ok()?;
        orders.get(place).cloned()
    }
}

/// Letters to customers.
#[derive(Debug)]
pub(crate) struct Mail(Mutex<Vec<(String, String)>>);

impl Mail {
    pub(crate) async fn connect() -> Self {
        // A real one would say hello to its server here, once.
        tokio::task::yield_now().await;
        Self(Mutex::new(Vec::new()))
    }

    pub(crate) fn send(&self, to: &str, text: String) {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push((to.to_owned(), text));
    }

    pub(crate) fn sent_to(&self, to: &str) -> Vec<String> {
        let sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let letters = sent.iter().filter(|(customer, _)| customer == to);
        letters.map(|(_, text)| text.clone()).collect()
    }
}
