//! A million sends at a consumer that is a hundred times slower: memory is bounded by the capacity, whatever the policy, and
//! what is delivered and what is lost is what was sent, exactly.
//!
//! One test, alone in its process, for the bytes that are counted are the whole process's. Slowness is modelled and not
//! slept: the consumer takes one for each hundred that are sent.
//!
//! Streams and queues get a million sends under each policy. Under `max_in_flight`, debounce and throttle there are fewer, since
//! what they keep is one event or two, which shows after a few thousand as well as after a million.

use std::alloc::System;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fanfare::testing::ManualClock;
use fanfare::{ConnectBuilder, Executor, Overflow, RecvError, Signal, TryRecvError};
use futures_lite::future::block_on;
use smol::channel::{Receiver, Sender, unbounded};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const BURST: u64 = 1_000_000;
const FEWER: u64 = 100_000;
/// How many times slower than the sender the consumer is.
const SLOWER: u64 = 100;
const CAPACITY: usize = 64;
/// More than one event that waits takes, with its payload and all that is kept beside it; and some for what does not grow.
const PER_EVENT: isize = 2 * 1024;
const BESIDES: isize = 64 * 1024;
/// Of all bursts together: eight queues, each with one that is called, and four that keep a few.
const BOUND: isize = 12 * (BESIDES + (CAPACITY as isize + 1) * PER_EVENT);

/// In order. Small, for moving it is most of what a send takes in a debug build; a million of them show all the same.
type Payload = u64;

/// The bytes that are live, and that they are never more than all bursts together may take.
struct Meter<'a>(&'a Region<'a, System>);

impl Meter<'_> {
    fn look(&self) {
        // Frees are read after allocations, so that what other threads do in between never makes it more than there was.
        let change = self.0.change();
        let live = change.bytes_allocated as isize - change.bytes_deallocated as isize;
        assert!(live <= BOUND, "{live} bytes live, of {BOUND}");
    }
}

/// A burst for each policy, each on a thread of its own, for a million sends take their time in a debug build.
#[test]
fn bursts_take_no_more_than_the_capacity() {
    let region = Region::new(ALLOCATOR);
    thread::scope(|scope| {
        let run = |what: String, burst: Box<dyn FnOnce(&Meter<'_>) + Send>| {
            let meter = Meter(&region);
            scope.spawn(move || {
                let began = Instant::now();
                burst(&meter);
                // Shown with `--nocapture`: nothing depends on it.
                println!("{what}: {:?}", began.elapsed());
            });
        };
        for lossy in [
            Overflow::DropOldest,
            Overflow::DropNewest,
            Overflow::KeepLatest,
        ] {
            run(
                format!("queue, {lossy}"),
                Box::new(move |meter| queue_that_loses(lossy, meter)),
            );
            run(
                format!("stream, {lossy}"),
                Box::new(move |meter| stream_that_loses(lossy, meter)),
            );
        }
        run("queue, wait".into(), Box::new(queue_that_waits));
        run("stream, wait".into(), Box::new(stream_that_waits));
        run(
            "max_in_flight of a connection".into(),
            Box::new(|meter| limit(false, meter)),
        );
        run(
            "max_in_flight of a signal".into(),
            Box::new(|meter| limit(true, meter)),
        );
        run("debounce".into(), Box::new(debounce));
        run("throttle".into(), Box::new(throttle));
    });
}

fn stream_that_loses(overflow: Overflow, meter: &Meter<'_>) {
    let signal = Signal::new(0u64);
    let subscribe = signal.subscribe().capacity(CAPACITY);
    let mut events = subscribe.overflow(overflow).now();
    let (mut delivered, mut told, mut next) = (0, 0, 0);
    let mut take = |received: Result<u64, TryRecvError>| match received {
        Ok(number) => {
            assert_eq!(number, next, "after {told} that were told to be lost");
            delivered += 1;
            next += 1;
            true
        }
        Err(TryRecvError::Lost(count)) => {
            told += count;
            next += count;
            true
        }
        Err(_) => false,
    };
    for number in 0..BURST {
        let sent = signal.send().with(number).now();
        assert!(sent.is_ok(), "nobody waits");
        if number % SLOWER == SLOWER - 1 {
            take(events.try_recv().map(|event| **event));
            assert!(events.len() <= CAPACITY);
            meter.look();
        }
    }
    signal.close();
    while take(events.try_recv().map(|event| **event)) {}
    assert_eq!(events.try_recv().err(), Some(TryRecvError::Closed));
    assert_eq!(told, events.lost(), "each loss is told");
    assert_eq!(delivered + events.lost(), BURST);
    assert!(delivered > 0 && events.lost() > BURST / 2);
}

