//! Who hears what, and in which order.

use std::sync::Arc;

use fanfare::{AsSender, SenderId};

use crate::kit::{Ev, Parent, band_on, heard, joined, named, says};
use crate::runtime::Runtime;

async fn a_send_reaches_its_own_channel_and_what_is_unbound(on: Runtime) {
    let band = band_on(&on);
    let (all, other) = (
        named(&band),
        band.channel::<(), &'static str>("other").unwrap(),
    );
    let (one, two) = (Parent::new("one"), Parent::new("two"));
    assert!(heard(&all).await.is_empty());

    all.bound(&one).connect_sync(says("one")).await;
    assert!(heard(&all.bound(&two)).await.is_empty(), "another parent's");
    assert!(heard(&other).await.is_empty() && heard(&other.bound(&one)).await.is_empty());
    assert_eq!(heard(&all.bound(&one)).await, ["one"]);
    assert_eq!(heard(&all).await, ["one"]);

    all.connect_sync(says("all")).await;
    all.bound(&two).connect(async |_| "two").await;
    other.connect_sync(says("other")).await;
    assert_eq!(heard(&all.bound(&one)).await, ["one", "all"]);
    assert_eq!(heard(&all.bound(&two)).await, ["two", "all"]);
    assert_eq!(heard(&all.bound(&Parent::new("nobody"))).await, ["all"]);
    assert_eq!(
        heard(&all).await,
        ["one", "all", "two"],
        "as they were connected"
    );
    assert_eq!(heard(&other.bound(&one)).await, ["other"]);
}

/// On a bound send, whoever was connected first; on an unbound one they stand as they were connected.
async fn bound_receivers_come_before_unbound_ones(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    all.connect_sync(says("a")).await;
    own.connect_sync(says("b")).await;
    all.connect(async |_| "c").await;
    own.connect(async |_| "d").await;
    all.connect_sync(says("e")).await;
    own.connect_sync(says("f")).await;
    assert_eq!(heard(&own).await, ["b", "d", "f", "a", "c", "e"]);
    assert_eq!(heard(&all).await, ["a", "b", "c", "d", "e", "f"]);
}

async fn priorities_go_across_channels(on: Runtime) {
    let band = band_on(&on);
    let (all, one, two) = (named(&band), Parent::new("one"), Parent::new("two"));
    let (one, two) = (all.bound(&one), all.bound(&two));
    all.connect_sync(says("all")).await;
    one.connect_sync(says("one")).await;
    two.connect_sync(says("two")).await;
    all.connect(async |_| "all first").priority(2).await;
    one.connect_sync(says("one last")).priority(-1).await;
    two.connect_sync(says("two first")).priority(2).await;
    all.connect_sync(says("all last")).priority(-1).await;
    one.connect(async |_| "one first").priority(2).await;

    let own = heard(&one).await;
    assert_eq!(
        own,
        [
            "one first",
            "all first",
            "one",
            "all",
            "one last",
            "all last"
        ]
    );
    let own = heard(&two).await;
    assert_eq!(own, ["two first", "all first", "two", "all", "all last"]);
    let everybody = heard(&all).await;
    let expected = [
        "all first",
        "two first",
        "one first",
        "all",
        "one",
        "two",
        "one last",
        "all last",
    ];
    assert_eq!(everybody, expected);
}

/// Whoever has had a priority may have it changed, and what is connected again keeps its place among equals.
async fn a_priority_may_change(on: Runtime) {
    fn moved(_: &Ev) -> &'static str {
        "moved"
    }
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    own.connect_sync(says("own")).await;
    let connection = all.connect_sync(moved).await;
    assert_eq!(heard(&own).await, ["own", "moved"]);
    all.connect_sync(moved).priority(1).await;
    assert_eq!(heard(&own).await, ["moved", "own"]);
    assert_eq!(heard(&all).await, ["moved", "own"]);
    all.connect_sync(moved).priority(0).await;
    assert_eq!(heard(&own).await, ["own", "moved"]);
    assert!(connection.disconnect() && heard(&own).await == ["own"]);
}

async fn an_event_tells_the_parent(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<(), String>("told").unwrap();
    let parent = Parent::new("one");
    let tell = |ev: &Ev| {
        let parent = ev.sender_as::<Parent>().map_or("nobody", |parent| parent.0);
        format!(
            "{parent}, {} senders, {} keys, {:?}",
            ev.senders().len(),
            ev.keys().len(),
            ev.signal().name()
        )
    };
    all.connect_sync(tell).await;
    all.connect(move |ev: Arc<Ev>| async move { tell(&ev) })
        .await;
    let replies = all.bound(&parent).send(()).join().await.into_replies();
    let told = r#"one, 1 senders, 0 keys, Some("told")"#;
    assert_eq!(replies, [told, told]);
    let replies = all.send(()).await.join().await.into_replies();
    let told = r#"nobody, 0 senders, 0 keys, Some("told")"#;
    assert_eq!(replies, [told, told]);
}

async fn parents_are_objects_by_address_or_tokens(on: Runtime) {
    trait Widget: Send + Sync {}
    impl Widget for Parent {}
    struct Own(SenderId);
    impl AsSender for Own {
        fn as_sender(&self) -> SenderId {
            self.0.clone()
        }
    }

    let band = band_on(&on);
    let all = named(&band);
    let token = SenderId::unique();
    all.bound(token.clone()).connect_sync(says("token")).await;
    assert_eq!(joined(&all.bound(token.clone())).await, ["token"]);
    assert!(joined(&all.bound(SenderId::unique())).await.is_empty());

    let parent = Parent::new("one");
    let widget: Arc<dyn Widget> = parent.clone();
    all.bound(SenderId::of_arc(&widget))
        .connect_sync(says("widget"))
        .await;
    assert_eq!(
        joined(&all.bound(&parent)).await,
        ["widget"],
        "one object, however it is named"
    );

    // What an object says of itself as a sender is not asked: a parent is the object.
    let (own, again) = (Arc::new(Own(token.clone())), Arc::new(Own(token)));
    all.bound(&own).connect_sync(says("own")).await;
    assert_eq!(joined(&all.bound(&own)).await, ["own"]);
    assert!(joined(&all.bound(&again)).await.is_empty());

    // What has no size has an address of its own in an `Arc`.
    let (nothing, nought) = (Arc::new(()), Arc::new(()));
    all.bound(&nothing).connect_sync(says("nothing")).await;
    assert_eq!(joined(&all.bound(&nothing)).await, ["nothing"]);
    assert!(joined(&all.bound(&nought)).await.is_empty());
}

async fn many_parents_hear_their_own(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<usize, usize>("number").unwrap();
    let parents: Vec<_> = (0..300).map(Arc::new).collect();
    for parent in &parents {
        let number = **parent;
        all.bound(parent)
            .connect_sync(move |ev| **ev * 1_000 + number)
            .now();
    }
    for parent in &parents {
        let replies = all.bound(parent).send(1).join().await.into_replies();
        assert_eq!(replies, [1_000 + **parent]);
    }
    let replies = all.send(2).join().await.into_replies();
    assert!(
        replies
            .into_iter()
            .eq((0..300).map(|number| 2_000 + number))
    );
}

on_each_runtime![
    a_send_reaches_its_own_channel_and_what_is_unbound,
    bound_receivers_come_before_unbound_ones,
    priorities_go_across_channels,
    a_priority_may_change,
    an_event_tells_the_parent,
    parents_are_objects_by_address_or_tokens,
    many_parents_hear_their_own,
];
