//! Who handles the messages: plain async functions, which a test can call without any bus.

use std::sync::Arc;

use fanfare::bus::{Dep, Emits, Extension, Published};

use super::Failed;
use super::messages::{Book, BookCreated, BookQuery, BookQueryResult, CreateBook};
use super::store::Store;
use super::transaction::Transaction;

/// What it writes is in the transaction of its command. The event that it returns is dispatched once that was committed.
pub(crate) async fn create_book(
    command: CreateBook,
    transaction: Extension<Transaction>,
) -> Result<Emits<Book, BookCreated>, Failed> {
    let CreateBook {
        title,
        author,
        year,
    } = command;
    let book = Book {
        title,
        author,
        year,
    };
    let written = book.clone();
    transaction
        .run(move |connection| Store::insert(connection, &written))
        .await?;
    let event = BookCreated { book: book.clone() };
    Ok(Emits::new(book, event))
}

pub(crate) async fn book_created(event: Published<BookCreated>) {
    let cause = event.cause().map_or("nothing", |cause| cause.message());
    let cause = cause.rsplit("::").next().unwrap_or(cause);
    println!("  got event: {} was created, by {cause}", event.book.title);
}

pub(crate) async fn find_books(
    query: BookQuery,
    store: Dep<Store>,
) -> Result<Emits<BookQueryResult, BookQueryResult>, Failed> {
    let books = store.find(query.title).await?;
    let result = BookQueryResult { books };
    Ok(Emits::new(result.clone(), result))
}

pub(crate) async fn listen_query(event: Arc<BookQueryResult>) {
    println!("  got event: a query found {} books", event.books.len());
}

pub(crate) async fn on_start() {
    println!("  application started");
}
