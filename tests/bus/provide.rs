//! What is provided: values, what is made once, and what is made for each call.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::bus::{Command, Dep, Deps, MessageInfo, Query};
use futures_lite::future::yield_now;

use crate::kit::{Do, Find, Lines, builder, short};
use crate::runtime::Runtime;

struct Show;
impl Query for Show {
    type Reply = String;
}

struct Config {
    url: &'static str,
}
struct Mailer(String);
struct Shop {
    mailer: Arc<Mailer>,
    config: Arc<Config>,
}

async fn values_and_arcs(on: Runtime) {
    let shared = Arc::new(Config { url: "smtp" });
    let display: Arc<dyn Display + Send + Sync> = Arc::new(7);
    let bus = builder(&on)
        .provide_arc(Arc::clone(&shared))
        .provide_arc(display)
        .provide(5u8)
        .query(
            async |_: Show,
                   config: Dep<Config>,
                   shown: Dep<dyn Display + Send + Sync>,
                   five: Dep<u8>| {
                assert_eq!(config.url, "smtp");
                format!("{:p} {shown} {five}", &*config)
            },
        )
        .start()
        .await
        .unwrap();
    let expected = format!("{:p} 7 5", &*shared);
    assert_eq!(bus.query(Show).await.unwrap(), expected);
    assert_eq!(bus.query(Show).key("k").await.unwrap(), expected);
}

/// In whichever order they are given, each is made after what it needs, once, and when it is asked for.
async fn singletons_of_singletons(on: Runtime) {
    let log = Lines::new();
    let bus = builder(&on)
        .singleton(
            async |mailer: Dep<Mailer>, config: Dep<Config>, log: Dep<Lines>| {
                yield_now().await;
                log.push("shop".into());
                Shop {
                    mailer: mailer.into_arc(),
                    config: config.into_arc(),
                }
            },
        )
        .singleton(|config: Dep<Config>, log: Dep<Lines>| {
            log.push("mailer".into());
            Mailer(format!("{} mailer", config.url))
        })
        .try_singleton(async |log: Dep<Lines>| {
            yield_now().await;
            log.push("config".into());
            Ok::<_, String>(Config { url: "smtp" })
        })
        .provide(log.clone())
        .query(async |_: Show, shop: Dep<Shop>, mailer: Dep<Mailer>| {
            assert!(Arc::ptr_eq(&shop.mailer, &mailer.into_arc()));
            format!("{} {}", shop.mailer.0, shop.config.url)
        })
        .command(async |_: Do| 1)
        .start()
        .await
        .unwrap();
    assert_eq!(bus.execute(Do(1)).await.unwrap(), 1);
    assert_eq!(log.len(), 0, "nobody has asked for them");
    assert_eq!(bus.query(Show).await.unwrap(), "smtp mailer smtp");
    assert_eq!(log.take(), ["config", "mailer", "shop"]);
    assert_eq!(bus.query(Show).key("k").await.unwrap(), "smtp mailer smtp");
    assert_eq!(log.len(), 0, "made once");
}

#[derive(Debug)]
struct Number(usize);

struct Pair(usize, usize);

