//! What comes to nothing, told to who waits; and the message, given back where no handler was given it.

use std::time::Duration;

use fanfare::BoxFuture;
use fanfare::Bus;
use fanfare::bus::{Dep, HandleError, Reply, RequestError};
use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver};

use crate::common::{Gate, ON_PURPOSE, poll};
use crate::course::Course;
use crate::kit::{Do, Find, Once, Pass, Told, Try, builder, by_hand, failures, short};
use crate::runtime::Runtime;

/// Which of the predicates hold.
fn kinds<M>(error: &RequestError<M>) -> Vec<&'static str> {
    let all = [
        (error.is_unhandled(), "unhandled"),
        (error.is_stopped(), "stopped"),
        (error.is_timed_out(), "timed out"),
        (error.is_aborted(), "aborted"),
        (error.panic().is_some(), "panicked"),
        (error.dependency().is_some(), "dependency"),
    ];
    all.iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, name)| *name)
        .collect()
}

/// The same, with one more.
fn kinds_of_any<M>(error: &HandleError<M>) -> Vec<&'static str> {
    let all = [
        (error.is_unhandled(), "unhandled"),
        (error.is_wrong_body(), "wrong body"),
        (error.is_stopped(), "stopped"),
        (error.is_timed_out(), "timed out"),
        (error.is_aborted(), "aborted"),
        (error.panic().is_some(), "panicked"),
        (error.dependency().is_some(), "dependency"),
    ];
    all.iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, name)| *name)
        .collect()
}

async fn nobody_handles_it(on: Runtime) {
    let bus = builder(&on).start().await.unwrap();
    let told = failures(&bus);
    for key in [None, Some("k")] {
        let mut request = bus.execute(Do(7));
        if let Some(key) = key {
            request = request.key(key);
        }
        let error = request.await.unwrap_err();
        assert_eq!(kinds(&error), ["unhandled"]);
        let text = "no reply to command `Do`: nobody handles it; `.command(..)` of the builder takes its handler";
        assert_eq!(short(&error), text);
        assert_eq!(format!("{error:?}"), format!("RequestError({error})"));
        assert_eq!(error.into_message(), Some(Do(7)));
    }
    let error = bus.query(Find(7)).await.unwrap_err();
    assert!(
        short(&error).ends_with("`.query(..)` of the builder takes its handler"),
        "{error}"
    );
    assert_eq!(error.into_message(), Some(Find(7)));
    let error = bus.handle(Once(7)).await.unwrap_err();
    assert_eq!(kinds_of_any(&error), ["unhandled"]);
    assert_eq!(short(&error), "message `Once`: nobody handles it");
    assert!(
        format!("{error:?}").starts_with("HandleError<bus::kit::Once>(message"),
        "{error:?}"
    );
    assert_eq!(error.into_inner(), Some(Once(7)));
    let delivery = bus.publish(Told(7)).await.unwrap();
    assert_eq!(delivery.count(), 0);
    let report = delivery.join().await;
    assert!(report.is_ok() && report.count() == 0);
    assert_eq!(bus.publish(Told(7)).join().await.unwrap().count(), 0);
    assert_eq!(
        bus.publish(Told(7)).key("k").join().await.unwrap().count(),
        0
    );
    assert_eq!((told.len(), bus.in_flight()), (0, 0));
}

async fn the_bus_was_stopped(on: Runtime) {
    let bus = builder(&on)
        .command(async |command: Do| command.0)
        .event(async |_: std::sync::Arc<Once>| ())
        .named("n", async || ());
    let bus = bus.start().await.unwrap();
    assert!(bus.close() && !bus.close() && bus.is_closed());
    let error = bus.execute(Do(7)).await.unwrap_err();
    assert_eq!(kinds(&error), ["stopped"]);
    assert_eq!(
        short(&error),
        "no reply to command `Do`: the bus has been stopped"
    );
    assert_eq!(error.into_message(), Some(Do(7)));
    let error = bus
        .execute(Do(8))
        .key("k")
        .timeout(Duration::MAX)
        .await
        .unwrap_err();
    assert_eq!(error.into_message(), Some(Do(8)));
    let errors = [
        bus.publish(Once(7)).await.unwrap_err(),
        bus.publish(Once(7)).key("k").now().unwrap_err(),
        bus.publish(Once(7)).join().await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(
            short(&error),
            "event `Once` was not published: the bus has been stopped"
        );
        assert_eq!(format!("{error:?}"), format!("PublishError({error})"));
        assert_eq!(error.into_event(), Once(7));
    }
    for error in [
        bus.handle(Once(1)).await.unwrap_err(),
        bus.handle(Once(1)).key(1).await.unwrap_err(),
    ] {
        assert_eq!(kinds_of_any(&error), ["stopped"]);
        assert_eq!(error.into_inner(), Some(Once(1)));
    }
    let error = bus.handle(Do(1)).await.unwrap_err();
    assert_eq!(error.into_inner(), Some(Do(1)));
    let error = bus.handle_named("n", vec![1]).await.unwrap_err();
    assert_eq!(kinds_of_any(&error), ["stopped"]);
    assert_eq!(error.into_inner(), Some(vec![1]));
}

