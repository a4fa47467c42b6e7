//! Events that follow from a message.

use std::sync::{Arc, Mutex};

use fanfare::Bus;
use fanfare::bus::{Body, Command, Dep, Emit, Emits, Event, MessageInfo, Published, Query};
use fanfare::testing::SeededExecutor;

use crate::common::Gate;
use crate::kit::{Do, Lines, Once, Told, Try, builder, by_hand, failures, texts};
use crate::runtime::Runtime;

/// Writes down the numbers and keys of what is told.
async fn writes(told: Published<Told>, log: Dep<Lines>) {
    match told.info().key() {
        Some(key) => log.push(format!("{} of {key:?}", told.0)),
        None => log.push(told.0.to_string()),
    }
}

async fn emitted_while_it_runs(on: Runtime) {
    let log = Lines::new();
    let bus = builder(&on)
        .provide(log.clone())
        .command(
            async |command: Do, emit: Emit, again: Emit, log: Dep<Lines>| {
                emit.event(Told(command.0));
                again.event(Told(command.0 + 1));
                log.push("handled".into());
                command.0
            },
        )
        .event(writes);
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.execute(Do(1)).await.unwrap(), 1);
    bus.idle().await;
    let mut heard = log.take();
    assert_eq!(heard.remove(0), "handled");
    heard.sort();
    assert_eq!(heard, ["1", "2"]);
    bus.execute(Do(5)).detached();
    bus.idle().await;
    assert_eq!(log.len(), 3);
}

#[derive(Clone)]
struct Many(u8);
impl Command for Many {
    type Reply = u8;
}
impl Query for Many {
    type Reply = Result<u8, String>;
}

struct Other(u32);
impl Event for Other {}

/// By the handler's return value: one, several, some or none, of a type or of four.
async fn returned_ones(on: Runtime) {
    macro_rules! check {
        ($expected:expr, $events:expr) => {{
            let log = Lines::new();
            let bus = builder(&on)
                .provide(log.clone())
                .command(async |many: Many| Emits::new(many.0, $events))
                .query(async |many: Many| {
                    if many.0 == 0 {
                        return Err("no".to_owned());
                    }
                    Ok(Emits::new(many.0, $events))
                })
                .event(async |once: Arc<Once>, log: Dep<Lines>| log.push(once.0.to_string()))
                .event(async |other: Arc<Other>, log: Dep<Lines>| {
                    log.push(format!("o{}", other.0))
                });
            let bus = bus.start().await.unwrap();
            let expected: &[&str] = $expected;
            assert_eq!(bus.execute(Many(5)).await.unwrap(), 5);
            bus.idle().await;
            let mut heard = log.take();
            heard.sort();
            assert_eq!(heard, expected);
            assert_eq!(bus.query(Many(0)).await.unwrap(), Err("no".into()));
            assert_eq!(bus.query(Many(6)).key("k").await.unwrap(), Ok(6));
            bus.idle().await;
            let mut heard = log.take();
            heard.sort();
            assert_eq!(heard, expected);
        }};
    }
    check!(&["1"], Once(1));
    check!(&["1"], Some(Once(1)));
    check!(&[], None::<Once>);
    check!(&["1", "2", "3"], vec![Once(1), Once(2), Once(3)]);
    check!(&["1", "o2"], (Once(1), Other(2)));
    check!(
        &["1", "2", "o3"],
        (vec![Once(1), Once(2)], Some(Other(3)), None::<Once>)
    );
    check!(
        &["1", "2", "o3", "o4"],
        (Once(1), Once(2), Other(3), Other(4))
    );
}

async fn of_events_too(on: Runtime) {
    let log = Lines::new();
    let bus = builder(&on)
        .provide(log.clone())
        .event(async |once: Arc<Once>| {
            (once.0 < 9)
                .then(|| Emits::new((), Once(once.0 + 1)))
                .ok_or("enough")
        })
        .event(async |once: Arc<Once>, emit: Emit| emit.event(Other(once.0 as u32)))
        .event(async |other: Arc<Other>| Emits::new((), Told(other.0 * 10)))
        .event(writes);
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    let report = bus.publish(Once(7)).join().await.unwrap();
    assert!(report.is_ok());
    bus.idle().await;
    let mut heard = log.take();
    heard.sort();
    assert_eq!(heard, ["70", "80", "90"]);
    assert_eq!(
        texts(&told),
        ["event `Once`, handler `{{closure}}`: enough"]
    );
}

