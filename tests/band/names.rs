//! Names: the types that go with them, and how long a band knows them.

use std::future::IntoFuture;
use std::sync::Arc;

use fanfare::band::TypeConflict;
use fanfare::{Band, Channel, Connection};

use crate::kit::{Ev, Parent, band_on, heard, named, says};
use crate::runtime::Runtime;

#[derive(Debug)]
struct Payload;

/// Has the band look at names it knows: each new name looks at two.
fn sweep(band: &Band) {
    for number in 0..16 {
        drop(band.channel::<(), ()>(format!("sweep {number}")).unwrap());
    }
}

/// What the band knows, those that came from sweeping aside.
fn names(band: &Band) -> Vec<String> {
    let mut names = band.identifiers();
    names.retain(|name| !name.starts_with("sweep"));
    names
}

async fn other_types_are_a_conflict_that_names_them(on: Runtime) {
    let band = band_on(&on);
    let _held: Channel<Payload, u8> = band.channel("mine").unwrap();
    let conflict = band.channel::<String, u8>("mine").unwrap_err();
    assert_eq!(conflict.identifier(), "mine");
    let here = module_path!();
    let text = format!(
        "channel `mine` has payload `{here}::Payload`, reply `u8`; it was asked for with payload \
         `alloc::string::String`, reply `u8`: give one of them another name, or another band"
    );
    assert_eq!(conflict.to_string(), text);
    let conflict = band.channel::<Payload, Vec<u8>>("mine").unwrap_err();
    assert!(
        conflict.to_string().contains("reply `alloc::vec::Vec<u8>`"),
        "{conflict}"
    );
    let conflict: Box<dyn std::error::Error + Send + Sync> = Box::new(conflict);
    assert!(conflict.downcast_ref::<TypeConflict>().is_some());
}

