//! What is said of one handler.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fanfare::Backoff;
use fanfare::bus::{Body, Dep, Query};

use crate::common::{Log, ON_PURPOSE};
use crate::course::Course;
use crate::kit::{Do, Lines, Numbers, Once, Pass, Told, Try, builder, by_hand, failures, short};
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

/// A time for each attempt, of which what is injected is part.
#[test]
fn a_timeout() {
    struct Slow;
    let (executor, clock, builder) = by_hand();
    let bus = builder
        .factory(async || {
            std::future::pending::<()>().await;
            Slow
        })
        .command_with(
            async |command: Do, _: Dep<Slow>| command.0,
            |options| options.timeout(SECOND),
        )
        .event_with(
            async |_: Told| std::future::pending::<()>().await,
            |options| options.timeout(SECOND).name("slow"),
        )
        .event(async |_: Told| ());
    let bus = bus.start().now().unwrap();
    let mut request = bus.execute(Do(7)).into_future();
    assert!(executor.run_until(&mut request).is_none());
    clock.advance(SECOND);
    let error = executor.run_until(request).unwrap().unwrap_err();
    assert!(error.is_timed_out());
    assert_eq!(
        error.into_message(),
        Some(Do(7)),
        "the handler had not begun"
    );
    let mut join = Box::pin(bus.publish(Told(1)).join());
    assert!(executor.run_until(&mut join).is_none());
    clock.advance(SECOND);
    let report = executor.run_until(join).unwrap().unwrap();
    assert_eq!((report.count(), report.replies().len()), (2, 1));
    let failure = report.failures().next().unwrap();
    assert_eq!(
        (failure.name(), failure.to_string().contains("timed out")),
        (Some("slow"), true)
    );
}

#[derive(Clone)]
struct Fetch(Arc<AtomicU32>);
impl Query for Fetch {
    type Reply = Result<u32, String>;
}

/// Errors, panics, timeouts and what could not be injected, each with a copy of the message.
#[test]
fn retries() {
    let (executor, clock, builder) = by_hand();
    let failing = AtomicU32::new(0);
    let backoff = || Backoff::new(SECOND).factor(1.0).attempts(5);
    let bus = builder
        .try_factory(move || match failing.fetch_add(1, Ordering::SeqCst) {
            0 => Err("no u8"),
            _ => Ok(8u8),
        })
        .query_with(
            async |fetch: Fetch, _: Dep<u8>| match fetch.0.fetch_add(1, Ordering::SeqCst) {
                0 => Err("no".to_owned()),
                1 => panic!("{ON_PURPOSE}"),
                2 => std::future::pending().await,
                attempt => Ok(attempt),
            },
            |options| options.retry(backoff()).timeout(SECOND),
        )
        .command(async |command: Try| Err::<u32, _>(format!("no {}", command.0)))
        .start()
        .now()
        .unwrap();
    let told = failures(&bus);
    let count = Arc::new(AtomicU32::new(0));
    let mut request = bus.query(Fetch(Arc::clone(&count))).into_future();
    assert!(executor.run_until(&mut request).is_none());
    let mut advances = 0;
    let reply = loop {
        match executor.run_until(&mut request) {
            Some(reply) => break reply,
            None => assert!(clock.advance_to_next().is_some()),
        }
        advances += 1;
    };
    assert_eq!(reply.unwrap(), Ok(3));
    assert_eq!(advances, 5, "four pauses and a timeout");
    assert_eq!(Arc::strong_count(&count), 1);
    // It gives up in the end, with what came last.
    count.store(0, Ordering::SeqCst);
    let bus2 = by_hand().2.query_with(
        async |fetch: Fetch| Err::<u32, _>(fetch.0.fetch_add(1, Ordering::SeqCst).to_string()),
        |options| options.retry(Backoff::new(Duration::ZERO).attempts(3)),
    );
    let bus2 = bus2.timer(fanfare::ThreadTimer).start().now().unwrap();
    let reply = futures_lite::future::block_on(bus2.query(Fetch(Arc::clone(&count))).into_future());
    assert_eq!(reply.unwrap(), Err("2".into()));
    assert_eq!(told.len(), 0);
}

/// Beside handlers that are called again, one that is not fails as it always does.
async fn others_are_not_called_again(on: Runtime) {
    let log = Numbers::new();
    let backoff = || Backoff::new(Duration::ZERO).attempts(3);
    let bus = builder(&on)
        .provide(log.clone())
        .command_with(
            async |command: Do, log: Dep<Numbers>| {
                log.push(command.0);
                command.0
            },
            |options| options.retry(backoff()),
        )
        .command_with(
            async |command: Try, log: Dep<Numbers>| {
                log.push(command.0);
                Err::<u32, _>("no".to_owned())
            },
            |options| options.name("tries"),
        )
        .event_with(
            async |told: Told, log: Dep<Numbers>| {
                log.push(told.0);
                Err::<(), _>("no")
            },
            |options| options.name("again").retry(backoff()),
        )
        .event_with(
            async |told: Arc<Told>, log: Dep<Numbers>| {
                log.push(told.0 * 10);
                Err::<(), _>("never")
            },
            |options| options.name("once"),
        )
        .named_with(
            "n",
            async |seven: Body<u32>, log: Dep<Numbers>| {
                log.push(*seven);
                Err::<(), _>("no")
            },
            |options| options.retry(backoff()),
        );
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    assert_eq!(bus.execute(Try(1)).await.unwrap(), Err("no".into()));
    assert_eq!(
        bus.execute(Try(1)).key("k").await.unwrap(),
        Err("no".into())
    );
    assert_eq!(log.take(), [1, 1]);
    bus.execute(Try(2)).detached();
    bus.idle().await;
    assert_eq!(log.take(), [2]);
    let failed = told.take();
    assert_eq!(short(&failed[0]), "command `Try`, handler `tries`: no");
    let report = bus.publish(Told(3)).join().await.unwrap();
    let mut names: Vec<_> = report
        .failures()
        .map(std::string::ToString::to_string)
        .collect();
    names.sort();
    assert!(
        names.len() == 2 && names[0].contains("again") && names[1].contains("never"),
        "{names:?}"
    );
    let mut heard = log.take();
    heard.sort_unstable();
    assert_eq!(heard, [3, 3, 3, 30]);
    bus.handle_named("n", 7u32).detached();
    bus.idle().await;
    assert_eq!(log.take(), [7, 7, 7]);
    assert_eq!(told.take().len(), 1);
}

