//! `max_in_flight`, of a connection and of a signal: how many get in, and when a place comes back.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::{Overflow, Signal};

use crate::common::{Log, ON_PURPOSE, poll};
use crate::kit::{Course, builder_by_hand, by_hand};
use crate::runtime::Runtime;

/// Two signals that let two calls in, by either limit.
fn limited() -> Vec<(fanfare::testing::SeededExecutor, Signal<usize>, Course)> {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .max_in_flight(2)
        .now();
    let (other, _, builder) = builder_by_hand();
    let limited = builder.max_in_flight(2).build();
    let second = Course::new();
    limited.connect_with(second.clone(), Course::run).now();
    vec![(executor, signal, course), (other, limited, second)]
}

async fn each_end_of_a_send_waits_for_a_place(_: Runtime) {
    for (executor, signal, course) in limited() {
        drop(signal.send().with(0).now().unwrap());
        let mut joining = signal.send().with(1).join();
        assert!(executor.run_until(&mut joining).is_none());
        executor.run_until_stalled();
        assert_eq!(course.log.take().len(), 2);
        let unsent = signal.send().with(2).now().unwrap_err();
        assert!(unsent.is_full() && unsent.into_payload() == Some(2));
        let mut awaited = signal.send().with(2).into_future();
        let mut joined = signal.send().with(3).join();
        let mut first = signal.send().with(4).first();
        let mut fold = signal.send().with(5).fold(0, |count, ()| count + 1);
        assert!(poll(&mut awaited).is_pending() && poll(&mut joined).is_pending());
        assert!(poll(&mut first).is_pending() && poll(&mut fold).is_pending());
        assert_eq!(course.take(), "");
        course.open_all();
        assert!(executor.run_until(&mut joining).unwrap().is_ok());
        executor.run_until_stalled();
        drop(executor.run_until(awaited).expect("a place is free"));
        executor.run_until_stalled();
        assert!(executor.run_until(joined).expect("a place is free").is_ok());
        assert_eq!(
            executor.run_until(first).expect("a place is free"),
            Some(())
        );
        assert_eq!(executor.run_until(fold), Some(1));
        assert_eq!(course.log.take().len(), 10);
        assert!(executor.is_empty() && signal.failure_count() == 0);
    }
}

async fn zero_counts_as_one(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .max_in_flight(0)
        .now();
    drop(signal.send().now().unwrap());
    assert!(signal.send().now().is_err());
    course.open_all();
    executor.run_until_stalled();
    assert!(signal.send().now().is_ok());
    let (_, _, builder) = builder_by_hand();
    let signal = builder.max_in_flight(0).build();
    let nested = Log::new();
    let (weak, log) = (signal.downgrade(), nested.clone());
    signal
        .connect_sync(move |_| {
            let signal = weak.upgrade().expect("it is there");
            log.push(signal.send().now().is_err());
        })
        .now();
    assert_eq!(signal.send().now().unwrap().count(), 1);
    assert_eq!(nested.take(), [true], "the send around it is under way");
}

