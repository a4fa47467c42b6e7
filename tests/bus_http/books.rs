//! The books: commands in transactions, on a real `SQLite` file.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use fanfare::Bus;
use fanfare::bus::BusBuilder;
use futures_lite::future::block_on;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::books_app::{self, bindings, decorators, messages, store};
use crate::client::Served;

/// A file that is gone with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let name = format!("fanfare-bus-http-{}-{number}.sqlite", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// The titles that are really in the file.
    fn titles(&self) -> Vec<String> {
        let connection = Connection::open(&self.0).expect("the file is there");
        let mut select = connection
            .prepare("SELECT title FROM books ORDER BY title")
            .expect("the table is there");
        let titles = select.query_map([], |row| row.get(0)).expect("it is read");
        titles.collect::<Result<_, _>>().expect("text")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn books(file: &Scratch, register: fn(BusBuilder) -> BusBuilder) -> Served {
    let path = file.0.clone();
    Served::new(
        move || async move { books_app::start(&path, register).await.expect("it starts") },
        books_app::http::routes,
    )
}

fn stone() -> Value {
    json!({ "title": "Philosopher's Stone", "author": "J. K. Rowling", "year": 1997 })
}

/// The original's example, whichever way the handlers were registered.
fn creates_and_finds(register: fn(BusBuilder) -> BusBuilder) {
    let file = Scratch::new();
    let served = books(&file, register);
    assert_eq!(served.get("/books/Philosopher's%20Stone").status, 404);
    let created = served.post("/books", &stone());
    assert_eq!((created.status, created.json()), (201, stone()));
    let found = served.get("/books/Philosopher's%20Stone");
    assert_eq!((found.status, found.json()), (200, json!([stone()])));

    let taken = served.post("/books", &stone());
    assert_eq!(taken.status, 409);
    assert!(taken.text.contains("Philosopher's Stone"), "{taken:?}");
    assert_eq!(served.post("/books", &json!({ "title": 7 })).status, 422);
    assert!(served.get("/inspect").text.contains("create_book"));
    served.stop();
    assert_eq!(file.titles(), ["Philosopher's Stone"], "it is in the file");
}

#[test]
fn bindings_create_and_find() {
    creates_and_finds(bindings::register);
}

#[test]
fn decorators_create_and_find() {
    creates_and_finds(decorators::register);
}

#[test]
fn what_was_created_is_there_for_the_next_server() {
    let file = Scratch::new();
    let served = books(&file, bindings::register);
    assert_eq!(served.post("/books", &stone()).status, 201);
    served.stop();
    let served = books(&file, bindings::register);
    assert_eq!(served.get("/books/Philosopher's%20Stone").status, 200);
    served.stop();
}

/// Writes, and fails after that: the transaction of its command takes it back.
async fn create_and_fail(
    command: messages::CreateBook,
    transaction: fanfare::bus::Extension<books_app::transaction::Transaction>,
) -> Result<messages::Book, store::StoreError> {
    let title = command.title.clone();
    let book = messages::Book {
        title: command.title,
        author: command.author,
        year: command.year,
    };
    let written = book.clone();
    transaction
        .run(move |connection| store::Store::insert(connection, &written))
        .await?;
    match &*title {
        "refused" => Err(store::StoreError::Taken(title)),
        "panics" => panic!("on purpose"),
        _ => Ok(book),
    }
}

#[test]
fn a_command_that_fails_has_written_nothing() {
    let file = Scratch::new();
    let served = books(&file, |bus: BusBuilder| bus.command(create_and_fail));
    let bus: &Bus = &served.bus;
    let create = |title: &str| messages::CreateBook {
        title: title.into(),
        author: "A".into(),
        year: 1,
    };
    assert!(
        block_on(bus.execute(create("refused")).into_future())
            .unwrap()
            .is_err()
    );
    let error = block_on(bus.execute(create("panics")).into_future()).unwrap_err();
    assert_eq!(error.panic().expect("a panic").message(), "on purpose");
    assert!(
        block_on(bus.execute(create("kept")).into_future())
            .unwrap()
            .is_ok()
    );
    served.stop();
    assert_eq!(file.titles(), ["kept"]);
}

#[test]
fn many_at_once_are_all_written() {
    let file = Scratch::new();
    let served = Arc::new(books(&file, bindings::register));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let served = Arc::clone(&served);
            thread::spawn(move || {
                for number in 0..10 {
                    let title = format!("{writer}-{number}");
                    let book = json!({ "title": title, "author": "A", "year": number });
                    assert_eq!(served.post("/books", &book).status, 201);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().expect("all were written");
    }
    Arc::into_inner(served).expect("all have ended").stop();
    assert_eq!(file.titles().len(), 40);
}
