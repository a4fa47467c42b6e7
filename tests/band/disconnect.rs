//! Taking receivers off a channel, and off that channel alone.

use std::sync::Arc;

use fanfare::{AsSender, Callback, Key};

use crate::kit::{Ev, Parent, band_on, heard, named, says};
use crate::runtime::Runtime;

fn sync(_: &Ev) -> &'static str {
    "sync"
}

impl AsSender for Parent {}

async fn later(_: Arc<Ev>) -> &'static str {
    "async"
}

async fn a_callback_is_disconnected_from_one_channel_alone(on: Runtime) {
    let band = band_on(&on);
    let (all, one, two) = (named(&band), Parent::new("one"), Parent::new("two"));
    let handle = Callback::sync(says("handle"));
    let channels = [all.clone(), all.bound(&one), all.bound(&two)];
    for channel in &channels {
        channel.connect_sync(sync).await;
        channel.connect(later).await;
        channel.connect_method_sync(&one, Parent::reply).await;
        channel.connect_method(&one, Parent::reply_later).await;
        channel.connect_callback(&handle).await;
    }
    let everybody = ["sync", "async", "one", "one", "handle"];
    assert_eq!(heard(&all).await, everybody);
    for channel in &channels {
        assert!(channel.disconnect(sync).await);
        assert!(!channel.disconnect(sync).now(), "it is gone");
        assert_eq!(channel.receiver_count(), 4);
        assert!(channel.disconnect(later).now());
        assert!(channel.disconnect_method(&one, Parent::reply).await);
        assert!(
            !channel.disconnect_method(&two, Parent::reply_later).await,
            "another object's"
        );
        assert!(channel.disconnect_method(&one, Parent::reply_later).await);
        assert_eq!(channel.receiver_count(), 1);
        let others = channels.iter().filter(|other| *other != channel);
        assert!(
            others
                .clone()
                .all(|other| [0, 5].contains(&other.receiver_count()))
        );
        assert!(channel.disconnect_callback(&handle).await);
        assert_eq!(channel.receiver_count(), 0);
        let left = if others.map(fanfare::Channel::receiver_count).sum::<usize>() > 0 {
            &everybody[..]
        } else {
            &[]
        };
        assert_eq!(heard(&all).await, left);
    }
}

async fn what_is_not_there_is_ignored(on: Runtime) {
    let (band, other_band) = (band_on(&on), band_on(&on));
    let (all, parent) = (named(&band), Parent::new("one"));
    all.bound(&parent).connect_sync(sync).await;
    let other: fanfare::Channel<(), &str> = band.channel("other").unwrap();
    assert!(!all.disconnect(sync).await && !other.bound(&parent).disconnect(sync).await);
    assert!(!named(&other_band).bound(&parent).disconnect(sync).await);
    assert!(!all.bound(&Parent::new("two")).disconnect(sync).await);
    assert_eq!(heard(&all).await, ["sync"]);
    assert!(all.bound(&parent).disconnect(sync).await);
}

/// A receiver listens to its channel. There is nothing to be added to that, or taken off.
async fn the_filters_of_a_receiver_stand(on: Runtime) {
    let band = band_on(&on);
    let (all, one, two) = (named(&band), Parent::new("one"), Parent::new("two"));
    let own = all.bound(&one);
    let connections = [
        own.connect_sync(says("own")).await,
        all.connect_sync(says("all")).await,
    ];
    for connection in &connections {
        assert!(!connection.add_keys(["key"]) && !connection.remove_keys(["key"]));
        assert!(!connection.add_keys([] as [Key; 0]));
        assert!(!connection.add_senders([&two]) && !connection.remove_senders([&two]));
        assert!(!connection.add_senders([&one]) && !connection.remove_senders([&one]));
        assert!(connection.is_connected());
    }
    assert_eq!(heard(&own).await, ["own", "all"]);
    assert_eq!(heard(&all.bound(&two)).await, ["all"]);
    assert_eq!(heard(&all).await, ["own", "all"]);
}

async fn a_connection_ends_by_its_handle(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    for channel in [all.clone(), all.bound(&parent)] {
        let connection = channel.connect_sync(sync).await;
        let blocked = connection.block();
        assert!(heard(&channel).await.is_empty());
        drop(blocked);
        assert_eq!(heard(&channel).await, ["sync"]);
        assert!(connection.disconnect_and_wait().await && !connection.disconnect());
        assert!(heard(&channel).await.is_empty());
        let again = channel.connect_sync(sync).await;
        assert!(again.id() != connection.id() && !connection.is_connected());
        let scoped = again.scoped();
        assert_eq!(heard(&channel).await, ["sync"]);
        drop(scoped);
        assert!(heard(&channel).await.is_empty() && channel.receiver_count() == 0);
    }
}

on_each_runtime![
    a_callback_is_disconnected_from_one_channel_alone,
    what_is_not_there_is_ignored,
    the_filters_of_a_receiver_stand,
    a_connection_ends_by_its_handle,
];
