//! Code of the user's that panics: it is that message's failure, and nobody else's.

use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use fanfare::bus::{
    Command, Dep, DependencyError, Engine, HandlerId, HandlerInfo, Inject, Job, Message, Reply,
    Router,
};
use fanfare::dispatcher::{self, Dispatcher, Outcome, Receiver, Results};
use fanfare::{Backoff, BoxFuture, Bus, bus};

use crate::common::{ON_PURPOSE, OnDrop, poll};
use crate::kit::{Do, Once, Told, Try, builder, failures, panics};
use crate::runtime::Runtime;

/// Panics when it is dropped.
fn bomb() -> OnDrop<impl FnMut() + Send + Sync + 'static> {
    OnDrop(|| panic!("{ON_PURPOSE}"))
}

async fn handlers_in_each_place(on: Runtime) {
    // Before there is a future, in it, and when it is dropped.
    let at_once = |_: Do| -> std::future::Ready<u32> { panic!("{ON_PURPOSE}") };
    async fn later(_: Do) -> u32 {
        futures_lite::future::yield_now().await;
        panic!("{ON_PURPOSE}")
    }
    struct Bomb(bool);
    impl Future for Bomb {
        type Output = u32;
        fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> {
            self.0 = true;
            Poll::Ready(1)
        }
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("{ON_PURPOSE}");
        }
    }
    let dropped = |_: Do| Bomb(false);
    for (which, bus) in [
        builder(&on).command(at_once),
        builder(&on).command(later),
        builder(&on).command(dropped),
        builder(&on).command_with(at_once, |options| options.timeout(Duration::MAX)),
        builder(&on).command_with(dropped, fanfare::bus::HandlerOptions::sequential),
    ]
    .into_iter()
    .enumerate()
    {
        let bus = bus.start().await.unwrap();
        let told = failures(&bus);
        for request in [
            bus.execute(Do(1)),
            bus.execute(Do(1)).key("k"),
            bus.execute(Do(1)).key("k"),
        ] {
            let error = request.await.unwrap_err();
            let panic = error.panic().map(|panic| panic.message().to_owned());
            assert_eq!(panic.as_deref(), Some(ON_PURPOSE), "{which}: {error}");
        }
        assert_eq!(told.len(), 0);
        bus.execute(Do(1)).detached();
        bus.idle().await;
        let failed = told.take();
        assert!(failed.len() == 1 && failed[0].panic().is_some(), "{which}");
        assert!(failed[0].handler().is_some(), "{which}: {}", failed[0]);
    }
}

/// Dropped where it waits.
async fn futures_that_are_cancelled(on: Runtime) {
    let bus = builder(&on).command(|_: Do| {
        let bomb = bomb();
        async move {
            std::future::pending::<()>().await;
            drop(bomb);
            1
        }
    });
    let bus = bus.start().await.unwrap();
    let mut request = bus.execute(Do(1)).into_future();
    assert!(poll(&mut request).is_pending());
    drop(request);
    let mut request = bus.execute(Do(1)).timeout(Duration::MAX).into_future();
    assert!(poll(&mut request).is_pending());
    drop(request);
    let mut request = bus.execute(Do(1)).key("k").into_future();
    assert!(poll(&mut request).is_pending());
    drop(request);
    bus.idle().await;
    let mut request = bus.execute(Do(1)).timeout(Duration::ZERO).into_future();
    assert!(poll(&mut request).is_ready());
    assert_eq!(bus.in_flight(), 0);
}

/// Messages, and what is in a handler, that nobody can drop in peace.
async fn drops_of_messages(on: Runtime) {
    struct Bomb(#[expect(dead_code, reason = "it is dropped")] Box<dyn Send + Sync>);
    impl Command for Bomb {
        type Reply = ();
    }
    impl bus::Event for Bomb {}
    let new = || Bomb(Box::new(bomb()));
    let bus = builder(&on)
        .command(async |bomb: Bomb| std::mem::forget(bomb))
        .event(async |_: Arc<Bomb>| ());
    let bus = bus.start().await.unwrap();
    bus.execute(new()).await.unwrap();
    drop(bus.execute(new()).key("k").await);
    drop(bus.publish(new()).join().await.unwrap());
    bus.publish(new()).detached();
    bus.publish(new()).key("k").detached();
    bus.idle().await;
    bus.close();
    bus.publish(new()).detached();
    bus.execute(new()).detached();
    bus.handle(new()).detached();
    assert_eq!(bus.in_flight(), 0);
}

/// The last of the bus goes, with a handler and a value that panic then.
async fn drops_of_what_is_in_a_bus(on: Runtime) {
    let captured = Arc::new(bomb());
    let also = Arc::new(bomb());
    let (provided, provider) = (Arc::new(bomb()), Arc::new(bomb()));
    let bus = builder(&on)
        .provide(provided)
        .factory(move || {
            let _ = &provider;
            7u8
        })
        .command(move |command: Do| {
            let _ = &captured;
            async move { command.0 }
        })
        .event(move |_: Told| {
            let _ = &also;
            async {}
        });
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.execute(Do(1)).await.unwrap(), 1);
    drop(bus.publish(Told(1)).join().await.unwrap());
    bus.idle().await;
    drop(bus);
}

