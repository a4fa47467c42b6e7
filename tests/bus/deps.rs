//! What is asked for while the bus runs: it may be missing, and it may need itself.

use std::sync::{Arc, Mutex};

use fanfare::Bus;
use fanfare::bus::{Dep, DependencyError, Deps, MessageInfo, Query, WeakBus};
use futures_lite::future::{block_on, zip};

use crate::common::{Gate, poll};
use crate::kit::{Do, Find, builder, short};
use crate::runtime::Runtime;

struct A(u32);
struct B(u32);
struct C(u32);

struct AskA;
impl Query for AskA {
    type Reply = Result<u32, DependencyError>;
}
struct AskB;
impl Query for AskB {
    type Reply = Result<u32, DependencyError>;
}

async fn what_nobody_provides(on: Runtime) {
    let bus = builder(&on).query(async |_: AskA, deps: Deps| deps.get::<A>().await.map(|a| a.0));
    let bus = bus.start().await.unwrap();
    let error = bus.query(AskA).await.unwrap().unwrap_err();
    assert!(error.is_missing() && !error.is_cycle() && !error.is_failed());
    assert!(error.dependency().ends_with("deps::A"));
    assert!(
        short(&error).starts_with("nobody provides `A`; `.provide(..)`"),
        "{error}"
    );
    assert_eq!(format!("{error:?}"), format!("DependencyError({error})"));
}

/// Each needs itself, by way of others or not.
async fn cycles_are_errors(on: Runtime) {
    let bus = builder(&on)
        .try_singleton(async |deps: Deps| Ok::<_, DependencyError>(A(deps.get::<B>().await?.0)))
        .try_singleton(async |deps: Deps| Ok::<_, DependencyError>(B(deps.get::<C>().await?.0)))
        .try_factory(async |a: Deps| Ok::<_, DependencyError>(C(a.get::<A>().await?.0)))
        .query(async |_: AskA, deps: Deps| deps.get::<A>().await.map(|a| a.0))
        .query(async |_: AskB, b: Dep<B>| Ok(b.0));
    let bus = bus.start().await.unwrap();
    let error = bus.query(AskA).await.unwrap().unwrap_err();
    assert!(error.is_failed(), "{error}");
    let text = short(&error);
    let expected =
        "`A` could not be made: `B` could not be made: `C` could not be made: `A` needs itself: ";
    assert!(text.starts_with(expected), "{text}");
    let way: Vec<_> = text[expected.len()..]
        .split(" needs ")
        .map(|name| name.rsplit("::").next().unwrap())
        .collect();
    assert_eq!(way, ["A", "B", "C", "A"]);
    let error = bus.query(AskB).await.unwrap_err();
    assert!(error.to_string().contains("needs itself"), "{error}");
}

async fn what_asks_for_itself(on: Runtime) {
    let bus = builder(&on)
        .try_singleton(async |deps: Deps| {
            let error = deps.get::<A>().await.map(|a| a.0).unwrap_err();
            assert!(error.is_cycle() && !error.is_failed() && !error.is_missing());
            Err::<A, _>(error)
        })
        .query(async |_: AskA, deps: Deps| deps.get::<A>().await.map(|a| a.0));
    let bus = bus.start().await.unwrap();
    assert!(bus.query(AskA).await.unwrap().is_err());
    assert!(bus.query(AskA).await.unwrap().is_err(), "each time");
}

/// Two tasks make two singletons that need each other: an error, and nobody waits for ever.
async fn two_that_wait_for_each_other(on: Runtime) {
    let gates = [Gate::new(), Gate::new()];
    let [first, second] = gates.clone();
    let bus = builder(&on)
        .try_singleton(move |deps: Deps| {
            let gate = first.clone();
            async move {
                gate.wait().await;
                Ok::<_, DependencyError>(A(deps.get::<B>().await?.0))
            }
        })
        .try_singleton(move |deps: Deps| {
            let gate = second.clone();
            async move {
                gate.wait().await;
                Ok::<_, DependencyError>(B(deps.get::<A>().await?.0))
            }
        })
        .query(async |_: AskA, a: Dep<A>| Ok(a.0))
        .query(async |_: AskB, b: Dep<B>| Ok(b.0));
    let bus = bus.start().await.unwrap();
    let (mut a, mut b) = (bus.query(AskA).into_future(), bus.query(AskB).into_future());
    assert!(poll(&mut a).is_pending() && poll(&mut b).is_pending());
    gates.iter().for_each(Gate::open);
    let (a, b) = zip(a, b).await;
    let (a, b) = (a.unwrap_err(), b.unwrap_err());
    for error in [a.dependency(), b.dependency()] {
        let text = error.expect("a dependency failed").to_string();
        assert!(text.contains("needs itself"), "{text}");
    }
}

