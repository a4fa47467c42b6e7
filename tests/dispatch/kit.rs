//! Dispatchers that tell a test what happens, and do what it says.

use std::future::Future;
use std::sync::{Arc, Mutex};

use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver, Reply, Results};
use fanfare::testing::{ManualClock, SeededExecutor};
use fanfare::{BoxFuture, Cause, Failure, Signal, SignalBuilder};

use crate::common::Log;

/// A dispatcher that is a closure around each call.
pub(crate) struct Acting<F>(pub(crate) F);

impl<F> Dispatcher for Acting<F>
where
    F: Fn(Receiver) -> BoxFuture<'static, Outcome> + Send + Sync + 'static,
{
    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        (self.0)(receiver)
    }
}

/// Writes down what it is told, and calls.
#[derive(Clone)]
pub(crate) struct Scribe {
    name: &'static str,
    pub(crate) log: Log<String>,
}

impl Scribe {
    pub(crate) fn new() -> Self {
        Self::named("", &Log::new())
    }

    /// One of several that write into one log.
    pub(crate) fn named(name: &'static str, log: &Log<String>) -> Self {
        Self {
            name,
            log: log.clone(),
        }
    }

    pub(crate) fn note(&self, what: &str) {
        self.log.push(format!("{}{what}", self.name));
    }

    /// What was written since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        self.log.take()
    }
}

impl Dispatcher for Scribe {
    fn before(&self, cx: &Context) {
        self.note(&format!("before {}", cx.receivers()));
    }

    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let scribe = self.clone();
        scribe.note("call");
        Box::pin(async move {
            let outcome = receiver.call().await;
            scribe.note(&format!("got {}", said(&outcome)));
            outcome
        })
    }

    fn after(&self, _: &Context, results: &Results<'_>) {
        assert_eq!(results.len(), results.iter().count());
        assert_eq!(results.is_empty(), results.iter().next().is_none());
        assert_eq!(
            results.failures().count(),
            results.iter().filter(Result::is_err).count()
        );
        self.note(&format!("after {}", told(results)));
    }
}

/// Keeps what it is given, until a test takes it; gives the outcome of none.
#[derive(Clone, Default)]
pub(crate) struct Keeper(Arc<Mutex<Vec<Receiver>>>);

impl Keeper {
    pub(crate) fn keep(&self, receiver: Receiver) {
        self.0.lock().expect("nobody panics here").push(receiver);
    }

    pub(crate) fn take(&self) -> Receiver {
        let mut kept = self.0.lock().expect("nobody panics here");
        kept.pop().expect("a receiver was kept")
    }
}

/// What each call came to, in words.
pub(crate) fn told(results: &Results<'_>) -> String {
    let word = |result: Result<Reply<'_>, &Failure>| match result {
        Ok(reply) => match (reply.downcast_ref::<u32>(), reply.downcast_ref::<()>()) {
            (Some(number), _) => number.to_string(),
            (_, Some(())) => "()".to_owned(),
            _ => "taken".to_owned(),
        },
        Err(failure) => cause(failure.cause()),
    };
    format!(
        "[{}]",
        results.iter().map(word).collect::<Vec<_>>().join(" ")
    )
}

pub(crate) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Panicked(panic) => panic.message().to_owned(),
        Cause::Failed(error) => error.to_string(),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn said(outcome: &Outcome) -> String {
    match outcome.reply::<u32>() {
        Some(number) => number.to_string(),
        None => outcome.cause().map_or_else(|| "()".to_owned(), cause),
    }
}

/// A signal whose executor and clock a test moves by hand.
pub(crate) fn by_hand() -> (SeededExecutor, ManualClock, SignalBuilder<u32, u32>) {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let builder = Signal::builder(7u32)
        .reply::<u32>()
        .spawner(executor.clone())
        .timer(clock.clone());
    (executor, clock, builder)
}

/// A future as dispatchers give it.
pub(crate) fn boxed<T>(future: impl Future<Output = T> + Send + 'static) -> BoxFuture<'static, T> {
    Box::pin(future)
}
