//! Hubs of numbers, and who writes down what it hears.

use std::future::Future;
use std::sync::Arc;

use fanfare::hub::{Hub, Message, Subscriber};
use fanfare::testing::{ManualClock, SeededExecutor};

use crate::common::Log;
use crate::runtime::Runtime;

/// A message of the hubs in these tests.
pub(crate) type Msg = Message<u32>;

/// What was heard: topic and number, as `a.b 1`.
pub(crate) type Heard = Log<String>;

/// A hub whose async listeners run on the test's runtime.
pub(crate) fn hub_on(on: &Runtime) -> Hub<u32> {
    Hub::builder().spawner(on.spawner()).build()
}

/// A hub whose executor and clock a test moves by hand.
pub(crate) fn by_hand() -> (SeededExecutor, ManualClock, Hub<u32>) {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let builder = Hub::builder().spawner(executor.clone());
    let hub = builder.timer(clock.clone()).build();
    (executor, clock, hub)
}

pub(crate) fn text(m: &Msg) -> String {
    format!("{} {}", m.topic(), ***m)
}

/// A sync listener that writes down what it hears.
pub(crate) fn writes(log: &Heard) -> impl Fn(&Msg) + Send + Sync + 'static + use<> {
    let log = log.clone();
    move |m| log.push(text(m))
}

/// An async listener that does, once it has been polled a second time.
pub(crate) fn writes_later(
    log: &Heard,
) -> impl Fn(Arc<Msg>) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>>
+ Send
+ Sync
+ 'static
+ use<> {
    let log = log.clone();
    move |m| {
        let log = log.clone();
        Box::pin(async move {
            futures_lite::future::yield_now().await;
            log.push(text(&m));
        })
    }
}

/// Publishes this number by every end there is, and gives how many were delivered to: all have to agree.
pub(crate) async fn published(hub: &Hub<u32>, topic: &str, number: u32) -> usize {
    let awaited = hub.publish(topic, number).await.expect("a topic");
    let now = hub.publish(topic, number).now().expect("a topic");
    assert_eq!(now.count(), awaited.count(), "now, {topic}");
    assert!(now.join().await.is_ok());
    let count = awaited.count();
    let report = awaited.join().await;
    assert!(report.is_ok(), "{report:?}");
    let joined = hub.publish(topic, number).join().await.expect("a topic");
    assert!(joined.is_ok(), "{joined:?}");
    count
}

/// The next so many messages of a queue.
pub(crate) async fn consumed(subscriber: &Subscriber<u32>, id: &str, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(text(&subscriber.consume_from(id).await.expect("a message")));
    }
    all
}

/// How many messages wait in the queue with this id.
pub(crate) fn waiting(subscriber: &Subscriber<u32>, id: &str) -> usize {
    let sizes = subscriber.queue_sizes();
    sizes
        .iter()
        .find(|(known, _)| known == id)
        .map_or(0, |(_, size)| *size)
}
