//! How a bus ends: everything that was accepted is finished, or reported.

use std::sync::Arc;
use std::time::Duration;

use fanfare::Bus;
use fanfare::bus::{BusBuilder, Dep, Emit, Emits, MessageInfo, Unfinished};
use fanfare::testing::{ManualClock, SeededExecutor};

use crate::common::{Gate, poll};
use crate::course::Course;
use crate::kit::{Do, Numbers, Once, Pass, Told, builder, by_hand, failures, short, texts};
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

/// A bus whose handlers pass the gate of their message's number, and whose commands have an event follow.
fn course_bus(
    settings: impl FnOnce(BusBuilder) -> BusBuilder,
) -> (SeededExecutor, ManualClock, Bus, Course) {
    let (executor, clock, builder) = by_hand();
    let course = Course::new();
    let bus = settings(builder)
        .provide(course.clone())
        .command(async |pass: Pass, course: Dep<Course>| {
            course.pass(pass.0).await;
            Emits::new(pass.0, (pass.0 < 10).then_some(Once(pass.0 + 10)))
        })
        .event(async |once: Arc<Once>, course: Dep<Course>| course.pass(once.0).await);
    (executor, clock, bus.start().now().unwrap(), course)
}

fn names(unfinished: &Unfinished) -> Vec<String> {
    unfinished.messages.iter().map(short).collect()
}

/// What follows from what was accepted is accepted, and nothing else.
#[test]
fn it_drains() {
    let (executor, _, bus, course) = course_bus(|builder| builder);
    let told = failures(&bus);
    let mut request = bus.execute(Pass(1)).into_future();
    assert!(executor.run_until(&mut request).is_none());
    bus.execute(Pass(2)).detached();
    bus.execute(Pass(3)).key("k").detached();
    bus.execute(Pass(4)).key("k").detached();
    executor.run_until_stalled();
    let stopping = bus.stop(SECOND);
    assert!(bus.is_closed(), "at once");
    assert!(format!("{stopping:?}").starts_with("Stopping"));
    let mut stopping = stopping;
    let mut stopped = Box::pin(bus.stopped());
    let mut idle = Box::pin(bus.idle());
    assert!(executor.run_until(&mut stopping).is_none());
    assert!(executor.run_until(&mut stopped).is_none());
    assert!(executor.run_until(&mut idle).is_none());
    bus.execute(Pass(5)).detached();
    assert!(
        executor
            .run_until(bus.execute(Pass(6)).into_future())
            .unwrap()
            .unwrap_err()
            .is_stopped()
    );
    (1..5).for_each(|number| course.open(number));
    assert!(executor.run_until(&mut stopping).is_none());
    assert_eq!(executor.run_until(request).unwrap().unwrap(), 1);
    executor.run_until_stalled();
    let begun = course.log.take();
    for number in [11, 12, 13, 14] {
        let has_begun = begun.contains(&format!("+{number}"));
        // Those of a key wait for each other.
        assert_eq!(has_begun, number != 14, "{begun:?}");
    }
    assert_eq!(bus.in_flight(), 4);
    course.open_all();
    assert!(executor.run_until(&mut stopping).unwrap().is_ok());
    assert!(executor.run_until(&mut stopped).unwrap().is_ok());
    assert!(executor.run_until(&mut idle).is_some());
    assert_eq!(texts(&told), ["command `Pass`: the bus has been stopped"]);
    assert_eq!(bus.in_flight(), 0);
    // Again, at once.
    assert!(
        executor
            .run_until(bus.stop(Duration::ZERO))
            .unwrap()
            .is_ok()
    );
    assert!(executor.run_until(Box::pin(bus.stopped())).unwrap().is_ok());
}

/// Nothing is under way: the time does not matter.
#[test]
fn there_is_nothing_to_do() {
    let bus = Bus::builder()
        .timer(ManualClock::new())
        .start()
        .now()
        .unwrap();
    let mut stopped = Box::pin(bus.stopped());
    let mut idle = Box::pin(bus.idle());
    assert!(poll(&mut stopped).is_pending(), "it is open");
    assert!(poll(&mut idle).is_ready());
    assert!(poll(&mut bus.stop(Duration::ZERO)).is_ready());
    assert!(poll(&mut stopped).is_ready());
}

