//! What a receiver can be told, and the ends of a send.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use fanfare::{Backoff, Cause, Event, Overflow, Report};

use crate::common::{Gate, Log, ON_PURPOSE, told};
use crate::kit::{Parent, band_on, by_hand, heard, joined, named, says};
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

async fn calls_are_counted_and_narrowed_on_each_channel(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<u32, &'static str>("number").unwrap();
    let parent = Parent::new("one");
    for channel in [all.clone(), all.bound(&parent)] {
        let once = channel.connect_sync(|_| "once").once().await;
        let twice = channel.connect(async |_| "twice").times(2).await;
        let even = channel
            .connect_sync(|_| "even")
            .when(|ev| **ev % 2 == 0)
            .await;
        let never = channel.connect_sync(|_| "never").times(0).await;
        assert!(!never.is_connected());
        let replies = async |number| all.bound(&parent).send(number).join().await.into_replies();
        assert_eq!(replies(1).await, ["once", "twice"]);
        assert!(!once.is_connected());
        assert_eq!(replies(2).await, ["twice", "even"]);
        assert!(!twice.is_connected());
        assert!(replies(3).await.is_empty());
        assert_eq!(channel.receiver_count(), 1);
        even.disconnect();
    }
}

async fn a_tracked_object_and_a_name(on: Runtime) {
    let band = band_on(&on);
    let (all, parent, tracked) = (named(&band), Parent::new("one"), Parent::new("tracked"));
    for channel in [all.clone(), all.bound(&parent)] {
        let tracked = Arc::clone(&tracked);
        let connection = channel
            .connect_sync(says("tracks"))
            .track(&tracked)
            .name("who")
            .await;
        assert_eq!(connection.name().as_deref(), Some("who"));
        assert_eq!(heard(&all.bound(&parent)).await, ["tracks"]);
        let own = Parent::new("own");
        channel.connect_sync(says("own")).track(&own).await;
        assert_eq!(heard(&all.bound(&parent)).await, ["tracks", "own"]);
        drop(own);
        assert_eq!(heard(&all.bound(&parent)).await, ["tracks"]);
        assert!(connection.disconnect());
    }
}

