//! One async function on every runtime: smol, tokio with many threads and with one, async-std.
//!
//! `cargo run --example runtimes`

use std::sync::Arc;

use fanfare::{Event, Signal, Spawner};
use smol::future::yield_now;

#[derive(Clone, Default)]
struct Page {
    words: Vec<&'static str>,
}

async fn longest(page: Arc<Event<Page>>) -> String {
    yield_now().await; // as a callback does that waits for something
    let longest = page.words.iter().max_by_key(|word| word.len());
    format!("longest: {}", longest.unwrap_or(&"none"))
}

async fn count(page: Arc<Event<Page>>) -> String {
    yield_now().await;
    format!("words: {}", page.words.len())
}

/// Knows no runtime: it passes on what spawns there.
async fn read(spawner: impl Spawner) -> Vec<String> {
    let pages = Signal::builder(Page::default())
        .reply::<String>()
        .spawner(spawner)
        .build();
    pages.connect(longest).await;
    pages.connect_sync(|_| String::from("read")).await;
    pages.connect(count).await;

    let words = vec!["a", "signal", "runs", "anywhere"];
    let delivery = pages.send().with(Page { words }).await;
    delivery.join().await.into_replies()
}

fn main() -> std::io::Result<()> {
    // Any closure that takes a boxed future is a spawner. (A signal that is given none finds smol, and with the feature
    // `tokio` a tokio runtime it is sent in, by itself.)
    let on_smol = smol::block_on(read(|task| smol::spawn(task).detach()));
    println!("smol: {on_smol:?}");

    let threads = tokio::runtime::Builder::new_multi_thread().build()?;
    let on_threads = threads.block_on(read(|task| {
        tokio::spawn(task);
    }));
    println!("tokio, many threads: {on_threads:?}");

    let current = tokio::runtime::Builder::new_current_thread().build()?;
    let on_current = current.block_on(read(|task| {
        tokio::spawn(task);
    }));
    println!("tokio, one thread: {on_current:?}");

    let on_async_std = async_std::task::block_on(read(|task| {
        async_std::task::spawn(task);
    }));
    println!("async-std: {on_async_std:?}");

    let expected = ["longest: anywhere", "read", "words: 4"];
    for replies in [on_smol, on_threads, on_current, on_async_std] {
        assert_eq!(replies, expected);
    }
    Ok(())
}