/// So many calls at a time; who comes meanwhile waits, in place and elsewhere.
#[test]
fn so_many_in_flight() {
    let (executor, _, builder) = by_hand();
    let course = Course::new();
    let bus = builder.provide(course.clone()).command_with(
        async |pass: Pass, course: Dep<Course>| {
            course.pass(pass.0).await;
            pass.0
        },
        |options| options.max_in_flight(2),
    );
    let bus = bus.start().now().unwrap();
    let mut first = bus.execute(Pass(1)).into_future();
    assert!(executor.run_until(&mut first).is_none());
    bus.execute(Pass(2)).detached();
    executor.run_until_stalled();
    let mut third = bus.execute(Pass(3)).into_future();
    assert!(executor.run_until(&mut third).is_none());
    bus.execute(Pass(4)).key("k").detached();
    executor.run_until_stalled();
    assert_eq!(course.take(), "+1 +2");
    drop(first);
    assert!(executor.run_until(&mut third).is_none());
    assert_eq!(course.take(), "+3");
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(executor.run_until(third).unwrap().unwrap(), 3);
    executor.run_until_stalled();
    let mut ended = course.log.take();
    ended.sort();
    assert_eq!(ended, ["+4", "-2", "-3", "-4"]);
}

#[test]
fn one_at_a_time_in_order() {
    let (executor, _, builder) = by_hand();
    let course = Course::new();
    let bus = builder.provide(course.clone()).event_with(
        async |once: Arc<Once>, course: Dep<Course>| course.pass(once.0).await,
        fanfare::bus::HandlerOptions::sequential,
    );
    let bus = bus.start().now().unwrap();
    let mut first = Box::pin(bus.publish(Once(1)).join());
    assert!(executor.run_until(&mut first).is_none());
    let mut second = Box::pin(bus.publish(Once(2)).join());
    assert!(executor.run_until(&mut second).is_none());
    course.open(2);
    assert!(executor.run_until(&mut second).is_none());
    assert_eq!(course.take(), "+1");
    course.open(1);
    assert!(executor.run_until(first).unwrap().is_ok());
    assert!(executor.run_until(second).unwrap().is_ok());
    assert_eq!(course.take(), "-1 +2 -2");
}

/// Those of higher priority are called first, and a report is in that order.
async fn priorities_and_conditions(on: Runtime) {
    let log: Log<&'static str> = Log::new();
    let heard = |name: &'static str| {
        let log = log.clone();
        move |_: Told| {
            log.push(name);
            std::future::ready(Err::<(), _>(name))
        }
    };
    let bus = builder(&on)
        .event(heard("usual"))
        .event_with(heard("last"), |options| options.priority(-1))
        .event_with(heard("first"), |options| options.priority(9))
        .event(heard("second usual"))
        .event_with(heard("odd"), |options| {
            options.when(|told: &Told| told.0 % 2 == 1).priority(5)
        });
    let bus = bus.start().await.unwrap();
    let report = bus.publish(Told(2)).join().await.unwrap();
    let expected = ["first", "usual", "second usual", "last"];
    assert_eq!(log.take(), expected);
    let errors: Vec<_> = report
        .failures()
        .map(std::string::ToString::to_string)
        .collect();
    assert!(
        errors
            .iter()
            .zip(expected)
            .all(|(error, name)| error.contains(name)),
        "{errors:?}"
    );
    let delivery = bus.publish(Told(3)).await.unwrap();
    assert_eq!(delivery.count(), 5, "those that are held back are counted");
    drop(delivery.join().await);
    assert_eq!(
        log.take(),
        ["first", "odd", "usual", "second usual", "last"]
    );
    let delivery = bus.publish(Told(4)).await.unwrap();
    assert_eq!(delivery.count(), 5);
    drop(delivery.join().await);
    assert_eq!(log.take().len(), 4);
}

async fn names(on: Runtime) {
    let bus = builder(&on)
        .event_with(
            async |_: Told| Err::<(), _>("no"),
            |options| options.name(String::from("mine")),
        )
        .command_with(
            async |_: Try| Err::<u32, _>("no".to_owned()),
            |options| options.name("theirs").max_in_flight(0),
        );
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    let lines = Lines::new();
    bus.publish(Told(1)).detached();
    bus.idle().await;
    bus.execute(Try(1)).detached();
    bus.idle().await;
    told.take()
        .iter()
        .for_each(|failed| lines.push(failed.handler().unwrap().to_owned()));
    assert_eq!(lines.take(), ["mine", "theirs"]);
}

on_each_runtime!(
    others_are_not_called_again,
    priorities_and_conditions,
    names
);