/// Those that run are aborted, those that wait for their turn are given back.
#[test]
fn its_time_is_up() {
    for workers in [false, true] {
        let (executor, clock, bus, course) =
            course_bus(|builder| if workers { builder.workers(1) } else { builder });
        let told = failures(&bus);
        let mut runs = bus.execute(Pass(1)).key("k").into_future();
        let mut waits = bus.execute(Pass(2)).key("k").into_future();
        let mut handled = bus.handle(Pass(3)).key("k").into_future();
        let mut published = Box::pin(bus.publish(Once(4)).key("k").join());
        let mut second = Box::pin(bus.publish(Once(5)).key("k").join());
        assert!(executor.run_until(&mut runs).is_none());
        assert!(executor.run_until(&mut waits).is_none());
        assert!(executor.run_until(&mut handled).is_none());
        assert!(executor.run_until(&mut published).is_none());
        assert!(executor.run_until(&mut second).is_none());
        bus.execute(Pass(6)).key("k").detached();
        bus.publish(Once(7)).detached();
        executor.run_until_stalled();
        assert_eq!(course.take(), "+1 +4 +7");
        let mut stopped = Box::pin(bus.stopped());
        assert!(executor.run_until(&mut stopped).is_none());
        let mut stopping = bus.stop(SECOND);
        assert!(executor.run_until(&mut stopping).is_none());
        clock.advance(SECOND - Duration::from_millis(1));
        assert!(executor.run_until(&mut stopping).is_none());
        clock.advance(Duration::from_millis(1));
        let unfinished = executor.run_until(stopping).unwrap().unwrap_err();
        assert_eq!(unfinished.in_place, 0);
        let key = " of key \"k\"";
        assert_eq!(
            names(&unfinished),
            [
                format!("command `Pass`{key}"),
                format!("command `Pass`{key}"),
                format!("command `Pass`{key}"),
                format!("event `Once`{key}"),
                format!("event `Once`{key}"),
                format!("command `Pass`{key}"),
                "event `Once`".to_owned(),
            ]
        );
        assert!(unfinished.messages.is_sorted_by_key(MessageInfo::id));
        let error = executor.run_until(runs).unwrap().unwrap_err();
        assert!(error.is_aborted() && !error.is_stopped());
        assert_eq!(error.into_message(), None);
        let error = executor.run_until(waits).unwrap().unwrap_err();
        assert!(error.is_stopped() && !error.is_aborted());
        assert_eq!(error.into_message(), Some(Pass(2)));
        let error = executor.run_until(handled).unwrap().unwrap_err();
        assert!(error.is_stopped());
        assert_eq!(error.into_inner(), Some(Pass(3)));
        assert!(!executor.run_until(published).unwrap().unwrap().is_ok());
        assert!(!executor.run_until(second).unwrap().unwrap().is_ok());
        executor.run_until_stalled();
        let failed = told.take();
        assert_eq!(failed.len(), 2);
        let back = failed
            .iter()
            .find(|failed| failed.is_stopped())
            .expect("that waited");
        assert_eq!(back.take_message::<Pass>(), Some(Pass(6)));
        assert!(failed.iter().any(fanfare::bus::FailedMessage::is_aborted));
        let again = executor.run_until(stopped).unwrap().unwrap_err();
        assert_eq!(again.messages.len(), 7);
        assert!(
            executor
                .run_until(Box::pin(bus.stopped()))
                .unwrap()
                .is_err()
        );
        assert_eq!(
            (course.take().as_str(), bus.in_flight()),
            ("", 0),
            "nothing else has begun"
        );
    }
}

/// What runs in the task that waits for it goes on there. What follows from it is too late.
#[test]
fn in_place_they_go_on() {
    let (executor, _, bus, course) = course_bus(|builder| builder);
    let told = failures(&bus);
    let mut request = bus.execute(Pass(1)).into_future();
    let mut timed = bus.execute(Pass(2)).timeout(SECOND).into_future();
    assert!(executor.run_until(&mut request).is_none());
    assert!(executor.run_until(&mut timed).is_none());
    let unfinished = executor
        .run_until(bus.stop(Duration::ZERO))
        .unwrap()
        .unwrap_err();
    assert_eq!((unfinished.messages.len(), unfinished.in_place), (0, 2));
    assert_eq!(
        unfinished.to_string(),
        "2 messages were not finished when the bus was stopped: all run in tasks that wait for them"
    );
    let mut idle = Box::pin(bus.idle());
    assert!(executor.run_until(&mut idle).is_none());
    course.open_all();
    assert_eq!(executor.run_until(request).unwrap().unwrap(), 1);
    assert_eq!(executor.run_until(timed).unwrap().unwrap(), 2);
    assert!(executor.run_until(idle).is_some());
    let mut ended = course.log.take();
    ended.sort();
    assert_eq!(ended, ["+1", "+2", "-1", "-2"]);
    let too_late = "event `Once`: the bus has been stopped";
    assert_eq!(texts(&told), [too_late; 2]);
}