/// One a call, however often it is asked for there, by providers too.
async fn factories_make_one_a_call(on: Runtime) {
    let (count, log) = (Arc::new(AtomicUsize::new(0)), Lines::new());
    let counted = Arc::clone(&count);
    let bus = builder(&on)
        .provide(log.clone())
        .factory(move || Number(counted.fetch_add(1, Ordering::SeqCst)))
        .factory(async |number: Dep<Number>| {
            yield_now().await;
            Pair(number.0, 0)
        })
        .try_factory(|pair: Dep<Pair>, number: Dep<Number>| {
            Ok::<_, String>(vec![pair.0, pair.1, number.0])
        })
        .query(
            async |_: Show,
                   first: Dep<Number>,
                   all: Dep<Vec<usize>>,
                   pair: Dep<Pair>,
                   again: Dep<Number>| {
                assert!(Arc::ptr_eq(&first.into_arc(), &again.clone().into_arc()));
                format!("{all:?} {} {}", pair.0, again.0)
            },
        )
        .start()
        .await
        .unwrap();
    assert_eq!(bus.query(Show).await.unwrap(), "Dep([0, 0, 0]) 0 0");
    assert_eq!(
        bus.query(Show).key("k").await.unwrap(),
        "Dep([1, 0, 1]) 1 1"
    );
    assert_eq!(bus.query(Show).await.unwrap(), "Dep([2, 0, 2]) 2 2");
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

/// A factory is part of a call, and knows its message; a singleton gets one of its own.
async fn factories_know_the_call(on: Runtime) {
    struct Id(String);
    struct Own(Number);
    let count = AtomicUsize::new(0);
    let bus = builder(&on)
        .factory(|info: MessageInfo| Id(short(info)))
        .factory(move || Number(count.fetch_add(1, Ordering::SeqCst)))
        .singleton(|number: Dep<Number>, again: Dep<Number>| {
            assert!(Arc::ptr_eq(&number.into_arc(), &again.clone().into_arc()));
            Own(Number(again.0))
        })
        .query(
            async |_: Show, number: Dep<Number>, own: Dep<Own>, id: Dep<Id>| {
                format!("{} {} {}", id.0, number.0, own.0.0)
            },
        )
        .start()
        .await
        .unwrap();
    assert_eq!(bus.query(Show).await.unwrap(), "query `Show` 0 1");
    assert_eq!(
        bus.query(Show).key(3).await.unwrap(),
        "query `Show` of key 3 2 1"
    );
}

async fn what_is_not_there_may_be_missing(on: Runtime) {
    let bus = builder(&on)
        .provide(7u8)
        .singleton(|there: Option<Dep<u8>>, not: Option<Dep<u16>>| (there.is_some(), not.is_some()))
        .try_factory(|| Err::<u32, _>("no luck"))
        .query(
            async |_: Show, both: Dep<(bool, bool)>, none: Option<Dep<u64>>| {
                format!("{both:?} {}", none.is_none())
            },
        )
        .query(async |_: Find, failing: Option<Dep<u32>>| failing.map(|_| String::new()))
        .start()
        .await
        .unwrap();
    assert_eq!(bus.query(Show).await.unwrap(), "Dep((true, false)) true");
    let error = bus.query(Find(1)).await.unwrap_err();
    assert!(
        error
            .dependency()
            .is_some_and(fanfare::bus::DependencyError::is_failed),
        "provided, and failing"
    );
}

/// Up to eight arguments, as handlers have.
async fn providers_of_many(on: Runtime) {
    let builder = builder(&on)
        .provide(1u8)
        .provide(2u16)
        .provide(3u32)
        .provide(4u64)
        .provide(5i8)
        .provide(6i16)
        .provide(7i32)
        .provide(8i64);
    let bus = builder
        .singleton(
            async |a: Dep<u8>,
                   b: Dep<u16>,
                   c: Dep<u32>,
                   d: Dep<u64>,
                   e: Dep<i8>,
                   f: Dep<i16>,
                   g: Dep<i32>,
                   h: Dep<i64>| { format!("{a}{b}{c}{d}{e}{f}{g}{h}") },
        )
        .query(async |_: Show, text: Dep<String>| (*text).clone());
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.query(Show).await.unwrap(), "12345678");
}

/// Who fails is told to who asks, and the next call has it made again.
async fn factories_may_fail(on: Runtime) {
    let count = AtomicUsize::new(0);
    let bus = builder(&on)
        .try_factory(move || {
            let count = count.fetch_add(1, Ordering::SeqCst);
            async move { (count > 0).then_some(Number(count)).ok_or("not yet") }
        })
        .factory(|number: Dep<Number>| Pair(number.0, number.0))
        .query(async |_: Show, pair: Dep<Pair>| format!("{}", pair.0 + pair.1));
    let bus = bus.start().await.unwrap();
    let error = bus.query(Show).await.unwrap_err();
    let dependency = error.dependency().expect("it is one").clone();
    assert_eq!(short(&dependency), "`Number` could not be made: not yet");
    assert!(dependency.is_failed() && dependency.dependency().ends_with("Number"));
    assert_eq!(
        short(&error),
        "no reply to query `Show`: `Number` could not be made: not yet"
    );
    assert!(!error.is_unhandled() && !error.is_aborted() && error.panic().is_none());
    assert_eq!(bus.query(Show).await.unwrap(), "2");
}

/// What handlers do not take is made when it is used.
async fn asked_for_by_type(on: Runtime) {
    struct Ask(bool);
    impl Command for Ask {
        type Reply = Option<String>;
    }
    let log = Lines::new();
    let bus = builder(&on)
        .provide(log.clone())
        .singleton(|log: Dep<Lines>| {
            log.push("made".into());
            Number(7)
        })
        .provide_arc::<str>("text".into())
        .command(async |ask: Ask, deps: Deps| {
            if !ask.0 {
                return None;
            }
            let (number, text) = (deps.get::<Number>().await, deps.clone().get::<str>().await);
            Some(format!("{} {}", number.unwrap().0, text.unwrap()))
        });
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.execute(Ask(false)).await.unwrap(), None);
    assert_eq!(log.len(), 0);
    for key in [1, 1, 2] {
        let text = bus.execute(Ask(true)).key(key).await.unwrap();
        assert_eq!(text.as_deref(), Some("7 text"));
    }
    assert_eq!(log.take(), ["made"]);
}

on_each_runtime!(
    values_and_arcs,
    singletons_of_singletons,
    factories_make_one_a_call,
    factories_know_the_call,
    what_is_not_there_may_be_missing,
    providers_of_many,
    factories_may_fail,
    asked_for_by_type,
);
