//! Who handles the messages.

use std::sync::Arc;

use fanfare::Bus;
use fanfare::bus::{Dep, Emit, Published, Query};

use super::messages::{
    Order, OrderError, OrderOf, OrderPlaced, PlaceOrder, Restock, StockLow, StockOf,
};
use super::parts::{Mail, Orders, Stock};

/// Below this, more is ordered.
const LOW: u32 = 2;

pub(crate) async fn restock(command: Restock, stock: Dep<Stock>) -> u32 {
    let count = stock.of(&command.item).saturating_add(command.count);
    stock.set(&command.item, count);
    count
}

pub(crate) async fn place_order(
    command: PlaceOrder,
    stock: Dep<Stock>,
    orders: Dep<Orders>,
    emit: Emit,
) -> Result<Order, OrderError> {
    let PlaceOrder {
        customer,
        item,
        count,
    } = command;
    if count == 0 {
        return Err(OrderError::Nothing);
    }
    let there = stock.of(&item);
    let Some(left) = there.checked_sub(count) else {
        return Err(OrderError::OutOfStock { left: there });
    };
    stock.set(&item, left);
    if left < LOW {
        emit.event(StockLow { item: item.clone() });
    }
    let order = orders.add(customer, item, count);
    emit.event(OrderPlaced {
        order: order.clone(),
    });
    Ok(order)
}

pub(crate) async fn stock_of(query: StockOf, stock: Dep<Stock>) -> u32 {
    stock.of(&query.item)
}

pub(crate) async fn order_of(query: OrderOf, orders: Dep<Orders>) -> Option<Order> {
    orders.get(query.number)
}

pub(crate) async fn confirm(event: Arc<OrderPlaced>, mail: Dep<Mail>) {
    let Order {
        number,
        customer,
        item,
        count,
    } = &event.order;
    let text = format!("order {number}: {count} {item} are on their way");
    mail.send(customer, text);
}

/// Has the stock filled up, by a command of its own.
pub(crate) async fn reorder(event: Published<StockLow>, bus: Bus) -> Result<(), String> {
    let restock = Restock {
        item: event.item.clone(),
        count: 1,
    };
    let restocked = bus.execute(restock).key(event.item.as_str()).await;
    restocked.map_err(|error| error.to_string()).map(drop)
}

/// Letters to a customer, for who asks over HTTP.
#[derive(Debug)]
pub(crate) struct LettersTo(pub(crate) String);

impl Query for LettersTo {
    type Reply = Vec<String>;
}

pub(crate) async fn letters_to(query: LettersTo, mail: Dep<Mail>) -> Vec<String> {
    mail.sent_to(&query.0)
}
