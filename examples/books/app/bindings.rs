//! All handlers bound to their messages in one place.

use fanfare::bus::BusBuilder;

use super::handlers::{book_created, create_book, find_books, listen_query, on_start};

pub(crate) fn register(bus: BusBuilder) -> BusBuilder {
    bus.command(create_book)
        .query(find_books)
        .event(book_created)
        .event(listen_query)
        .named("on startup", on_start)
}
