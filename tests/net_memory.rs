//! What peers can make a link take: no more than the limits say, to the byte.
//!
//! One test, alone in its process, for the bytes that are counted are the whole process's.

use std::alloc::System;
use std::future::{pending, ready};

use fanfare::BoxFuture;
use fanfare::net::wire::Call;
use fanfare::net::{
    Answer, Carrier, CarrierError, Codec, FrameDecoder, Framing, Handler, Json, Limits, Link,
    LinkBuilder, MessagePack, PeerInfo, WhenFull, local,
};
use fanfare::testing::{ManualClock, SeededExecutor};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

type V = String;

struct Silent;

impl Handler<V> for Silent {
    fn call(&self, _: &Link<V>, _: Call<V>) -> Answer<V> {
        Answer::done()
    }
}

/// A peer that has said hello, and reads nothing any more.
struct Wall(async_lock::Mutex<Vec<&'static str>>);

impl Carrier for Wall {
    fn send(&self, _: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>> {
        Box::pin(pending())
    }

    fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>> {
        Box::pin(async {
            match self.0.lock().await.pop() {
                Some(text) => Ok(text.as_bytes().to_vec()),
                None => pending().await,
            }
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }

    fn info(&self) -> PeerInfo {
        PeerInfo::new("a wall")
    }
}

const HELLO: &str = r#"{"id":0,"method":"hello","params":{"protocol":1,"codec":"json"}}"#;

fn live(region: &Region<'_, System>) -> isize {
    let change = region.change();
    change.bytes_allocated as isize - change.bytes_deallocated as isize
}

fn event(bytes: usize) -> Call<V> {
    Call::Signal {
        listener_id: Some(7),
        sender: None,
        event: None,
        data: "x".repeat(bytes),
    }
}

fn builder(executor: &SeededExecutor, clock: &ManualClock) -> LinkBuilder<V> {
    Link::builder(Silent)
        .spawner(executor.clone())
        .timer(clock.clone())
}

/// A hundred thousand events for one who reads none: what is kept is bounded in number and in bytes.
fn slow_readers(executor: &SeededExecutor, clock: &ManualClock) {
    const MESSAGES: usize = 1_000;
    const BYTES: usize = 256 * 1024;
    // The bytes of messages, what is kept beside each, and a batch that was taken.
    const BOUND: isize = BYTES as isize + 1_000 * 200 + 64 * 1024;
    for policy in [
        WhenFull::Block,
        WhenFull::DropOldest,
        WhenFull::DropNewest,
        WhenFull::Disconnect,
    ] {
        for size in [10, 1_000] {
            let region = Region::new(ALLOCATOR);
            let limits = Limits::default()
                .queue(MESSAGES, BYTES)
                .when_full(policy)
                .no_heartbeat();
            let link = builder(executor, clock)
                .limits(limits)
                .accept(Wall(vec![HELLO].into()));
            executor.run_until_stalled();
            assert!(!link.is_plain());
            let (mut most, mut refused) = (0, 0);
            for n in 0..20_000 {
                refused += u64::from(link.try_send(event(size)).is_err());
                if n % 100 == 0 {
                    executor.run_until_stalled();
                    most = most.max(live(&region));
                }
            }
            let stats = link.stats();
            assert!(
                most <= BOUND,
                "{policy:?}, {size}: {most} bytes, of {BOUND}"
            );
            assert!(
                stats.queued <= MESSAGES && stats.queued_bytes <= BYTES,
                "{policy:?}, {size}: {stats}"
            );
            let lost = match policy {
                WhenFull::DropOldest | WhenFull::DropNewest => stats.dropped,
                WhenFull::Disconnect => {
                    assert!(link.close_reason().is_some());
                    refused
                }
                _ => refused,
            };
            assert!(
                lost >= 18_000,
                "{policy:?}, {size}: {stats}, {refused} refused"
            );
            link.abort();
            drop(link);
            executor.run_until_stalled();
            let left = live(&region);
            assert!(left < 16 * 1024, "{policy:?}: {left} bytes are left");
        }
    }
}

/// A peer that asks and asks and reads nothing.
fn askers(executor: &SeededExecutor, clock: &ManualClock) {
    let region = Region::new(ALLOCATOR);
    let (here, there) = local::pair();
    let limits = Limits::default().queue(100, 64 * 1024);
    let link = builder(executor, clock).limits(limits).accept(there);
    let ask = || {
        let call = format!(r#"{{"id":"{}","method":"get_version"}}"#, "x".repeat(1_000));
        executor.run_until(here.send(call.into_bytes()))
    };
    let mut asked = 0;
    while ask().is_some() && asked < 10_000 {
        asked += 1;
    }
    assert!(asked < 1_000, "it is read no more: {asked}");
    // The carriers keep 64 each way, the queue 64 KiB.
    let kept = live(&region);
    assert!(kept < 400 * 1024, "{kept} bytes");
    drop((link, here));
    executor.run_until_stalled();
}

/// What is announced takes no room before it comes.
fn announcements() {
    for prefix in [
        [0xff; 4],
        [0, 0x10, 0, 0],
        [0, 0x0f, 0xff, 0xff],
        [1, 0, 0, 0],
    ] {
        let region = Region::new(ALLOCATOR);
        let mut decoder = FrameDecoder::new(Framing::lengths());
        decoder.push(&prefix);
        decoder.push(&[0x81; 100]);
        let _ = decoder.next_frame();
        let taken = live(&region);
        assert!(taken <= 8 * 1024, "{prefix:?}: {taken} bytes");
    }
    for first in [0xdf, 0xdd, 0xdb, 0xc6, 0xc9] {
        let region = Region::new(ALLOCATOR);
        let frame = [first, 0xff, 0xff, 0xff, 0xff, 1, 2, 3];
        let most = region.change().bytes_allocated;
        let _ = MessagePack.decode::<serde_json::Value>(&frame, 16);
        let _ = MessagePack.decode::<Vec<u64>>(&frame, 16);
        let _ = MessagePack.decode::<fanfare::net::Bytes>(&frame, 16);
        let asked = region.change().bytes_allocated - most;
        // What is made room for beforehand is bounded by serde.
        assert!(asked <= 3 * 1024 * 1024, "{first:x}: {asked} bytes");
    }
    // What does come, a whole stream of it, leaves nothing behind.
    let region = Region::new(ALLOCATOR);
    let mut decoder = FrameDecoder::new(Framing::objects());
    let object = format!("{{\"a\":\"{}\"}}", "x".repeat(900_000));
    for _ in 0..10 {
        decoder.push(object.as_bytes());
        drop(decoder.next_frame().unwrap().expect("all of it has come"));
        decoder.push(b"{}");
        assert_eq!(decoder.next_frame().unwrap().expect("another"), b"{}");
    }
    drop(object);
    let kept = live(&region);
    assert!(kept <= 128 * 1024, "{kept} bytes are kept");
    let deep = "[".repeat(1 << 20);
    let region = Region::new(ALLOCATOR);
    Json.decode::<serde_json::Value>(deep.as_bytes(), 64)
        .unwrap_err();
    assert!(region.change().bytes_allocated < 4 * 1024);
}

#[test]
fn memory_is_bounded() {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    announcements();
    slow_readers(&executor, &clock);
    askers(&executor, &clock);
}