/// In the order in which they were emitted, of one key one after the other; and never before the handler has returned.
async fn they_have_the_key_of_the_message(on: Runtime) {
    let log = Lines::new();
    let (gate, shut) = {
        let gate = Gate::new();
        (gate.clone(), gate)
    };
    let bus = builder(&on)
        .provide(log.clone())
        .command(move |command: Do, emit: Emit| {
            let gate = shut.clone();
            async move {
                emit.event(Told(1));
                emit.event_with_key(Told(2), "own");
                emit.event(Told(3));
                gate.wait().await;
                emit.named("n", 4u8);
                emit.event(Told(5));
                emit.named_with_key("n", 6u8, "own");
                command.0
            }
        })
        .named(
            "n",
            async |four: Body<u8>, log: Dep<Lines>, info: MessageInfo| {
                log.push(format!("{} of {:?}", *four, info.key().unwrap()));
            },
        )
        .event(writes);
    let bus = bus.start().await.unwrap();
    bus.execute(Do(0)).key("k").detached();
    gate.open();
    bus.idle().await;
    let mut heard = log.take();
    let own = heard
        .iter()
        .position(|line| line == "2 of \"own\"")
        .unwrap();
    heard.remove(own);
    let named = heard.iter().position(|line| line == "6 of \"own\"");
    heard.remove(named.expect("it has its key"));
    assert_eq!(
        heard,
        ["1", "3", "4", "5"].map(|number| format!("{number} of \"k\""))
    );
}

#[test]
fn they_follow_when_the_handler_has_returned() {
    let (executor, _, builder) = by_hand();
    let (log, gate) = (Lines::new(), Gate::new());
    let shut = gate.clone();
    let bus = builder
        .provide(log.clone())
        .command(move |command: Do, emit: Emit, log: Dep<Lines>| {
            let gate = shut.clone();
            async move {
                emit.event(Told(command.0));
                drop(emit);
                gate.wait().await;
                log.push("returns".into());
                command.0
            }
        })
        .event(writes)
        .start()
        .now()
        .unwrap();
    let mut request = bus.execute(Do(1)).into_future();
    assert!(executor.run_until(&mut request).is_none());
    bus.execute(Do(2)).detached();
    executor.run_until_stalled();
    assert_eq!((log.len(), bus.in_flight()), (0, 2));
    gate.open();
    executor.run_until_stalled();
    assert_eq!(log.take(), ["returns", "2"]);
    executor.run_until(request).unwrap().unwrap();
    executor.run_until_stalled();
    assert_eq!(log.take(), ["returns", "1"]);
    assert_eq!(bus.in_flight(), 0);
}

/// One handler of an event has succeeded: what follows from that waits for no other, and is not lost with it.
#[test]
fn they_do_not_wait_for_other_handlers() {
    let (executor, _, builder) = by_hand();
    let log = Lines::new();
    let bus = builder
        .provide(log.clone())
        .event(async |once: Arc<Once>| Emits::new((), Told(once.0 as u32)))
        .event(async |_: Arc<Once>, emit: Emit| {
            emit.event(Told(0));
            std::future::pending::<()>().await;
        })
        .event(async |once: Arc<Once>, emit: Emit| {
            futures_lite::future::yield_now().await;
            emit.event(Told(once.0 as u32 + 1));
        })
        .event(writes)
        .start()
        .now()
        .unwrap();
    let sorted = || {
        let mut heard = log.take();
        heard.sort();
        heard
    };
    let delivery = bus.publish(Once(1)).now().unwrap();
    executor.run_until_stalled();
    assert_eq!(sorted(), ["1", "2"]);
    delivery.abort();
    let mut join = Box::pin(bus.publish(Once(3)).join());
    assert!(executor.run_until(&mut join).is_none());
    assert_eq!(sorted(), ["3", "4"]);
    drop(join);
    executor.run_until_stalled();
    assert_eq!((sorted().len(), bus.in_flight()), (0, 0));
}

