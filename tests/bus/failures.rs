//! What nobody waits for and fails: told once, with what is known of it.

use std::sync::Arc;
use std::time::Duration;

use fanfare::bus::{Dep, FailedMessage, MessageKind};

use crate::common::{Gate, Log, ON_PURPOSE, poll};
use crate::kit::{
    Do, Find, Once, Told, Try, builder, by_hand, failures, next_failure, panics, short, texts,
};
use crate::runtime::Runtime;

fn bus(bus: fanfare::bus::BusBuilder) -> fanfare::bus::BusBuilder {
    bus.try_factory(|| Err::<u8, _>("no u8"))
        .command_with(
            async |command: Try| match command.0 {
                0 => panic!("{ON_PURPOSE}"),
                1 => std::future::pending::<Result<u32, String>>().await,
                _ => Err(format!("no {}", command.0)),
            },
            |options| options.name("tries").timeout(Duration::from_secs(1)),
        )
        .query_with(
            async |_: Find, _: Dep<u8>| None,
            |options| options.name("finds"),
        )
        .event_with(
            async |_: Told| Err::<(), _>("told"),
            |options| options.name("first").priority(1),
        )
        .event_with(
            async |_: Told| panics::<()>(),
            |options| options.name("second"),
        )
        .event(async |_: Told| ())
}

#[test]
fn each_once_with_its_reason() {
    let (executor, clock, builder) = by_hand();
    let bus = bus(builder).start().now().unwrap();
    let told = failures(&bus);
    for key in [None, Some("k")] {
        let of_key = if key.is_some() { " of key \"k\"" } else { "" };
        let request = |number| {
            let request = bus.execute(Try(number));
            if let Some(key) = key {
                request.key(key)
            } else {
                request
            }
        };
        let one = || {
            executor.run_until_stalled();
            let mut failed = told.take();
            assert_eq!(failed.len(), 1);
            failed.remove(0)
        };
        request(5).detached();
        let failed = one();
        assert_eq!(
            short(&failed),
            format!("command `Try`{of_key}, handler `tries`: no 5")
        );
        assert_eq!(
            (failed.error(), failed.handler()),
            (Some("no 5"), Some("tries"))
        );
        assert_eq!(failed.info().key().is_some(), key.is_some());
        assert!(format!("{failed:?}").starts_with("FailedMessage(command"));

        request(0).detached();
        let failed = one();
        assert_eq!(
            short(&failed),
            format!("command `Try`{of_key}, handler `tries`: the handler panicked: on purpose")
        );
        assert_eq!(
            failed.panic().map(fanfare::Panic::message),
            Some(ON_PURPOSE)
        );
        assert_eq!((failed.handler(), failed.error()), (Some("tries"), None));

        request(1).detached();
        executor.run_until_stalled();
        clock.advance(Duration::from_secs(1));
        let failed = one();
        assert_eq!(
            short(&failed),
            format!("command `Try`{of_key}, handler `tries`: the handler timed out")
        );
        assert!(failed.is_timed_out() && !failed.is_aborted());
        assert_eq!(failed.take_message::<Try>(), None);

        request(1).timeout(Duration::from_millis(1)).detached();
        executor.run_until_stalled();
        clock.advance(Duration::from_millis(1));
        let failed = one();
        assert_eq!(
            short(&failed),
            format!("command `Try`{of_key}: its time was up")
        );
        assert!(failed.is_timed_out());

        let query = bus.query(Find(1));
        if let Some(key) = key {
            query.key(key)
        } else {
            query
        }
        .detached();
        let failed = one();
        assert_eq!(
            short(&failed),
            format!("query `Find`{of_key}, handler `finds`: `u8` could not be made: no u8")
        );
        assert!(
            failed
                .dependency()
                .is_some_and(fanfare::bus::DependencyError::is_failed)
        );
        assert_eq!(failed.take_message::<Find>(), Some(Find(1)));

        request(2).detached();
        executor.run_until_stalled();
        bus.handle(Try(3)).detached();
        executor.run_until_stalled();
        let errors: Vec<_> = told
            .take()
            .iter()
            .map(|failed| failed.error().unwrap().to_owned())
            .collect();
        assert_eq!(errors, ["no 2", "no 3"]);

        let publish = bus.publish(Told(1));
        if let Some(key) = key {
            publish.key(key)
        } else {
            publish
        }
        .detached();
        executor.run_until_stalled();
        assert_eq!(
            texts(&told),
            [
                format!("event `Told`{of_key}, handler `first`: told"),
                format!("event `Told`{of_key}, handler `second`: the handler panicked: on purpose"),
            ]
        );
    }
    assert_eq!(bus.in_flight(), 0);
}

