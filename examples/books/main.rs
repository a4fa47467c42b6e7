//! A library of books on a bus: commands and queries on a real `SQLite` file, each command in a transaction, events that follow, and
//! an event that goes by a name.
//!
//! `cargo run --example books` registers the handlers in two ways, does the same with each, and prints what happens.
//! `cargo run --example books -- serve 127.0.0.1:8080` offers the same bus over HTTP, until Ctrl-C.

mod app;

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use app::messages::{BookQuery, CreateBook};
use app::{bindings, decorators, http};
use fanfare::Bus;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What both ways come to.
async fn tell_a_story(bus: &Bus) -> Result<()> {
    bus.handle_named("on startup", ()).await?;
    let stone = CreateBook {
        title: "Philosopher's Stone".into(),
        author: "J. K. Rowling".into(),
        year: 1997,
    };
    let book = bus.execute(stone.clone()).await??;
    println!("  created {}", book.title);

    // The title is taken: the transaction is rolled back, and no event follows.
    let error = bus.execute(stone).await?.unwrap_err();
    println!("  not created: {error}");

    let title = "Philosopher's Stone".to_owned();
    let found = bus.query(BookQuery { title }).await??;
    assert_eq!(found.books, [book]);
    // Events are handled beside this: wait for the last of them.
    bus.idle().await;
    Ok(())
}

fn scratch_file(name: &str) -> PathBuf {
    env::temp_dir().join(format!(
        "fanfare-books-{}-{name}.sqlite",
        std::process::id()
    ))
}

async fn run() -> Result<()> {
    for (way, register) in [
        ("bindings", bindings::register as fn(_) -> _),
        ("decorators", decorators::register),
    ] {
        println!("{way}:");
        let file = scratch_file(way);
        let bus = app::start(&file, register).await?;
        let told = tell_a_story(&bus).await;
        bus.stop(Duration::from_secs(5)).await?;
        drop(bus);
        std::fs::remove_file(&file)?;
        told?;
    }
    Ok(())
}

async fn serve(address: &str) -> Result<()> {
    let file = scratch_file("served");
    let bus = app::start(&file, bindings::register).await?;
    println!("{}", bus.inspect());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stopping = bus.clone();
    // The bus hears of Ctrl-C; when it is closed no request is taken any more, and those that run are finished.
    let shutdown = async move {
        let _ = stopping.stopped().await;
    };
    axum::serve(listener, http::routes(bus))
        .with_graceful_shutdown(shutdown)
        .await?;
    std::fs::remove_file(&file)?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => run().await,
        ["serve", address] => serve(address).await,
        _ => Err("usage: books [serve ADDRESS]".into()),
    }
}
