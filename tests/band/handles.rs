//! Handles of channels and bands: what they are, and when two are one.

use std::sync::Arc;

use fanfare::{Band, Channel, SenderId};

use crate::kit::{Parent, band_on, named};
use crate::runtime::Runtime;

async fn handles_of_one_identifier_and_parent_are_equal(on: Runtime) {
    let (band, other_band) = (band_on(&on), band_on(&on));
    let (one, two) = (Parent::new("one"), Parent::new("two"));
    let channel: Channel<(), u8> = band.channel("name").unwrap();
    assert_eq!(channel, band.channel(String::from("name")).unwrap());
    assert_eq!(channel, channel.clone().unbound());
    assert_ne!(channel, band.channel("another").unwrap());
    assert_ne!(channel, other_band.channel("name").unwrap());
    assert_ne!(channel, channel.bound(&one));
    assert_eq!(
        channel.bound(&one),
        band.channel("name").unwrap().bound(&one.clone())
    );
    assert_eq!(channel.bound(&one), channel.bound(SenderId::of_arc(&one)));
    assert_ne!(channel.bound(&one), channel.bound(&two));
    assert_eq!(
        channel.bound(&one).bound(&two),
        channel.bound(&two),
        "bound anew"
    );
    assert_eq!(channel.bound(&one).unbound(), channel);
    assert_ne!(
        channel.bound(&one),
        other_band.channel("name").unwrap().bound(&one)
    );
}

async fn a_handle_tells_what_it_is_of(on: Runtime) {
    let band = band_on(&on);
    let (channel, parent) = (named(&band), Parent::new("one"));
    let bound = channel.bound(&parent);
    assert_eq!(
        (channel.identifier(), bound.identifier()),
        ("named", "named")
    );
    assert!(!channel.is_bound() && channel.parent().is_none());
    assert!(channel.parent_as::<Parent>().is_none());
    assert!(bound.is_bound() && bound.parent() == Some(&SenderId::of_arc(&parent)));
    let found = bound.parent_as::<Parent>().expect("it lives");
    assert!(Arc::ptr_eq(&found, &parent) && bound.parent_as::<u8>().is_none());
    drop(found);
    assert_eq!(
        Arc::strong_count(&parent),
        1,
        "a channel holds its parent weakly"
    );
    drop(parent);
    assert!(bound.parent_as::<Parent>().is_none() && bound.is_bound());
    assert!(bound.parent().is_some_and(|parent| !parent.is_alive()));
    assert!(format!("{channel:?}").starts_with("Channel { identifier: \"named\", parent: None"));
    assert!(format!("{bound:?}").contains("parent: Some("));
    let empty = band.channel::<(), ()>("").unwrap();
    assert_eq!(empty.identifier(), "");
}

async fn receivers_are_counted_channel_by_channel(on: Runtime) {
    let band = band_on(&on);
    let (all, one, two) = (named(&band), Parent::new("one"), Parent::new("two"));
    let (own, other) = (all.bound(&one), all.bound(&two));
    let counts = || [&all, &own, &other].map(Channel::receiver_count);
    assert_eq!(counts(), [0, 0, 0]);
    let first = all.connect_sync(|_| "").await;
    own.connect_method(&two, Parent::reply_later).await;
    own.connect_method(&two, Parent::reply_later).await;
    own.connect_method_sync(&one, Parent::reply).await;
    other.connect_sync(|_| "").await;
    let stream = other.subscribe().await;
    assert_eq!(counts(), [1, 2, 2]);
    first.disconnect();
    drop(stream);
    assert_eq!(counts(), [0, 2, 1]);
    // The object of one receiver, and the parent of another.
    drop(two);
    assert_eq!(counts(), [0, 1, 0]);
}

async fn bands_are_known_by_their_handles(on: Runtime) {
    let band = band_on(&on);
    assert_eq!(band, band.clone());
    assert_ne!(band, band_on(&on));
    assert_ne!(Band::default(), Band::new());
    assert_eq!(Band::global(), Band::global());
    let (_b, _a) = (
        band.channel::<u8, ()>("b").unwrap(),
        band.channel::<u8, ()>("a").unwrap(),
    );
    assert_eq!(band.identifiers(), ["a", "b"]);
    assert!(format!("{band:?}").starts_with(r#"Band { channels: ["a", "b"]"#));
    assert!(format!("{:?}", Band::builder()).starts_with("BandBuilder"));
}

on_each_runtime![
    handles_of_one_identifier_and_parent_are_equal,
    a_handle_tells_what_it_is_of,
    receivers_are_counted_channel_by_channel,
    bands_are_known_by_their_handles,
];
