//! What a burst of messages of every kind leaves behind: nothing.
//!
//! One test, alone in its process, for the counts are the whole process's.

use std::alloc::System;
use std::sync::Arc;
use std::time::Duration;

use fanfare::bus::{Body, Command, Dep, Emit, Event, Query};
use fanfare::testing::{ManualClock, SeededExecutor};
use fanfare::{Backoff, Bus};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations and bytes that are live now.
fn live() -> (isize, isize) {
    let stats = ALLOCATOR.stats();
    let difference = |made: usize, freed: usize| made as isize - freed as isize;
    (
        difference(stats.allocations, stats.deallocations),
        difference(stats.bytes_allocated, stats.bytes_deallocated),
    )
}

#[derive(Clone)]
struct Do(String);
impl Command for Do {
    type Reply = Result<String, String>;
}

struct Find(String);
impl Query for Find {
    type Reply = String;
}

struct Done(#[expect(dead_code, reason = "it is what is not to be kept")] String);
impl Event for Done {}

struct Unknown(#[expect(dead_code, reason = "it is what is not to be kept")] String);
impl Event for Unknown {}

fn bus(workers: usize) -> (SeededExecutor, ManualClock, Bus) {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let builder = Bus::builder()
        .spawner(executor.clone())
        .timer(clock.clone())
        .provide(String::from("greeting"))
        .factory(|text: Dep<String>| vec![text.len()])
        .command_with(
            async |command: Do, emit: Emit, _: Dep<Vec<usize>>| {
                emit.event(Done(command.0.clone()));
                emit.named("done", command.0.clone());
                futures_lite::future::yield_now().await;
                if command.0.ends_with('7') {
                    Err(command.0)
                } else {
                    Ok(command.0)
                }
            },
            |options| {
                options
                    .retry(Backoff::new(Duration::ZERO).attempts(2))
                    .timeout(Duration::from_secs(1))
            },
        )
        .query(async |find: Find, bus: Bus| {
            drop(bus.publish(Done(find.0.clone())).await);
            find.0
        })
        .event(async |_: Arc<Done>| ())
        .event_with(
            async |_: Arc<Done>| (),
            fanfare::bus::HandlerOptions::sequential,
        )
        .named("done", async |_: Body<String>| ());
    let builder = if workers > 0 {
        builder.workers(workers)
    } else {
        builder
    };
    (executor, clock, builder.start().now().unwrap())
}

#[test]
fn a_burst_leaves_nothing_behind() {
    for workers in [0, 2] {
        let (executor, clock, bus) = bus(workers);
        let run = || while executor.run_until_stalled() > 0 || clock.advance_to_next().is_some() {};
        // Each round uses every way to send, with keys that never come again.
        let round = |number: usize| {
            let text = || format!("number {number}");
            bus.execute(Do(text())).detached();
            bus.execute(Do(text())).key(number).detached();
            bus.execute(Do(text())).key("shared").detached();
            bus.query(Find(text())).key(text()).detached();
            bus.publish(Done(text())).key(number).detached();
            bus.publish(Unknown(text())).detached();
            bus.handle(Find(text())).detached();
            bus.handle_named("done", text()).detached();
            bus.handle_named("nothing", text()).detached();
            drop(bus.publish(Done(text())).now());
            // Given up while it waits.
            let mut cancelled = Box::pin(bus.execute(Do(text())).key(number).into_future());
            drop(futures_lite::future::block_on(
                futures_lite::future::poll_once(&mut cancelled),
            ));
            drop(cancelled);
            drop(
                executor.run_until(
                    bus.query(Find(text()))
                        .timeout(Duration::from_secs(9))
                        .into_future(),
                ),
            );
            if number % 50 == 0 {
                run();
            }
        };
        (0..200).for_each(&round);
        run();
        let before = live();
        (200..800).for_each(&round);
        run();
        let after = live();
        assert_eq!(bus.in_flight(), 0);
        let (allocations, bytes) = (after.0 - before.0, after.1 - before.1);
        // A table may have grown by a step.
        assert!(
            (-20..20).contains(&allocations),
            "{allocations} allocations more"
        );
        assert!((-4_000..4_000).contains(&bytes), "{bytes} bytes more");
        let weak = bus.downgrade();
        drop(bus);
        assert!(weak.upgrade().is_none() && executor.is_empty());
        assert_eq!(clock.sleepers(), 0);
    }
}
