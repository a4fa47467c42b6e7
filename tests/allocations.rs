//! How often a send allocates, exactly: what was promised to cost nothing must go on doing so.
//!
//! One test, alone in its process, for the counts are the whole process's.

use std::alloc::System;
use std::future::IntoFuture;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::dispatcher::Dispatcher;
use fanfare::router::Route;
use fanfare::{
    Band, ChannelDef, Event, Hub, Inline, Key, Pattern, Router, Signal, Topic, by_address,
};
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

/// What is left over: allocations, and bytes.
fn live(make: impl FnOnce()) -> (isize, isize) {
    let region = Region::new(ALLOCATOR);
    make();
    let change = region.change();
    (
        change.allocations as isize - change.deallocations as isize,
        change.bytes_allocated as isize - change.bytes_deallocated as isize,
    )
}

const LOGS: Key = Key::from_static("logs");

#[test]
fn sends_allocate_no_more_than_promised() {
    for count in [1, 10, 100, 1_000] {
        let signal = Signal::new(0u64);
        for number in 0..count as u64 {
            signal
                .connect_sync(move |ev| {
                    black_box(**ev ^ number);
                })
                .now();
        }
        let sent = allocations(|| assert_eq!(signal.send().with(7).now().unwrap().count(), count));
        assert_eq!(sent, 0, "sync callbacks, {count}");
        let sent = allocations(|| assert_eq!(signal.send().now().unwrap().count(), count));
        assert_eq!(sent, 0, "sync callbacks, defaults, {count}");
        let sent =
            allocations(|| assert_eq!(block_on(signal.send().with(7).join()).count(), count));
        assert_eq!(sent, 0, "sync callbacks, joined, {count}");

        let signal = Signal::new(0u64);
        for number in 0..count as u64 {
            signal
                .connect(move |ev| async move {
                    black_box(**ev ^ number);
                })
                .now();
        }
        let sent =
            allocations(|| assert_eq!(block_on(signal.send().with(7).join()).count(), count));
        assert_eq!(sent, 1, "ready async callbacks: the event, {count}");
    }

    let signal = Signal::new(0u64);
    let place = Box::new(1u8);
    signal.connect_sync(|_| ()).key("logs").now();
    signal
        .connect_sync(|_| ())
        .sender(by_address(&*place))
        .now();
    assert_eq!(
        allocations(|| assert_eq!(signal.send().key(LOGS).with(7).now().unwrap().count(), 1)),
        0,
        "one key"
    );
    let by_sender = || {
        assert_eq!(
            signal
                .send()
                .sender(by_address(&*place))
                .with(7)
                .now()
                .unwrap()
                .count(),
            1
        );
    };
    assert_eq!(allocations(by_sender), 0, "one sender");
    let both = || {
        assert_eq!(
            signal
                .send()
                .key("logs")
                .sender(by_address(&*place))
                .now()
                .unwrap()
                .count(),
            2
        );
    };
    assert_eq!(allocations(both), 0, "a key and a sender");
    assert_eq!(
        allocations(|| assert_eq!(signal.send().key("none").now().unwrap().count(), 0)),
        0,
        "a key nobody listens to"
    );
    assert_eq!(
        allocations(|| assert_eq!(signal.send().now().unwrap().count(), 0)),
        0,
        "nobody without filters"
    );
    let silent = Signal::new(0u64);
    assert_eq!(
        allocations(|| assert_eq!(silent.send().with(7).now().unwrap().count(), 0)),
        0,
        "nobody at all"
    );

    groups_cost_nobody_else();
    async_calls();
    calls_through_dispatchers();
    channels();
    hubs();
    routers();

    connections_take_what_is_promised();
    a_key_costs_its_own_callbacks_alone();
}

struct Unchanged;

impl Dispatcher for Unchanged {}

/// Sends of a signal allocate for groups as long as there are some, and of another one never.
fn groups_cost_nobody_else() {
    let (signal, beside) = (Signal::new(0u64), Signal::new(0u64));
    let send = |signal: &Signal<u64>, count| {
        allocations(|| assert_eq!(signal.send().with(7).now().unwrap().count(), count))
            + allocations(|| assert_eq!(signal.send().key(LOGS).now().unwrap().count(), count))
            + allocations(|| assert_eq!(block_on(signal.send().to_all().join()).count(), count))
    };
    (0..9).for_each(|_| drop([&signal, &beside].map(|signal| signal.connect_sync(|_| ()).now())));
    // One to all looks at each connection before it begins.
    assert_eq!(send(&signal, 9), 1);
    let members = [(); 3].map(|()| signal.connect_sync(|_| ()).group("team").now());
    let in_groups = send(&signal, 10);
    assert!(
        (1..=24).contains(&in_groups),
        "a row, and what chooses: {in_groups}"
    );
    assert_eq!(send(&beside, 9), 1);
    members
        .iter()
        .for_each(|member| drop(member.disconnect_and_wait()));
    assert_eq!(send(&signal, 9), 1, "they are gone");
}

