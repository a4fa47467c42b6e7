//! Threads that send, stop and disconnect, under dispatchers that do everything at random.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver, Results};
use fanfare::{BoxFuture, Signal, Spawner};
use futures_lite::future::{block_on, poll_once, yield_now};
use smol::channel::bounded;

use crate::kit::boxed;
use crate::runtime::Runtime;

/// Does one thing or another with each call, and counts what comes and goes.
struct Chance {
    elsewhere: Arc<dyn Spawner>,
    calls: AtomicUsize,
    begun: AtomicUsize,
    ended: AtomicUsize,
}

struct Shared(Arc<Chance>);

impl Dispatcher for Shared {
    fn before(&self, _: &Context) {
        self.0.begun.fetch_add(1, Ordering::SeqCst);
    }

    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let chance = &*self.0;
        match chance.calls.fetch_add(1, Ordering::SeqCst) % 7 {
            0 => receiver.skip(),
            1 => receiver.reply(1u32),
            2 => boxed(async move {
                yield_now().await;
                receiver.call().await
            }),
            3 => {
                let (done, outcome) = bounded(1);
                chance.elsewhere.spawn(boxed(async move {
                    let _ = done.send(receiver.call().await).await;
                }));
                boxed(async move {
                    let outcome = outcome.recv().await;
                    outcome.unwrap_or_else(|_| Outcome::failed("gone"))
                })
            }
            4 => {
                let call = receiver.call();
                chance
                    .elsewhere
                    .spawn(boxed(async move { drop(call.await) }));
                boxed(async { Outcome::replied(1u32) })
            }
            _ => receiver.call(),
        }
    }

    fn after(&self, cx: &Context, results: &Results<'_>) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
        assert!(
            results.len() <= cx.receivers(),
            "nobody comes to a send that has begun"
        );
    }
}

fn connect(signal: &Signal<u32, u32>, running: &Arc<AtomicUsize>) -> Vec<fanfare::Connection> {
    let (sync, later) = (Arc::clone(running), Arc::clone(running));
    let sync = signal.connect_sync(move |_| {
        sync.fetch_add(1, Ordering::SeqCst);
        thread::yield_now();
        sync.fetch_sub(1, Ordering::SeqCst);
        1
    });
    let later = signal.connect_with(later, |running, _| async move {
        running.fetch_add(1, Ordering::SeqCst);
        let _ends = crate::common::OnDrop(|| {
            running.fetch_sub(1, Ordering::SeqCst);
        });
        yield_now().await;
        2
    });
    vec![sync.now(), later.now()]
}

async fn every_round_is_ended_and_nothing_runs_afterwards(on: Runtime) {
    let chance = Arc::new(Chance {
        elsewhere: on.spawner(),
        calls: AtomicUsize::new(0),
        begun: AtomicUsize::new(0),
        ended: AtomicUsize::new(0),
    });
    let builder = on.builder(0u32).reply::<u32>();
    let builder = builder.dispatcher(Shared(Arc::clone(&chance)));
    let signal = builder.dispatcher(Shared(Arc::clone(&chance))).build();
    let standing = Arc::new(AtomicUsize::new(0));
    connect(&signal, &standing);
    let sender = |number: u32| {
        let signal = signal.clone();
        move || {
            for round in number..number + 200 {
                let running = Arc::new(AtomicUsize::new(0));
                let connections = connect(&signal, &running);
                match round % 5 {
                    0 => drop(signal.send().now()),
                    1 => signal.send().now().unwrap().abort(),
                    2 => drop(block_on(poll_once(signal.send().join()))),
                    3 => drop(block_on(poll_once(signal.send().first()))),
                    _ => drop(block_on(poll_once(signal.send().fold(0, u32::max)))),
                }
                for connection in connections {
                    block_on(connection.disconnect_and_wait());
                }
                assert_eq!(
                    running.load(Ordering::SeqCst),
                    0,
                    "nothing of them runs any more"
                );
            }
        }
    };
    // On threads of their own: the runtime's may be one, and are needed to go on.
    let (done, all) = bounded(2);
    for number in 0..2 {
        let (send, done) = (sender(number), done.clone());
        thread::spawn(move || {
            send();
            drop(done);
        });
    }
    drop(done);
    let ended: Result<(), _> = all.recv().await;
    assert!(ended.is_err(), "nobody sends anything there");
    signal.idle().await;
    assert_eq!(standing.load(Ordering::SeqCst), 0);
    let (begun, ended) = (&chance.begun, &chance.ended);
    assert_eq!(begun.load(Ordering::SeqCst), ended.load(Ordering::SeqCst));
    assert_eq!(begun.load(Ordering::SeqCst), 2 * 2 * 200);
}

on_each_runtime!(every_round_is_ended_and_nothing_runs_afterwards);
