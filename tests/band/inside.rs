//! Receivers that use the band they are called by.

use std::sync::{Arc, Mutex};

use fanfare::{Band, Event};

use crate::common::Log;
use crate::kit::{Named, Parent, band_on, heard, joined, named, says};
use crate::runtime::Runtime;

async fn a_receiver_may_connect_disconnect_and_send(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<u32, u32>("number").unwrap();
    let (parent, log) = (Parent::new("one"), Log::new());
    let own = all.bound(&parent);
    let (within, written, its_parent) = (band.clone(), log.clone(), Arc::clone(&parent));
    own.connect_sync(move |ev: &Event<u32>| {
        written.push(**ev);
        if **ev > 0 {
            let all = within.channel::<u32, u32>("number").unwrap();
            let own = all.bound(&its_parent);
            let connection = own.connect_sync(|_| 1).now();
            all.connect_sync(|_| 2).once().now();
            // A new name looks at old ones; a wrong type asks whether anything is left of the name.
            drop(within.channel::<(), ()>(format!("new {}", **ev)).unwrap());
            assert!(within.channel::<(), ()>("number").is_err());
            assert_eq!(own.send(**ev - 1).now().unwrap().count(), 3);
            assert_eq!(
                within
                    .send("number", 0u32)
                    .parent(&its_parent)
                    .now()
                    .unwrap()
                    .count(),
                2
            );
            assert!(connection.disconnect());
            assert!(
                within.identifiers().contains(&"number".to_owned()) && within.inspect().len() > 1
            );
        }
        0
    })
    .await;
    assert_eq!(own.send(1).join().await.into_replies(), [0]);
    assert_eq!(log.take(), [1, 0, 0]);
    let (later, written, its_parent) = (band.clone(), log.clone(), Arc::clone(&parent));
    let other = band.channel::<(), ()>("other").unwrap();
    other
        .connect(move |_| {
            let (band, log, parent) = (later.clone(), written.clone(), Arc::clone(&its_parent));
            async move {
                let replies = band
                    .send("number", 0u32)
                    .parent(&parent)
                    .replies::<u32>()
                    .await
                    .unwrap();
                log.push(replies.len() as u32);
                let own = band.channel::<u32, u32>("number").unwrap().bound(&parent);
                own.connect(async |_| 5).once().await;
                log.push(own.send(0).join().await.into_replies().into_iter().sum());
            }
        })
        .await;
    assert!(other.send(()).await.join().await.is_ok());
    assert_eq!(log.take(), [0, 1, 0, 5]);
}

async fn a_receiver_may_disconnect_itself_and_everybody(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    let slot = Arc::new(Mutex::new(None::<fanfare::Connection>));
    let itself = Arc::clone(&slot);
    let connection = own
        .connect_sync(move |_| {
            let own = itself.lock().expect("nobody panics here").take();
            assert!(own.expect("it is called once").disconnect());
            "once"
        })
        .await;
    *slot.lock().expect("nobody panics here") = Some(connection);
    all.connect_sync(says("all")).await;
    assert_eq!(joined(&own).await, ["once", "all"]);
    assert_eq!(heard(&own).await, ["all"]);
}

async fn a_receiver_may_close_the_band(on: Runtime) {
    let band = band_on(&on);
    let (all, parent, within) = (named(&band), Parent::new("one"), band.clone());
    all.bound(&parent)
        .connect_sync(move |_| {
            assert!(within.close());
            let late = within.channel::<(), ()>("late").unwrap();
            assert!(late.send(()).now().unwrap_err().is_closed());
            "closes"
        })
        .await;
    all.connect_sync(says("all")).await;
    all.connect(async |_| "later").await;
    assert_eq!(
        joined(&all).await,
        ["closes", "all", "later"],
        "this send was accepted"
    );
    assert!(all.send(()).now().unwrap_err().is_closed());
}

/// The last handles of the band and of its channels go inside a receiver.
async fn the_band_may_go_inside_a_receiver(on: Runtime) {
    for by_name in [false, true] {
        let slot = Arc::new(Mutex::new(None::<(Band, Named)>));
        let band = band_on(&on);
        let (all, parent) = (named(&band), Parent::new("one"));
        let own = all.bound(&parent);
        let lets_go = Arc::clone(&slot);
        let first = own
            .connect_sync(move |_| {
                drop(lets_go.lock().expect("nobody panics here").take());
                "lets go"
            })
            .await;
        all.connect_sync(says("all")).await;
        all.connect(async |_| "later").await;
        let expected = ["lets go", "all", "later"];
        if by_name {
            let send = band.send("named", ()).parent(&parent);
            *slot.lock().expect("nobody panics here") = Some((band, all));
            drop(own);
            assert_eq!(send.replies::<&'static str>().await.unwrap(), expected);
        } else {
            *slot.lock().expect("nobody panics here") = Some((band, all));
            assert_eq!(joined(&own).await, expected);
            assert!(first.is_connected());
            drop(own);
        }
        assert!(!first.is_connected());
    }
}

async fn a_receiver_may_have_its_name_forgotten(on: Runtime) {
    let band = band_on(&on);
    let within = band.clone();
    let slot = Arc::new(Mutex::new(None::<fanfare::Connection>));
    let itself = Arc::clone(&slot);
    let connection = band
        .channel::<u32, u32>("brief")
        .unwrap()
        .connect_sync(move |_| {
            itself.lock().expect("nobody panics here").take();
            assert!(
                within.channel::<u8, ()>("brief").is_err(),
                "it is being sent on"
            );
            for number in 0..8 {
                drop(within.channel::<(), ()>(format!("{number}")).unwrap());
            }
            7
        })
        .once()
        .await;
    *slot.lock().expect("nobody panics here") = Some(connection);
    assert_eq!(
        band.send("brief", 1u32).replies::<u32>().await.unwrap(),
        [7]
    );
    assert!(
        band.channel::<u8, ()>("brief").is_ok(),
        "nothing is left of it"
    );
}

/// A predicate runs in the send, and may do the same.
async fn a_predicate_may_use_the_band(on: Runtime) {
    let band = band_on(&on);
    let (all, parent, within) = (named(&band), Parent::new("one"), band.clone());
    let log = Log::new();
    let written = log.clone();
    all.bound(&parent)
        .connect_sync(says("asked"))
        .when(move |_| {
            let connection = within
                .channel::<u32, ()>("asked")
                .unwrap()
                .connect_sync(|_| ())
                .now();
            written.push(within.send("asked", 1u32).now().unwrap().count());
            connection.disconnect()
        })
        .await;
    assert_eq!(joined(&all).await, ["asked"]);
    assert_eq!(log.take(), [1]);
}

on_each_runtime![
    a_receiver_may_connect_disconnect_and_send,
    a_receiver_may_disconnect_itself_and_everybody,
    a_receiver_may_close_the_band,
    the_band_may_go_inside_a_receiver,
    a_receiver_may_have_its_name_forgotten,
    a_predicate_may_use_the_band,
];