async fn replies_that_panic(on: Runtime) {
    struct Bomb;
    impl Reply for Bomb {
        fn error(&self) -> Option<&dyn Display> {
            panic!("{ON_PURPOSE}")
        }
    }
    struct Ask;
    impl Command for Ask {
        type Reply = Bomb;
    }
    let bus = builder(&on)
        .command(async |_: Ask| Bomb)
        .start()
        .await
        .unwrap();
    for request in [bus.execute(Ask), bus.execute(Ask).key("k")] {
        let error = request.await.err().expect("it panics");
        assert_eq!(error.panic().map(fanfare::Panic::message), Some(ON_PURPOSE));
    }
}

async fn providers_that_panic(on: Runtime) {
    struct A;
    struct B;
    struct C;
    impl Inject for C {
        type Needs = ();
        type Error = &'static str;
        async fn inject((): ()) -> Result<Self, &'static str> {
            panic!("{ON_PURPOSE}")
        }
    }
    let bus = builder(&on)
        .singleton(|| -> A { panic!("{ON_PURPOSE}") })
        .factory(async || -> B { panic!("{ON_PURPOSE}") })
        .command(async |command: Do, _: Dep<A>| command.0)
        .command(async |command: Try, _: Dep<B>| Ok(command.0))
        .event(async |_: Told, _: C| ());
    let bus = bus.start().await.unwrap();
    for _ in 0..2 {
        assert!(bus.execute(Do(1)).await.unwrap_err().panic().is_some());
        assert!(
            bus.execute(Do(1))
                .key("k")
                .await
                .unwrap_err()
                .panic()
                .is_some()
        );
        assert!(bus.execute(Try(1)).await.unwrap_err().panic().is_some());
        assert!(
            bus.execute(Try(1))
                .key("k")
                .await
                .unwrap_err()
                .panic()
                .is_some()
        );
        assert!(!bus.publish(Told(1)).join().await.unwrap().is_ok());
    }
}

/// Copies that events and retries make.
async fn clones_that_panic(on: Runtime) {
    struct Bomb;
    impl Clone for Bomb {
        fn clone(&self) -> Self {
            panic!("{ON_PURPOSE}")
        }
    }
    impl Command for Bomb {
        type Reply = ();
    }
    impl bus::Event for Bomb {}
    let bus = builder(&on)
        .event(async |_: Bomb| ())
        .event(async |_: Arc<Bomb>| ())
        .command_with(
            async |_: Bomb| (),
            |options| options.retry(Backoff::new(Duration::ZERO).attempts(2)),
        );
    let bus = bus.start().await.unwrap();
    let report = bus.publish(Bomb).join().await.unwrap();
    assert_eq!((report.count(), report.failures().count()), (2, 1));
    let error = bus.execute(Bomb).await.expect_err("it panics");
    assert!(error.panic().is_some(), "{error}");
}

struct Routes;
impl Router for Routes {
    fn route(&self, _: &Message, _: &[HandlerInfo]) -> Vec<HandlerId> {
        panic!("{ON_PURPOSE}")
    }
}

async fn routers_that_panic(on: Runtime) {
    let bus = builder(&on)
        .commands(|commands| commands.router(Routes))
        .events(|events| events.router(Routes))
        .command(async |command: Do| command.0)
        .event(async |_: Arc<Once>| ());
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    for request in [bus.execute(Do(7)), bus.execute(Do(7)).key("k")] {
        let error = request.await.unwrap_err();
        assert!(error.panic().is_some() && error.cause().is_none());
        assert!(error.to_string().contains("the router panicked"), "{error}");
        assert_eq!(error.into_message(), Some(Do(7)));
    }
    let error = bus.handle(Once(7)).await.unwrap_err();
    assert!(error.panic().is_some());
    assert_eq!(error.into_inner(), Some(Once(7)));
    let delivery = bus.publish(Once(7)).await.unwrap();
    assert_eq!(delivery.count(), 0);
    let report = delivery.join().await;
    let failure = report.failures().next().expect("the panic").to_string();
    assert!(
        failure.contains(ON_PURPOSE) && failure.contains("router"),
        "{failure}"
    );
    assert_eq!(told.len(), 0);
    bus.publish(Once(8)).detached();
    bus.execute(Do(8)).detached();
    let failed = told.take();
    assert!(failed.len() == 2 && failed.iter().all(|failed| failed.panic().is_some()));
    assert_eq!(failed[0].event::<Once>().as_deref(), Some(&Once(8)));
    assert_eq!(failed[1].take_message::<Do>(), Some(Do(8)));
    assert_eq!(bus.in_flight(), 0);
}

