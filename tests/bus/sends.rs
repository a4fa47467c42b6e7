//! Commands, queries and events, by every end there is.

use std::sync::Arc;

use fanfare::bus::{Command, Dep, Event, Handled, MessageKind, Published, Query};
use fanfare::{Bus, Inline};
use futures_lite::future::block_on;

use crate::common::poll;
use crate::kit::{Do, Find, Lines, Numbers, Told, builder, failures};
use crate::runtime::Runtime;

async fn commands_and_queries_are_answered_by_one(on: Runtime) {
    let builder = builder(&on).command(async |command: Do| command.0 + 1);
    let bus = builder
        .query(async |find: Find| (find.0 < 3).then(|| find.0.to_string()))
        .start()
        .await
        .unwrap();
    assert_eq!(bus.execute(Do(6)).await.unwrap(), 7);
    assert_eq!(bus.query(Find(2)).await.unwrap(), Some("2".into()));
    assert_eq!(bus.query(Find(3)).await.unwrap(), None);
    assert_eq!(bus.execute(Do(1)).key("k").await.unwrap(), 2);
    assert_eq!(bus.query(Find(1)).key(7).await.unwrap(), Some("1".into()));
    assert_eq!(bus.clone().execute(Do(2)).await.unwrap(), 3);
    bus.idle().await;
    assert_eq!(bus.in_flight(), 0);
}

async fn events_go_to_all(on: Runtime) {
    let log = Lines::new();
    let builder = builder(&on).provide(log.clone());
    let bus = builder
        .event(async |told: Told, log: Dep<Lines>| log.push(format!("itself {}", told.0)))
        .event(async |told: Arc<Told>, log: Dep<Lines>| log.push(format!("arc {}", told.0)))
        .event(async |told: Published<Told>, log: Dep<Lines>| {
            assert_eq!(told.info().kind(), MessageKind::Event);
            assert!(told.cause().is_none());
            log.push(format!("published {}", told.clone().into_arc().0));
        })
        .start()
        .await
        .unwrap();
    let all = |number: u32| ["arc", "itself", "published"].map(|how| format!("{how} {number}"));
    let sorted = || {
        let mut all = log.take();
        all.sort();
        all
    };
    let delivery = bus.publish(Told(1)).await.unwrap();
    assert_eq!(delivery.count(), 3);
    let report = delivery.join().await;
    assert!(report.is_ok() && report.count() == 3, "{report:?}");
    assert_eq!(sorted(), all(1));
    let delivery = bus.publish(Told(2)).now().unwrap();
    assert_eq!(delivery.count(), 3);
    assert!(delivery.join().await.is_ok());
    assert_eq!(sorted(), all(2));
    let report = bus.publish(Told(3)).join().await.unwrap();
    assert!(report.is_ok() && report.count() == 3, "{report:?}");
    assert_eq!(sorted(), all(3));
    bus.publish(Told(4)).detached();
    bus.idle().await;
    assert_eq!(sorted(), all(4));
    drop(bus.publish(Told(5)).key("k").await.unwrap());
    bus.idle().await;
    assert_eq!(sorted(), all(5));
    let report = bus.publish(Told(6)).key("k").join().await.unwrap();
    assert!(report.is_ok() && report.count() == 3, "{report:?}");
    assert_eq!(sorted(), all(6));
}

async fn detached_ones_run(on: Runtime) {
    let log = Numbers::new();
    let builder = builder(&on).provide(log.clone());
    let bus = builder
        .command(async |command: Do, log: Dep<Numbers>| {
            log.push(command.0);
            command.0
        })
        .query(async |find: Find, log: Dep<Numbers>| {
            log.push(find.0);
            None
        })
        .start()
        .await
        .unwrap();
    let told = failures(&bus);
    bus.execute(Do(1)).detached();
    bus.idle().await;
    bus.query(Find(2)).detached();
    bus.idle().await;
    for number in 3..20 {
        bus.execute(Do(number)).key("k").detached();
    }
    bus.idle().await;
    bus.handle(Do(20)).detached();
    bus.idle().await;
    bus.handle(Find(21)).key("k").detached();
    bus.idle().await;
    assert_eq!(log.take(), (1..22).collect::<Vec<_>>());
    assert_eq!(told.len(), 0);
}

/// What is a command, a query and an event at once.
#[derive(Debug, Clone)]
struct All;
impl Command for All {
    type Reply = &'static str;
}
impl Query for All {
    type Reply = char;
}
impl Event for All {}

async fn handle_finds_out(on: Runtime) {
    let log = Numbers::new();
    let builder = builder(&on)
        .provide(log.clone())
        .command(async |command: Do| command.0)
        .query(async |_: Find| Some("found".to_owned()))
        .event(async |told: Arc<Told>, log: Dep<Numbers>| log.push(told.0));
    let bus = builder.start().await.unwrap();
    let handled = bus.handle(Told(7)).await.unwrap();
    assert_eq!(handled.kind(), MessageKind::Event);
    let Err(Handled::Event(delivery)) = handled.reply::<u32>() else {
        panic!("no reply");
    };
    assert_eq!(delivery.count(), 1);
    assert!(delivery.join().await.is_ok());
    assert_eq!(log.take(), [7]);
    for key in [None, Some("k")] {
        let mut handle = bus.handle(Do(8));
        if let Some(key) = key {
            handle = handle.key(key);
        }
        let handled = handle.await.unwrap();
        assert_eq!(handled.kind(), MessageKind::Command);
        let handled = handled.reply::<String>().unwrap_err();
        assert_eq!(handled.reply::<u32>().unwrap(), 8);
        let handled = bus.handle(Find(0)).await.unwrap();
        assert_eq!(handled.kind(), MessageKind::Query);
        let found = handled.reply::<Option<String>>().unwrap();
        assert_eq!(found.as_deref(), Some("found"));
    }
}

