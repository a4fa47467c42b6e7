//! What does a command cost, from who sends it to its one handler and back?
//!
//! Beside a call of the same handler through a box, and beside other libraries: those that send commands, and the event buses
//! with one listener, until that has run. The handlers are async and ready at once; the sender is one task. `medi-rs` composes its mediator
//! with macros when the program is compiled: there is nothing to look up, and no box.
//!
//! A command with a key, and one for workers, goes to an executor and back.

use std::hint::black_box;
use std::sync::Arc;

use fanfare::BoxFuture;
use fanfare::Bus;
use fanfare::bus::{Command, Dep, Emit, Event, Query};
use hexeract_core::{CommandHandler, HandlerContext, HexeractError};
use hexeract_mediator::MediatorBuilder;
use mediator::AsyncMediator;
use tokio::runtime::Builder;

use super::latch::Latch;
use super::subjects::{P, payload};
use super::tasks::{in_task, repeat};
use crate::harness::{Bench, Case};

/// What all of them do.
fn work(v: u64) -> u64 {
    black_box(v) ^ 7
}

/// What some of them depend on.
struct State(u64);

struct Plain(u64);
struct Fallible(u64);
struct WithDep(u64);
struct WithEmit(u64);
struct Asks(u64);
struct Happened(u64);

impl Command for Plain {
    type Reply = u64;
}
impl Command for Fallible {
    type Reply = Result<u64, String>;
}
impl Command for WithDep {
    type Reply = u64;
}
impl Command for WithEmit {
    type Reply = u64;
}
impl Query for Asks {
    type Reply = u64;
}
impl Event for Happened {}

fn bus(workers: Option<usize>) -> Bus {
    let mut builder = Bus::builder()
        .provide(State(7))
        .command(async |c: Plain| work(c.0))
        .command(async |c: Fallible| Ok(work(c.0)))
        .command(async |c: WithDep, state: Dep<State>| work(c.0) ^ state.0)
        .command(async |c: WithEmit, emit: Emit| {
            drop(emit);
            work(c.0)
        })
        .query(async |q: Asks| work(q.0))
        .event(async |event: Arc<Happened>| {
            black_box(work(event.0));
        });
    if let Some(count) = workers {
        builder = builder.workers(count);
    }
    builder.start().now().expect("nothing is missing")
}

type Boxed = Box<dyn Fn(Plain) -> BoxFuture<'static, u64> + Send + Sync>;

fn ours(bench: &Bench) {
    let boxed: Boxed = black_box(Box::new(|c| Box::pin(async move { work(c.0) })));
    let bus = bus(None);
    bench.compare(
        1,
        vec![
            Case::of_async("boxed call", async || {
                black_box(boxed(Plain(1)).await);
            }),
            Case::of_async("execute", async || {
                black_box(bus.execute(Plain(1)).await.unwrap());
            }),
            Case::of_async("execute, fallible", async || {
                black_box(bus.execute(Fallible(1)).await.unwrap().unwrap());
            }),
            Case::of_async("execute, one dependency", async || {
                black_box(bus.execute(WithDep(1)).await.unwrap());
            }),
            Case::of_async("execute, takes events", async || {
                black_box(bus.execute(WithEmit(1)).await.unwrap());
            }),
            Case::of_async("query", async || {
                black_box(bus.query(Asks(1)).await.unwrap());
            }),
            Case::of_async("publish, joined", async || {
                drop(bus.publish(Happened(1)).join().await.unwrap());
            }),
        ],
    );
}

// hexeract.
struct HexPlain(u64);
impl hexeract_core::Command for HexPlain {
    type Output = u64;
}
struct HexHandler;
impl CommandHandler<HexPlain> for HexHandler {
    type Error = HexeractError;

    async fn handle(&self, c: HexPlain, _: &HandlerContext) -> Result<u64, HexeractError> {
        Ok(work(c.0))
    }
}

// mediator.
struct MedPlain(u64);
impl mediator::Request<u64> for MedPlain {}

// medi-rs.
mod medi {
    use medi_rs::{MediCommand, medi_handler, medi_module, mediator};

    #[derive(MediCommand)]
    #[medi_command(return_type = u64, error_type = std::convert::Infallible)]
    pub(super) struct MediPlain(pub(super) u64);

    #[medi_handler]
    async fn plain(c: MediPlain) -> Result<u64, std::convert::Infallible> {
        Ok(super::work(c.0))
    }

    medi_module! {
        manifest plain_module;
        commands { MediPlain => plain; }
    }

    mediator! {
        pub(super) struct PlainMediator {
            event_queue_capacity: 16;
            event_workers: 1;
            modules: [plain_module];
        }
    }
}

