//! Senders that give up: what has not begun does not, what runs is dropped where it waits, and the next goes on.

use std::sync::Arc;

use fanfare::Bus;
use fanfare::bus::{BusBuilder, Command, Dep};
use fanfare::testing::SeededExecutor;

use crate::common::{Gate, Log, OnDrop, opens};
use crate::course::Course;
use crate::kit::{Once, Pass, builder, by_hand, failures};
use crate::runtime::Runtime;

/// Writes down that a call is over, however it ends.
fn left(course: &Course, number: usize) -> OnDrop<impl FnMut() + Send + Sync + 'static + use<>> {
    let log = course.log.clone();
    OnDrop(move || log.push(format!("~{number}")))
}

/// A bus whose handlers pass the gate of their message's number, with what stays until that is done.
fn course_bus(settings: impl FnOnce(BusBuilder) -> BusBuilder) -> (SeededExecutor, Bus, Course) {
    let (executor, _, builder) = by_hand();
    let course = Course::new();
    let builder = settings(builder)
        .provide(course.clone())
        .command(async |pass: Pass, course: Dep<Course>| {
            let _left = left(&course, pass.0);
            course.pass(pass.0).await;
            pass.0
        })
        .event(async |once: Arc<Once>, course: Dep<Course>| {
            let _left = left(&course, once.0);
            course.pass(once.0).await;
        });
    (executor, builder.start().now().unwrap(), course)
}

#[test]
fn a_request_in_place() {
    let (executor, bus, course) = course_bus(|builder| builder);
    let mut request = bus.execute(Pass(1)).into_future();
    assert!(executor.run_until(&mut request).is_none());
    assert_eq!((course.take().as_str(), bus.in_flight()), ("+1", 1));
    drop(request);
    assert_eq!((course.take().as_str(), bus.in_flight()), ("~1", 0));
}

/// While it waits for its key's turn, and while it runs.
#[test]
fn a_request_with_a_key() {
    for workers in [false, true] {
        let (executor, bus, course) =
            course_bus(|builder| if workers { builder.workers(2) } else { builder });
        let told = failures(&bus);
        let mut all: Vec<_> = (1..5)
            .map(|number| Some(bus.execute(Pass(number)).key("k").into_future()))
            .collect();
        for request in all.iter_mut().flatten() {
            assert!(executor.run_until(request).is_none());
        }
        assert_eq!(course.take(), "+1");
        drop(all[1].take());
        executor.run_until_stalled();
        assert_eq!(course.take(), "");
        drop(all[0].take());
        executor.run_until_stalled();
        assert_eq!(course.take(), "~1 +3", "the second does not begin");
        course.open_all();
        assert_eq!(
            executor.run_until(all[2].take().unwrap()).unwrap().unwrap(),
            3
        );
        assert_eq!(
            executor.run_until(all[3].take().unwrap()).unwrap().unwrap(),
            4
        );
        assert_eq!(course.take(), "-3 ~3 +4 -4 ~4");
        assert_eq!((bus.in_flight(), told.len()), (0, 0));
    }
}

/// The same where all workers are busy.
#[test]
fn a_request_that_waits_for_a_worker() {
    let (executor, bus, course) = course_bus(|builder| builder.workers(1));
    let mut all: Vec<_> = (1..4)
        .map(|number| Some(bus.execute(Pass(number)).into_future()))
        .collect();
    for request in all.iter_mut().flatten() {
        assert!(executor.run_until(request).is_none());
    }
    drop((all[1].take(), all[0].take()));
    executor.run_until_stalled();
    assert_eq!(course.take(), "+1 ~1 +3");
    course.open_all();
    assert_eq!(
        executor.run_until(all[2].take().unwrap()).unwrap().unwrap(),
        3
    );
    executor.run_until_stalled();
    assert_eq!(bus.in_flight(), 0);
}

#[test]
fn deliveries() {
    let (executor, bus, course) = course_bus(|builder| builder);
    let told = failures(&bus);
    // Dropped, it is left.
    drop(bus.publish(Once(1)).now().unwrap());
    // Aborted, before it has begun and after.
    let begun = bus.publish(Once(2)).now().unwrap();
    executor.run_until_stalled();
    let mut heard = course.log.take();
    heard.sort();
    assert_eq!(heard, ["+1", "+2"]);
    let queued = bus.publish(Once(3)).now().unwrap();
    queued.abort();
    begun.abort();
    executor.run_until_stalled();
    assert_eq!(course.take(), "~2");
    // Joined by who gives up.
    let mut join = Box::pin(bus.publish(Once(4)).now().unwrap().join());
    assert!(executor.run_until(&mut join).is_none());
    let mut in_place = Box::pin(bus.publish(Once(5)).join());
    assert!(executor.run_until(&mut in_place).is_none());
    let mut keyed = Box::pin(bus.publish(Once(6)).key("k").join());
    assert!(executor.run_until(&mut keyed).is_none());
    assert_eq!(course.take(), "+4 +5 +6");
    drop((join, in_place, keyed));
    executor.run_until_stalled();
    let mut heard = course.log.take();
    heard.sort();
    assert_eq!(heard, ["~4", "~5", "~6"]);
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(course.take(), "-1 ~1");
    assert_eq!(
        (bus.in_flight(), told.len()),
        (0, 0),
        "nobody waits for what was given up"
    );
}

/// What was sent with it, and what the handler took, is gone.
async fn nothing_is_kept(on: Runtime) {
    struct Heavy(#[expect(dead_code, reason = "it tells when it is dropped")] Box<dyn Send + Sync>);
    impl Command for Heavy {
        type Reply = ();
    }
    let begun = Log::new();
    let written = begun.clone();
    let bus = builder(&on).command(move |heavy: Heavy| {
        written.push(());
        async move {
            std::future::pending::<()>().await;
            drop(heavy);
        }
    });
    let bus = bus.start().await.unwrap();
    for key in [None, Some("k")] {
        let gates = [Gate::new(), Gate::new()];
        let mut all = Vec::new();
        for gate in &gates {
            let mut request = bus.execute(Heavy(Box::new(opens(gate))));
            if let Some(key) = key {
                request = request.key(key);
            }
            let mut request = Box::pin(request.into_future());
            assert!(
                futures_lite::future::poll_once(&mut request)
                    .await
                    .is_none()
            );
            all.push(request);
        }
        drop(all);
        for gate in gates {
            gate.wait().await;
        }
        bus.idle().await;
    }
    assert!(begun.len() >= 2);
}

on_each_runtime!(nothing_is_kept);
