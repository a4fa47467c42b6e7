//! What the bus carries.

use fanfare::bus::{Command, Event, Query, Reply};
use serde::{Deserialize, Serialize};

use super::Failed;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Book {
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) year: u16,
}

impl Reply for Book {}

/// To be done: a book is put on the shelf.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CreateBook {
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) year: u16,
}

impl Command for CreateBook {
    type Reply = Result<Book, Failed>;
}

/// It has happened.
#[derive(Debug)]
pub(crate) struct BookCreated {
    pub(crate) book: Book,
}

impl Event for BookCreated {}

/// To be found out: which books have this title.
#[derive(Debug, Deserialize)]
pub(crate) struct BookQuery {
    pub(crate) title: String,
}

impl Query for BookQuery {
    type Reply = Result<BookQueryResult, Failed>;
}

/// The answer; and an event, for who wants to know what is asked.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BookQueryResult {
    pub(crate) books: Vec<Book>,
}

impl Event for BookQueryResult {}
