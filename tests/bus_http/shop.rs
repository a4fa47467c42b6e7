//! The shop: commands and queries as endpoints.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;

use futures_lite::future::block_on;
use serde_json::{Value, json};

use crate::client::Served;
use crate::shop_app;

fn shop() -> Served {
    Served::new(
        || async { shop_app::start().await.expect("nothing is missing") },
        shop_app::http::routes,
    )
}

fn order(customer: &str, item: &str, count: u32) -> Value {
    json!({ "customer": customer, "item": item, "count": count })
}

#[test]
fn endpoints_are_commands_and_queries() {
    let shop = shop();
    assert_eq!(shop.get("/stock/tea").text, "0");
    assert_eq!(shop.put("/stock/tea", &json!({ "count": 5 })).text, "5");

    let placed = shop.post("/orders", &order("Ada", "tea", 2));
    assert_eq!(placed.status, 201);
    let expected = json!({ "number": 1, "customer": "Ada", "item": "tea", "count": 2 });
    assert_eq!(placed.json(), expected);
    assert_eq!(shop.get("/orders/1").json(), expected);
    assert_eq!(shop.get("/stock/tea").text, "3");
    assert_eq!(shop.get("/orders/2").status, 404);

    let refused = shop.post("/orders", &order("Eve", "tea", 4));
    assert_eq!((refused.status, &*refused.text), (409, "only 3 are left"));
    let refused = shop.post("/orders", &order("Eve", "tea", 0));
    assert_eq!(
        (refused.status, &*refused.text),
        (409, "an order is of one or more")
    );
    assert_eq!(
        shop.get("/orders/2").status,
        404,
        "what was refused has not happened"
    );

    block_on(shop.bus.idle());
    let letters = shop.get("/mail/Ada").json();
    assert_eq!(letters, json!(["order 1: 2 tea are on their way"]));
    assert_eq!(
        shop.get("/mail/Eve").json(),
        json!([]),
        "no event follows from a refused order"
    );
    assert!(
        shop.get("/inspect")
            .text
            .starts_with("bus shop: open, 7 handlers")
    );
    shop.stop();
}

#[test]
fn what_follows_may_bring_about_more() {
    let shop = shop();
    shop.put("/stock/tea", &json!({ "count": 2 }));
    assert_eq!(shop.post("/orders", &order("Ada", "tea", 2)).status, 201);
    // The order made the stock low, which had more ordered.
    block_on(shop.bus.idle());
    assert_eq!(shop.get("/stock/tea").text, "1");
    shop.stop();
}

#[test]
fn orders_of_one_item_do_not_meet() {
    const STOCK: u32 = 40;
    let shop = Arc::new(shop());
    shop.put("/stock/tea", &json!({ "count": STOCK }));
    let buyers = (0..4).map(|buyer| {
        let shop = Arc::clone(&shop);
        thread::spawn(move || {
            let orders =
                (0..20).map(|_| shop.post("/orders", &order(&format!("c{buyer}"), "tea", 1)));
            let placed = orders.filter(|answer| answer.status == 201);
            let numbers = placed.map(|answer| answer.json()["number"].as_u64().expect("a number"));
            numbers.collect::<Vec<_>>()
        })
    });
    let buyers: Vec<_> = buyers.collect();
    let placed: Vec<u64> = buyers
        .into_iter()
        .flat_map(|buyer| buyer.join().expect("it has bought"))
        .collect();
    let different: HashSet<_> = placed.iter().collect();
    assert_eq!(different.len(), placed.len(), "each order has its number");
    block_on(shop.bus.idle());
    // What is low is filled up by one at a time, so more may be sold than there was; what was sold and what is left add up.
    let left: u32 = shop.get("/stock/tea").text.parse().expect("a number");
    assert!(placed.len() >= STOCK as usize && placed.len() <= 80);
    assert!(left <= 1 + 80, "{left}");
    let letters: usize = (0..4)
        .map(|buyer| {
            let letters = shop.get(&format!("/mail/c{buyer}")).json();
            letters.as_array().expect("a list").len()
        })
        .sum();
    assert_eq!(letters, placed.len(), "a letter for each order");
    Arc::into_inner(shop).expect("all have ended").stop();
}

#[test]
fn a_stopped_bus_refuses_and_the_server_ends() {
    let shop = shop();
    shop.put("/stock/tea", &json!({ "count": 5 }));
    assert_eq!(shop.post("/orders", &order("Ada", "tea", 1)).status, 201);
    let bus = shop.bus.clone();
    shop.stop();
    assert!(bus.is_closed());
    assert_eq!(bus.in_flight(), 0);
}