async fn failures_name_the_receiver(on: Runtime) {
    let band = band_on(&on);
    let (all, parent, log) = (named(&band), Parent::new("one"), Log::new());
    let own = all.bound(&parent);
    let written = log.clone();
    all.failures()
        .connect_sync(move |failed| {
            let event = failed.event().expect("it was kept");
            written.push((
                failed.name().map(str::to_owned),
                event.sender_as::<Parent>().is_some(),
            ));
        })
        .await;
    assert_eq!(all.failures().name(), Some("named.failures"));
    own.connect_sync(|_| panic!("{ON_PURPOSE}, sync"))
        .name("one")
        .await;
    own.connect(async |_| panic!("{ON_PURPOSE}, async"))
        .name("two")
        .await;
    own.connect_sync(says("fine")).await;
    let report = own.send(()).join().await;
    assert_eq!(
        told(&report),
        ["on purpose, sync", "on purpose, async", r#""fine""#]
    );
    let names: Vec<_> = report
        .failures()
        .map(|failure| failure.name().map(str::to_owned))
        .collect();
    assert_eq!(names, [Some("one".into()), Some("two".into())]);
    assert_eq!(
        log.take(),
        [(Some("one".into()), true), (Some("two".into()), true)]
    );
    let report = all.send(()).await.join().await;
    assert_eq!(report.failures().count(), 2);
    let mut told = log.take();
    told.sort();
    assert_eq!(
        told,
        [(Some("one".into()), false), (Some("two".into()), false)]
    );
    assert_eq!((all.failure_count(), own.failure_count()), (4, 4));
}

async fn calls_of_one_receiver_come_in_turn_whichever_channel_is_sent_on(_: Runtime) {
    let (executor, _, band) = by_hand();
    let all = band.channel::<usize, ()>("number").unwrap();
    let (parent, log) = (Parent::new("one"), Log::new());
    let gates: Arc<Vec<Gate>> = Arc::new((0..4).map(|_| Gate::new()).collect());
    let (waits, written) = (Arc::clone(&gates), log.clone());
    all.connect(move |ev| {
        let (gates, log) = (Arc::clone(&waits), written.clone());
        async move {
            gates[**ev].wait().await;
            log.push(**ev);
        }
    })
    .sequential()
    .now();
    let own = all.bound(&parent);
    let sent: Vec<_> = (0..4)
        .map(|number| {
            if number % 2 == 0 {
                all.send(number)
            } else {
                own.send(number)
            }
            .now()
            .unwrap()
        })
        .collect();
    for gate in gates.iter().rev() {
        executor.run_until_stalled();
        assert!(log.take().is_empty());
        gate.open();
    }
    executor.run_until_stalled();
    assert_eq!(log.take(), [0, 1, 2, 3]);
    assert!(sent.iter().all(fanfare::Delivery::is_done));
}

async fn a_full_queue_drops_what_its_policy_says(_: Runtime) {
    let (executor, _, band) = by_hand();
    let all = band.channel::<usize, usize>("number").unwrap();
    let (parent, gate) = (Parent::new("one"), Gate::new());
    let wait = gate.clone();
    let own = all.bound(&parent);
    own.connect(move |ev| {
        let wait = wait.clone();
        async move {
            wait.wait().await;
            **ev
        }
    })
    .queue(1, Overflow::DropOldest)
    .now();
    let sent: Vec<_> = (0..3)
        .map(|number| all.send(number).now().unwrap())
        .collect();
    executor.run_until_stalled();
    gate.open();
    let outcomes: Vec<_> = sent
        .into_iter()
        .map(|delivery| {
            told(
                &executor
                    .run_until(delivery.join())
                    .expect("the gate is open"),
            )
        })
        .collect();
    assert_eq!(outcomes, [vec!["0"], vec!["Overflow"], vec!["2"]]);
}

async fn calls_time_out_and_are_tried_again(_: Runtime) {
    let (executor, clock, band) = by_hand();
    let all = band.channel::<(), &'static str>("slow").unwrap();
    let (parent, log) = (Parent::new("one"), Log::new());
    let own = all.bound(&parent);
    own.connect(|_| std::future::pending())
        .timeout(SECOND)
        .now();
    let written = log.clone();
    own.connect(move |_| {
        let log = written.clone();
        async move {
            log.push("attempt");
            assert!(log.len() > 2, "{ON_PURPOSE}: not yet");
            "at last"
        }
    })
    .retry(Backoff::new(SECOND).factor(1.0).jitter(0.0).attempts(3))
    .now();
    let mut join = own.send(()).join();
    for _ in 0..2 {
        assert!(executor.run_until(&mut join).is_none());
        clock.advance(SECOND);
    }
    let report: Report<_> = executor.run_until(join).expect("time is up");
    assert_eq!(told(&report), ["TimedOut", r#""at last""#]);

    // A send with a time of its own.
    let mut join = own.send(()).timeout(SECOND / 2).join();
    assert!(executor.run_until(&mut join).is_none());
    clock.advance(SECOND / 2);
    let report = executor.run_until(join).expect("time is up");
    assert!(matches!(
        report.into_results()[0].as_ref().unwrap_err().cause(),
        Cause::TimedOut
    ));
}

async fn the_last_of_many_events_on_any_channel_counts(_: Runtime) {
    let (executor, clock, band) = by_hand();
    let all = band.channel::<u32, ()>("number").unwrap();
    let (parent, log) = (Parent::new("one"), Log::new());
    let (own, written) = (all.bound(&parent), log.clone());
    own.connect_sync(move |ev| written.push(**ev))
        .debounce(SECOND)
        .now();
    for number in 0..4 {
        let channel = if number % 2 == 0 { &own } else { &all };
        assert_eq!(channel.send(number).now().unwrap().count(), 0);
        executor.run_until_stalled();
    }
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(log.take(), [3]);
    // What waits when the parent dies is dropped.
    drop(own.send(7).now());
    drop(parent);
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert!(log.take().is_empty());
}

async fn those_of_lower_priority_wait_across_channels(_: Runtime) {
    let (executor, _, band) = by_hand();
    let (all, parent, log) = (named(&band), Parent::new("one"), Log::new());
    let (own, gate) = (all.bound(&parent), Gate::new());
    let wait = gate.clone();
    all.connect(move |_| {
        let wait = wait.clone();
        async move {
            wait.wait().await;
            "first"
        }
    })
    .priority(1)
    .now();
    let written = log.clone();
    own.connect_sync(move |_| {
        written.push("second");
        "second"
    })
    .now();
    let written = log.clone();
    all.connect_sync(move |_| {
        written.push("third");
        "third"
    })
    .now();
    let mut join = own.send(()).join().by_priority();
    assert!(executor.run_until(&mut join).is_none());
    assert!(log.take().is_empty(), "the first has not finished");
    gate.open();
    let report = executor.run_until(join).expect("the gate is open");
    assert_eq!(report.into_replies(), ["first", "second", "third"]);
    assert_eq!(log.take(), ["second", "third"]);
}

async fn a_send_can_be_broken_off(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<(), u32>("numbers").unwrap();
    let (parent, log) = (Parent::new("one"), Log::new());
    let own = all.bound(&parent);
    for number in 1..=4 {
        let written = log.clone();
        let channel = if number % 2 == 0 { &own } else { &all };
        channel
            .connect_sync(move |_: &Event<()>| {
                written.push(number);
                number
            })
            .await;
    }
    assert_eq!(own.send(()).first().await, Some(2));
    assert_eq!(log.take(), [2], "no other is called");
    assert_eq!(
        all.send(()).fold(0, |sum, number| sum * 10 + number).await,
        1234
    );
    log.take();
    let until_three = |sum, number| match number {
        3 => ControlFlow::Break(sum),
        _ => ControlFlow::Continue(sum + number),
    };
    assert_eq!(
        own.send(()).try_fold(0, until_three).await,
        ControlFlow::Break(7)
    );
    assert_eq!(log.take(), [2, 4, 1, 3]);
    assert_eq!(
        own.send(())
            .try_fold(0, |sum, number| ControlFlow::<(), _>::Continue(
                sum + number
            ))
            .await,
        ControlFlow::Continue(10)
    );
}

/// On one send after the other: what one has used up the next one does not find.
async fn the_last_options_stand(on: Runtime) {
    fn f(_: &crate::kit::Ev) -> &'static str {
        "f"
    }
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    let own = all.bound(&parent);
    let first = own.connect_sync(f).when(|_| false).name("old").await;
    own.connect_sync(says("g")).await;
    assert_eq!(joined(&own).await, ["g"]);
    let again = own.connect_sync(f).name("new").once().await;
    assert_eq!(first.name().as_deref(), Some("new"));
    assert!(first.id() == again.id() && joined(&own).await == ["f", "g"]);
    assert!(!first.is_connected() && joined(&own).await == ["g"]);
    own.connect_sync(f).await;
    assert_eq!(heard(&own).await, ["g", "f"], "it is a new one");
}

on_each_runtime![
    calls_are_counted_and_narrowed_on_each_channel,
    a_tracked_object_and_a_name,
    failures_name_the_receiver,
    calls_of_one_receiver_come_in_turn_whichever_channel_is_sent_on,
    a_full_queue_drops_what_its_policy_says,
    calls_time_out_and_are_tried_again,
    the_last_of_many_events_on_any_channel_counts,
    those_of_lower_priority_wait_across_channels,
    a_send_can_be_broken_off,
    the_last_options_stand,
];