/// Whatever ends a call, its place is free afterwards.
async fn places_come_back_however_a_call_ends(_: Runtime) {
    let endings = [
        "reply",
        "panic",
        "abort",
        "timeout",
        "send timeout",
        "dropped join",
        "first",
        "disconnect",
    ];
    for (by_signal, ending) in [false, true]
        .into_iter()
        .flat_map(|by| endings.map(|ending| (by, ending)))
    {
        let (executor, clock, mut builder) = builder_by_hand();
        if by_signal {
            builder = builder.max_in_flight(1);
        }
        let signal = builder.build();
        let (course, wait) = (Course::new(), Duration::from_secs(5));
        let run = move |course: Course, ev: std::sync::Arc<fanfare::Event<usize>>| async move {
            course.clone().run(ev).await;
            assert!(ending != "panic", "{ON_PURPOSE}");
        };
        let mut connect = signal
            .connect_with(course.clone(), run)
            .cancel_on_disconnect();
        if !by_signal {
            connect = connect.max_in_flight(1);
        }
        if ending == "timeout" {
            connect = connect.timeout(wait);
        }
        let connection = connect.now();
        let mut send = signal.send();
        if ending == "send timeout" {
            send = send.timeout(wait);
        }
        if ending == "dropped join" || ending == "first" {
            if ending == "first" {
                signal.connect(|_| async {}).now();
            }
            let mut join = send.join();
            assert!(poll(&mut join).is_pending());
            assert!(signal.send().with(1).now().is_err(), "{ending}");
            drop(join);
            if ending == "first" {
                assert!(poll(&mut signal.send().with(2).first()).is_ready());
            }
        } else {
            let delivery = send.now().unwrap();
            executor.run_until_stalled();
            assert!(signal.send().with(1).now().is_err(), "{ending}");
            match ending {
                "reply" | "panic" => course.open(0),
                "abort" => delivery.abort(),
                "timeout" | "send timeout" => clock.advance(wait),
                "disconnect" => drop(connection.disconnect()),
                _ => drop(delivery),
            }
            executor.run_until_stalled();
        }
        assert!(
            signal.send().with(1).now().is_ok(),
            "{ending}, by signal: {by_signal}"
        );
    }
}

/// A limit of two, one call of which keeps both a place of the signal and one of a connection.
async fn who_is_barred_by_one_limit_holds_nothing_of_the_other(_: Runtime) {
    let (executor, _, builder) = builder_by_hand();
    let signal = builder.max_in_flight(2).build();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .key("narrow")
        .max_in_flight(1)
        .now();
    signal.connect(|_| async {}).key("wide").now();
    drop(signal.send().key("narrow").now().unwrap());
    let mut barred = signal.send().key("narrow").with(1).into_future();
    assert!(poll(&mut barred).is_pending());
    assert!(signal.send().key("narrow").with(2).now().is_err());
    assert!(
        signal.send().key("wide").now().is_ok(),
        "one place of the signal is free"
    );
    executor.run_until_stalled();
    course.open_all();
    executor.run_until_stalled();
    assert!(executor.run_until(barred).is_some());
}

/// Debounced calls are not the send's, so what waits for quiet keeps no place.
async fn an_event_that_is_put_off_keeps_no_place(_: Runtime) {
    let (executor, clock, builder) = builder_by_hand();
    let signal = builder.max_in_flight(1).build();
    let (log, quiet) = (Log::new(), Duration::from_secs(1));
    let written = log.clone();
    signal
        .connect_sync(move |ev| written.push(**ev))
        .debounce(quiet)
        .now();
    for number in 0..3 {
        let sent = signal.send().with(number).now();
        assert_eq!(sent.expect("the last send is over").count(), 0);
        executor.run_until_stalled();
    }
    let mut idle = signal.idle();
    assert!(poll(&mut idle).is_pending(), "a call has yet to run");
    clock.advance(quiet);
    executor.run_until_stalled();
    assert_eq!(log.take(), [2]);
    assert!(poll(&mut idle).is_ready());
}

async fn a_limited_connection_that_may_queue_has_nobody_wait(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .max_in_flight(2)
        .queue(3, Overflow::DropNewest)
        .now();
    let sent: Vec<_> = (0..7)
        .map(|n| signal.send().with(n).now().expect("it drops"))
        .collect();
    executor.run_until_stalled();
    assert_eq!(course.log.len(), 2);
    assert_eq!(signal.failure_count(), 2);
    let shown = &signal.inspect().connections[0];
    assert_eq!((shown.running, shown.queued, shown.lost), (2, 3, 2));
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(course.log.take().len(), 10);
    assert!(sent.iter().all(fanfare::Delivery::is_done));
}

on_each_runtime![
    each_end_of_a_send_waits_for_a_place,
    zero_counts_as_one,
    places_come_back_however_a_call_ends,
    who_is_barred_by_one_limit_holds_nothing_of_the_other,
    an_event_that_is_put_off_keeps_no_place,
    a_limited_connection_that_may_queue_has_nobody_wait,
];
