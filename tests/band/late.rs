//! Sends that wait for nothing and nobody, and what changes while a send is under way.

use std::sync::Arc;

use fanfare::Event;

use crate::common::{Gate, Log, ON_PURPOSE, OnDrop};
use crate::kit::{Parent, band_on, by_hand, heard, named, says};
use crate::runtime::Runtime;

async fn a_detached_send_runs_sync_receivers_and_hands_over_the_others(_: Runtime) {
    let (executor, _, band) = by_hand();
    let all = band.channel::<u32, ()>("number").unwrap();
    let (parent, log) = (Parent::new("one"), Log::new());
    let own = all.bound(&parent);
    let (now, later) = (log.clone(), log.clone());
    all.connect_sync(move |ev| now.push(**ev)).now();
    own.connect(move |ev: Arc<Event<u32>>| {
        let log = later.clone();
        async move { log.push(10 * **ev) }
    })
    .now();
    own.send_detached(1);
    assert_eq!(log.take(), [1]);
    executor.run_until_stalled();
    assert_eq!(log.take(), [10]);
    all.connect_sync(|_| panic!("{ON_PURPOSE}")).now();
    all.send_detached(2);
    executor.run_until_stalled();
    assert_eq!((log.take(), all.failure_count()), (vec![2, 20], 1));
}

/// Where a limit holds it up it goes on later, and everything comes in the end.
async fn a_detached_send_that_has_to_wait_loses_nothing(_: Runtime) {
    let (executor, _, band) = by_hand();
    let all = band.channel::<u32, ()>("number").unwrap();
    let (parent, log, gate) = (Parent::new("one"), Log::new(), Gate::new());
    let (wait, written) = (gate.clone(), log.clone());
    let own = all.bound(&parent);
    own.connect(move |ev: Arc<Event<u32>>| {
        let (wait, log) = (wait.clone(), written.clone());
        async move {
            wait.wait().await;
            log.push(**ev);
        }
    })
    .max_in_flight(1)
    .now();
    let every = log.clone();
    all.connect_sync(move |ev| every.push(100 + **ev)).now();
    for number in 0..20 {
        if number % 2 == 0 { &own } else { &all }.send_detached(number);
    }
    executor.run_until_stalled();
    assert_eq!(log.take(), [100], "a send that waits has reached nobody");
    // The handles may go meanwhile.
    drop((all, own));
    gate.open();
    executor.run_until_stalled();
    let mut came = log.take();
    came.sort_unstable();
    assert_eq!(came, (0..20).chain(101..120).collect::<Vec<_>>());
    assert!(executor.is_empty());
}

async fn a_detached_send_on_a_closed_band_does_nothing(_: Runtime) {
    let (executor, _, band) = by_hand();
    let dropped = Log::new();
    let all = band
        .channel::<OnDrop<Box<dyn FnMut() + Send + Sync>>, ()>("dropped")
        .unwrap();
    let heard = Log::new();
    all.connect_sync(heard.writes(())).now();
    band.close();
    let written = dropped.clone();
    all.send_detached(OnDrop(Box::new(move || written.push(()))));
    let written = dropped.clone();
    // A payload whose drop panics hurts nobody.
    all.send_detached(OnDrop(Box::new(move || {
        written.push(());
        panic!("{ON_PURPOSE}");
    })));
    executor.run_until_stalled();
    assert_eq!((dropped.len(), heard.len()), (2, 0));
}

async fn a_send_sees_who_stood_when_it_began(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    let (adding, to) = (own.clone(), all.clone());
    own.connect_sync(move |_| {
        adding.connect_sync(says("new of its own")).now();
        to.connect_sync(says("new of all")).now();
        "adds"
    })
    .once()
    .await;
    all.connect_sync(says("all")).await;
    assert_eq!(crate::kit::joined(&own).await, ["adds", "all"]);
    assert_eq!(heard(&own).await, ["new of its own", "all", "new of all"]);
    assert_eq!(heard(&all).await, ["all", "new of its own", "new of all"]);
}

async fn who_is_disconnected_in_the_middle_does_not_start(on: Runtime) {
    for bound in [false, true] {
        let band = band_on(&on);
        let (all, parent) = (named(&band), Parent::new("one"));
        let own = all.bound(&parent);
        let ended = Arc::new(std::sync::Mutex::new(Vec::new()));
        let ends = Arc::clone(&ended);
        own.connect_sync(move |_| {
            let mut ends = ends.lock().expect("nobody panics here");
            for connection in ends.drain(..) {
                let connection: fanfare::Connection = connection;
                assert!(connection.disconnect());
            }
            "ends"
        })
        .await;
        let connections = [
            own.connect_sync(says("own")).await,
            all.connect_sync(says("all")).await,
            own.connect(async |_| "own later").await,
            all.connect(async |_| "all later").sequential().await,
        ];
        ended
            .lock()
            .expect("nobody panics here")
            .extend(connections);
        all.connect_sync(says("stays")).await;
        let channel = if bound { &own } else { &all };
        assert_eq!(crate::kit::joined(channel).await, ["ends", "stays"]);
        assert_eq!(heard(channel).await, ["ends", "stays"]);
    }
}

on_each_runtime![
    a_detached_send_runs_sync_receivers_and_hands_over_the_others,
    a_detached_send_that_has_to_wait_loses_nothing,
    a_detached_send_on_a_closed_band_does_nothing,
    a_send_sees_who_stood_when_it_began,
    who_is_disconnected_in_the_middle_does_not_start,
];