/// The sender is held back to the consumer's pace, and everything is delivered.
fn stream_that_waits(meter: &Meter<'_>) {
    let signal = Signal::new(0u64);
    let subscribe = signal.subscribe().capacity(CAPACITY);
    let mut events = subscribe.overflow(Overflow::Wait).now();
    let (mut accepted, mut refused, mut delivered) = (0, 0, 0);
    for attempt in 0..BURST {
        match signal.send().with(accepted).now() {
            Ok(_) => accepted += 1,
            Err(unsent) => {
                assert_eq!(unsent.into_payload(), Some(accepted));
                refused += 1;
            }
        }
        if attempt % SLOWER == SLOWER - 1 {
            let event = events.try_recv().expect("nothing is lost");
            assert_eq!(**event, delivered);
            delivered += 1;
            meter.look();
        }
    }
    assert_eq!((events.lost(), accepted + refused), (0, BURST));
    signal.close();
    while let Ok(event) = block_on(events.recv()) {
        assert_eq!(**event, delivered);
        delivered += 1;
    }
    assert_eq!(block_on(events.recv()).err(), Some(RecvError::Closed));
    assert_eq!((delivered, events.lost()), (accepted, 0));
    assert!(refused > BURST / 2);
}

/// A callback that finishes one call for each ticket.
struct Slow {
    signal: Signal<Payload>,
    executor: Executor,
    tickets: Sender<()>,
    delivered: Arc<AtomicU64>,
}

impl Slow {
    fn new(
        signal: Signal<Payload>,
        executor: Executor,
        options: impl FnOnce(ConnectBuilder<Payload>) -> ConnectBuilder<Payload>,
    ) -> Self {
        let (tickets, calls): (Sender<()>, Receiver<()>) = unbounded();
        let delivered = Arc::new(AtomicU64::new(0));
        let connect = signal.connect_with(
            (calls, delivered.clone()),
            |(calls, delivered), _| async move {
                if calls.recv().await.is_ok() {
                    delivered.fetch_add(1, Ordering::Relaxed);
                }
            },
        );
        options(connect).now();
        Self {
            signal,
            executor,
            tickets,
            delivered,
        }
    }

    fn in_signal(options: impl FnOnce(ConnectBuilder<Payload>) -> ConnectBuilder<Payload>) -> Self {
        let executor = Executor::new();
        let signal = Signal::builder(0u64).spawner(executor.clone());
        Self::new(signal.build(), executor, options)
    }

    /// Has calls begin that may, and one that runs finish.
    fn finish_one(&self) {
        self.settle();
        self.tickets.try_send(()).expect("it is not closed");
        self.settle();
    }

    fn settle(&self) {
        while self.executor.try_tick() {}
    }

    fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }
}

fn queue_that_loses(overflow: Overflow, meter: &Meter<'_>) {
    let slow = Slow::in_signal(|connect| connect.sequential().queue(CAPACITY, overflow));
    for number in 0..BURST {
        let sent = slow.signal.send().with(number).now();
        assert!(sent.is_ok(), "nobody waits");
        if number % SLOWER == SLOWER - 1 {
            slow.finish_one();
            meter.look();
        }
    }
    let before = slow.delivered();
    assert_eq!(before, BURST / SLOWER, "one for each hundred");
    // The one that runs, and those that wait.
    for _ in 0..=CAPACITY {
        slow.finish_one();
    }
    let lost = slow.signal.failure_count();
    assert!(slow.executor.is_empty());
    assert_eq!(slow.delivered() + lost, BURST);
    assert!(slow.delivered() - before <= CAPACITY as u64 + 1);
}

fn queue_that_waits(meter: &Meter<'_>) {
    let slow = Slow::in_signal(|connect| connect.sequential().queue(CAPACITY, Overflow::Wait));
    let room = CAPACITY as u64 + 1;
    held_back(&slow, BURST, room, meter);
}

