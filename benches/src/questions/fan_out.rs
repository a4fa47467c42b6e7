//! One event, and many async reactions to it: what does it cost until all of them have run?
//!
//! With a channel, each reaction is a task that waits in a loop, and a send wakes them all. Here all receivers have a
//! task of their own, on the same tokio runtime as the sender's; a latch tells when the last has reacted.
//!
//! Fanfare has several ways to the same end, and all are timed:
//! - *spawned*, its default: each send hands each reaction to the runtime as a new task;
//! - *eager*: a reaction is polled once in the send, and handed over only if it then still waits;
//! - *joined*: reactions run in the sender's task;
//! - *into tasks*: sync callbacks put the value into a channel each, and woken tasks react, as with the peers.
//!
//! All run the latch, whether they need it or not.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fanfare::{Event, Schedule, Signal, Tokio};
use tokio::runtime::{Builder, Runtime};

use super::latch::Latch;
use super::subjects::{P, payload};
use super::tasks::{in_task, repeat};
use crate::harness::{Bench, Case};

/// What happens on each send, and the counting.
#[derive(Clone)]
struct Reaction {
    i: u64,
    latch: Latch,
}

impl Reaction {
    fn react(&self, v: u64) {
        black_box(v ^ self.i);
        self.latch.count_down();
    }
}

struct Stage {
    n: usize,
    latch: Latch,
    tokio: tokio::sync::broadcast::Sender<u64>,
    async_broadcast: async_broadcast::Sender<u64>,
    event: Arc<event_listener::Event>,
    event_value: Arc<AtomicU64>,
    spawned: Signal<P>,
    eager: Signal<P>,
    into_tasks: Signal<P>,
}

impl Stage {
    /// All receivers, waiting.
    async fn new(n: usize) -> Self {
        let latch = Latch::default();
        let (tokio, _) = tokio::sync::broadcast::channel(16);
        let (async_broadcast, silent) = async_broadcast::broadcast(16);
        let built = |schedule| {
            let spawner = Tokio::current().expect("inside the runtime");
            let builder = Signal::builder(P::default()).spawner(spawner);
            builder.schedule(schedule).build()
        };
        let stage = Self {
            n,
            latch: latch.clone(),
            tokio,
            async_broadcast,
            event: Arc::default(),
            event_value: Arc::default(),
            spawned: built(Schedule::Spawn),
            eager: built(Schedule::Eager),
            into_tasks: Signal::new(P::default()),
        };
        for i in 0..n as u64 {
            let latch = latch.clone();
            stage.receive(&Reaction { i, latch });
        }
        drop(silent);
        // Two rounds, so that each receiver has waited once.
        for _ in 0..2 {
            stage.broadcast().await;
            stage.async_broadcast().await;
            stage.notify().await;
            stage.send_into_tasks().await;
        }
        stage
    }

    fn receive(&self, reaction: &Reaction) {
        let (mut receiver, mine) = (self.tokio.subscribe(), reaction.clone());
        tokio::spawn(async move {
            while let Ok(v) = receiver.recv().await {
                mine.react(v);
            }
        });

        let (mut receiver, mine) = (self.async_broadcast.new_receiver(), reaction.clone());
        tokio::spawn(async move {
            while let Ok(v) = receiver.recv_direct().await {
                mine.react(v);
            }
        });

        let (event, value) = (Arc::clone(&self.event), Arc::clone(&self.event_value));
        // The first listener is there before the first notification.
        let (mut listener, mine) = (event.listen(), reaction.clone());
        tokio::spawn(async move {
            loop {
                listener.await;
                // It carries no value. It has to listen again before the sender can know that it reacted.
                listener = event.listen();
                mine.react(value.load(Ordering::Acquire));
            }
        });

        for signal in [&self.spawned, &self.eager] {
            let mine = reaction.clone();
            signal
                .connect(move |event: Arc<Event<P>>| {
                    let mine = mine.clone();
                    async move { mine.react(event.v) }
                })
                .now();
        }

        let (sender, receiver) = async_channel::bounded(16);
        let mine = reaction.clone();
        tokio::spawn(async move {
            while let Ok(v) = receiver.recv().await {
                mine.react(v);
            }
        });
        self.into_tasks
            .connect_sync(move |event: &Event<P>| {
                // A receiver that is 16 events late misses one, as with a broadcast channel.
                let _ = sender.try_send(event.v);
            })
            .now();
    }

    async fn broadcast(&self) {
        self.latch.arm(self.n);
        self.tokio.send(payload().v).expect("receivers");
        self.latch.wait().await;
    }

    async fn async_broadcast(&self) {
        self.latch.arm(self.n);
        let sent = self.async_broadcast.broadcast_direct(payload().v).await;
        sent.expect("receivers");
        self.latch.wait().await;
    }

    async fn notify(&self) {
        self.latch.arm(self.n);
        self.event_value.store(payload().v, Ordering::Release);
        self.event.notify(usize::MAX);
        self.latch.wait().await;
    }

    async fn send_spawned(&self) {
        self.latch.arm(self.n);
        drop(self.spawned.send().with(payload()).await);
        self.latch.wait().await;
    }

    async fn send_eager(&self) {
        self.latch.arm(self.n);
        drop(self.eager.send().with(payload()).await);
        self.latch.wait().await;
    }

    async fn send_joined(&self) {
        self.latch.arm(self.n);
        drop(self.spawned.send().with(payload()).join().await);
        self.latch.wait().await;
    }

    async fn send_into_tasks(&self) {
        self.latch.arm(self.n);
        drop(self.into_tasks.send().with(payload()).await);
        self.latch.wait().await;
    }
}

fn compare(bench: &Bench, runtime: &Runtime, n: usize, suffix: &str) {
    let stage = Arc::new(runtime.block_on(Stage::new(n)));
    macro_rules! case {
        ($name:expr, $method:ident) => {{
            let stage = &stage;
            Case::timed(&format!("{}{suffix}", $name), move |iterations| {
                let stage = Arc::clone(stage);
                in_task(runtime, repeat!(iterations, stage.$method()))
            })
        }};
    }
    bench.with_rounds(25).compare(
        n,
        vec![
            case!("tokio broadcast", broadcast),
            case!("async-broadcast", async_broadcast),
            case!("event-listener", notify),
            case!("fanfare, spawned", send_spawned),
            case!("fanfare, eager", send_eager),
            case!("fanfare, joined", send_joined),
            case!("fanfare, into tasks", send_into_tasks),
        ],
    );
}

pub(super) fn ask(bench: &Bench) {
    for n in [1, 10, 100, 1_000] {
        // A runtime for each size: receivers of the one before are gone with theirs.
        let threads = Builder::new_multi_thread().build().expect("a runtime");
        compare(bench, &threads, n, "");
        let thread = Builder::new_current_thread().build().expect("a runtime");
        compare(bench, &thread, n, " (one thread)");
    }
}