/// A few each, and none beside them.
fn calls_through_dispatchers() {
    for dispatchers in [1, 2] {
        let builder = (0..dispatchers).fold(Signal::builder(0u64), |builder, _| {
            builder.dispatcher(Unchanged)
        });
        let signal = builder.build();
        let send = || drop(black_box(signal.send().with(7).now()));
        assert_eq!(allocations(send), 3, "the event, the round, and its terms");
        let sent = [(); 2].map(|()| {
            signal
                .connect_sync(|ev| {
                    black_box(**ev);
                })
                .now();
            allocations(send)
        });
        let each = sent[1] - sent[0];
        assert_eq!(each, 3 + dispatchers, "a sync call through {dispatchers}");
    }
}

/// Sends on channels cost what sends on their signal do, and so do those of a definition.
fn channels() {
    static DEF: ChannelDef<u64> = ChannelDef::new("allocations");
    let band = Band::new();
    for has_dead in [false, true] {
        for count in [1, 10, 100] {
            let name = format!("{count} {has_dead}");
            let all = band.channel::<u64, ()>(name).unwrap();
            let (parent, other) = (Arc::new(1), Arc::new(2));
            let own = all.bound(&parent);
            let to = [&own, &all, &own.bound(&other)];
            for number in 0..count as u64 {
                let receive = move |ev: &Event<u64>| {
                    black_box(**ev ^ number);
                };
                to.iter()
                    .for_each(|to| drop(to.connect_sync(receive).now()));
            }
            if has_dead {
                // Dead ones, once they have been met, cost nothing either.
                let dead = Arc::new(3);
                all.bound(&dead).connect_sync(|_| ()).now();
                drop(dead);
            }
            for (channel, reached) in [(&own, 2 * count), (&all, 3 * count)] {
                let sent =
                    allocations(|| assert_eq!(channel.send(7).now().unwrap().count(), reached));
                assert_eq!(sent, 0, "{channel:?}, {count}");
                let sent = allocations(|| {
                    assert_eq!(block_on(channel.send(7).join()).count(), reached);
                });
                assert_eq!(sent, 0, "{channel:?}, joined, {count}");
                let sent = allocations(|| channel.send_detached(7));
                assert_eq!(sent, 0, "{channel:?}, detached, {count}");
            }
        }
    }

    let parent = Arc::new(1);
    DEF.of(&parent).connect_sync(|_| ()).now();
    DEF.unbound().connect_sync(|_| ()).now();
    for is_in_scope in [false, true] {
        let _inside = is_in_scope.then(|| Band::global().enter());
        let sent = allocations(|| assert_eq!(DEF.of(&parent).send(7).now().unwrap().count(), 2));
        assert_eq!(sent, 0, "a definition, bound");
        let sent = allocations(|| assert_eq!(DEF.unbound().send(7).now().unwrap().count(), 2));
        assert_eq!(sent, 0, "a definition, unbound");
    }
    let found = allocations(|| drop(band.channel::<u64, ()>("1 false").unwrap()));
    assert_eq!(found, 0, "a channel that is there");
    let sent = allocations(|| assert_eq!(band.send("nobody", 7u64).now().unwrap().count(), 0));
    assert_eq!(sent, 1, "a name that nobody declared: its delivery");
}

/// What a publish costs; and that questions about a topic cost those who listen to it, however many others there are.
fn hubs() {
    let hub = Hub::<u64>::new();
    let topic = Topic::from(["plant", "north", "level"]);
    let publish = |count| {
        let sent = || assert_eq!(hub.publish(&topic, 7).now().unwrap().count(), count);
        let awaited = || {
            let delivery = block_on(hub.publish(&topic, 7).into_future());
            assert_eq!(delivery.unwrap().count(), count);
        };
        let counts = (allocations(sent), allocations(awaited));
        assert_eq!(counts.0, counts.1, "now, and awaited");
        counts.0
    };
    assert_eq!(publish(0), 0, "nobody");
    hub.connect_sync(|_| ()).topic(&topic).now().unwrap();
    assert_eq!(publish(1), 0, "one that is exact");
    hub.connect_sync(|_| ()).topic("plant.*").now().unwrap();
    assert_eq!(publish(2), 0, "and one with a wildcard");
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("plant.?.level").now().unwrap();

    let questions = || {
        allocations(|| assert!(hub.has_subscribers(&topic).unwrap()))
            + allocations(|| assert_eq!(hub.queue_sizes(&topic).unwrap().len(), 3))
    };
    let few = questions();
    for number in 0..1_000 {
        let pattern = Pattern::from(["plant".to_owned(), number.to_string()]);
        hub.connect_sync(|_| ()).topic(&pattern).now().unwrap();
        hub.connect_sync(|_| ())
            .topic(pattern.rest())
            .now()
            .unwrap();
    }
    assert_eq!(questions(), few);
}

