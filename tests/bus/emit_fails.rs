//! What a handler has emitted that then fails has not happened.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fanfare::Backoff;
use fanfare::bus::{Answer, Command, Dep, Emit, Emits, MessageInfo, Query};
use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver};
use fanfare::testing::ManualClock;
use fanfare::{BoxFuture, Bus, bus};

use crate::common::{Gate, ON_PURPOSE, poll};
use crate::kit::{Do, Numbers, Told, Try, builder, failures};
use crate::runtime::Runtime;

async fn writes(told: Told, log: Dep<Numbers>) {
    log.push(told.0);
}

/// How a handler ends that has emitted.
#[derive(Clone, Debug)]
enum End {
    Err,
    Panic,
    Wait,
}
impl Command for End {
    type Reply = Result<(), String>;
}
impl Query for End {
    type Reply = Result<(), String>;
}
impl bus::Event for End {}

async fn ends(end: End, emit: Emit) -> Result<(), String> {
    emit.event(Told(1));
    match end {
        End::Err => Err("no".into()),
        End::Panic => panic!("{ON_PURPOSE}"),
        End::Wait => std::future::pending().await,
    }
}

fn bus(bus: bus::BusBuilder, log: &Numbers) -> bus::BusBuilder {
    let bus = bus.provide(log.clone()).event(writes);
    bus.command(ends).query(ends).event(ends)
}

async fn errors_and_panics(on: Runtime) {
    let log = Numbers::new();
    let bus = bus(builder(&on), &log).start().await.unwrap();
    for end in [End::Err, End::Panic] {
        drop(bus.execute(end.clone()).await);
        drop(bus.execute(end.clone()).key("k").await);
        drop(bus.query(end.clone()).await);
        bus.query(end.clone()).detached();
        bus.execute(end.clone()).key("k").detached();
        let report = bus.publish(end.clone()).join().await.unwrap();
        assert!(!report.is_ok());
        bus.publish(end.clone()).key("k").detached();
        drop(bus.handle(end).await);
    }
    bus.idle().await;
    assert_eq!(log.len(), 0);
}

async fn timeouts(on: Runtime) {
    let (log, clock) = (Numbers::new(), ManualClock::new());
    let second = Duration::from_secs(1);
    let bus = bus(builder(&on).timer(clock.clone()), &log);
    let bus = bus.event_with(ends, |options| options.timeout(second));
    let bus = bus.start().await.unwrap();
    // The sender's, in place and elsewhere.
    let mut in_place = bus.execute(End::Wait).timeout(second).into_future();
    let mut elsewhere = bus.query(End::Wait).key("k").timeout(second).into_future();
    assert!(poll(&mut in_place).is_pending() && poll(&mut elsewhere).is_pending());
    clock.advance(second);
    assert!(in_place.await.unwrap_err().is_timed_out());
    assert!(elsewhere.await.unwrap_err().is_timed_out());
    // The handler's; its twin waits for ever.
    let delivery = bus.publish(End::Wait).await.unwrap();
    clock.wait_for_sleepers(1).await;
    clock.advance(second);
    delivery.abort();
    bus.idle().await;
    assert_eq!(log.len(), 0);
}

async fn aborts_and_drops(on: Runtime) {
    let (log, begun) = (Numbers::new(), Gate::new());
    let begins = begun.clone();
    let bus = builder(&on)
        .provide(log.clone())
        .event(writes)
        .command(move |_: Do, emit: Emit| {
            emit.event(Told(1));
            begins.open();
            std::future::pending::<u32>()
        });
    let bus = bus.start().await.unwrap();
    let mut request = bus.execute(Do(1)).into_future();
    assert!(poll(&mut request).is_pending());
    drop(request);
    bus.execute(Do(2)).key("k").detached();
    begun.wait().await;
    assert!(bus.stop(Duration::ZERO).await.is_err());
    bus.idle().await;
    assert_eq!(log.len(), 0);
}

