//! Failures: replies that are errors, calls again after a while, calls that take too long, and one place to hear of it.
//!
//! `cargo run --example retry`

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fanfare::testing::{ManualClock, SeededExecutor};
use fanfare::{Backoff, Cause, Signal};
use smol::future;

const SECOND: Duration = Duration::from_secs(1);

fn main() {
    // Here time passes when the clock is told so, and callbacks run when the executor is. A program leaves the timer and the
    // spawner out, and has those of its runtime.
    let (clock, executor) = (ManualClock::new(), SeededExecutor::new(1));
    let mails = Signal::builder("")
        .fallible::<u32, String>()
        .timer(clock.clone())
        .spawner(executor.clone())
        .build();

    // All that fails is told here, named by its connection, whoever sent and whether or not they look at their report.
    let log = Arc::new(Mutex::new(Vec::new()));
    let writing = log.clone();
    mails
        .failures()
        .connect_sync(move |failed| {
            println!("  failure: {}", failed.failure());
            writing
                .lock()
                .expect("nobody panics here")
                .push(failed.failure().to_string());
        })
        .now();

    // Comes through at the third attempt, and replies how many it took.
    let attempts = AtomicU32::new(0);
    let server = move |_: Arc<fanfare::Event<&str>>| {
        let attempt = attempts.fetch_add(1, Ordering::Relaxed) + 1;
        println!("  attempt {attempt}");
        async move {
            if attempt < 3 {
                Err("the server is busy".to_owned())
            } else {
                Ok(attempt)
            }
        }
    };
    // A second, then two, and so on. Without `.jitter(0.0)` a part of each is left to chance.
    let backoff = Backoff::new(SECOND).attempts(5).jitter(0.0);
    let busy = mails.connect(server).name("busy").retry(backoff).now();

    println!("a server that is busy:");
    let delivery = mails.send().with("hello").now().expect("nothing is full");
    executor.run_until_stalled();
    while let Some(pause) = clock.advance_to_next() {
        println!("  ({pause:?} later)");
        executor.run_until_stalled();
    }
    let report = future::block_on(delivery.join());
    assert_eq!(report.replies(), [Ok(3)]);
    assert_eq!(clock.elapsed(), 3 * SECOND);
    assert_eq!(
        mails.failure_count(),
        0,
        "the call has succeeded, all in all"
    );
    busy.disconnect();

    println!("one that does not answer:");
    let silent = mails
        .connect(|_| future::pending())
        .name("silent")
        .timeout(5 * SECOND);
    let silent = silent.now();
    let delivery = mails.send().with("hello?").now().expect("nothing is full");
    executor.run_until_stalled();
    clock.advance(5 * SECOND);
    executor.run_until_stalled();
    let report = future::block_on(delivery.join());
    let failure = report.failures().next().expect("it never answers");
    assert!(matches!(failure.cause(), Cause::TimedOut));
    silent.disconnect();

    println!("one that refuses, and is not asked again:");
    mails
        .connect_sync(|_| Err("no such user".to_owned()))
        .name("strict")
        .now();
    let delivery = mails.send().with("hello!").now().expect("nothing is full");
    let report = future::block_on(delivery.join());
    // In a report it is a reply like any other.
    assert!(report.is_ok());
    assert_eq!(report.replies(), [Err("no such user".to_owned())]);

    let log = log.lock().expect("nobody panics here");
    assert_eq!(
        log[..],
        [
            "callback `silent` timed out",
            "callback `strict` failed: no such user"
        ]
    );
    assert_eq!(mails.failure_count(), 2);
}
