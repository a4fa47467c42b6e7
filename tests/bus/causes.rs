//! Which message brought about which.

use std::sync::Arc;

use fanfare::Bus;
use fanfare::bus::{Dep, Emit, Emits, Event, MessageId, MessageInfo, MessageKind, Published};

use crate::common::Log;
use crate::kit::{Do, Find, Once, Told, builder, short};
use crate::runtime::Runtime;

/// What was handled, in order.
type Infos = Log<MessageInfo>;

struct Last;
impl Event for Last {}

async fn doing(command: Do, emit: Emit, info: MessageInfo, log: Dep<Infos>) -> u32 {
    log.push(info);
    emit.event(Told(command.0));
    command.0
}

/// Over several hops, by every way to send, each knows the one before it and the first.
async fn over_several_hops(on: Runtime) {
    let log = Infos::new();
    let bus = builder(&on)
        .provide(log.clone())
        .command_with(doing, |options| options.name("doer"))
        .event(async |told: Published<Told>, log: Dep<Infos>| {
            log.push(told.info().clone());
            Emits::new((), Once(told.0 as usize))
        })
        .event(async |once: Published<Once>, bus: Bus, log: Dep<Infos>| {
            log.push(once.info().clone());
            assert_eq!(bus.query(Find(1)).await.unwrap(), None);
        })
        .query(
            async |_: Find, info: MessageInfo, bus: Bus, log: Dep<Infos>| {
                log.push(info);
                bus.handle_named("n", ()).detached();
                None
            },
        )
        .named("n", async |info: MessageInfo, bus: Bus, log: Dep<Infos>| {
            log.push(info);
            drop(bus.publish(Last).await.unwrap());
        })
        .event(async |_: Arc<Last>, info: MessageInfo, log: Dep<Infos>| log.push(info));
    let bus = bus.start().await.unwrap();
    for key in [None, Some("k")] {
        let mut request = bus.execute(Do(1));
        if let Some(key) = key {
            request = request.key(key);
        }
        request.await.unwrap();
        bus.idle().await;
        let infos = log.take();
        let names: Vec<_> = infos.iter().map(short).collect();
        let subjects = [
            "command `Do`",
            "event `Told`",
            "event `Once`",
            "query `Find`",
            "event `n`",
            "event `Last`",
        ];
        for (name, subject) in names.iter().zip(subjects) {
            assert!(name.starts_with(subject), "{names:?}");
        }
        assert_eq!(infos.len(), subjects.len());
        assert!(infos[0].cause().is_none());
        let ids: Vec<MessageId> = infos.iter().map(MessageInfo::id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        for (before, info) in infos.iter().zip(&infos[1..]) {
            let cause = info.cause().expect("something has");
            assert_eq!(
                (cause.id(), cause.kind(), cause.message()),
                (before.id(), before.kind(), before.message())
            );
            assert_eq!(info.root(), ids[0]);
        }
        assert_eq!(infos[1].cause().unwrap().handler(), "doer");
        assert!(
            infos[2]
                .cause()
                .unwrap()
                .handler()
                .contains("over_several_hops")
        );
        // Those that were emitted have the key, those that were sent do not.
        let keys: Vec<_> = infos.iter().map(|info| info.key().is_some()).collect();
        assert_eq!(
            keys,
            [
                key.is_some(),
                key.is_some(),
                key.is_some(),
                false,
                false,
                false
            ]
        );
    }
}

#[derive(Clone)]
struct Keeper(Log<Bus>);

/// What is sent with the bus that a handler has kept tells the same cause when the handler has long returned.
async fn a_bus_that_is_kept(on: Runtime) {
    let (log, kept) = (Infos::new(), Keeper(Log::new()));
    let bus = builder(&on)
        .provide(log.clone())
        .provide(kept.clone())
        .command(
            async |command: Do, bus: Bus, kept: Dep<Keeper>, info: MessageInfo, log: Dep<Infos>| {
                log.push(info);
                kept.0.push(bus);
                command.0
            },
        )
        .event(async |_: Arc<Last>, info: MessageInfo, log: Dep<Infos>| log.push(info));
    let bus = bus.start().await.unwrap();
    bus.execute(Do(1)).await.unwrap();
    let inner = kept.0.take().pop().unwrap();
    bus.idle().await;
    assert!(inner.publish(Last).join().await.unwrap().is_ok());
    assert!(inner.clone().publish(Last).join().await.unwrap().is_ok());
    assert!(
        inner
            .downgrade()
            .upgrade()
            .unwrap()
            .publish(Last)
            .join()
            .await
            .unwrap()
            .is_ok()
    );
    let infos = log.take();
    let caused: Vec<_> = infos
        .iter()
        .map(|info| info.cause().map(fanfare::bus::CausedBy::id))
        .collect();
    assert_eq!(
        caused,
        [None, Some(infos[0].id()), Some(infos[0].id()), None]
    );
}

/// An info is for keeps, and shows.
async fn infos_show(on: Runtime) {
    let log = Infos::new();
    let bus = builder(&on)
        .provide(log.clone())
        .command(doing)
        .event(async |_: Told, info: MessageInfo, log: Dep<Infos>| log.push(info));
    let bus = bus.start().await.unwrap();
    bus.execute(Do(1)).key(7).await.unwrap();
    bus.idle().await;
    let [command, event] = &log.take()[..] else {
        panic!("two")
    };
    assert_eq!(short(event), "event `Told` of key 7");
    let debug = format!("{event:?}");
    for part in [
        "kind: Event",
        "kit::Told",
        "key: Some(7)",
        "CausedBy",
        "doing",
        &command.id().to_string(),
    ] {
        assert!(debug.contains(part), "{part} in {debug}");
    }
    let cause = event.cause().unwrap();
    assert_eq!(cause, &cause.clone());
    assert!(cause.handler().ends_with("causes::doing"));
    assert_eq!(MessageKind::Query.to_string(), "query");
    assert_eq!(format!("{:>8}|", MessageKind::Event), "   event|");
}

on_each_runtime!(over_several_hops, a_bus_that_is_kept, infos_show);