/// An event that is emitted by what is injected, before something else is missing.
async fn what_could_not_be_injected(on: Runtime) {
    struct Emitted;
    let log = Numbers::new();
    let bus = builder(&on)
        .provide(log.clone())
        .event(writes)
        .factory(|emit: Emit, info: MessageInfo| {
            emit.event(Told(u32::from(info.key().is_some())));
            Emitted
        })
        .try_factory(|fails: Dep<Numbers>| if fails.len() == 0 { Err("no") } else { Ok(7u8) })
        .command(async |command: Do, _: Dep<Emitted>, seven: Dep<u8>| {
            command.0 + u32::from(*seven)
        });
    let bus = bus.start().await.unwrap();
    assert!(bus.execute(Do(1)).await.unwrap_err().dependency().is_some());
    assert!(
        bus.execute(Do(1))
            .key("k")
            .await
            .unwrap_err()
            .dependency()
            .is_some()
    );
    bus.idle().await;
    assert_eq!(log.len(), 0);
    log.push(9);
    assert_eq!(bus.execute(Do(1)).await.unwrap(), 8);
    assert_eq!(bus.execute(Do(1)).key("k").await.unwrap(), 8);
    bus.idle().await;
    let mut heard = log.take();
    heard.sort_unstable();
    assert_eq!(heard, [0, 1, 9], "a provider's are the call's");
}

/// A dispatcher makes something else of what the handler did.
struct Turns(fn(Outcome) -> Outcome);

impl Dispatcher for Turns {
    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let (turn, is_command) = (self.0, cx.identifier() == "commands");
        Box::pin(async move {
            let outcome = receiver.call().await;
            if is_command { turn(outcome) } else { outcome }
        })
    }
}

async fn a_dispatcher_turned_it(on: Runtime) {
    let failing: [fn(Outcome) -> Outcome; 3] = [
        |_| Outcome::failed("no"),
        |_| Outcome::replied(Answer::new(Err::<u32, _>("no".to_owned()))),
        |_| panic!("{ON_PURPOSE}"),
    ];
    for turn in failing {
        let log = Numbers::new();
        let bus = builder(&on)
            .dispatcher(Turns(turn))
            .provide(log.clone())
            .event(writes)
            .command(async |command: Try| Ok::<_, String>(Emits::new(command.0, Told(1))));
        let bus = bus.start().await.unwrap();
        let reply = bus.execute(Try(1)).await;
        assert!(!matches!(reply, Ok(Ok(_))));
        drop(bus.execute(Try(1)).key("k").await);
        bus.idle().await;
        assert_eq!(log.len(), 0);
    }
}

/// Each attempt begins anew, and the last one counts.
async fn retries_emit_once(on: Runtime) {
    let (log, clock) = (Numbers::new(), ManualClock::new());
    let count = AtomicU32::new(0);
    let bus = builder(&on)
        .timer(clock.clone())
        .provide(log.clone())
        .event(writes)
        .command_with(
            move |command: Try, emit: Emit| {
                let attempt = count.fetch_add(1, Ordering::SeqCst);
                async move {
                    emit.event(Told(command.0 + attempt));
                    assert_ne!(attempt, 1, "{ON_PURPOSE}");
                    if attempt < 2 {
                        Err("no".to_owned())
                    } else {
                        Ok(attempt)
                    }
                }
            },
            |options| options.retry(Backoff::new(Duration::from_secs(1))),
        );
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    bus.execute(Try(10)).detached();
    for _ in 0..2 {
        clock.wait_for_sleepers(1).await;
        clock.advance_to_next();
    }
    bus.idle().await;
    assert_eq!(log.take(), [12]);
    assert_eq!(told.len(), 0);
}

/// A bus that is used by the handler sends at once: only what is emitted waits.
async fn what_was_sent_was_sent(on: Runtime) {
    let log = Numbers::new();
    let bus = builder(&on)
        .provide(log.clone())
        .event(writes)
        .command(async |_: Try, bus: Bus| {
            assert!(bus.publish(Told(1)).join().await.unwrap().is_ok());
            Err::<u32, _>("no".to_owned())
        });
    let bus = bus.start().await.unwrap();
    assert!(bus.execute(Try(1)).await.unwrap().is_err());
    assert_eq!(log.take(), [1]);
}

on_each_runtime!(
    errors_and_panics,
    timeouts,
    aborts_and_drops,
    what_could_not_be_injected,
    a_dispatcher_turned_it,
    retries_emit_once,
    what_was_sent_was_sent,
);
