//! The `SQLite` file.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_lock::{Mutex, MutexGuardArc};
use rusqlite::{Connection, ErrorCode};

use super::messages::Book;

/// The database. One connection, which one command or query has at a time.
#[derive(Clone)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
}

/// What goes wrong with a database.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// There is such a book already.
    Taken(String),
    Sqlite(rusqlite::Error),
}

impl Store {
    pub(crate) fn open(file: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS books (title TEXT PRIMARY KEY, author TEXT NOT NULL, year INTEGER NOT NULL)",
        )?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// The connection, for as long as it is held.
    pub(crate) async fn hold(&self) -> MutexGuardArc<Connection> {
        self.connection.lock_arc().await
    }

    pub(crate) fn insert(connection: &Connection, book: &Book) -> Result<(), StoreError> {
        let inserted = connection.execute(
            "INSERT INTO books (title, author, year) VALUES (?1, ?2, ?3)",
            (&book.title, &book.author, book.year),
        );
        match inserted {
            Ok(_) => Ok(()),
            Err(rusqlite::Error::SqliteFailure(error, _))
                if error.code == ErrorCode::ConstraintViolation =>
            {
                Err(StoreError::Taken(book.title.clone()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The books of this title. `SQLite` blocks, so it is asked on a thread for that.
    pub(crate) async fn find(&self, title: String) -> Result<Vec<Book>, StoreError> {
        let connection = self.hold().await;
        smol::unblock(move || {
            let mut select = connection
                .prepare_cached("SELECT title, author, year FROM books WHERE title = ?1")?;
            let books = select.query_map([title], |row| {
                Ok(Book {
                    title: row.get(0)?,
                    author: row.get(1)?,
                    year: row.get(2)?,
                })
            })?;
            Ok(books.collect::<Result<_, _>>()?)
        })
        .await
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken(title) => write!(f, "there is a book called {title:?} already"),
            Self::Sqlite(error) => write!(f, "the database failed: {error}"),
        }
    }
}

impl std::error::Error for StoreError {}