struct Panics;
impl Engine for Panics {
    fn submit(&self, job: Job) {
        assert!(
            job.key().is_some_and(|key| key.as_str() == Some("good")),
            "{ON_PURPOSE}"
        );
        drop(job);
    }
}
impl dispatcher::Dispatcher for Panics {
    fn before(&self, _: &dispatcher::Context) {
        panic!("{ON_PURPOSE}");
    }
    fn after(&self, _: &dispatcher::Context, _: &Results<'_>) {
        panic!("{ON_PURPOSE}");
    }
}

/// The job is dropped, and that is told.
async fn engines_that_panic(on: Runtime) {
    let bus = builder(&on)
        .commands(|commands| commands.engine(Panics))
        .events(|events| events.engine(Panics))
        .command(async |command: Do| command.0)
        .event(async |_: Arc<Once>| ());
    let bus = bus.start().await.unwrap();
    for request in [bus.execute(Do(7)), bus.execute(Do(7)).key("good")] {
        let error = request.await.unwrap_err();
        assert!(error.is_aborted(), "{error}");
        assert_eq!(error.into_message(), Some(Do(7)));
    }
    assert!(!bus.publish(Once(7)).join().await.unwrap().is_ok());
    assert!(!bus.publish(Once(7)).await.unwrap().join().await.is_ok());
    assert_eq!(bus.in_flight(), 0);
}

struct InCall;
impl Dispatcher for InCall {
    fn call(&self, _: &dispatcher::Context, _: Receiver) -> BoxFuture<'static, Outcome> {
        panic!("{ON_PURPOSE}")
    }
}

async fn dispatchers_that_panic(on: Runtime) {
    let bus = builder(&on)
        .dispatcher(Panics)
        .command(async |command: Do| command.0);
    let bus = bus.event(async |_: Told| ()).start().await.unwrap();
    assert_eq!(bus.execute(Do(7)).await.unwrap(), 7);
    assert!(bus.publish(Told(1)).join().await.unwrap().is_ok());
    let bus = builder(&on)
        .dispatcher(InCall)
        .command(async |command: Do| command.0);
    let bus = bus.event(async |_: Told| ()).start().await.unwrap();
    let error = bus.execute(Do(7)).await.unwrap_err();
    assert!(error.panic().is_some());
    assert_eq!(error.into_message(), Some(Do(7)), "no handler was given it");
    assert!(!bus.publish(Told(1)).join().await.unwrap().is_ok());
}

/// One handler of an event, and one who hears of failures.
async fn beside_others(on: Runtime) {
    let bus = builder(&on)
        .event(async |_: Told| panics::<()>())
        .event(async |_: Told| ())
        .event_with(
            async |_: Told| (),
            |options| options.when(|_| panic!("{ON_PURPOSE}")),
        );
    let bus = bus.start().await.unwrap();
    let panics = bus
        .failures()
        .connect_sync(|_| panic!("{ON_PURPOSE}"))
        .now();
    let told = failures(&bus);
    let report = bus.publish(Told(1)).join().await.unwrap();
    assert!(
        report.failures().count() >= 1 && report.replies().len() == 1,
        "{report:?}"
    );
    bus.publish(Told(1)).detached();
    bus.idle().await;
    assert!(told.len() >= 1);
    assert!(panics.disconnect());
}

/// A bus that something unwound through is as it was.
async fn the_bus_goes_on(on: Runtime) {
    let bus = builder(&on).command(async |command: Try, bus: Bus| match command.0 {
        0 => panic!("{ON_PURPOSE}"),
        1 => Ok(1),
        number => bus
            .execute(Try(number - 1))
            .await
            .map_err(|error| error.to_string())?,
    });
    let bus = bus.start().await.unwrap();
    for _ in 0..3 {
        assert!(bus.execute(Try(0)).await.is_err());
        assert_eq!(bus.execute(Try(4)).await.unwrap(), Ok(1));
    }
    let none: Option<DependencyError> = None;
    assert!(none.is_none());
    assert_eq!(bus.in_flight(), 0);
}

on_each_runtime!(
    handlers_in_each_place,
    futures_that_are_cancelled,
    drops_of_messages,
    drops_of_what_is_in_a_bus,
    replies_that_panic,
    providers_that_panic,
    clones_that_panic,
    routers_that_panic,
    engines_that_panic,
    dispatchers_that_panic,
    beside_others,
    the_bus_goes_on,
);