/// Sends that cannot wait, and get their payload back where they would have to: what was accepted is delivered.
fn held_back(slow: &Slow, attempts: u64, room: u64, meter: &Meter<'_>) {
    let (mut accepted, mut refused) = (0, 0);
    for attempt in 0..attempts {
        match slow.signal.send().with(attempt).now() {
            Ok(_) => accepted += 1,
            Err(unsent) => {
                assert_eq!(unsent.into_payload(), Some(attempt));
                refused += 1;
            }
        }
        if attempt % SLOWER == SLOWER - 1 {
            slow.finish_one();
            meter.look();
        }
    }
    assert_eq!(slow.delivered(), attempts / SLOWER);
    assert!(accepted - slow.delivered() <= room);
    for _ in 0..room {
        slow.finish_one();
    }
    assert!(slow.executor.is_empty());
    assert_eq!(slow.delivered(), accepted);
    assert_eq!(accepted + refused, attempts);
    assert!(refused > attempts / 2);
    assert_eq!(slow.signal.failure_count(), 0);
}

fn limit(of_signal: bool, meter: &Meter<'_>) {
    const AT_A_TIME: usize = 8;
    let executor = Executor::new();
    let mut signal = Signal::builder(0u64).spawner(executor.clone());
    if of_signal {
        signal = signal.max_in_flight(AT_A_TIME);
    }
    let slow = Slow::new(signal.build(), executor, |connect| match of_signal {
        true => connect,
        false => connect.max_in_flight(AT_A_TIME),
    });
    held_back(&slow, FEWER, AT_A_TIME as u64, meter);
}

/// In each hundred there is quiet once: the last event before it is delivered, and the others gave way.
fn debounce(meter: &Meter<'_>) {
    const QUIET: Duration = Duration::from_secs(1);
    let (executor, clock) = (Executor::new(), ManualClock::new());
    let signal = Signal::builder(0u64).spawner(executor.clone());
    let signal = signal.timer(clock.clone()).build();
    let delivered = Arc::new(AtomicU64::new(0));
    let slow = move |delivered: &Arc<AtomicU64>, ev: &fanfare::Event<Payload>| {
        assert_eq!(**ev % SLOWER, SLOWER - 1, "the last one of its hundred");
        delivered.fetch_add(1, Ordering::Relaxed);
    };
    let connect = signal.connect_with_sync(delivered.clone(), slow);
    connect.debounce(QUIET).now();
    let settle = || while executor.try_tick() {};
    for number in 0..FEWER {
        assert!(signal.send().with(number).now().is_ok());
        if number % SLOWER == SLOWER - 1 {
            settle();
            clock.advance(QUIET);
            settle();
            meter.look();
        } else if number % 10 == 0 {
            settle();
            // Not quite long enough.
            clock.advance(QUIET / 2);
            settle();
        }
    }
    assert_eq!(delivered.load(Ordering::Relaxed), FEWER / SLOWER);
    assert_eq!(signal.failure_count(), 0);
    assert!(executor.is_empty());
    assert_eq!(clock.sleepers(), 0);
}

/// One passes in each hundred, and the others do not come to the callback: nothing waits.
fn throttle(meter: &Meter<'_>) {
    const PAUSE: Duration = Duration::from_secs(1);
    let clock = ManualClock::new();
    let signal = Signal::builder(0u64).timer(clock.clone()).build();
    let delivered = Arc::new(AtomicU64::new(0));
    let count = |delivered: &Arc<AtomicU64>, _: &fanfare::Event<Payload>| {
        delivered.fetch_add(1, Ordering::Relaxed);
    };
    let connect = signal.connect_with_sync(delivered.clone(), count);
    connect.throttle(PAUSE).now();
    let mut held_back = 0;
    for number in 0..FEWER {
        let reached = signal.send().with(number).now();
        held_back += u64::from(reached.expect("nobody waits").count() == 0);
        if number % SLOWER == SLOWER - 1 {
            clock.advance(PAUSE);
            meter.look();
        }
    }
    assert_eq!(delivered.load(Ordering::Relaxed), FEWER / SLOWER);
    assert_eq!(delivered.load(Ordering::Relaxed) + held_back, FEWER);
    assert_eq!(signal.failure_count(), 0);
}