/// What has begun, and waits for its handler to have room, is given back as well.
#[test]
fn no_handler_was_given_it() {
    let (executor, _, builder) = by_hand();
    let course = Course::new();
    let bus = builder
        .provide(course.clone())
        .command_with(
            async |pass: Pass, course: Dep<Course>| {
                course.pass(pass.0).await;
                pass.0
            },
            |options| options.max_in_flight(1),
        )
        .start()
        .now()
        .unwrap();
    let told = failures(&bus);
    for number in 1..4 {
        bus.execute(Pass(number)).detached();
    }
    executor.run_until_stalled();
    let begun = course.take();
    let begun: usize = begun.trim_start_matches('+').parse().expect("one of them");
    let unfinished = executor.run_until(bus.stop(Duration::ZERO)).unwrap();
    assert_eq!(unfinished.unwrap_err().messages.len(), 3);
    executor.run_until_stalled();
    let mut back: Vec<_> = told
        .take()
        .iter()
        .map(|failed| {
            assert_eq!(failed.is_stopped(), !failed.is_aborted());
            failed.take_message::<Pass>().map(|pass| pass.0)
        })
        .collect();
    back.sort_unstable();
    let others = (1..4).filter(|number| *number != begun).map(Some);
    assert_eq!(back, [None].into_iter().chain(others).collect::<Vec<_>>());
    assert_eq!(course.take(), "", "and none of them is begun");
}

/// What still runs in place may send after the time was up: it is accepted, and aborted.
#[test]
fn after_its_time_was_up_nothing_is_begun() {
    let (executor, _, builder) = by_hand();
    let course = Course::new();
    let bus = builder
        .provide(course.clone())
        .command(async |pass: Pass, course: Dep<Course>, bus: Bus| {
            course.pass(pass.0).await;
            bus.publish(Once(9)).detached();
            bus.execute(Do(9)).key("k").await.map_or(1, |_| 0)
        })
        .command(async |it: Do, course: Dep<Course>| {
            course.pass(it.0 as usize).await;
            it.0
        })
        .event(async |once: Arc<Once>, course: Dep<Course>| course.pass(once.0).await)
        .start()
        .now()
        .unwrap();
    let told = failures(&bus);
    let mut request = bus.execute(Pass(1)).into_future();
    assert!(executor.run_until(&mut request).is_none());
    let unfinished = executor.run_until(bus.stop(Duration::ZERO)).unwrap();
    assert_eq!(unfinished.unwrap_err().in_place, 1);
    course.open_all();
    assert_eq!(executor.run_until(request).unwrap().unwrap(), 1);
    executor.run_until_stalled();
    assert_eq!(texts(&told), ["event `Once`: the bus has been stopped"]);
    assert_eq!((course.take().as_str(), bus.in_flight()), ("+1 -1", 0));
}

#[test]
fn what_is_unfinished_shows() {
    let (executor, _, bus, _) = course_bus(|builder| builder);
    bus.execute(Pass(1)).key("k").detached();
    bus.publish(Once(2)).detached();
    let unfinished = executor
        .run_until(bus.stop(Duration::ZERO))
        .unwrap()
        .unwrap_err();
    assert_eq!(
        short(&unfinished),
        "2 messages were not finished when the bus was stopped: command `Pass` of key \"k\", event `Once`"
    );
    assert!(format!("{:?}", unfinished.clone()).contains("in_place: 0"));
    let (executor, _, bus, _) = course_bus(|builder| builder);
    bus.execute(Pass(1)).detached();
    let mut request = bus.execute(Pass(1)).into_future();
    assert!(executor.run_until(&mut request).is_none());
    let unfinished = executor
        .run_until(bus.stop(Duration::ZERO))
        .unwrap()
        .unwrap_err();
    assert_eq!(
        short(&unfinished),
        "2 messages were not finished when the bus was stopped: command `Pass`, and 1 that run in tasks that wait for them"
    );
}

/// The shorter one cuts off what the longer one waits for, and both are told.
#[test]
fn two_stops_at_once() {
    let (executor, clock, bus, _) = course_bus(|builder| builder);
    bus.publish(Once(1)).detached();
    executor.run_until_stalled();
    let mut long = bus.stop(10 * SECOND);
    let mut short = bus.stop(SECOND);
    assert!(executor.run_until(&mut long).is_none() && executor.run_until(&mut short).is_none());
    clock.advance(SECOND);
    assert_eq!(
        executor
            .run_until(short)
            .unwrap()
            .unwrap_err()
            .messages
            .len(),
        1
    );
    executor.run_until_stalled();
    assert_eq!(bus.in_flight(), 0);
    let unfinished = executor.run_until(long).unwrap().unwrap_err();
    assert_eq!(unfinished.messages.len(), 1);
    // One that begins after that finds nothing left.
    assert!(executor.run_until(bus.stop(SECOND)).unwrap().is_ok());
}