async fn the_handler_panics(on: Runtime) {
    let bus = builder(&on).command(async |_: Do| -> u32 { panic!("{ON_PURPOSE}") });
    let bus = bus.start().await.unwrap();
    for key in [None, Some("k")] {
        let mut request = bus.execute(Do(7));
        if let Some(key) = key {
            request = request.key(key);
        }
        let error = request.await.unwrap_err();
        assert_eq!(kinds(&error), ["panicked"]);
        assert_eq!(error.panic().unwrap().message(), ON_PURPOSE);
        assert_eq!(
            short(&error),
            "no reply to command `Do`: the handler panicked: on purpose"
        );
        assert_eq!(error.into_message(), None, "a handler was given it");
    }
    let error = bus.handle(Do(7)).await.unwrap_err();
    assert_eq!(kinds_of_any(&error), ["panicked"]);
    assert_eq!(error.into_inner(), None);
}

/// Who could not be given what he asks for was not given the message either.
async fn something_is_missing(on: Runtime) {
    let bus = builder(&on)
        .try_factory(async || Err::<u8, _>("no"))
        .command(async |command: Do, eight: Dep<u8>| command.0 + u32::from(*eight));
    let bus = bus.start().await.unwrap();
    for request in [
        bus.execute(Do(7)),
        bus.execute(Do(7)).key("k"),
        bus.execute(Do(7)).timeout(Duration::MAX),
    ] {
        let error = request.await.unwrap_err();
        assert_eq!(kinds(&error), ["dependency"]);
        assert_eq!(
            short(&error),
            "no reply to command `Do`: `u8` could not be made: no"
        );
        assert_eq!(error.into_message(), Some(Do(7)));
    }
    let error = bus.handle(Do(7)).await.unwrap_err();
    assert_eq!(kinds_of_any(&error), ["dependency"]);
    assert_eq!(error.into_inner(), Some(Do(7)));
}

/// The sender's time: where it runs, where it waits for its turn, and where no time was left at all.
#[test]
fn its_time_was_up() {
    let (executor, clock, builder) = by_hand();
    let course = Course::new();
    let bus = builder
        .provide(course.clone())
        .command(async |pass: Pass, course: Dep<Course>| {
            course.pass(pass.0).await;
            pass.0
        })
        .command_with(
            async |command: Do, course: Dep<Course>| {
                course.pass(3).await;
                command.0
            },
            |options| options.max_in_flight(1),
        )
        .start()
        .now()
        .unwrap();
    let second = Duration::from_secs(1);
    let mut in_place = bus.execute(Pass(0)).timeout(second).into_future();
    let mut keyed = bus.execute(Pass(1)).key("k").timeout(second).into_future();
    let mut waits = bus.execute(Pass(2)).key("k").timeout(second).into_future();
    let mut holds = bus.execute(Do(3)).into_future();
    let mut limited = bus.execute(Do(4)).timeout(second).into_future();
    assert!(executor.run_until(&mut in_place).is_none());
    assert!(executor.run_until(&mut keyed).is_none());
    assert!(executor.run_until(&mut waits).is_none());
    assert!(executor.run_until(&mut holds).is_none());
    assert!(executor.run_until(&mut limited).is_none());
    assert_eq!(course.take(), "+0 +1 +3");
    clock.advance(second);
    let errors =
        [in_place, keyed, waits].map(|request| executor.run_until(request).unwrap().unwrap_err());
    for error in &errors {
        assert_eq!(kinds(error), ["timed out"]);
        assert_eq!(short(error), "no reply to command `Pass`: its time was up");
    }
    let messages = errors.map(RequestError::into_message);
    assert_eq!(
        messages,
        [None, None, Some(Pass(2))],
        "the last had not begun"
    );
    let error = executor.run_until(limited).unwrap().unwrap_err();
    assert!(error.is_timed_out());
    assert_eq!(
        error.into_message(),
        Some(Do(4)),
        "its handler had not begun"
    );
    drop(holds);
    executor.run_until_stalled();
    assert_eq!((bus.in_flight(), course.take().as_str()), (0, ""));
    // No time at all: nothing begins.
    for request in [bus.execute(Pass(5)), bus.execute(Pass(5)).key("k")] {
        let error = executor
            .run_until(request.timeout(Duration::ZERO).into_future())
            .unwrap();
        let error = error.unwrap_err();
        assert!(error.is_timed_out());
        assert_eq!(error.into_message(), Some(Pass(5)));
    }
    executor.run_until_stalled();
    assert_eq!((bus.in_flight(), course.take().as_str()), (0, ""));
}

