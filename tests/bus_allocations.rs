//! How often a command allocates, exactly: a handler that nothing stands in front of costs the box of its future, and nothing else.
//!
//! One test, alone in its process, for the counts are the whole process's.

use std::alloc::System;
use std::future::IntoFuture;
use std::hint::black_box;
use std::sync::Arc;

use fanfare::Bus;
use fanfare::bus::{Command, Dep, Handler, Query};
use futures_lite::future::{block_on, yield_now};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations of a call, once what it needs for the first time is there.
fn allocations(mut call: impl FnMut()) -> usize {
    call();
    call();
    let region = Region::new(ALLOCATOR);
    call();
    let change = region.change();
    change.allocations + change.reallocations
}

struct Add(u64, u64);
impl Command for Add {
    type Reply = u64;
}

struct Halve(u64);
impl Command for Halve {
    type Reply = Result<u64, &'static str>;
}

struct Limit;
impl Query for Limit {
    type Reply = u64;
}

struct Late;
impl Query for Late {
    type Reply = u64;
}

struct Most(u64);
struct Made(u64);

struct Object;
struct Ask;
impl Command for Ask {
    type Reply = ();
}
impl Handler<Ask> for Object {
    type Needs = ();
    type Output = ();

    async fn handle(&self, _: Ask, (): ()) {}
}

async fn add(add: Add, most: Dep<Most>) -> u64 {
    (add.0 + add.1).min(most.0)
}

#[test]
fn commands_allocate_no_more_than_promised() {
    let bus = Bus::builder()
        .provide(Most(100))
        .singleton(|most: Dep<Most>| Made(most.0))
        .command(add)
        .command(async |halve: Halve, _: Dep<Most>, _: Option<Dep<Made>>| {
            if halve.0 % 2 == 0 {
                Ok(halve.0 / 2)
            } else {
                Err("odd")
            }
        })
        .query(async |_: Limit, made: Dep<Made>| made.0)
        .query(async |_: Late, most: Dep<Most>| {
            yield_now().await;
            most.0
        })
        .command(Object)
        .start()
        .now()
        .unwrap();
    let sent = allocations(|| {
        let reply = block_on(bus.execute(black_box(Add(2, 3))).into_future());
        assert_eq!(reply.unwrap(), 5);
    });
    assert_eq!(sent, 1, "the handler's future");
    let sent = allocations(|| {
        assert_eq!(
            block_on(bus.execute(Halve(6)).into_future()).unwrap(),
            Ok(3)
        );
    });
    assert_eq!(sent, 1, "a reply that may be an error");
    let sent = allocations(|| {
        assert_eq!(
            block_on(bus.execute(Halve(7)).into_future()).unwrap(),
            Err("odd")
        );
    });
    assert_eq!(sent, 1, "one that is");
    let sent = allocations(|| {
        assert_eq!(block_on(bus.query(Limit).into_future()).unwrap(), 100);
    });
    assert_eq!(sent, 1, "a singleton that was made");
    let sent = allocations(|| {
        assert_eq!(block_on(bus.query(Late).into_future()).unwrap(), 100);
    });
    assert_eq!(sent, 1, "a handler that waits");
    let sent = allocations(|| block_on(bus.execute(Ask).into_future()).unwrap());
    assert_eq!(sent, 2, "an object's future is boxed once more");
    let clone = bus.clone();
    let sent = allocations(|| {
        let bus = clone.clone();
        assert_eq!(block_on(bus.execute(Add(1, 1)).into_future()).unwrap(), 2);
    });
    assert_eq!(sent, 1, "handles are cheap");
    let sent = allocations(|| drop(black_box(bus.execute(Add(1, 1)).into_future())));
    assert_eq!(sent, 0, "nothing happens before the first poll");
    assert!(Arc::new(bus).in_flight() == 0);
}
