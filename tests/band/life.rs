//! How a band ends, and what it shows.

use std::sync::Arc;
use std::time::Duration;

use fanfare::{Band, Event};

use crate::common::{Gate, Log, poll};
use crate::kit::{Parent, band_on, by_hand, heard, named, says};
use crate::runtime::Runtime;

/// An async receiver that waits for a gate.
fn waits(
    gate: &Gate,
) -> impl Fn(Arc<Event<u32>>) -> fanfare::BoxFuture<'static, ()> + Send + Sync + 'static + use<> {
    let gate = gate.clone();
    move |_| {
        let gate = gate.clone();
        Box::pin(async move { gate.wait().await })
    }
}

async fn a_closed_band_takes_nothing_more(on: Runtime) {
    let band = band_on(&on);
    let (all, parent, log) = (named(&band), Parent::new("one"), Log::new());
    let own = all.bound(&parent);
    let before = all.connect_sync(says("all")).await;
    let mut stream = own.subscribe().await;
    assert!(!band.is_closed() && band.close() && !band.close() && band.clone().is_closed());
    assert!(own.send(()).now().unwrap_err().is_closed());
    assert_eq!(own.send(()).await.count(), 0);
    assert!(!own.send(()).join().await.is_ok());
    own.send_detached(());
    assert!(!own.connect_sync(says("late")).await.is_connected());
    assert!(stream.recv().await.is_err());
    assert!(before.is_connected() && all.receiver_count() > 0);
    // Names that come now are closed from the beginning.
    let late = band.channel::<u32, ()>("late").unwrap();
    assert!(!late.connect_sync(log.writes("late")).await.is_connected());
    assert!(late.send(1).now().unwrap_err().is_closed());
    assert!(
        band.channel::<u32, ()>("later")
            .unwrap()
            .next()
            .await
            .is_none()
    );
    assert!(log.take().is_empty());
}

async fn idle_waits_for_every_channel(_: Runtime) {
    let (executor, _, band) = by_hand();
    let (first, second) = (Gate::new(), Gate::new());
    let parent = Parent::new("one");
    let (a, b) = (
        band.channel::<u32, ()>("a").unwrap(),
        band.channel::<u32, ()>("b").unwrap(),
    );
    a.connect(waits(&first)).now();
    b.bound(&parent).connect(waits(&second)).now();
    assert!(
        executor.run_until(band.idle()).is_some(),
        "nothing is under way"
    );
    a.send_detached(1);
    b.send_detached(1);
    executor.run_until_stalled();
    let mut idle = Box::pin(band.idle());
    assert!(executor.run_until(&mut idle).is_none());
    second.open();
    assert!(executor.run_until(&mut idle).is_none());
    first.open();
    assert!(executor.run_until(&mut idle).is_some());
    assert!(!band.is_closed() && a.send(1).now().is_ok());
    executor.run_until_stalled();
}

async fn drain_closes_at_once_and_waits(_: Runtime) {
    let (executor, clock, band) = by_hand();
    let (gate, parent) = (Gate::new(), Parent::new("one"));
    let channel = |name: &str| band.channel::<u32, ()>(name).unwrap();
    channel("a").connect(waits(&gate)).name("slow").now();
    channel("b")
        .bound(&parent)
        .connect(waits(&gate))
        .name("slower")
        .now();
    channel("c").connect_sync(|_| ()).now();
    for name in ["a", "b", "c"] {
        channel(name).send_detached(1);
    }
    executor.run_until_stalled();
    let drain = band.drain().timeout(Duration::from_secs(1));
    assert!(band.is_closed() && format!("{drain:?}").contains("timeout: Some(1s)"));
    let mut drain = std::future::IntoFuture::into_future(drain);
    assert!(executor.run_until(&mut drain).is_none());
    clock.advance(Duration::from_secs(1));
    let unfinished = executor.run_until(drain).expect("time is up").unwrap_err();
    let text =
        "not finished in time: `slow` (1 running, 0 waiting), `slower` (1 running, 0 waiting)";
    assert_eq!(
        (unfinished.to_string().as_str(), unfinished.sends),
        (text, 2)
    );
    let mut drain = std::future::IntoFuture::into_future(band.drain());
    assert!(executor.run_until(&mut drain).is_none());
    gate.open();
    assert!(executor.run_until(drain).expect("the gate is open").is_ok());
    assert!(Band::new().drain().await.is_ok());
}

