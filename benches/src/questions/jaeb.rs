//! Beside `jaeb`, an event bus on tokio.
//!
//! Its `publish` runs sync handlers and spawns async ones, and returns before those have run. What is timed is a publish
//! until every handler has run; a latch in the handlers tells, in jaeb's and in fanfare's alike. Fanfare is there twice:
//! spawned like jaeb's, and as `.join()`, which needs no spawning to know when all have run.
//!
//! The publisher is a task of the runtime, as it would be in a server.

use std::hint::black_box;
use std::sync::Arc;

use fanfare::{Event, Signal};
use jaeb::{EventBus, EventHandler, HandlerResult};
use tokio::runtime::{Builder, Runtime};

use super::latch::Latch;
use super::subjects::{P, connect_async, payload, signal};
use super::tasks::{in_task, repeat};
use crate::harness::{Bench, Case};

/// jaeb chooses handlers by the event's type: this one has the sync ones.
struct SyncP(P);

struct AsyncHandler {
    i: u64,
    latch: Latch,
}

impl EventHandler<P> for AsyncHandler {
    async fn handle(&self, p: &P, _: &EventBus) -> HandlerResult {
        black_box(p.v ^ self.i);
        self.latch.count_down();
        Ok(())
    }
}

/// All that publishes to `n` handlers.
struct Stage {
    bus: EventBus,
    sync: Signal<P>,
    spawned: Signal<P>,
    joined: Signal<P>,
    latch: Latch,
    n: usize,
}

impl Stage {
    async fn new(n: usize) -> Self {
        let latch = Latch::default();
        let bus = EventBus::builder().build().await.expect("a plain bus");
        let spawner = fanfare::Tokio::current().expect("inside the runtime");
        let spawned = Signal::builder(P::default()).spawner(spawner).build();
        for i in 0..n as u64 {
            let handler = AsyncHandler {
                i,
                latch: latch.clone(),
            };
            drop(bus.subscribe(handler).await.expect("subscribed"));
            let handler = move |p: &SyncP, _: &EventBus| {
                black_box(p.0.v ^ i);
                Ok(())
            };
            drop(bus.subscribe(handler).await.expect("subscribed"));
            let latch = latch.clone();
            spawned
                .connect(move |event: Arc<Event<P>>| {
                    let latch = latch.clone();
                    async move {
                        black_box(event.v ^ i);
                        latch.count_down();
                    }
                })
                .now();
        }
        let joined = Signal::new(P::default());
        connect_async(&joined, n);
        let sync = signal(n);
        Self {
            bus,
            sync,
            spawned,
            joined,
            latch,
            n,
        }
    }

    async fn publish_sync(&self) {
        let sent = self.bus.publish(SyncP(payload())).await;
        sent.expect("the bus runs");
    }

    async fn send_sync(&self) {
        drop(self.sync.send().with(payload()).await);
    }

    async fn publish_async(&self) {
        self.latch.arm(self.n);
        self.bus.publish(payload()).await.expect("the bus runs");
        self.latch.wait().await;
    }

    async fn send_spawned(&self) {
        self.latch.arm(self.n);
        drop(self.spawned.send().with(payload()).await);
        self.latch.wait().await;
    }

    async fn send_joined(&self) {
        drop(self.joined.send().with(payload()).join().await);
    }
}

/// A candidate: a method of the stage, in a task of the runtime.
macro_rules! case {
    ($name:expr, $runtime:ident, $stage:ident . $method:ident) => {{
        let (runtime, stage) = (&$runtime, &$stage);
        Case::timed(&$name, move |iterations| {
            let stage = Arc::clone(stage);
            in_task(runtime, repeat!(iterations, stage.$method()))
        })
    }};
}

fn ask_async(bench: &Bench, runtime: &Runtime, n: usize, suffix: &str) {
    let stage = Arc::new(runtime.block_on(Stage::new(n)));
    bench.with_rounds(25).compare(
        n,
        vec![
            case!(format!("jaeb, async{suffix}"), runtime, stage.publish_async),
            case!(
                format!("fanfare, spawned{suffix}"),
                runtime,
                stage.send_spawned
            ),
            case!(
                format!("fanfare, joined{suffix}"),
                runtime,
                stage.send_joined
            ),
        ],
    );
}

pub(super) fn ask(bench: &Bench) {
    let threads = Builder::new_multi_thread().build().expect("a runtime");
    let thread = Builder::new_current_thread().build().expect("a runtime");
    for n in [1, 10, 100] {
        let stage = Arc::new(threads.block_on(Stage::new(n)));
        bench.compare(
            n,
            vec![
                case!("jaeb, sync", threads, stage.publish_sync),
                case!("fanfare, sync", threads, stage.send_sync),
            ],
        );
        ask_async(bench, &threads, n, "");
        ask_async(bench, &thread, n, " (one thread)");
    }
}