async fn a_conflict_loses_nothing(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    all.connect_sync(says("all")).await;
    all.bound(&parent).connect_sync(says("own")).await;
    drop(all);
    for _ in 0..3 {
        assert!(band.channel::<(), u8>("named").is_err());
        assert!(band.channel::<u8, &'static str>("named").is_err());
    }
    let all = named(&band);
    assert_eq!(heard(&all.bound(&parent)).await, ["own", "all"]);
    // Any handle keeps the types, and any receiver.
    let own = all.bound(&parent);
    drop(all);
    assert!(own.connect_sync(says("more")).await.disconnect());
    assert!(band.channel::<(), u8>("named").is_err());
}

/// Connected, subscribed to, or held: that is what keeps a name, and its types.
async fn a_name_that_nothing_is_left_of_is_forgotten(on: Runtime) {
    for left in [
        "handle",
        "bound handle",
        "receiver",
        "bound receiver",
        "stream",
        "next",
    ] {
        let band = band_on(&on);
        let (all, parent) = (named(&band), Parent::new("one"));
        let own = all.bound(&parent);
        let mut kept: Vec<Box<dyn std::any::Any + Send>> = Vec::new();
        let mut connection = None;
        match left {
            "handle" => kept.push(Box::new(all.clone())),
            "bound handle" => kept.push(Box::new(own.clone())),
            "receiver" => connection = Some(all.connect_sync(says("all")).await),
            "bound receiver" => connection = Some(own.connect_sync(says("own")).await),
            "stream" => kept.push(Box::new(own.subscribe().await)),
            _ => kept.push(Box::new(all.next().into_future())),
        }
        drop((all, own));
        sweep(&band);
        assert_eq!(names(&band), ["named"], "{left}");
        assert!(band.channel::<u8, ()>("named").is_err(), "{left}");
        connection.as_ref().map(Connection::disconnect);
        kept.clear();
        sweep(&band);
        assert!(names(&band).is_empty(), "{left}");
        assert!(band.channel::<u8, ()>("named").is_ok(), "{left}");
    }
}

/// Before anybody has swept, too.
async fn a_name_that_nothing_is_left_of_can_be_taken_at_once(on: Runtime) {
    let band = band_on(&on);
    drop(band.channel::<u8, ()>("name").unwrap());
    let (all, parent) = (band.channel::<u16, ()>("name").unwrap(), Parent::new("one"));
    all.bound(&parent).connect_sync(|_| ()).await;
    drop(all);
    assert!(band.channel::<u32, ()>("name").is_err());
    drop(parent);
    let all = band.channel::<u32, ()>("name").unwrap();
    let connection = all.connect_sync(|_| ()).await;
    drop(all);
    connection.disconnect();
    let object = Parent::new("object");
    band.channel::<(), &'static str>("name")
        .unwrap()
        .connect_method(&object, Parent::reply_later)
        .await;
    assert!(band.channel::<u32, ()>("name").is_err());
    drop(object);
    assert!(band.channel::<u32, ()>("name").is_ok());
}

/// So does a send by name: what nothing is left of was declared by nobody.
async fn a_send_to_a_name_that_nothing_is_left_of_reaches_nobody(on: Runtime) {
    let band = band_on(&on);
    drop(band.channel::<u8, u8>("name").unwrap());
    assert_eq!(band.send("name", "another type").await.unwrap().count(), 0);
    drop(band.channel::<u8, u8>("name").unwrap());
    assert_eq!(band.send("name", "another type").now().unwrap().count(), 0);
    drop(band.channel::<u8, u8>("name").unwrap());
    assert_eq!(
        band.send("name", "another type")
            .join()
            .await
            .unwrap()
            .count(),
        0
    );
    drop(band.channel::<u8, u8>("name").unwrap());
    assert!(
        band.send("name", 1u8)
            .replies::<u64>()
            .await
            .unwrap()
            .is_empty()
    );
}

async fn failures_that_somebody_was_told_of_keep_a_name(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<(), ()>("fails").unwrap();
    let failures = all.failures();
    let log = crate::common::Log::new();
    failures.connect_sync(log.writes("told")).await;
    drop((all, failures));
    sweep(&band);
    let all = band.channel::<(), ()>("fails").unwrap();
    let connection = all
        .connect_sync(|_| panic!("{}", crate::common::ON_PURPOSE))
        .await;
    assert_eq!(all.send(()).await.count(), 1);
    assert_eq!((log.take(), all.failure_count()), (vec!["told"], 1));
    connection.disconnect();
}

/// A million of them leave nothing: `tests/band_memory.rs`. Here, that the ones in use stay among those that come and go.
async fn names_that_come_and_go_do_not_disturb_those_that_stay(on: Runtime) {
    let band = band_on(&on);
    let parents: Vec<_> = (0..8u32).map(Arc::new).collect();
    for parent in &parents {
        let stays = band.channel::<u32, u32>(format!("stays {parent}")).unwrap();
        let number = **parent;
        stays
            .bound(parent)
            .connect_sync(move |ev| **ev + number)
            .now();
    }
    for number in 0..400 {
        let name = format!("job {number}");
        let job = band.channel::<u32, ()>(&name).unwrap();
        let connection = job.connect_sync(|_| ()).now();
        assert_eq!(band.send(&name, number).now().unwrap().count(), 1);
        connection.disconnect();
        let parent = &parents[number as usize % 8];
        let replies = band
            .send(format!("stays {parent}"), number)
            .parent(parent)
            .replies::<u32>();
        assert_eq!(replies.await.unwrap(), [number + **parent]);
    }
    // Each new name has had two looked at, so a few are left at the most.
    assert!(
        band.identifiers().len() < 8 + 20,
        "{}",
        band.identifiers().len()
    );
}

/// A receiver in the making keeps its name, as its channel's handle would.
async fn a_receiver_in_the_making_is_not_lost(on: Runtime) {
    let band = band_on(&on);
    let object = Parent::new("strong");
    let (connect, strong) = (
        named(&band).connect_sync(says("late")),
        named(&band)
            .connect_method(&object, Parent::reply_later)
            .strong(),
    );
    let (subscribe, next) = (named(&band).subscribe(), named(&band).next());
    sweep(&band);
    assert_eq!(names(&band), ["named"]);
    let connections = [connect.await, strong.await];
    let (stream, next) = (subscribe.await, next.into_future());
    assert!(connections.iter().all(Connection::is_connected));
    assert_eq!(heard(&named(&band)).await, ["late", "strong"]);
    assert!(!stream.is_empty() && next.await.is_some());
    // One that is not ended keeps nothing for longer than it is there.
    drop((
        stream,
        connections.map(|connection| connection.disconnect()),
    ));
    let connect = named(&band).connect_sync(says("never"));
    assert!(band.channel::<u8, ()>("named").is_err());
    drop(connect);
    assert!(band.channel::<u8, ()>("named").is_ok());
}

async fn a_channel_outlives_its_band(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    own.connect(async |_: Arc<Ev>| "own").await;
    drop((band, all));
    assert_eq!(heard(&own).await, ["own"]);
    let connection = own.unbound().connect_sync(says("all")).await;
    assert_eq!(heard(&own).await, ["own", "all"]);
    drop(own);
    assert!(!connection.is_connected(), "the last handle has gone");
}

on_each_runtime![
    other_types_are_a_conflict_that_names_them,
    a_conflict_loses_nothing,
    a_name_that_nothing_is_left_of_is_forgotten,
    a_name_that_nothing_is_left_of_can_be_taken_at_once,
    a_send_to_a_name_that_nothing_is_left_of_reaches_nobody,
    failures_that_somebody_was_told_of_keep_a_name,
    names_that_come_and_go_do_not_disturb_those_that_stay,
    a_receiver_in_the_making_is_not_lost,
    a_channel_outlives_its_band,
];
