//! Members that leave, with messages waiting or without, and hubs that are closed.

use std::sync::Arc;

use fanfare::Overflow;
use fanfare::hub::{ConsumeError, Pattern};

use super::shares::{course, member, queue};
use crate::common::{Gate, Log, poll};
use crate::course::Course;
use crate::kit::{Msg, by_hand, consumed, hub_on, text, waiting};
use crate::runtime::Runtime;

async fn who_leaves_leaves_the_rest_to_the_others(on: Runtime) {
    let hub = hub_on(&on);
    let (subscriber, log) = (hub.subscriber("s"), Log::new());
    let publish = |expected: &str| {
        for _ in 0..expected.split(' ').count() {
            assert_eq!(hub.publish("jobs.x", 1).now().unwrap().count(), 1);
        }
        assert_eq!(log.take().join(" "), expected);
    };
    let [a, b, _] = ["a", "b", "c"].map(|name| member(&hub, &log, name, "jobs.*"));
    let of_it = subscriber.connect_sync(log.writes("d")).topic("jobs.x");
    let d = of_it.group("workers").await.unwrap();
    let once = hub.connect_sync(log.writes("once")).topic("*").once();
    once.group("workers").await.unwrap();
    publish("a b c d once a b");
    assert!(b.disconnect());
    publish("c d a c");
    assert!(subscriber.remove_listener(&d).await);
    publish("a c a");
    assert!(a.remove_keys([Pattern::new("jobs.*").unwrap()]));
    publish("c c");
    // Somebody new is next: it has had no turn.
    member(&hub, &log, "new", "jobs.?");
    publish("new c new c");
    assert!(a.add_keys([Pattern::new("*.x").unwrap()]));
    publish("a new c a");
}

/// What it was given was its own, and goes with it: that is told, and nobody else is given it.
async fn what_waits_for_a_listener_goes_with_it(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    let failed = Log::new();
    let told = failed.clone();
    let tells = hub.failures().connect_sync(move |failed| {
        told.push(text(failed.event().expect("a message")));
    });
    tells.now();
    let stays = course(&hub, "jobs.*");
    let leaves = Course::new();
    let runs = |course: Course, m: Arc<Msg>| async move { course.pass(***m as usize).await };
    let listen = subscriber.connect_with(leaves.clone(), runs);
    let listener = listen.topic("jobs.*").group("workers").now().unwrap();
    let mut deliveries = Vec::new();
    for number in 0..6 {
        deliveries.push(hub.publish("jobs.x", number).now().unwrap());
        executor.run_until_stalled();
    }
    assert_eq!((stays.take(), leaves.take()), ("+0".into(), "+1".into()));
    let mut removed = Box::pin(subscriber.remove_listener(&listener));
    assert!(executor.run_until(&mut removed).is_none(), "1 is running");
    let last = hub.publish("jobs.x", 6).now().unwrap();
    leaves.open_all();
    assert_eq!(executor.run_until(removed), Some(true));
    stays.open_all();
    executor.run_until_stalled();
    assert_eq!(stays.take(), "-0 +2 -2 +4 -4 +6 -6");
    assert_eq!(leaves.take(), "-1");
    assert_eq!(failed.take(), ["jobs.x 3", "jobs.x 5"]);
    deliveries.push(last);
    let is_well = deliveries.into_iter().map(|delivery| {
        let report = executor.run_until(delivery.join()).expect("all are over");
        assert_eq!(report.count(), 1);
        report.is_ok()
    });
    let expected = [true, true, true, false, true, false, true];
    assert_eq!(is_well.collect::<Vec<_>>(), expected);
}

async fn what_waits_in_a_queue_stays_there(on: Runtime) {
    let hub = hub_on(&on);
    let [one, two] = ["one", "two"].map(|name| hub.subscriber(name));
    for subscriber in [&one, &two] {
        queue(subscriber, "default", 10, Overflow::DropOldest);
    }
    for number in 0..4 {
        hub.publish("jobs.x", number).await.unwrap();
    }
    assert!(one.unsubscribe("jobs.*").unwrap());
    for number in 4..6 {
        hub.publish("jobs.x", number).await.unwrap();
    }
    assert_eq!(consumed(&one, "default", 2).await, ["jobs.x 0", "jobs.x 2"]);
    assert_eq!(waiting(&two, "default"), 4);
    // Back again, with the least to do.
    one.subscribe("jobs.*").await.unwrap();
    hub.publish("jobs.x", 6).await.unwrap();
    assert_eq!(consumed(&one, "default", 1).await, ["jobs.x 6"]);
    drop(two);
    for number in 7..9 {
        hub.publish("jobs.x", number).await.unwrap();
    }
    assert_eq!(consumed(&one, "default", 2).await, ["jobs.x 7", "jobs.x 8"]);
    drop(one);
    assert!(hub.publish("jobs.x", 9).await.unwrap().join().await.is_ok());
    assert!(hub.inspect().connections.is_empty());
}