/// One waits for what another makes, and that is all.
async fn no_cycle_is_no_error(on: Runtime) {
    let gate = Gate::new();
    let shut = gate.clone();
    let bus = builder(&on)
        .singleton(async |deps: Deps| {
            let (b, c) = zip(deps.get::<B>(), deps.get::<C>()).await;
            A(b.unwrap().0 + c.unwrap().0)
        })
        .singleton(async |deps: Deps| B(deps.get::<C>().await.unwrap().0 + 1))
        .singleton(move || {
            let gate = shut.clone();
            async move {
                gate.wait().await;
                C(5)
            }
        })
        .query(async |_: AskA, a: Dep<A>| Ok(a.0))
        .query(async |_: AskB, b: Dep<B>| Ok(b.0));
    let bus = bus.start().await.unwrap();
    let (mut a, mut b) = (bus.query(AskA).into_future(), bus.query(AskB).into_future());
    assert!(poll(&mut a).is_pending() && poll(&mut b).is_pending());
    gate.open();
    let (a, b) = zip(a, b).await;
    assert_eq!((a.unwrap().unwrap(), b.unwrap().unwrap()), (11, 6));
}

/// Kept by what was made with it, it gives what is there, as long as the bus is.
async fn kept_for_later(on: Runtime) {
    struct Lazy(Deps);
    let bus = builder(&on)
        .provide(7u8)
        .singleton(Lazy)
        .singleton(|lazy: Dep<Lazy>| A(u32::from(Arc::strong_count(&lazy.into_arc()) > 0)))
        .query(async |_: AskA, lazy: Dep<Lazy>| {
            let itself = lazy.0.get::<Lazy>().await?;
            let a = itself.0.get::<A>().await?;
            Ok(a.0 + u32::from(*lazy.0.get::<u8>().await?))
        });
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.query(AskA).await.unwrap().unwrap(), 8);
}

#[test]
fn the_bus_is_gone() {
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    let bus = Bus::builder()
        .provide(7u8)
        .command(move |_: Do, deps: Deps, bus: WeakBus| {
            *keep.lock().unwrap() = Some((deps, bus));
            async { 1 }
        });
    let bus = bus.start().now().unwrap();
    block_on(bus.execute(Do(1)).into_future()).unwrap();
    let (deps, weak) = kept.lock().unwrap().take().unwrap();
    assert_eq!(*block_on(deps.get::<u8>()).unwrap(), 7);
    assert!(format!("{weak:?}").contains("is_alive: true"));
    drop(bus);
    let error = block_on(deps.get::<u8>()).unwrap_err();
    assert!(!error.is_missing() && !error.is_cycle() && !error.is_failed());
    assert_eq!(error.to_string(), "`u8` cannot be had: the bus is gone");
    assert!(weak.upgrade().is_none() && weak.clone().upgrade().is_none());
    assert!(format!("{weak:?}").contains("is_alive: false"));
}

/// What is made in the course of `get` is of no message.
async fn of_no_message(on: Runtime) {
    struct Id(MessageInfo);
    let bus = builder(&on)
        .factory(Id)
        .query(async |_: AskA, deps: Deps| deps.get::<Id>().await.map(|_| 0))
        .query(async |_: Find, id: Dep<Id>| Some(id.0.kind().to_string()));
    let bus = bus.start().await.unwrap();
    let error = bus.query(AskA).await.unwrap().unwrap_err();
    let text = error.to_string();
    assert!(
        text.ends_with("is of a message, and none is being handled here"),
        "{text}"
    );
    assert_eq!(bus.query(Find(1)).await.unwrap().as_deref(), Some("query"));
}

/// A factory is made anew for each `get`.
async fn factories_are_made_for_each_get(on: Runtime) {
    let count = std::sync::atomic::AtomicU32::new(0);
    let bus = builder(&on)
        .factory(move || A(count.fetch_add(1, std::sync::atomic::Ordering::SeqCst)))
        .query(async |_: AskA, deps: Deps| {
            let (first, second) = (deps.get::<A>().await?, deps.get::<A>().await?);
            Ok(first.0 * 10 + second.0)
        });
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.query(AskA).await.unwrap().unwrap(), 1);
    assert_eq!(bus.query(AskA).await.unwrap().unwrap(), 23);
}

/// A factory that is kept, and asks for another of its own kind later: it is made by then.
async fn a_factory_that_asks_later(on: Runtime) {
    struct Unit(Deps);
    let bus = builder(&on)
        .factory(Unit)
        .query(async |_: AskA, unit: Dep<Unit>| unit.0.get::<Unit>().await.map(|_| 5));
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.query(AskA).await.unwrap().unwrap(), 5);
}

on_each_runtime!(
    what_nobody_provides,
    cycles_are_errors,
    what_asks_for_itself,
    two_that_wait_for_each_other,
    no_cycle_is_no_error,
    kept_for_later,
    of_no_message,
    factories_are_made_for_each_get,
    a_factory_that_asks_later,
);
