//! Streams of what a channel's receivers hear.

use std::future::IntoFuture;

use fanfare::{Overflow, RecvError, TryRecvError};

use crate::kit::{Parent, band_on};
use crate::runtime::Runtime;

async fn a_stream_hears_what_receivers_of_its_channel_hear(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<u32, &'static str>("number").unwrap();
    let (one, two) = (Parent::new("one"), Parent::new("two"));
    let (own, other) = (all.bound(&one), all.bound(&two));
    let mut streams = [
        all.subscribe().await,
        own.subscribe().await,
        other.subscribe().await,
    ];
    for (number, channel) in [&all, &own, &other].into_iter().enumerate() {
        assert_eq!(
            channel.send(number as u32).await.count(),
            0,
            "streams reply nothing"
        );
    }
    let mut heard = streams.each_mut().map(|stream| {
        let mut heard = Vec::new();
        while let Ok(event) = stream.try_recv() {
            heard.push((**event, event.sender_as::<Parent>().map(|parent| parent.0)));
        }
        assert!(matches!(stream.try_recv(), Err(TryRecvError::Empty)));
        heard
    });
    heard.sort_by_key(Vec::len);
    let (zero, one, two) = ((0, None), (1, Some("one")), (2, Some("two")));
    assert_eq!(
        heard,
        [vec![zero, one], vec![zero, two], vec![zero, one, two]]
    );
    drop((all, own, other));
    // A stream keeps its channel: the band knows it as long as that.
    assert!(band.channel::<u64, ()>("number").is_err());
    let [first, second, third] = streams;
    drop((first, second));
    assert!(third.connection().disconnect());
    assert!(band.channel::<u64, ()>("number").is_ok());
}

async fn next_waits_for_one_event(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<u32, ()>("number").unwrap();
    let (one, two) = (Parent::new("one"), Parent::new("two"));
    let of_one = all.bound(&one).next().into_future();
    let of_all = all.next().when(|ev| **ev > 1).into_future();
    assert_eq!(all.receiver_count() + all.bound(&one).receiver_count(), 2);
    all.bound(&two).send(1).await;
    all.bound(&one).send(2).await;
    all.send(3).await;
    assert_eq!(of_one.await.map(|ev| **ev), Some(2));
    assert_eq!(of_all.await.map(|ev| **ev), Some(2));
    assert_eq!(all.receiver_count() + all.bound(&one).receiver_count(), 0);
    let never = all.next().into_future();
    band.close();
    assert!(never.await.is_none());
}

async fn a_slow_reader_is_told_what_it_has_missed(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<u32, ()>("number").unwrap();
    let parent = Parent::new("one");
    let own = all.bound(&parent);
    let mut stream = own
        .subscribe()
        .capacity(2)
        .overflow(Overflow::DropOldest)
        .await;
    for number in 0..5 {
        if number % 2 == 0 { &own } else { &all }.send(number).await;
    }
    assert!(matches!(stream.recv().await, Err(RecvError::Lost(3))));
    assert_eq!(**stream.recv().await.expect("it was kept"), 3);
    assert_eq!(**stream.recv().await.expect("it was kept"), 4);
    assert_eq!(stream.lost(), 3);
}

async fn streams_have_priority_predicates_and_an_end(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<u32, &'static str>("number").unwrap();
    let parent = Parent::new("one");
    let own = all.bound(&parent);
    let mut odd = own
        .subscribe()
        .when(|ev| **ev % 2 == 1)
        .times(2)
        .name("odd")
        .priority(1)
        .await;
    all.connect_sync(|_| "all").await;
    for number in 0..6 {
        assert_eq!(own.send(number).join().await.into_replies(), ["all"]);
    }
    assert_eq!(**odd.recv().await.unwrap(), 1);
    assert_eq!(**odd.recv().await.unwrap(), 3);
    assert!(matches!(odd.recv().await, Err(RecvError::Closed)));
}

on_each_runtime![
    a_stream_hears_what_receivers_of_its_channel_hear,
    next_waits_for_one_event,
    a_slow_reader_is_told_what_it_has_missed,
    streams_have_priority_predicates_and_an_end,
];
