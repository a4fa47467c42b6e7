//! Messages, buses of them, and who writes down what fails.

use std::fmt::Display;

use fanfare::Bus;
use fanfare::bus::{BusBuilder, Command, Event, FailedMessage, Query};
use fanfare::testing::{ManualClock, SeededExecutor};

use crate::common::{Log, ON_PURPOSE};
use crate::runtime::Runtime;

/// Lines, and numbers, that handlers write down.
pub(crate) type Lines = Log<String>;
pub(crate) type Numbers = Log<u32>;

/// A command that is answered with a number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Do(pub(crate) u32);
impl Command for Do {
    type Reply = u32;
}

/// A command that may fail.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Try(pub(crate) u32);
impl Command for Try {
    type Reply = Result<u32, String>;
}

/// A command that is about a gate: see [`Course`](crate::course::Course).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pass(pub(crate) usize);
impl Command for Pass {
    type Reply = usize;
}

/// Another one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PassToo(pub(crate) usize);
impl Command for PassToo {
    type Reply = ();
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Find(pub(crate) u32);
impl Query for Find {
    type Reply = Option<String>;
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told(pub(crate) u32);
impl Event for Told {}

/// An event that cannot be cloned.
#[derive(Debug, PartialEq)]
pub(crate) struct Once(pub(crate) usize);
impl Event for Once {}

/// A bus whose messages run on the test's runtime.
pub(crate) fn builder(on: &Runtime) -> BusBuilder {
    Bus::builder().spawner(on.spawner())
}

/// A bus whose executor and clock a test moves by hand.
pub(crate) fn by_hand() -> (SeededExecutor, ManualClock, BusBuilder) {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let builder = Bus::builder()
        .spawner(executor.clone())
        .timer(clock.clone());
    (executor, clock, builder)
}

/// What is handed on as a handler's reply, and is none.
pub(crate) fn panics<R>() -> R {
    panic!("{ON_PURPOSE}")
}

/// Without the paths of the tests' own names.
pub(crate) fn short(text: impl Display) -> String {
    let text = text.to_string();
    let mut words = Vec::new();
    for word in text.split('`') {
        let is_path = word.contains("::") && !word.contains(' ');
        let last = word.rsplit("::").next().unwrap_or(word);
        words.push(if is_path { last } else { word });
    }
    words.join("`")
}

/// Writes down what fails on a bus and nobody waits for.
pub(crate) fn failures(bus: &Bus) -> Log<FailedMessage> {
    let log = Log::new();
    let written = log.clone();
    let connect = bus
        .failures()
        .connect_sync(move |failed| written.push((**failed).clone()));
    drop(connect.now());
    log
}

/// The same, as text.
pub(crate) fn texts(log: &Log<FailedMessage>) -> Vec<String> {
    log.take().iter().map(short).collect()
}

/// The next thing that fails on a bus and nobody waits for. To be asked for before it does.
pub(crate) async fn next_failure(bus: &Bus) -> FailedMessage {
    let event = bus.failures().next().await.expect("the bus is there");
    (**event).clone()
}
