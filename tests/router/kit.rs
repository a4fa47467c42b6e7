//! Routers of numbers, and who writes down what it hears.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use fanfare::router::{Message, Router, Sender, SenderInfo};
use fanfare::testing::{ManualClock, SeededExecutor};

use crate::common::Log;
use crate::runtime::Runtime;

/// A message of the routers in these tests.
pub(crate) type Msg = Message<u32>;

/// What was heard: sender, event and number, as `s a 1`.
pub(crate) type Heard = Log<String>;

/// A router whose async listeners run on the test's runtime.
pub(crate) fn router_on(on: &Runtime) -> Router<u32> {
    Router::builder().spawner(on.spawner()).build()
}

/// A router whose executor and clock a test moves by hand.
pub(crate) fn by_hand() -> (SeededExecutor, ManualClock, Router<u32>) {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let builder = Router::builder().spawner(executor.clone());
    let router = builder.timer(clock.clone()).build();
    (executor, clock, router)
}

/// A sender of these events.
pub(crate) fn sender<V: Send + Sync + 'static>(
    router: &Router<V>,
    name: &str,
    events: &[&str],
) -> Sender<V> {
    let register = router.sender(name).events(events).register();
    register.now().expect("the name is free")
}

pub(crate) fn text(m: &Msg) -> String {
    format!("{} {} {}", m.sender(), m.event(), **m)
}

/// A sync listener that writes down what it hears.
pub(crate) fn writes(log: &Heard) -> impl Fn(&Msg) + Send + Sync + 'static + use<> {
    let log = log.clone();
    move |m| log.push(text(m))
}

/// An async listener that does, once it has been polled a second time.
pub(crate) fn writes_later(
    log: &Heard,
) -> impl Fn(Arc<Msg>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync + 'static + use<> {
    let log = log.clone();
    move |m| {
        let log = log.clone();
        Box::pin(async move {
            futures_lite::future::yield_now().await;
            log.push(text(&m));
        })
    }
}

/// Sends this number by every end there is, and gives how many were delivered to: all have to agree.
pub(crate) async fn sent(sender: &Sender<u32>, event: &str, number: u32) -> usize {
    let awaited = sender.send(event, number).await.expect("it is declared");
    let now = sender.send(event, number).now().expect("it is declared");
    assert_eq!(now.count(), awaited.count(), "now, {event}");
    assert!(now.join().await.is_ok());
    let count = awaited.count();
    let report = awaited.join().await;
    assert!(report.is_ok(), "{report:?}");
    let joined = sender.send(event, number).join().await;
    let joined = joined.expect("it is declared");
    assert!(joined.is_ok() && joined.count() == count, "{joined:?}");
    assert_eq!(sender.has_listeners(event), count > 0);
    count
}

/// A payload that tells of senders, too.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Datum {
    Number(u32),
    Sender(SenderInfo),
}

impl From<SenderInfo> for Datum {
    fn from(info: SenderInfo) -> Self {
        Self::Sender(info)
    }
}

/// A router of these, that sends `#connect` and `#disconnect`.
pub(crate) fn announcing(on: &Runtime) -> Router<Datum> {
    Router::builder().spawner(on.spawner()).announce().build()
}
