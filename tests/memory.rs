//! What a million connects and disconnects leave behind: nothing.
//!
//! One test, alone in its process, for the counts are the whole process's.

use std::alloc::System;
use std::sync::Arc;

use fanfare::{AsSender, Signal};
use futures_lite::future::block_on;
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

struct Machine {
    _number: u64,
}
impl AsSender for Machine {}

fn named(_: &fanfare::Event<u32>) {}

#[test]
fn a_million_connects_and_disconnects_leave_nothing_behind() {
    let signal = Signal::new(0u32);
    let stay = signal.connect_sync(|_| ()).key("stay").now();

    // Each round uses every kind of connection, with keys and senders that never come again.
    let round = |number: u64| {
        let machine = Arc::new(Machine { _number: number });
        let capture = number;
        let connections = [
            signal
                .connect_sync(move |_| assert_eq!(capture, number))
                .now(),
            signal
                .connect_sync(move |_| assert_eq!(capture, number))
                .key(number)
                .now(),
            signal
                .connect_sync(move |_| assert_eq!(capture, number))
                .sender(&machine)
                .key("shared")
                .now(),
            signal.connect_sync(named).keys([number, number + 1]).now(),
        ];
        if number % 100 == 0 {
            assert_eq!(
                block_on(signal.send().key(number).sender(&machine).join()).count(),
                4
            );
        }
        assert!(connections.iter().all(fanfare::Connection::disconnect));
        // This one is left to its sender's death.
        signal.connect_sync(|_| ()).sender(&machine).now();
    };

    // Tables and thread-locals grow to their size first.
    (0..50_000).for_each(&round);
    let before = live();
    (50_000..250_000).for_each(&round);
    let after = live();

    assert_eq!(
        signal.connection_count(),
        1,
        "all but one have been disconnected"
    );
    assert!(stay.is_connected());
    // A key that comes where others are may need one more bucket, which stays.
    let (allocations, bytes) = (after.0 - before.0, after.1 - before.1);
    assert!(
        (0..20).contains(&allocations),
        "{allocations} allocations more after 800,000 connections"
    );
    assert!(
        (0..2_000).contains(&bytes),
        "{bytes} bytes more after 800,000 connections"
    );

    drop(signal);
    assert!(!stay.is_connected());
}