/// The same for messages of whatever kind.
#[test]
fn its_time_was_up_whatever_it_is() {
    let (executor, clock, builder) = by_hand();
    let course = Course::new();
    let bus = builder
        .provide(course.clone())
        .command(async |pass: Pass, course: Dep<Course>| {
            course.pass(pass.0).await;
            pass.0
        })
        .named_query("wait", async |course: Dep<Course>| {
            course.pass(3).await;
            3
        })
        .start()
        .now()
        .unwrap();
    let second = Duration::from_secs(1);
    let mut in_place = bus.handle(Pass(0)).timeout(second).into_future();
    let mut keyed = bus.handle(Pass(1)).key("k").timeout(second).into_future();
    let mut waits = bus.handle(Pass(2)).key("k").timeout(second).into_future();
    let mut named = bus.handle_named("wait", 7).timeout(second).into_future();
    assert!(executor.run_until(&mut in_place).is_none());
    assert!(executor.run_until(&mut keyed).is_none());
    assert!(executor.run_until(&mut waits).is_none());
    assert!(executor.run_until(&mut named).is_none());
    assert_eq!(course.take(), "+0 +1 +3");
    clock.advance(second);
    let errors =
        [in_place, keyed, waits].map(|handle| executor.run_until(handle).unwrap().unwrap_err());
    for error in &errors {
        assert_eq!(kinds_of_any(error), ["timed out"]);
    }
    let messages = errors.map(HandleError::into_inner);
    assert_eq!(messages, [None, None, Some(Pass(2))]);
    let error = executor.run_until(named).unwrap().unwrap_err();
    assert_eq!(kinds_of_any(&error), ["timed out"]);
    // Detached, it is begun in time or not at all.
    let told = failures(&bus);
    bus.handle(Pass(4)).timeout(Duration::ZERO).detached();
    executor.run_until_stalled();
    let failed = told.take();
    assert!(failed.len() == 1 && failed[0].is_timed_out());
    assert_eq!(failed[0].take_message(), Some(Pass(4)));
    assert_eq!((bus.in_flight(), course.take().as_str()), (0, ""));
}

#[test]
fn the_handlers_time_was_up() {
    let (executor, clock, builder) = by_hand();
    let second = Duration::from_secs(1);
    let bus = builder.command_with(
        async |_: Do| std::future::pending::<u32>().await,
        |options| options.timeout(second),
    );
    let bus = bus.start().now().unwrap();
    for request in [bus.execute(Do(1)), bus.execute(Do(1)).key("k")] {
        let mut request = request.into_future();
        assert!(executor.run_until(&mut request).is_none());
        clock.advance(second);
        let error = executor.run_until(request).unwrap().unwrap_err();
        assert_eq!(kinds(&error), ["timed out"]);
        assert_eq!(
            short(&error),
            "no reply to command `Do`: the handler timed out"
        );
        assert_eq!(error.into_message(), None);
    }
    let mut handle = bus.handle(Do(1)).into_future();
    assert!(executor.run_until(&mut handle).is_none());
    clock.advance(second);
    let error = executor.run_until(handle).unwrap().unwrap_err();
    assert_eq!(kinds_of_any(&error), ["timed out"]);
}

