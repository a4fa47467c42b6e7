//! Groups on channels: of the receivers that hear a send, one of each group is called.

use std::sync::Arc;

use fanfare::{Band, Callback, Channel};

use crate::common::Log;
use crate::runtime::Runtime;

struct Parent;

type Words = Log<&'static str>;

fn channel(on: &Runtime) -> (Band, Channel<()>, Words) {
    let band = Band::builder().spawner(on.spawner()).build();
    let channel = band
        .channel::<(), ()>("work")
        .expect("it carries nothing else");
    (band, channel, Log::new())
}

async fn send(channel: &Channel<()>, log: &Words, count: usize) -> String {
    assert_eq!(channel.send(()).join().await.count(), count);
    log.take().join(" ")
}

async fn receivers_of_one_channel_take_turns(on: Runtime) {
    let (_band, channel, log) = channel(&on);
    for name in ["a", "b"] {
        channel.connect_sync(log.writes(name)).group("team").await;
    }
    channel.connect(log.writes_async("c")).group("team").await;
    channel.connect_sync(log.writes("beside")).await;
    for expected in ["a beside", "b beside", "c beside", "a beside"] {
        assert_eq!(send(&channel, &log, 2).await, expected);
    }
}

/// A send on a bound channel is heard by both, one on the unbound channel by all.
async fn a_group_may_have_receivers_of_several_channels(on: Runtime) {
    let (_band, unbound, log) = channel(&on);
    let (x, y) = (Arc::new(Parent), Arc::new(Parent));
    let (of_x, of_y) = (unbound.bound(&x), unbound.bound(&y));
    of_x.connect_sync(log.writes("x")).group("team").await;
    of_y.connect_sync(log.writes("y")).group("team").await;
    unbound.connect_sync(log.writes("u")).group("team").await;
    let mut got = Vec::new();
    for channel in [&unbound, &unbound, &unbound, &of_x, &of_x, &of_y, &of_y] {
        got.push(send(channel, &log, 1).await);
    }
    assert_eq!(got, ["x", "y", "u", "x", "u", "y", "u"]);
    drop(x);
    assert_eq!(send(&unbound, &log, 1).await, "y");
    assert_eq!(send(&of_x, &log, 1).await, "u", "the unbound one hears it");
    assert_eq!(send(&unbound, &log, 1).await, "y");
}

/// One callback, one call, whether it is called for its group or for itself.
async fn a_callback_on_two_channels_is_called_once_all_the_same(on: Runtime) {
    let (_band, unbound, log) = channel(&on);
    let parent = Arc::new(Parent);
    let bound = unbound.bound(&parent);
    let both = Callback::sync(log.writes("both"));
    bound.connect_callback(&both).await;
    unbound.connect_callback(&both).group("team").await;
    unbound
        .connect_sync(log.writes("other"))
        .group("team")
        .await;
    assert_eq!(send(&bound, &log, 2).await, "both other");
    assert_eq!(send(&bound, &log, 2).await, "both other");
    let by_priority = bound.send(()).join().by_priority().await;
    assert_eq!(
        (by_priority.count(), log.take().join(" ").as_str()),
        (2, "both other")
    );
    // Who was passed over has not had a turn.
    unbound
        .connect_sync(log.writes("third"))
        .group("team")
        .await;
    assert_eq!(send(&bound, &log, 2).await, "both third");
}

on_each_runtime![
    receivers_of_one_channel_take_turns,
    a_group_may_have_receivers_of_several_channels,
    a_callback_on_two_channels_is_called_once_all_the_same,
];
