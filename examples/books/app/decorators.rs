//! Each handler registered where it stands. What a decorator does in Python is a function here that takes the builder and gives it
//! back: each part of a program has one, and `main` calls them all.

use fanfare::bus::BusBuilder;

pub(crate) fn register(bus: BusBuilder) -> BusBuilder {
    reading::register(writing::register(bus)).named("on startup", super::handlers::on_start)
}

mod writing {
    use fanfare::bus::BusBuilder;

    use super::super::handlers::{book_created, create_book};

    pub(crate) fn register(bus: BusBuilder) -> BusBuilder {
        bus.command(create_book).event(book_created)
    }
}

mod reading {
    use fanfare::bus::BusBuilder;

    use super::super::handlers::{find_books, listen_query};

    pub(crate) fn register(bus: BusBuilder) -> BusBuilder {
        bus.query(find_books).event(listen_query)
    }
}