/// Dropped, it leaves the bus closed, and aborts nothing.
#[test]
fn a_stop_that_is_dropped() {
    let (executor, clock, bus, course) = course_bus(|builder| builder);
    bus.publish(Once(1)).detached();
    executor.run_until_stalled();
    let mut stopping = bus.stop(SECOND);
    assert!(executor.run_until(&mut stopping).is_none());
    drop(stopping);
    clock.advance(2 * SECOND);
    executor.run_until_stalled();
    assert!(bus.is_closed() && bus.in_flight() == 1);
    course.open(1);
    assert!(executor.run_until(Box::pin(bus.stopped())).unwrap().is_ok());
    assert_eq!(course.take(), "+1 -1");
}

/// A handler that runs sends what it needs for that, and no longer; one that is dropped no longer, either.
async fn for_the_sake_of_one_that_runs(on: Runtime) {
    #[derive(Clone)]
    struct Kept(crate::common::Log<Bus>);
    let (gate, begun, kept) = (Gate::new(), Gate::new(), Kept(crate::common::Log::new()));
    let (shut, begins) = (gate.clone(), begun.clone());
    let log = Numbers::new();
    let bus = builder(&on)
        .provide(log.clone())
        .provide(kept.clone())
        .command(move |command: Do, bus: Bus, emit: Emit, kept: Dep<Kept>| {
            let (gate, begun) = (shut.clone(), begins.clone());
            async move {
                begun.open();
                gate.wait().await;
                assert!(bus.is_closed());
                assert_eq!(bus.query(crate::kit::Find(1)).await.unwrap(), None);
                bus.publish(Told(1)).key("k").detached();
                assert!(bus.publish(Told(2)).join().await.unwrap().is_ok());
                drop(bus.handle(Told(3)).await.unwrap());
                let outer = bus.downgrade().upgrade().unwrap();
                assert!(outer.publish(Told(9)).now().is_err(), "not for its sake");
                emit.event(Told(4));
                kept.0.push(bus);
                command.0
            }
        })
        .query(async |_: crate::kit::Find, emit: Emit| {
            emit.event(Told(5));
            None
        })
        .event(async |told: Told, log: Dep<Numbers>| log.push(told.0));
    let bus = bus.start().await.unwrap();
    bus.execute(Do(1)).detached();
    begun.wait().await;
    let stopping = bus.stop(Duration::MAX);
    gate.open();
    assert!(stopping.await.is_ok());
    let mut heard = log.take();
    heard.sort_unstable();
    assert_eq!(heard, [1, 2, 3, 4, 5]);
    let inner = kept.0.take().remove(0);
    assert!(
        inner.publish(Told(9)).now().is_err(),
        "its message is finished"
    );
    assert!(inner.execute(Do(9)).await.unwrap_err().is_stopped());
    assert!(
        inner
            .clone()
            .handle(Told(9))
            .await
            .unwrap_err()
            .is_stopped()
    );
}

/// A closed bus finishes what it has; `stopped` tells when.
async fn closing_is_enough(on: Runtime) {
    let gate = Gate::new();
    let shut = gate.clone();
    let bus = builder(&on).command(move |command: Do| {
        let gate = shut.clone();
        async move {
            gate.wait().await;
            command.0
        }
    });
    let bus = bus.start().await.unwrap();
    bus.execute(Do(1)).detached();
    let mut stopped = Box::pin(bus.stopped());
    assert!(poll(&mut stopped).is_pending());
    assert!(bus.close());
    assert!(poll(&mut stopped).is_pending());
    gate.open();
    assert!(stopped.await.is_ok());
    assert_eq!(bus.in_flight(), 0);
}

/// The last handle goes while messages are under way: they are finished, and then the bus is gone.
#[test]
fn the_last_handle_goes() {
    let (executor, _, bus, course) = course_bus(|builder| builder.workers(1));
    let weak = bus.downgrade();
    let told = failures(&bus);
    bus.execute(Pass(1)).key("k").detached();
    bus.execute(Pass(2)).key("k").detached();
    bus.execute(Pass(3)).detached();
    bus.execute(Pass(4)).detached();
    drop(bus.publish(Once(5)).now().unwrap());
    drop(bus);
    executor.run_until_stalled();
    assert!(weak.upgrade().is_some(), "a message has it");
    course.open_all();
    executor.run_until_stalled();
    let ended = course.log.take();
    for number in [1, 2, 3, 4, 5, 11, 12, 13, 14] {
        assert!(ended.contains(&format!("-{number}")), "{ended:?}");
    }
    assert!(weak.upgrade().is_none());
    assert_eq!(told.len(), 0);
    assert!(executor.is_empty());
}

on_each_runtime!(for_the_sake_of_one_that_runs, closing_is_enough);
