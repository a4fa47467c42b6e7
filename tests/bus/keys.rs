//! Partition keys: those of one key one after the other, others beside them.

use std::sync::Arc;

use fanfare::bus::{BusBuilder, Dep, Emit};
use fanfare::testing::SeededExecutor;
use fanfare::{Bus, Key};

use crate::common::{Log, ON_PURPOSE};
use crate::course::Course;
use crate::kit::{Do, Once, Pass, PassToo, Told, Try, builder, by_hand};
use crate::runtime::Runtime;

/// A bus whose handlers pass the gate of their message's number. Two handle its event.
fn course_bus(settings: impl FnOnce(BusBuilder) -> BusBuilder) -> (SeededExecutor, Bus, Course) {
    let (executor, _, builder) = by_hand();
    let course = Course::new();
    let bus = settings(builder)
        .provide(course.clone())
        .command(async |pass: Pass, course: Dep<Course>| {
            course.pass(pass.0).await;
            pass.0
        })
        .command(async |pass: PassToo, course: Dep<Course>| course.pass(pass.0).await)
        .event(async |once: Arc<Once>, course: Dep<Course>| course.pass(once.0).await)
        .event(async |once: Arc<Once>, course: Dep<Course>| course.pass(once.0 + 1).await);
    (executor, bus.start().now().unwrap(), course)
}

#[test]
fn one_key_in_order_whatever_the_command_is() {
    for workers in [0, 1, 3] {
        let (executor, bus, course) = course_bus(|builder| match workers {
            0 => builder,
            count => builder.workers(count),
        });
        bus.execute(Pass(1)).key("k").detached();
        bus.execute(PassToo(2)).key("k").detached();
        bus.handle(Pass(3)).key("k").detached();
        let mut awaited = bus.execute(PassToo(4)).key("k").into_future();
        assert!(executor.run_until(&mut awaited).is_none());
        assert_eq!(course.take(), "+1");
        course.open(2);
        course.open(4);
        executor.run_until_stalled();
        assert_eq!(course.take(), "", "not before its turn");
        course.open(1);
        executor.run_until_stalled();
        assert_eq!(course.take(), "-1 +2 -2 +3");
        course.open(3);
        assert!(executor.run_until(awaited).unwrap().is_ok());
        assert_eq!(course.take(), "-3 +4 -4");
        assert_eq!(bus.in_flight(), 0);
    }
}

#[test]
fn other_keys_and_other_kinds_beside_them() {
    let (executor, bus, course) = course_bus(|builder| builder);
    bus.execute(Pass(1)).key("k").detached();
    bus.execute(Pass(2)).key("k").detached();
    bus.execute(Pass(3)).key(3).detached();
    bus.execute(Pass(4)).key(Key::of(('c', 4))).detached();
    bus.execute(Pass(5)).detached();
    bus.publish(Once(6)).key("k").detached();
    executor.run_until_stalled();
    let mut begun = course.log.take();
    begun.sort();
    assert_eq!(begun, ["+1", "+3", "+4", "+5", "+6", "+7"]);
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(bus.in_flight(), 0);
}

/// The next begins when all handlers of the one before are done, however slow one of them is.
#[test]
fn events_wait_for_all_handlers() {
    let (executor, bus, course) = course_bus(|builder| builder);
    bus.publish(Once(1)).key("k").detached();
    let second = bus.publish(Once(11)).key("k").now().unwrap();
    let mut third = Box::pin(bus.publish(Once(21)).key("k").join());
    assert!(executor.run_until(&mut third).is_none());
    assert_eq!(course.take(), "+1 +2");
    course.open(2);
    executor.run_until_stalled();
    assert_eq!(course.take(), "-2");
    course.open(1);
    executor.run_until_stalled();
    assert_eq!(course.take(), "-1 +11 +12");
    second.abort();
    executor.run_until_stalled();
    assert_eq!(course.take(), "+21 +22", "one that is cut off is over");
    course.open_all();
    assert_eq!(executor.run_until(third).unwrap().unwrap().count(), 2);
}

/// Whatever became of the one before.
async fn failures_do_not_hold_up_the_next(on: Runtime) {
    let log: Log<u32> = Log::new();
    let bus =
        builder(&on)
            .provide(log.clone())
            .command(async |command: Try, log: Dep<Log<u32>>| {
                log.push(command.0);
                match command.0 % 3 {
                    0 => panic!("{ON_PURPOSE}"),
                    1 => Err("no".to_owned()),
                    _ => Ok(command.0),
                }
            });
    let bus = bus.start().await.unwrap();
    for number in 0..30 {
        bus.execute(Try(number)).key(7).detached();
    }
    bus.idle().await;
    assert_eq!(log.take(), (0..30).collect::<Vec<_>>());
}

/// In the order in which they were sent, by whatever end.
async fn in_order(on: Runtime) {
    let log: Log<u32> = Log::new();
    let bus = builder(&on)
        .provide(log.clone())
        .command(async |command: Do, log: Dep<Log<u32>>| {
            for _ in 0..command.0 % 3 {
                futures_lite::future::yield_now().await;
            }
            log.push(command.0);
            command.0
        })
        .event(async |told: Told, log: Dep<Log<u32>>| {
            for _ in 0..told.0 % 4 {
                futures_lite::future::yield_now().await;
            }
            log.push(told.0);
        });
    let bus = bus.start().await.unwrap();
    for number in (0..300).step_by(3) {
        bus.execute(Do(number)).key("k").detached();
        bus.handle(Do(number + 1)).key("k").detached();
        if number % 10 == 0 {
            bus.execute(Do(number + 2)).key("k").await.unwrap();
        } else {
            bus.execute(Do(number + 2)).key("k").detached();
        }
    }
    bus.idle().await;
    assert_eq!(log.take(), (0..300).collect::<Vec<_>>());
    for number in (0..300).step_by(3) {
        bus.publish(Told(number)).key("k").detached();
        drop(bus.publish(Told(number + 1)).key("k").now().unwrap());
        drop(bus.publish(Told(number + 2)).key("k").await.unwrap());
    }
    bus.idle().await;
    assert_eq!(log.take(), (0..300).collect::<Vec<_>>());
}

/// What follows from messages of one key keeps their order.
async fn followers_keep_the_order(on: Runtime) {
    let log: Log<u32> = Log::new();
    let bus = builder(&on)
        .provide(log.clone())
        .command(async |command: Do, emit: Emit| {
            emit.event(Told(command.0 * 2));
            futures_lite::future::yield_now().await;
            emit.event(Told(command.0 * 2 + 1));
            command.0
        })
        .event(async |told: Told, log: Dep<Log<u32>>| log.push(told.0));
    let bus = bus.start().await.unwrap();
    for number in 0..100 {
        bus.execute(Do(number)).key("k").detached();
    }
    bus.idle().await;
    assert_eq!(log.take(), (0..200).collect::<Vec<_>>());
}

on_each_runtime!(
    failures_do_not_hold_up_the_next,
    in_order,
    followers_keep_the_order
);
