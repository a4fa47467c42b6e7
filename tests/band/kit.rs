//! Bands whose receivers reply who they are.

use std::sync::Arc;

use fanfare::testing::{ManualClock, SeededExecutor};
use fanfare::{Band, Channel, Event};

use crate::runtime::Runtime;

/// A channel whose receivers reply their names.
pub(crate) type Named = Channel<(), &'static str>;

pub(crate) type Ev = Event<()>;

/// A band whose async receivers run on the test's runtime.
pub(crate) fn band_on(on: &Runtime) -> Band {
    Band::builder().spawner(on.spawner()).build()
}

/// A band whose executor and clock a test moves by hand.
pub(crate) fn by_hand() -> (SeededExecutor, ManualClock, Band) {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let builder = Band::builder().spawner(executor.clone());
    let band = builder.timer(clock.clone()).build();
    (executor, clock, band)
}

/// The channel of receivers that reply their names.
pub(crate) fn named(band: &Band) -> Named {
    band.channel("named").expect("it carries nothing else")
}

/// A parent.
pub(crate) struct Parent(pub(crate) &'static str);

impl Parent {
    pub(crate) fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self(name))
    }

    pub(crate) fn reply(&self, _: &Ev) -> &'static str {
        self.0
    }

    pub(crate) async fn reply_later(self: Arc<Self>, _: Arc<Ev>) -> &'static str {
        self.0
    }
}

/// A receiver that replies this.
pub(crate) fn says(name: &'static str) -> impl Fn(&Ev) -> &'static str + Send + Sync + 'static {
    move |_| name
}

/// Who is heard, whatever the send's end: all ends have to agree. Receivers must be ready at once.
pub(crate) async fn heard(channel: &Named) -> Vec<&'static str> {
    let joined = channel.send(()).join().await.into_replies();
    let awaited = channel.send(()).await;
    assert_eq!(
        awaited.count(),
        joined.len(),
        "those that were delivered to are those that reply"
    );
    assert_eq!(awaited.join().await.into_replies(), joined, "awaited");
    let now = channel.send(()).now().expect("there are no limits").join();
    assert_eq!(now.await.into_replies(), joined, "now");
    let grouped = channel.send(()).join().by_priority().await;
    assert_eq!(grouped.into_replies(), joined, "by priority");
    let add = |mut all: Vec<_>, name| {
        all.push(name);
        all
    };
    assert_eq!(
        channel.send(()).fold(Vec::new(), add).await,
        joined,
        "folded"
    );
    let first = channel.send(()).first().await;
    assert_eq!(first.as_ref(), joined.first(), "the first");
    joined
}

/// Who replies to one send.
pub(crate) async fn joined(channel: &Named) -> Vec<&'static str> {
    channel.send(()).join().await.into_replies()
}
