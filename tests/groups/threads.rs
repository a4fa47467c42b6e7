//! Threads that send and connect at once: each event comes to one member of each group, no more and no fewer.

use std::array;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fanfare::{Callback, Event, Overflow, Signal};
use futures_lite::StreamExt;
use futures_lite::future::{block_on, yield_now};

use crate::runtime::Runtime;

const THREADS: usize = 4;
const SENDS: usize = 500;
const ALL: usize = THREADS * SENDS;

/// How often each event came.
#[derive(Clone)]
struct Ledger(Arc<Vec<AtomicUsize>>);

impl Ledger {
    fn new() -> Self {
        Self(Arc::new((0..ALL).map(|_| AtomicUsize::new(0)).collect()))
    }

    fn note(&self, number: usize) {
        self.0[number].fetch_add(1, Ordering::SeqCst);
    }

    fn notes(&self) -> impl Fn(&Event<usize>) + Send + Sync + 'static + use<> {
        let ledger = self.clone();
        move |ev| ledger.note(**ev)
    }

    /// How many events did not come exactly once.
    fn odd(&self) -> usize {
        let odd = |count: &&AtomicUsize| count.load(Ordering::SeqCst) != 1;
        self.0.iter().filter(odd).count()
    }
}

/// Each number once, on several threads.
fn on_threads(send: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        for of_thread in 0..THREADS {
            let send = &send;
            scope.spawn(move || (0..SENDS).for_each(|n| send(of_thread * SENDS + n)));
        }
    });
}

async fn each_event_comes_once_to_each_group_and_turns_are_fair(on: Runtime) {
    let signal = on.signal(0usize);
    let (one, two, all) = (Ledger::new(), Ledger::new(), Ledger::new());
    let counts: [Arc<AtomicUsize>; 5] = array::from_fn(|_| Arc::default());
    for count in &counts {
        let (count, notes) = (Arc::clone(count), one.notes());
        signal
            .connect_sync(move |ev: &Event<usize>| {
                count.fetch_add(1, Ordering::SeqCst);
                notes(ev);
            })
            .group("one")
            .now();
    }
    for _ in 0..3 {
        signal
            .connect_sync(two.notes())
            .keys(["k"])
            .group("two")
            .now();
    }
    signal.connect_sync(all.notes()).now();
    on_threads(|number| {
        let send = signal.send().key("k").with(number);
        assert_eq!(send.now().expect("nobody has it wait").count(), 3);
    });
    assert_eq!([one.odd(), two.odd(), all.odd()], [0, 0, 0]);
    let counts = counts.map(|count| count.load(Ordering::SeqCst));
    assert_eq!(counts, [ALL / 5; 5], "none of them is ever busy");
}

/// Members come and go, are blocked, and change their filters and their group; one of each group stays.
async fn no_event_is_lost_or_doubled_while_members_come_and_go(on: Runtime) {
    let signal = on.signal(0usize);
    let groups = [Ledger::new(), Ledger::new()];
    let names = ["one", "two"];
    for (ledger, name) in groups.iter().zip(names) {
        signal
            .connect_sync(ledger.notes())
            .key("k")
            .group(name)
            .now();
    }
    let left = AtomicUsize::new(THREADS);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut round = 0;
            while left.load(Ordering::SeqCst) > 0 {
                round += 1;
                let at = round % 2;
                let connect = signal.connect_sync(groups[at].notes()).group(names[at]);
                let connection = match round % 3 {
                    0 => connect.key("k").now(),
                    1 => connect.priority(1).key("k").now(),
                    _ => connect.keys(["k", "other"]).now(),
                };
                let guard = (round % 5 == 0).then(|| connection.block());
                connection.remove_keys(["other"]);
                connection.add_keys(["more"]);
                drop(guard);
                connection.disconnect();
            }
        });
        on_threads(|number| {
            let send = signal.send().key("k").with(number);
            let count = match number % 3 {
                0 => send.now().expect("nobody has it wait").count(),
                1 => block_on(send.join()).count(),
                _ => block_on(send.join().by_priority()).count(),
            };
            assert_eq!(count, 2);
            if number % SENDS == SENDS - 1 {
                left.fetch_sub(1, Ordering::SeqCst);
            }
        });
    });
    assert_eq!(groups.map(|ledger| ledger.odd()), [0, 0]);
    assert_eq!(signal.connection_count(), 2);
}

async fn async_members_with_limits_get_each_event_once(on: Runtime) {
    let signal = on.signal(0usize);
    let (ledger, inside) = (Ledger::new(), Arc::new(AtomicUsize::new(0)));
    for limit in [1, 2, 1] {
        let state = (ledger.clone(), Arc::clone(&inside));
        let callback = Callback::with(
            state,
            |(ledger, inside): (Ledger, Arc<AtomicUsize>), ev| async move {
                assert!(inside.fetch_add(1, Ordering::SeqCst) < 4);
                yield_now().await;
                ledger.note(**ev);
                inside.fetch_sub(1, Ordering::SeqCst);
            },
        );
        signal
            .connect_callback(&callback)
            .max_in_flight(limit)
            .group("team")
            .now();
    }
    on_threads(|number| {
        let send = signal.send().with(number);
        let report = match number % 2 {
            0 => block_on(send.join()),
            _ => block_on(send.join().by_priority()),
        };
        assert!(report.is_ok() && report.count() == 1);
    });
    assert_eq!((ledger.odd(), signal.failure_count()), (0, 0));
}

/// Streams of which some lose what they have no room for, and some have sends wait: as long as one waits nothing is lost.
async fn streams_get_each_event_once(on: Runtime) {
    let signal: Signal<usize> = on.signal(0);
    let policies = [
        (1, Overflow::Wait),
        (3, Overflow::Wait),
        (1, Overflow::DropOldest),
        (2, Overflow::DropNewest),
        (2, Overflow::KeepLatest),
    ];
    let streams = policies.map(|(capacity, overflow)| {
        let subscribe = signal.subscribe().capacity(capacity);
        subscribe.overflow(overflow).group("team").now()
    });
    let ledger = Ledger::new();
    thread::scope(|scope| {
        let readers = streams.map(|mut events| {
            let ledger = &ledger;
            scope.spawn(move || {
                block_on(async {
                    while let Some(ev) = events.next().await {
                        ledger.note(**ev);
                    }
                });
                events.lost()
            })
        });
        on_threads(|number| drop(block_on(async { signal.send().with(number).await })));
        signal.close();
        let lost = readers.map(|reader| reader.join().expect("it reads"));
        assert_eq!(lost, [0; 5]);
    });
    assert_eq!(ledger.odd(), 0);
}

on_each_runtime![
    each_event_comes_once_to_each_group_and_turns_are_fair,
    no_event_is_lost_or_doubled_while_members_come_and_go,
    async_members_with_limits_get_each_event_once,
    streams_get_each_event_once,
];