/// By a task of the handler's that goes on.
fn emits_late(fails: bool) -> (SeededExecutor, Bus, Emit, Lines) {
    let (executor, _, builder) = by_hand();
    let (log, kept) = (Lines::new(), Arc::new(Mutex::new(None)));
    let keep = Arc::clone(&kept);
    let bus = builder
        .provide(log.clone())
        .command(move |command: Try, emit: Emit, log: Dep<Lines>| {
            emit.event(Told(command.0));
            *keep.lock().unwrap() = Some(emit);
            async move {
                log.push("handled".into());
                if fails {
                    Err("no".to_owned())
                } else {
                    Ok(command.0)
                }
            }
        })
        .event(writes)
        .start()
        .now()
        .unwrap();
    let reply = executor.run_until(bus.execute(Try(1)).into_future());
    assert_eq!(reply.unwrap().unwrap().is_ok(), !fails);
    executor.run_until_stalled();
    let emit = kept.lock().unwrap().take().unwrap();
    (executor, bus, emit, log)
}

#[test]
fn late_after_success_they_follow_at_once() {
    let (executor, bus, emit, log) = emits_late(false);
    let told = failures(&bus);
    assert_eq!(log.take(), ["handled", "1"]);
    emit.event(Told(2));
    emit.event_with_key(Told(3), 'k');
    assert_eq!(bus.in_flight(), 2);
    executor.run_until_stalled();
    let mut heard = log.take();
    heard.sort();
    assert_eq!(heard, ["2", "3 of \"k\""]);
    assert_eq!(told.len(), 0);
    // The bus is closed: it is told.
    bus.close();
    emit.event(Told(4));
    executor.run_until_stalled();
    assert_eq!(log.len(), 0);
    let failed = told.take();
    assert!(failed[0].is_stopped() && failed.len() == 1);
    assert_eq!(failed[0].event::<Told>().as_deref(), Some(&Told(4)));
    assert_eq!(failed[0].take_message::<Told>(), None);
    // And gone: nobody is there to be told.
    drop(bus);
    emit.event(Told(5));
}

#[test]
fn late_after_failure_they_are_told() {
    let (executor, bus, emit, log) = emits_late(true);
    let told = failures(&bus);
    assert_eq!(log.take(), ["handled"]);
    emit.event(Told(2));
    executor.run_until_stalled();
    assert_eq!(log.len(), 0);
    let failed = told.take();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        failed[0].error(),
        Some("it was emitted by a handler that has failed")
    );
    assert_eq!(failed[0].event::<Told>().as_deref(), Some(&Told(2)));
    assert!(failed[0].info().cause().is_some());
}

/// What nobody handles, and a body that fits nobody.
async fn followers_that_go_nowhere(on: Runtime) {
    let bus = builder(&on)
        .command(async |command: Do, emit: Emit| {
            emit.event(Told(1));
            emit.named("nothing", ());
            emit.named("n", "text");
            command.0
        })
        .named("n", async |_: Body<u8>| ());
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    assert_eq!(bus.execute(Do(1)).await.unwrap(), 1);
    bus.idle().await;
    let failed = told.take();
    assert_eq!(
        failed
            .iter()
            .map(fanfare::bus::FailedMessage::is_unhandled)
            .collect::<Vec<_>>(),
        [true, true, false]
    );
    assert_eq!(failed[0].event::<Told>().as_deref(), Some(&Told(1)));
    assert_eq!(failed[2].event::<&str>().as_deref(), Some(&"text"));
    assert!(
        failed[2]
            .to_string()
            .contains("take a body of type `u8`, not `&str`"),
        "{}",
        failed[2]
    );
}

#[test]
fn an_emits_by_hand() {
    let emits = Emits::new(7, Told(1));
    assert_eq!(emits.events(), &Told(1));
    assert!(format!("{emits:?}").contains("Told(1)"));
    assert_eq!(emits.into_reply(), 7);
}

on_each_runtime!(
    emitted_while_it_runs,
    returned_ones,
    of_events_too,
    they_have_the_key_of_the_message,
    followers_that_go_nowhere,
);