/// A publish that waits for a full group goes on when its last member leaves, or when another comes.
async fn a_publish_that_waits_is_told_who_leaves_and_comes(_: Runtime) {
    for comes in [false, true] {
        let (executor, _, hub) = by_hand();
        let subscriber = hub.subscriber("s");
        queue(&subscriber, "a", 1, Overflow::Wait);
        queue(&subscriber, "b", 1, Overflow::Wait);
        for number in 0..2 {
            hub.publish("jobs.x", number).now().unwrap();
        }
        let mut waits = hub.publish("jobs.x", 2).into_future();
        assert!(executor.run_until(&mut waits).is_none());
        let log = Log::new();
        if comes {
            member(&hub, &log, "new", "jobs.*");
        } else {
            assert!(subscriber.unsubscribe_from("a", "jobs.*").unwrap());
            assert!(executor.run_until(&mut waits).is_none(), "b is full");
            assert!(subscriber.unsubscribe_from("b", "jobs.*").unwrap());
        }
        let delivery = executor.run_until(waits).expect("it waits for nobody");
        assert_eq!(delivery.unwrap().count(), usize::from(comes));
        assert_eq!(log.len(), usize::from(comes));
        assert_eq!(consumed(&subscriber, "a", 1).await, ["jobs.x 0"]);
        assert_eq!(consumed(&subscriber, "b", 1).await, ["jobs.x 1"]);
    }
}

async fn a_closed_hub_has_its_members_finish(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    let team = [(); 2].map(|()| course(&hub, "jobs.*"));
    queue(&subscriber, "default", 1, Overflow::Wait);
    for number in 0..6 {
        hub.publish("jobs.x", number).now().unwrap();
        executor.run_until_stalled();
    }
    assert!(hub.close());
    let error = hub.publish("jobs.x", 9).now().unwrap_err();
    assert!(error.is_closed());
    let mut idle = Box::pin(hub.idle());
    assert!(executor.run_until(&mut idle).is_none());
    team.iter().for_each(Course::open_all);
    assert!(executor.run_until(&mut idle).is_some());
    assert_eq!(
        team.each_ref().map(Course::take),
        ["+0 -0 +3 -3 +5 -5", "+1 -1 +4 -4"]
    );
    assert_eq!(consumed(&subscriber, "default", 1).await, ["jobs.x 2"]);
    assert_eq!(
        subscriber.consume().await.unwrap_err(),
        ConsumeError::Closed
    );
    let late = member(&hub, &Log::new(), "late", "jobs.*");
    assert!(!late.is_connected());
}

/// From within a call, of itself and of others.
async fn members_may_leave_in_the_middle_of_a_message(on: Runtime) {
    let hub = hub_on(&on);
    let (subscriber, log, gate) = (hub.subscriber("s"), Log::new(), Gate::new());
    for name in ["a", "b", "c"] {
        let (within, log) = (subscriber.clone(), log.clone());
        let leaves = move |_: &Msg| {
            let mut all = Box::pin(within.remove_all_listeners());
            log.push((name, poll(&mut all).is_ready()));
        };
        let listen = subscriber.connect_sync(leaves).topic("jobs.*");
        listen.group("workers").await.unwrap();
    }
    let opens = gate.clone();
    let stays = hub.connect_sync(move |_| opens.open()).topic("jobs.*");
    stays.group("workers").await.unwrap();
    assert_eq!(hub.publish("jobs.x", 1).await.unwrap().count(), 1);
    assert_eq!(log.take(), [("a", true)]);
    assert!(!gate.is_open(), "it was not its message");
    assert_eq!(hub.publish("jobs.x", 2).await.unwrap().count(), 1);
    assert!(gate.is_open());
    assert_eq!(log.take(), []);
}

on_each_runtime! {
    who_leaves_leaves_the_rest_to_the_others,
    what_waits_for_a_listener_goes_with_it,
    what_waits_in_a_queue_stays_there,
    a_publish_that_waits_is_told_who_leaves_and_comes,
    a_closed_hub_has_its_members_finish,
    members_may_leave_in_the_middle_of_a_message,
}