/// An executor that takes tasks and drops them.
async fn the_executor_drops_it(_: Runtime) {
    let bus = Bus::builder()
        .spawner(drop::<BoxFuture<'static, ()>>)
        .command(async |command: Do| command.0)
        .event(async |_: Told| ());
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    for _ in 0..2 {
        let error = bus.execute(Do(7)).key("k").await.unwrap_err();
        assert_eq!(kinds(&error), ["aborted"]);
        assert_eq!(short(&error), "no reply to command `Do`: it was aborted");
        assert_eq!(error.into_message(), Some(Do(7)));
    }
    let error = bus.handle(Do(7)).key("k").await.unwrap_err();
    assert_eq!(kinds_of_any(&error), ["aborted"]);
    assert_eq!(error.into_inner(), Some(Do(7)));
    for publish in [bus.publish(Told(1)), bus.publish(Told(1)).key("k")] {
        assert!(!publish.await.unwrap().join().await.is_ok());
    }
    assert_eq!(told.len(), 0);
    bus.execute(Do(8)).detached();
    bus.execute(Do(9)).key("k").detached();
    let failed = told.take();
    assert!(failed.len() == 2 && failed.iter().all(fanfare::bus::FailedMessage::is_aborted));
    let back: Vec<_> = failed
        .iter()
        .map(fanfare::bus::FailedMessage::take_message::<Do>)
        .collect();
    assert_eq!(back, [Some(Do(8)), Some(Do(9))]);
    assert_eq!(bus.in_flight(), 0);
}

struct Refuses;
impl Dispatcher for Refuses {
    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        receiver.skip()
    }
}

async fn a_dispatcher_skips_it(on: Runtime) {
    let bus = builder(&on)
        .dispatcher(Refuses)
        .command(async |command: Do| command.0);
    let bus = bus.event(async |_: Told| ()).start().await.unwrap();
    for request in [bus.execute(Do(7)), bus.execute(Do(7)).key("k")] {
        let error = request.await.unwrap_err();
        assert_eq!(kinds(&error), [""; 0]);
        assert_eq!(
            short(&error),
            "no reply to command `Do`: a dispatcher skipped the handler"
        );
        assert_eq!(error.into_message(), Some(Do(7)));
    }
    let error = bus.handle(Do(7)).await.unwrap_err();
    assert_eq!(error.into_inner(), Some(Do(7)));
    assert!(!bus.publish(Told(1)).join().await.unwrap().is_ok());
}

/// A `Result` is a reply, whatever it is; what fails is another one.
async fn errors_of_handlers_are_replies(on: Runtime) {
    let bus = builder(&on)
        .command_with(
            async |command: Try| {
                if command.0 > 2 {
                    Err(format!("{} is too much", command.0))
                } else {
                    Ok(command.0)
                }
            },
            |options| options.name("tries"),
        )
        .event(async |told: Told| if told.0 > 2 { Err("too much") } else { Ok(()) });
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    assert_eq!(bus.execute(Try(2)).await.unwrap(), Ok(2));
    assert_eq!(
        bus.execute(Try(3)).await.unwrap(),
        Err("3 is too much".into())
    );
    assert_eq!(
        bus.execute(Try(3)).key("k").await.unwrap(),
        Err("3 is too much".into())
    );
    let handled = bus.handle(Try(3)).await.unwrap();
    assert!(handled.reply::<Result<u32, String>>().unwrap().is_err());
    let report = bus.publish(Told(3)).join().await.unwrap();
    let failure = report.failures().next().expect("one").to_string();
    assert!(failure.contains("too much"), "{failure}");
    assert!(bus.publish(Told(2)).join().await.unwrap().is_ok());
    assert_eq!(told.len(), 0, "who waits is told");
}

#[test]
fn replies_tell_whether_they_are_errors() {
    let error = Err::<(), _>("no");
    assert_eq!(
        error.error().map(ToString::to_string).as_deref(),
        Some("no")
    );
    assert!(Ok::<_, String>(1).error().is_none() && ().error().is_none());
    assert!("text".error().is_none() && vec![error].error().is_none());
    assert!(
        Some(1).error().is_none() && (1, 'x').error().is_none() && Box::new(1).error().is_none()
    );
}

/// Handlers that run one call at a time and wait for themselves are told, where that can be known.
async fn it_would_have_waited_for_itself(on: Runtime) {
    let gate = Gate::new();
    gate.open();
    let bus = builder(&on).command_with(
        async |command: Do, bus: Bus| match command.0 {
            0 => 0,
            _ => match bus.execute(Do(command.0 - 1)).await {
                Ok(number) => number,
                Err(error) => {
                    assert!(
                        error.to_string().contains("would have waited for itself"),
                        "{error}"
                    );
                    7
                }
            },
        },
        fanfare::bus::HandlerOptions::sequential,
    );
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.execute(Do(0)).await.unwrap(), 0);
    assert_eq!(bus.execute(Do(1)).await.unwrap(), 7);
    let mut unpolled = bus.execute(Do(0)).into_future();
    assert!(poll(&mut unpolled).is_ready());
}

on_each_runtime!(
    nobody_handles_it,
    the_bus_was_stopped,
    the_handler_panics,
    something_is_missing,
    the_executor_drops_it,
    a_dispatcher_skips_it,
    errors_of_handlers_are_replies,
    it_would_have_waited_for_itself,
);
