//! What handlers take beside their message: how many, where, and of which kinds.

use std::sync::Arc;

use fanfare::bus::{
    Command, Dep, DependencyError, Deps, Emit, Extension, Inject, MessageInfo, MessageKind, Query,
    WeakBus,
};
use fanfare::{Bus, bus};
use futures_lite::future::yield_now;

use crate::kit::{Do, Lines, Told, builder, short};
use crate::runtime::Runtime;

/// A message that is a command, a query and an event.
#[derive(Clone)]
struct Sum(u32);
impl Command for Sum {
    type Reply = u32;
}
impl Query for Sum {
    type Reply = u32;
}
impl bus::Event for Sum {}

/// Numbers of a type each.
struct N<const I: u32>(u32);
type D<const I: u32> = Dep<N<I>>;

fn numbers(on: &Runtime) -> fanfare::bus::BusBuilder {
    let builder = builder(on)
        .provide(N::<1>(1))
        .provide(N::<2>(20))
        .provide(N::<3>(300))
        .provide(N::<4>(4_000));
    builder
        .provide(N::<5>(50_000))
        .provide(N::<6>(600_000))
        .provide(N::<7>(7_000_000))
        .provide(N::<8>(80_000_000))
}

/// The message at each place among so many others, for commands, queries and events.
macro_rules! check_each {
    ($on:ident, [$($before:ident)*] []) => { check_each!(@ $on, [$($before)*] []); };
    ($on:ident, [$($before:ident)*] [$next:ident $($after:ident)*]) => {
        check_each!(@ $on, [$($before)*] [$next $($after)*]);
        check_each!($on, [$($before)* $next] [$($after)*]);
    };
    (@ $on:ident, [$($before:ident)*] [$($after:ident)*]) => {{
        let heard = Lines::new();
        let bus = numbers(&$on)
            .provide(heard.clone())
            .command(async |$($before: $before,)* sum: Sum, $($after: $after,)*| {
                sum.0 $(+ $before.0)* $(+ $after.0)*
            })
            .query(async |$($before: $before,)* sum: Sum, $($after: $after,)*| {
                sum.0 $(+ $before.0)* $(+ $after.0)*
            })
            .start()
            .await
            .unwrap();
        let expected = 0 $(+ number_of(stringify!($before)))* $(+ number_of(stringify!($after)))*;
        assert_eq!(bus.execute(Sum(0)).await.unwrap(), expected);
        assert_eq!(bus.execute(Sum(0)).key("k").await.unwrap(), expected);
        assert_eq!(bus.query(Sum(0)).await.unwrap(), expected);
    }};
}

fn number_of(name: &str) -> u32 {
    let digit: u32 = name[1..].parse().unwrap();
    digit * 10_u32.pow(digit - 1)
}

type D1 = D<1>;
type D2 = D<2>;
type D3 = D<3>;
type D4 = D<4>;
type D5 = D<5>;
type D6 = D<6>;
type D7 = D<7>;
type D8 = D<8>;

#[allow(non_snake_case, reason = "arguments named as their types")]
async fn few_arguments_in_any_order(on: Runtime) {
    check_each!(on, [][]);
    check_each!(on, [][D1]);
    check_each!(on, [][D1 D2]);
    check_each!(on, [][D1 D2 D3]);
    check_each!(on, [][D1 D2 D3 D4]);
}

#[allow(non_snake_case, reason = "arguments named as their types")]
async fn many_arguments_in_any_order(on: Runtime) {
    check_each!(on, [][D1 D2 D3 D4 D5]);
    check_each!(on, [][D1 D2 D3 D4 D5 D6]);
    check_each!(on, [][D1 D2 D3 D4 D5 D6 D7]);
    check_each!(on, [][D1 D2 D3 D4 D5 D6 D7 D8]);
}

/// The same of an event's handlers.
async fn events_with_arguments(on: Runtime) {
    let log = Lines::new();
    let builder = numbers(&on).provide(log.clone());
    let bus = builder
        .event(async |log: Dep<Lines>, sum: Arc<Sum>, one: D1| {
            log.push(format!("arc {}", sum.0 + one.0));
        })
        .event(async |one: D1, two: D2, log: Dep<Lines>, sum: Sum| {
            log.push(format!("itself {}", sum.0 + one.0 + two.0));
        })
        .event(
            async |_: D1,
                   _: D2,
                   _: D3,
                   _: D4,
                   _: D5,
                   _: D6,
                   log: Dep<Lines>,
                   eight: D8,
                   sum: Arc<Sum>| {
                log.push(format!("many {}", sum.0 + eight.0));
            },
        )
        .start()
        .await
        .unwrap();
    assert!(bus.publish(Sum(5)).join().await.unwrap().is_ok());
    let mut heard = log.take();
    heard.sort();
    assert_eq!(heard, ["arc 6", "itself 26", "many 80000005"]);
}

struct Ask;
impl Query for Ask {
    type Reply = String;
}

/// Functions and methods, closures that capture, and such as return boxed futures.
async fn handlers_of_all_sorts(on: Runtime) {
    async fn function(_: Ask) -> String {
        yield_now().await;
        "function".into()
    }
    let bus = builder(&on).query(function).start().await.unwrap();
    assert_eq!(bus.query(Ask).await.unwrap(), "function");

    struct Shop(String);
    impl Shop {
        async fn ask(_: Ask, shop: Dep<Self>) -> String {
            shop.0.clone()
        }
    }
    let bus = builder(&on).provide(Shop("method".into())).query(Shop::ask);
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.query(Ask).await.unwrap(), "method");

    let text = Arc::new(String::from("captured"));
    let captures = move |_: Ask| {
        let text = Arc::clone(&text);
        async move { (*text).clone() }
    };
    let bus = builder(&on).query(captures).start().await.unwrap();
    assert_eq!(bus.query(Ask).await.unwrap(), "captured");

    let boxed = |_: Ask| -> fanfare::BoxFuture<'static, String> { Box::pin(function(Ask)) };
    let bus = builder(&on).query(boxed).start().await.unwrap();
    assert_eq!(bus.query(Ask).await.unwrap(), "function");

    let pointer: fn(Ask) -> std::future::Ready<String> = |_| std::future::ready("pointer".into());
    let bus = builder(&on).query(pointer).start().await.unwrap();
    assert_eq!(bus.query(Ask).await.unwrap(), "pointer");
}

