//! What does handing async callbacks to an executor cost, beside the executor's own spawn?
//!
//! Own: the callbacks' futures boxed, spawned one after the other, and their handles awaited. Fanfare: `Schedule::Spawn`,
//! and the report awaited. Each from two places: from outside of the executor, as a `main` that blocks on it, and from
//! a task of it, as a server would.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use fanfare::spawn::BoxFuture;
use fanfare::{Signal, Smol, Spawner, Tokio};
use tokio::runtime::{Builder, Handle, Runtime};

use super::subjects::{AsyncFn, P, connect_async, payload, raw_async};
use super::tasks::repeat;
use crate::harness::{Bench, Case};

type Timed = Pin<Box<dyn Future<Output = Duration> + Send>>;

/// An executor with threads of its own.
trait Executor: Copy + Send + Sync + 'static {
    const NAME: &'static str;
    type Spawner: Spawner;
    type Task: Future + Send;

    fn spawner() -> Self::Spawner;
    fn spawn(task: BoxFuture<'static, ()>) -> Self::Task;
    fn block_on(self, timed: Timed) -> Duration;
    fn block_on_task(self, timed: Timed) -> Duration;
}

#[derive(Clone, Copy)]
struct OnSmol;

impl Executor for OnSmol {
    const NAME: &'static str = "smol";
    type Spawner = Smol;
    type Task = smol::Task<()>;

    fn spawner() -> Smol {
        Smol
    }

    fn spawn(task: BoxFuture<'static, ()>) -> Self::Task {
        smol::spawn(task)
    }

    fn block_on(self, timed: Timed) -> Duration {
        smol::block_on(timed)
    }

    fn block_on_task(self, timed: Timed) -> Duration {
        smol::block_on(smol::spawn(timed))
    }
}

#[derive(Clone, Copy)]
struct OnTokio(&'static Runtime);

impl Executor for OnTokio {
    const NAME: &'static str = "tokio";
    type Spawner = Tokio;
    type Task = tokio::task::JoinHandle<()>;

    fn spawner() -> Tokio {
        Tokio::current().expect("inside the runtime")
    }

    fn spawn(task: BoxFuture<'static, ()>) -> Self::Task {
        tokio::spawn(task)
    }

    fn block_on(self, timed: Timed) -> Duration {
        self.0.block_on(timed)
    }

    fn block_on_task(self, timed: Timed) -> Duration {
        let task = self.0.spawn(timed);
        self.0.block_on(task).expect("the task does not panic")
    }
}

#[derive(Clone, Copy)]
struct OnAsyncStd;

impl Executor for OnAsyncStd {
    const NAME: &'static str = "async-std";
    type Spawner = fn(BoxFuture<'static, ()>);
    type Task = async_std::task::JoinHandle<()>;

    fn spawner() -> Self::Spawner {
        |task| drop(async_std::task::spawn(task))
    }

    fn spawn(task: BoxFuture<'static, ()>) -> Self::Task {
        async_std::task::spawn(task)
    }

    fn block_on(self, timed: Timed) -> Duration {
        async_std::task::block_on(timed)
    }

    fn block_on_task(self, timed: Timed) -> Duration {
        async_std::task::block_on(async_std::task::spawn(timed))
    }
}

async fn own<E: Executor>(callbacks: &[AsyncFn]) {
    let p = Arc::new(payload());
    let tasks = callbacks
        .iter()
        .map(|callback| E::spawn(callback(Arc::clone(&p))));
    let tasks: Vec<E::Task> = tasks.collect();
    for task in tasks {
        task.await;
    }
}

async fn send(signal: &Signal<P>) {
    let delivery = signal.send().with(payload()).await;
    drop(delivery.join().await);
}

fn compare<E: Executor>(bench: &Bench, executor: E, n: usize) {
    let callbacks = Arc::new(raw_async(n));
    let signal = Signal::builder(P::default()).spawner(E::spawner()).build();
    connect_async(&signal, n);
    let own = |i| -> Timed {
        let callbacks = Arc::clone(&callbacks);
        Box::pin(repeat!(i, own::<E>(&callbacks)))
    };
    let send = |i| -> Timed {
        let signal = signal.clone();
        Box::pin(repeat!(i, send(&signal)))
    };
    let name = E::NAME;
    bench.with_rounds(25).compare(
        n,
        vec![
            Case::timed(&format!("{name}, from a task"), |i| {
                executor.block_on_task(own(i))
            }),
            Case::timed(&format!("fanfare on {name}, from a task"), |i| {
                executor.block_on_task(send(i))
            }),
            Case::timed(&format!("{name}, from outside"), |i| {
                executor.block_on(own(i))
            }),
            Case::timed(&format!("fanfare on {name}, from outside"), |i| {
                executor.block_on(send(i))
            }),
        ],
    );
}

pub(super) fn ask(bench: &Bench) {
    let runtime = Builder::new_multi_thread().build().expect("a runtime");
    // Never shut down: the process ends with the question.
    let runtime: &Runtime = Box::leak(Box::new(runtime));
    let handle: &Handle = runtime.handle();
    let _inside = handle.enter();
    for n in [1, 10, 100, 1_000] {
        compare(bench, OnSmol, n);
        compare(bench, OnTokio(runtime), n);
        compare(bench, OnAsyncStd, n);
    }
}