fn in_process(bench: &Bench) {
    let bus = bus(None);
    let hex = MediatorBuilder::new().register_command_handler::<HexPlain, _>(HexHandler);
    let hex = hex.build().expect("one handler");
    // It makes its handlers on a runtime, and needs none after that.
    let threads = Builder::new_multi_thread().build().expect("a runtime");
    let mut med = threads.block_on(async {
        mediator::DefaultAsyncMediator::builder()
            .add_handler(|c: MedPlain| async move { work(c.0) })
            .build()
    });
    let medi = medi::PlainMediator::builder().build();
    let mod_events = mod_events::EventDispatcher::new();
    mod_events.subscribe_async(|p: &P| {
        let p = *p;
        async move {
            black_box(work(p.v));
            Ok(())
        }
    });
    bench.compare(
        1,
        vec![
            Case::of_async("fanfare", async || {
                black_box(bus.execute(Plain(1)).await.unwrap());
            }),
            Case::of_async("hexeract", async || {
                black_box(hex.send(HexPlain(1)).await.unwrap());
            }),
            Case::of_async("mediator", async || {
                black_box(med.send(MedPlain(1)).await.unwrap());
            }),
            Case::of_async("medi-rs", async || {
                black_box(medi.send(medi::MediPlain(1)).await.unwrap());
            }),
            Case::of_async("mod-events", async || {
                drop(mod_events.dispatch_async(payload()).await);
            }),
        ],
    );
}

// jaeb, and tokio-events.
struct JaebHandler(Latch);
impl jaeb::EventHandler<P> for JaebHandler {
    async fn handle(&self, p: &P, _: &jaeb::EventBus) -> jaeb::HandlerResult {
        black_box(work(p.v));
        self.0.count_down();
        Ok(())
    }
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Told(u64);

impl tokio_events::Event for Told {
    fn event_type() -> &'static str {
        "Told"
    }

    fn serialize_event(&self) -> tokio_events::Result<Vec<u8>> {
        Ok(serde_json::to_vec(self).expect("a number"))
    }

    fn deserialize_event(bytes: &[u8]) -> tokio_events::Result<Self> {
        Ok(serde_json::from_slice(bytes).expect("a number"))
    }
}

fn on_tokio(bench: &Bench) {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (ours, keyed, workers) = runtime.block_on(async { (bus(None), bus(None), bus(Some(3))) });
    let latch = Latch::default();
    let handler = JaebHandler(latch.clone());
    let (jaeb, events, _subscribed) = runtime.block_on(async {
        let jaeb = jaeb::EventBus::builder()
            .build()
            .await
            .expect("a plain bus");
        drop(jaeb.subscribe(handler).await.expect("subscribed"));
        let events = tokio_events::EventBus::builder()
            .build()
            .await
            .expect("a plain bus");
        let handled = latch.clone();
        let subscribed = events.subscribe(move |told: Told| {
            let handled = handled.clone();
            async move {
                black_box(work(told.0));
                handled.count_down();
            }
        });
        // Dropped, it ends the subscription.
        let subscribed = subscribed.await.expect("subscribed");
        (Arc::new(jaeb), events, subscribed)
    });
    let runtime = &runtime;
    bench.with_rounds(25).compare(
        1,
        vec![
            Case::timed("fanfare, in a task", |iterations| {
                let bus = ours.clone();
                in_task(
                    runtime,
                    repeat!(iterations, async {
                        black_box(bus.execute(Plain(1)).await.unwrap())
                    }),
                )
            }),
            Case::timed("fanfare, with a key", |iterations| {
                let bus = keyed.clone();
                in_task(
                    runtime,
                    repeat!(iterations, async {
                        black_box(bus.execute(Plain(1)).key(1).await.unwrap())
                    }),
                )
            }),
            Case::timed("fanfare, three workers", |iterations| {
                let bus = workers.clone();
                in_task(
                    runtime,
                    repeat!(iterations, async {
                        black_box(bus.execute(Plain(1)).await.unwrap())
                    }),
                )
            }),
            Case::timed("jaeb", |iterations| {
                let (jaeb, latch) = (Arc::clone(&jaeb), latch.clone());
                in_task(
                    runtime,
                    repeat!(iterations, async {
                        latch.arm(1);
                        jaeb.publish(payload()).await.expect("the bus runs");
                        latch.wait().await;
                    }),
                )
            }),
            Case::timed("tokio-events", |iterations| {
                let (events, latch) = (events.clone(), latch.clone());
                in_task(
                    runtime,
                    repeat!(iterations, async {
                        latch.arm(1);
                        events.publish(Told(1)).await.expect("the bus runs");
                        latch.wait().await;
                    }),
                )
            }),
        ],
    );
}

pub(super) fn ask(bench: &Bench) {
    ours(bench);
    in_process(bench);
    on_tokio(bench);
}