async fn what_is_of_the_message_or_the_bus(on: Runtime) {
    let bus = builder(&on)
        .provide(N::<1>(1))
        .query(
            async |_: Ask,
                   info: MessageInfo,
                   bus: Bus,
                   weak: WeakBus,
                   deps: Deps,
                   maybe: Option<Dep<N<1>>>,
                   none: Option<Dep<N<2>>>,
                   (one, again): (D1, MessageInfo)| {
                assert!(!bus.is_closed() && bus.in_flight() > 0);
                assert!(weak.upgrade().is_some());
                assert_eq!(again.id(), info.id());
                assert_eq!(deps.get::<N<1>>().await.unwrap().0, one.0);
                assert!(maybe.is_some() && none.is_none());
                assert!(Arc::ptr_eq(&maybe.unwrap().into_arc(), &one.into_arc()));
                assert_eq!(info.kind(), MessageKind::Query);
                assert_eq!(info.root(), info.id());
                short(info)
            },
        )
        .command(async |_: Do, emit: Emit, info: MessageInfo| {
            assert!(format!("{emit:?}").contains("Emit"));
            assert!(info.name().is_none() && info.cause().is_none());
            u32::from(info.key().is_some())
        });
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.query(Ask).await.unwrap(), "query `Ask`");
    let keyed = bus.query(Ask).key("k").await.unwrap();
    assert_eq!(keyed, "query `Ask` of key \"k\"");
    assert_eq!(bus.execute(Do(0)).await.unwrap(), 0);
    assert_eq!(bus.execute(Do(0)).key("k").await.unwrap(), 1);
}

/// Made from others, which are made from others.
struct Account(String);
impl Inject for Account {
    type Needs = (Dep<Lines>, MessageInfo);
    type Error = &'static str;

    async fn inject((log, info): Self::Needs) -> Result<Self, Self::Error> {
        yield_now().await;
        log.push(format!("account of {}", info.kind()));
        let name = info
            .key()
            .and_then(|key| key.as_str())
            .ok_or("nobody asks")?;
        Ok(Self(name.to_owned()))
    }
}

struct Rights(usize);
impl Inject for Rights {
    type Needs = Account;
    type Error = std::convert::Infallible;

    async fn inject(account: Account) -> Result<Self, Self::Error> {
        Ok(Self(account.0.len()))
    }
}

async fn types_that_are_injected(on: Runtime) {
    let log = Lines::new();
    let builder = builder(&on).provide(log.clone());
    let bus = builder
        .command(async |rights: Rights, command: Do, account: Account| {
            assert_eq!(account.0.len(), rights.0);
            command.0 + rights.0 as u32
        })
        .start()
        .await
        .unwrap();
    assert_eq!(bus.execute(Do(10)).key("Ada").await.unwrap(), 13);
    assert_eq!(log.take(), ["account of command"; 2], "for each that asks");
    let error = bus.execute(Do(10)).await.unwrap_err();
    let dependency = error.dependency().expect("it is one");
    assert!(dependency.is_failed() && !dependency.is_missing() && !dependency.is_cycle());
    assert!(dependency.dependency().ends_with("Account"));
    assert_eq!(
        short(dependency),
        "`Account` could not be made: nobody asks"
    );
    assert_eq!(
        error.into_message(),
        Some(Do(10)),
        "no handler was given it"
    );
}

/// Where no dispatcher has added one.
async fn extensions_may_be_missing(on: Runtime) {
    let builder = builder(&on);
    let bus = builder
        .command(async |_: Do, extension: Extension<String>| extension.len() as u32)
        .event(async |_: Told, _: Extension<String>| ())
        .start()
        .await
        .unwrap();
    for request in [bus.execute(Do(1)), bus.execute(Do(1)).key("k")] {
        let error = request.await.unwrap_err();
        let missing = error.dependency().map(DependencyError::is_missing);
        assert_eq!(missing, Some(true), "{error}");
        assert!(error.to_string().contains("message.extend"), "{error}");
    }
    let report = bus.publish(Told(1)).join().await.unwrap();
    assert!(!report.is_ok());
}

#[test]
fn arguments_by_hand() {
    let dep = Dep::new(String::from("text"));
    let again = dep.clone();
    assert_eq!((dep.len(), dep.as_ref().as_str()), (4, "text"));
    assert_eq!(format!("{dep} {dep:?}"), "text Dep(\"text\")");
    assert!(Arc::ptr_eq(&dep.into_arc(), &again.into_arc()));
    let dynamic: Dep<dyn std::fmt::Display + Send + Sync> = Dep::from(Arc::new(7) as Arc<_>);
    assert_eq!(dynamic.to_string(), "7");
    let extension = Extension::new(7);
    assert_eq!((*extension, *extension.clone().into_arc()), (7, 7));
    assert_eq!(format!("{extension:?}"), "Extension(7)");
}

on_each_runtime!(
    few_arguments_in_any_order,
    many_arguments_in_any_order,
    events_with_arguments,
    handlers_of_all_sorts,
    what_is_of_the_message_or_the_bus,
    types_that_are_injected,
    extensions_may_be_missing,
);
