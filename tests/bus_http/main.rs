//! The examples `books` and `shop`, called over real HTTP.

#[allow(dead_code, reason = "the example uses all of it")]
#[path = "../../examples/books/app/mod.rs"]
mod books_app;
#[allow(dead_code, reason = "the example uses all of it")]
#[path = "../../examples/shop/app/mod.rs"]
mod shop_app;

mod books;
mod client;
mod shop;