async fn messages_that_go_nowhere(on: Runtime) {
    let bus = builder(&on).named("n", async || ()).start().await.unwrap();
    let told = failures(&bus);
    bus.execute(Do(1)).detached();
    bus.query(Find(2)).key("k").detached();
    bus.publish(Once(3)).detached();
    bus.publish(Once(4)).key("k").detached();
    bus.handle(Do(5)).detached();
    bus.handle_named("m", 6u8).detached();
    drop(bus.publish(Once(7)).await.unwrap());
    let check = |failed: Vec<FailedMessage>, is: fn(&FailedMessage) -> bool| {
        let [one, two, three, four, five, six, ..] = &failed[..] else {
            panic!("{failed:?}")
        };
        assert!(failed.iter().all(is), "{failed:?}");
        assert!(failed.iter().all(|failed| failed.handler().is_none()));
        let other: Option<Find> = one.take_message();
        assert_eq!(other, None, "of another type, and it stays");
        assert_eq!(one.clone().take_message::<Do>(), Some(Do(1)));
        assert_eq!(one.take_message::<Do>(), None, "it is gone");
        assert_eq!(two.take_message::<Find>(), Some(Find(2)));
        assert_eq!(three.take_message::<Once>(), None, "it is an event");
        assert!(three.event::<Do>().is_none());
        assert_eq!(three.event::<Once>().as_deref(), Some(&Once(3)));
        assert_eq!(
            three.event::<Once>().as_deref(),
            Some(&Once(3)),
            "as often as one likes"
        );
        assert_eq!(four.event::<Once>().as_deref(), Some(&Once(4)));
        assert_eq!(five.take_message::<Do>(), Some(Do(5)));
        assert_eq!(six.event::<u8>().as_deref(), Some(&6));
    };
    assert_eq!(told.len(), 7);
    check(told.take(), FailedMessage::is_unhandled);
    bus.close();
    bus.execute(Do(1)).detached();
    bus.query(Find(2)).key("k").detached();
    bus.publish(Once(3)).detached();
    bus.publish(Once(4)).key("k").detached();
    bus.handle(Do(5)).detached();
    bus.handle_named("n", 6u8).detached();
    assert_eq!(told.len(), 6);
    check(told.take(), FailedMessage::is_stopped);
}

/// The signal has keys, and is one however often it is asked for.
async fn failures_have_kinds(on: Runtime) {
    let bus = builder(&on).start().await.unwrap();
    let log: Log<MessageKind> = Log::new();
    let written = log.clone();
    let connect = bus
        .failures()
        .connect_sync(move |failed| written.push(failed.info().kind()));
    drop(connect.keys(["command", "event"]).now());
    let next = bus.failures().next().key("query");
    let next = next.into_future();
    bus.execute(Do(1)).detached();
    bus.query(Find(2)).detached();
    bus.publish(Told(3)).detached();
    assert_eq!(log.take(), [MessageKind::Command, MessageKind::Event]);
    drop(next);
    let mut waits = Box::pin(next_failure(&bus));
    assert!(poll(&mut waits).is_pending());
    bus.query(Find(3)).detached();
    assert_eq!(waits.await.take_message::<Find>(), Some(Find(3)));
}

/// Who waits is told, and nobody else; and who gave up before he was, has nobody told but them.
#[test]
fn not_those_that_somebody_waits_for() {
    let (executor, _, builder) = by_hand();
    let bus = bus(builder).start().now().unwrap();
    let told = failures(&bus);
    for request in [
        bus.execute(Try(5)),
        bus.execute(Try(0)),
        bus.execute(Try(5)).key("k"),
        bus.execute(Try(0)).key("k"),
    ] {
        drop(executor.run_until(request.into_future()).unwrap());
    }
    drop(
        executor
            .run_until(bus.query(Find(1)).into_future())
            .unwrap(),
    );
    drop(
        executor
            .run_until(bus.handle(Try(5)).into_future())
            .unwrap(),
    );
    for publish in [bus.publish(Told(1)), bus.publish(Told(1)).key("k")] {
        let report = executor.run_until(publish.join()).unwrap().unwrap();
        assert_eq!(report.failures().count(), 2);
    }
    let delivery = bus.publish(Told(1)).now().unwrap();
    executor.run_until_stalled();
    let report = executor.run_until(delivery.join()).unwrap();
    assert_eq!(report.failures().count(), 2);
    assert_eq!(told.len(), 0);
    // It has failed, and nobody has heard of that yet.
    let delivery = bus.publish(Told(1)).now().unwrap();
    executor.run_until_stalled();
    assert_eq!(told.len(), 0);
    drop(delivery);
    assert_eq!(told.take().len(), 2);
    let mut request = bus.execute(Try(5)).key("k").into_future();
    assert!(poll(&mut request).is_pending());
    executor.run_until_stalled();
    assert_eq!(told.len(), 0);
    drop(request);
    assert_eq!(told.take().len(), 1);
}

/// Told before the bus comes to rest, whoever hears of it.
async fn before_the_bus_is_idle(on: Runtime) {
    let gate = Gate::new();
    let shut = gate.clone();
    let bus = builder(&on).command(move |command: Try| {
        let gate = shut.clone();
        async move {
            gate.wait().await;
            Err::<u32, _>(command.0.to_string())
        }
    });
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    for number in 0..50 {
        let request = bus.execute(Try(number));
        if number % 2 == 0 {
            request.key("k")
        } else {
            request
        }
        .detached();
    }
    gate.open();
    bus.idle().await;
    assert_eq!(told.take().len(), 50);
}

#[test]
fn they_are_errors() {
    let error: Option<Arc<dyn std::error::Error + Send + Sync>> = None;
    fn is_error<E: std::error::Error + Send + Sync + 'static>() {}
    is_error::<FailedMessage>();
    is_error::<fanfare::bus::StartError>();
    is_error::<fanfare::bus::Unfinished>();
    is_error::<fanfare::bus::DependencyError>();
    is_error::<fanfare::bus::RequestError<Do>>();
    is_error::<fanfare::bus::HandleError<Do>>();
    is_error::<fanfare::bus::PublishError<Told>>();
    assert!(error.is_none());
}

on_each_runtime!(
    messages_that_go_nowhere,
    failures_have_kinds,
    before_the_bus_is_idle
);