/// The parent's death takes nothing away from what is under way.
async fn drain_waits_for_calls_whose_parent_has_died(_: Runtime) {
    let (executor, _, band) = by_hand();
    let (gate, parent) = (Gate::new(), Parent::new("one"));
    let all = band.channel::<u32, ()>("a").unwrap();
    all.bound(&parent).connect(waits(&gate)).now();
    all.send_detached(1);
    executor.run_until_stalled();
    drop(parent);
    all.send_detached(2);
    drop(all);
    // The name is looked at, and must not be forgotten as long as a call is under way.
    for number in 0..8 {
        drop(band.channel::<(), ()>(format!("{number}")).unwrap());
    }
    let mut drain = std::future::IntoFuture::into_future(band.drain());
    assert!(executor.run_until(&mut drain).is_none());
    gate.open();
    assert!(executor.run_until(drain).expect("the gate is open").is_ok());
}

async fn inspect_shows_channels_and_receivers(on: Runtime) {
    let band = Band::builder().spawner(on.spawner()).stats().build();
    assert!(band.inspect().is_empty());
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    own.connect_sync(says("own")).name("of one").await;
    all.connect(async |_| "all").priority(3).await;
    all.bound(&Parent::new("dead"))
        .connect_sync(says("dead"))
        .await;
    let _other = band.channel::<u8, ()>("before").unwrap();
    assert!(own.send(()).join().await.is_ok());
    // It shows what is there, and looks at nobody's life; this does.
    assert_eq!(
        (band.inspect()[1].connections.len(), all.receiver_count()),
        (3, 1)
    );
    let shown = band.inspect();
    let names: Vec<_> = shown.iter().map(|shown| shown.name.as_deref()).collect();
    assert_eq!(names, [Some("before"), Some("named")]);
    assert!(shown[0].connections.is_empty() && !shown[1].is_closed);
    let receivers: Vec<_> = shown[1]
        .connections
        .iter()
        .map(|shown| {
            (
                shown.name.as_deref(),
                shown.is_unfiltered,
                shown.senders,
                shown.keys,
                shown.priority,
            )
        })
        .collect();
    assert_eq!(
        receivers,
        [(None, true, 0, 0, 3), (Some("of one"), false, 1, 0, 0)]
    );
    let started = shown[1]
        .connections
        .iter()
        .map(|shown| shown.counts.as_ref().map(|counts| counts.calls));
    assert_eq!(started.collect::<Vec<_>>(), [Some(1), Some(1)]);
    let table = shown[1].to_string();
    assert!(
        table.contains("named") && table.contains("of one"),
        "{table}"
    );
    band.close();
    assert!(band.inspect().iter().all(|shown| shown.is_closed));
}

/// A band that is let go of ends its receivers, as far as no channel is held.
async fn the_last_handle_ends_what_nobody_holds(on: Runtime) {
    let band = band_on(&on);
    let (held, parent) = (named(&band), Parent::new("one"));
    let stays = held.connect_sync(says("held")).await;
    let goes = band
        .channel::<u32, ()>("other")
        .unwrap()
        .connect_sync(|_| ())
        .await;
    let mut stream = band
        .channel::<u32, ()>("stream")
        .unwrap()
        .bound(&parent)
        .subscribe()
        .await;
    let another = band.clone();
    drop(band);
    assert!(goes.is_connected());
    assert_eq!(another.send("other", 1u32).now().unwrap().count(), 1);
    drop(another);
    assert!(!goes.is_connected() && stays.is_connected());
    assert!(stream.recv().await.is_err());
    assert_eq!(heard(&held).await, ["held"]);
}

/// What was accepted goes on without the band.
async fn calls_go_on_without_the_band(_: Runtime) {
    let (executor, _, band) = by_hand();
    let (gate, parent) = (Gate::new(), Parent::new("one"));
    let all = band.channel::<u32, ()>("a").unwrap();
    all.bound(&parent).connect(waits(&gate)).now();
    let delivery = all.send(1).now().unwrap();
    executor.run_until_stalled();
    drop((band, all));
    let mut join = delivery.join();
    assert!(poll(&mut join).is_pending());
    gate.open();
    assert!(executor.run_until(join).expect("the gate is open").is_ok());
}

on_each_runtime![
    a_closed_band_takes_nothing_more,
    idle_waits_for_every_channel,
    drain_closes_at_once_and_waits,
    drain_waits_for_calls_whose_parent_has_died,
    inspect_shows_channels_and_receivers,
    the_last_handle_ends_what_nobody_holds,
    calls_go_on_without_the_band,
];