/// What a message costs, by whichever route it is heard.
fn routers() {
    let router = Router::<u64>::new();
    let sender = router
        .sender("a sender whose name is rather long")
        .event("#level");
    let sender = sender.register().now().unwrap();
    let send = |count| {
        let sent = || assert_eq!(sender.send("#level", 7).now().unwrap().count(), count);
        let awaited = || {
            let delivery = block_on(sender.send("#level", 7).into_future());
            assert_eq!(delivery.unwrap().count(), count);
        };
        let counts = (allocations(sent), allocations(awaited));
        assert_eq!(counts.0, counts.1, "now, and awaited");
        counts.0
    };
    assert_eq!(send(0), 0, "nobody");
    let routes = [
        Route::new(sender.name(), "#level"),
        Route::channel("level"),
        Route::of_sender(sender.name()),
        Route::any(),
    ];
    for (number, route) in routes.iter().enumerate() {
        router.connect_sync(|_| ()).route(route.clone()).now();
        assert_eq!(send(number + 1), 0, "and by {route}");
    }
    router.connect_sync(|_| ()).routes(routes).now();
    assert_eq!(send(5), 0, "and by all of them");
    let asked = allocations(|| assert!(sender.has_listeners("#level")));
    assert!(asked <= 4, "whether anybody listens: {asked}");
}

fn connections_take_what_is_promised() {
    const CONNECTIONS: u64 = 10_000;
    let signal = Signal::builder(0u64).key::<u64>().build();
    let connect = |number: u64| {
        signal.connect_sync(move |ev| {
            black_box(**ev ^ number);
        })
    };
    connect(0).now();
    let (allocations, _) = live(|| (0..64).for_each(|number| drop(connect(number).now())));
    assert_eq!(allocations, 64, "unfiltered: the lists grow in place");
    let (_, bytes) = live(|| (0..CONNECTIONS).for_each(|number| drop(connect(number).now())));
    assert!(bytes <= 100 * CONNECTIONS as isize, "unfiltered: {bytes}");
    let (_, bytes) = live(|| (0..CONNECTIONS).for_each(|key| drop(connect(key).key(key).now())));
    // Some 150 each; how full the table's buckets are is a matter of the hasher's seed.
    assert!(bytes <= 180 * CONNECTIONS as isize, "keyed: {bytes}");

    // The callback and where it is filed, and nothing else.
    let (allocations, _) = live(|| drop(connect(0).key(CONNECTIONS + 1).now()));
    assert!(allocations <= 3, "a key: {allocations}");
}

fn a_key_costs_its_own_callbacks_alone() {
    let calls = Arc::new(AtomicUsize::new(0));
    let signal = Signal::builder(0u64).key::<u64>().build();
    for key in 0..1_000u64 {
        let calls = Arc::clone(&calls);
        let count = move |_: &Event<u64, u64>| {
            calls.fetch_add(1, Ordering::Relaxed);
        };
        signal.connect_sync(count).keys([key, key + 1]).now();
    }
    assert_eq!(signal.send().keys([7u64, 8]).now().unwrap().count(), 3);
    assert_eq!(calls.swap(0, Ordering::Relaxed), 3, "each once");
    assert_eq!(signal.send().key(5_000u64).now().unwrap().count(), 0);
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

/// Async callbacks that are not ready at once, or not in the sender's task.
fn async_calls() {
    let joined = |signal: &Signal<u64>, count| {
        allocations(|| assert_eq!(block_on(signal.send().with(7).join()).count(), count))
    };
    for (count, waiting) in [(1, 3), (10, 14), (100, 128)] {
        let signal = Signal::builder(0u64).spawner(Inline).build();
        (0..count).for_each(|_| drop(signal.connect(|_| async {}).now()));
        assert_eq!(
            allocations(|| {
                let delivery = signal.send().with(7).now().unwrap();
                assert_eq!(block_on(delivery.join()).count(), count);
            }),
            count + 3,
            "spawned: the event, the board, the way to it, and a job each, {count}"
        );

        let signal = Signal::new(0u64);
        (0..count).for_each(|_| drop(signal.connect(|_| yield_now()).now()));
        assert_eq!(
            joined(&signal, count),
            waiting,
            "waiting: the event, a future each, and where they wait, {count}"
        );
    }

    let signal = Signal::new(0u64);
    signal
        .connect(|ev| async move {
            let large = black_box([**ev; 200]);
            if large[0] == 0 {
                yield_now().await;
            }
            black_box(large);
        })
        .now();
    assert_eq!(joined(&signal, 1), 2, "ready, but too large to be kept");

    let signal = Signal::new(0u64);
    signal
        .connect_with(signal.downgrade(), |weak, ev| {
            if let (Some(signal), 1..) = (weak.upgrade(), **ev) {
                let _ = block_on(signal.send().with(**ev - 1).join());
            }
            async {}
        })
        .now();
    let nested = allocations(|| drop(block_on(signal.send().with(1).join())));
    assert_eq!(
        nested, 5,
        "ready, one in the other: an event and a future each, and what the inner `block_on` needs"
    );
}