/// Events, then commands, then queries: whatever somebody handles.
async fn handle_tries_in_order(on: Runtime) {
    let query = || builder(&on).query(async |_: All| 'q');
    let bus = query().start().await.unwrap();
    let handled = bus.handle(All).await.unwrap();
    assert_eq!(handled.reply::<char>().unwrap(), 'q');
    let command = || query().command(async |_: All| "c");
    let bus = command().start().await.unwrap();
    let handled = bus.handle(All).await.unwrap();
    assert_eq!(handled.reply::<&str>().unwrap(), "c");
    let event = command().event(async |_: Arc<All>| ());
    let bus = event.start().await.unwrap();
    let handled = bus.handle(All).await.unwrap();
    assert_eq!(handled.kind(), MessageKind::Event);
    assert_eq!(bus.execute(All).await.unwrap(), "c");
    assert_eq!(bus.query(All).await.unwrap(), 'q');
}

/// Somebody waits, so it runs there, and no executor is asked.
#[test]
fn what_is_waited_for_needs_no_executor() {
    let nowhere = |_| panic!("nothing is spawned");
    let builder = Bus::builder().spawner(nowhere);
    let bus = builder
        .command(async |command: Do| command.0)
        .query(async |_: Find| None)
        .event(async |_: Told| ())
        .start()
        .now()
        .unwrap();
    assert_eq!(block_on(bus.execute(Do(1)).into_future()).unwrap(), 1);
    assert_eq!(block_on(bus.query(Find(1)).into_future()).unwrap(), None);
    let report = block_on(bus.publish(Told(1)).join()).unwrap();
    assert_eq!(report.count(), 1);
    let handled = block_on(bus.handle(Do(2)).into_future()).unwrap();
    assert_eq!(handled.reply::<u32>().unwrap(), 2);
}

/// An executor that runs what it is given on the spot.
#[test]
fn it_all_works_inline() {
    let log = Numbers::new();
    let builder = Bus::builder().spawner(Inline).provide(log.clone());
    let bus = builder
        .command(async |command: Do, log: Dep<Numbers>| {
            log.push(command.0);
            command.0
        })
        .event(async |told: Told, log: Dep<Numbers>| log.push(told.0))
        .start()
        .now()
        .unwrap();
    bus.execute(Do(1)).detached();
    bus.execute(Do(2)).key("k").detached();
    bus.publish(Told(3)).detached();
    bus.publish(Told(4)).key("k").detached();
    assert_eq!(log.take(), [1, 2, 3, 4]);
    assert_eq!(bus.in_flight(), 0);
}

#[test]
fn nothing_happens_before_the_first_poll() {
    let log = Numbers::new();
    let builder = Bus::builder().provide(log.clone());
    let bus = builder
        .command(async |command: Do, log: Dep<Numbers>| {
            log.push(command.0);
            command.0
        })
        .event(async |told: Told, log: Dep<Numbers>| log.push(told.0))
        .start()
        .now()
        .unwrap();
    let mut sent = bus.execute(Do(1)).into_future();
    drop(bus.execute(Do(2)).into_future());
    drop(bus.publish(Told(3)).into_future());
    drop(bus.publish(Told(4)).join());
    drop(bus.handle(Do(5)).into_future());
    assert_eq!((bus.in_flight(), log.len()), (0, 0));
    assert!(poll(&mut sent).is_ready());
    assert_eq!(log.take(), [1]);
}

/// Numbers of messages go up, whichever kind they are of.
async fn messages_have_numbers(on: Runtime) {
    let builder = builder(&on).event(async |_: Told| ());
    let bus = builder.start().await.unwrap();
    let first = bus.publish(Told(1)).await.unwrap();
    let second = bus.publish(Told(1)).key("k").await.unwrap();
    assert!(first.id() < second.id());
    assert_ne!(first.id().to_string(), second.id().to_string());
    let debug = format!("{first:?}");
    assert!(
        debug.contains("kit::Told") && debug.contains("count: 1"),
        "{debug}"
    );
    bus.idle().await;
}

#[test]
fn what_is_being_sent_shows() {
    let bus = Bus::builder().name("shop").start().now().unwrap();
    assert_eq!(
        format!("{bus:?}"),
        "Bus { in_flight: 0, is_closed: false, .. }"
    );
    let shows = [
        format!("{:?}", bus.execute(Do(1)).key("k")),
        format!("{:?}", bus.publish(Told(1)).key("k")),
        format!("{:?}", bus.handle(Do(1)).key("k")),
        format!("{:?}", bus.handle_named("name", 1).key("k")),
    ];
    for shown in shows {
        assert!(shown.contains("key: Some(\"k\")"), "{shown}");
    }
    let shown = format!("{:?}", Bus::builder().name("shop").command(async |_: Do| 1));
    assert!(
        shown.contains("shop") && shown.contains("handlers: 1"),
        "{shown}"
    );
}

on_each_runtime!(
    commands_and_queries_are_answered_by_one,
    events_go_to_all,
    detached_ones_run,
    handle_finds_out,
    handle_tries_in_order,
    messages_have_numbers,
);
