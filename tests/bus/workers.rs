//! So many at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::Bus;
use fanfare::bus::{BusBuilder, Dep, KindSettings, Query};
use fanfare::testing::SeededExecutor;
use futures_lite::future::yield_now;

use crate::course::Course;
use crate::kit::{Do, Once, Pass, Told, builder, by_hand};
use crate::runtime::Runtime;

struct Look(usize);
impl Query for Look {
    type Reply = usize;
}

fn course_bus(settings: impl FnOnce(BusBuilder) -> BusBuilder) -> (SeededExecutor, Bus, Course) {
    let (executor, _, builder) = by_hand();
    let course = Course::new();
    let bus = settings(builder)
        .provide(course.clone())
        .command(async |pass: Pass, course: Dep<Course>| {
            course.pass(pass.0).await;
            pass.0
        })
        .query(async |look: Look, course: Dep<Course>| {
            course.pass(look.0).await;
            look.0
        })
        .event(async |once: Arc<Once>, course: Dep<Course>| course.pass(once.0).await);
    (executor, bus.start().now().unwrap(), course)
}

fn sorted(course: &Course) -> String {
    let mut all = course.log.take();
    all.sort();
    all.join(" ")
}

#[test]
fn each_waits_for_the_least_loaded() {
    let (executor, bus, course) = course_bus(|builder| builder.workers(2));
    let send = |number| {
        bus.execute(Pass(number)).detached();
        executor.run_until_stalled();
    };
    (1..5).for_each(send);
    assert_eq!(sorted(&course), "+1 +2");
    // One worker is done with its first, and has one left; the other has two.
    course.open(2);
    executor.run_until_stalled();
    assert_eq!(course.take(), "-2 +4");
    send(5);
    assert_eq!(course.take(), "");
    course.open(4);
    executor.run_until_stalled();
    assert_eq!(course.take(), "-4 +5", "it went where less was to be done");
    course.open(5);
    executor.run_until_stalled();
    assert_eq!(course.take(), "-5");
    // That worker is idle now.
    send(6);
    assert_eq!(course.take(), "+6");
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(sorted(&course), "+3 -1 -3 -6");
    assert_eq!(bus.in_flight(), 0);
}

/// What is waited for goes through them, too.
#[test]
fn requests_that_are_waited_for() {
    let (executor, bus, course) = course_bus(|builder| builder.workers(1));
    let mut first = bus.execute(Pass(1)).into_future();
    let mut second = bus.handle(Pass(2)).into_future();
    assert!(executor.run_until(&mut first).is_none());
    assert!(executor.run_until(&mut second).is_none());
    let mut event = Box::pin(bus.publish(Once(3)).join());
    assert!(executor.run_until(&mut event).is_none());
    let mut next = Box::pin(bus.publish(Once(4)).join());
    assert!(executor.run_until(&mut next).is_none());
    assert_eq!(course.take(), "+1 +3", "of each kind one");
    course.open_all();
    assert_eq!(executor.run_until(first).unwrap().unwrap(), 1);
    assert_eq!(
        executor
            .run_until(second)
            .unwrap()
            .unwrap()
            .reply::<usize>()
            .unwrap(),
        2
    );
    assert!(executor.run_until(event).unwrap().unwrap().is_ok());
    assert!(executor.run_until(next).unwrap().unwrap().is_ok());
}

/// Messages with a key have a queue of their own, beside the workers.
#[test]
fn keys_beside_them() {
    let (executor, bus, course) = course_bus(|builder| builder.workers(1));
    bus.execute(Pass(1)).detached();
    bus.execute(Pass(2)).key("k").detached();
    bus.execute(Pass(3)).key("k").detached();
    bus.execute(Pass(4)).key("j").detached();
    bus.execute(Pass(5)).detached();
    executor.run_until_stalled();
    assert_eq!(sorted(&course), "+1 +2 +4");
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(bus.in_flight(), 0);
}

/// Each kind has its own settings; the last word counts; none are one.
#[test]
fn settings_of_a_kind() {
    let (executor, bus, course) = course_bus(|builder| {
        let builder = builder.workers(1).commands(|commands| commands.workers(2));
        builder.events(|events| events.workers(0))
    });
    for number in 1..4 {
        bus.execute(Pass(number)).detached();
        bus.query(Look(10 + number)).detached();
        bus.publish(Once(20 + number)).detached();
    }
    executor.run_until_stalled();
    assert_eq!(sorted(&course), "+1 +11 +2 +21");
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(bus.in_flight(), 0);
    let shown = format!("{:?}", KindSettings::default().workers(3));
    assert_eq!(
        shown,
        "KindSettings { engine: \"3 workers\", has_router: false }"
    );
}

#[derive(Clone, Default)]
struct Crowd {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Crowd {
    async fn stay(&self, long: u32) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        for _ in 0..long {
            yield_now().await;
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whatever the runtime does, and however many are sent.
async fn never_more_at_once(on: Runtime) {
    let (commands, events) = (Crowd::default(), Crowd::default());
    let (in_commands, in_events) = (commands.clone(), events.clone());
    let bus = builder(&on)
        .workers(3)
        .command(move |command: Do| {
            let crowd = in_commands.clone();
            async move {
                crowd.stay(command.0 % 5).await;
                command.0
            }
        })
        .event(move |told: Told| {
            let crowd = in_events.clone();
            async move { crowd.stay(told.0 % 5).await }
        });
    let bus = bus.start().await.unwrap();
    for number in 0..300 {
        bus.execute(Do(number)).detached();
        bus.publish(Told(number)).detached();
        if number % 50 == 0 {
            assert_eq!(bus.execute(Do(number)).await.unwrap(), number);
        }
    }
    bus.idle().await;
    for crowd in [commands, events] {
        assert!(
            (1..=3).contains(&crowd.most.load(Ordering::SeqCst)),
            "{:?}",
            crowd.most
        );
        assert_eq!(crowd.now.load(Ordering::SeqCst), 0);
    }
}

on_each_runtime!(never_more_at_once);
