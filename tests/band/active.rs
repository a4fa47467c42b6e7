//! Which band is active where. That of the process is in `tests/band_process.rs`.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use fanfare::band;
use fanfare::testing::SeededExecutor;
use fanfare::{Band, ChannelDef};
use futures_lite::FutureExt;
use futures_lite::future::yield_now;

use crate::common::{Gate, ON_PURPOSE};
use crate::runtime::Runtime;

async fn scopes_of_a_thread_are_nested_and_end(_: Runtime) {
    let (outer, inner, global) = (Band::new(), Band::new(), Band::global());
    assert_eq!(Band::active(), global);
    let in_outer = outer.enter();
    assert_eq!(Band::active(), outer);
    {
        let _in_inner = inner.enter();
        assert_eq!(Band::active(), inner);
        let _again = outer.enter();
        assert_eq!(Band::active(), outer);
    }
    assert_eq!(Band::active(), outer);
    drop(in_outer);
    assert_eq!(Band::active(), global);
}

async fn guards_may_be_dropped_in_any_order(_: Runtime) {
    let bands = [Band::new(), Band::new(), Band::new()];
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        let mut guards: Vec<_> = bands.iter().map(|band| Some(band.enter())).collect();
        for left in order {
            guards[left] = None;
            let innermost = guards.iter().rposition(Option::is_some);
            let expected = innermost.map_or_else(Band::global, |place| bands[place].clone());
            assert_eq!(Band::active(), expected, "{order:?}, {left}");
        }
    }
    // The same band twice: each guard ends its own.
    let (first, second) = (bands[0].enter(), bands[0].enter());
    drop(first);
    assert_eq!(Band::active(), bands[0]);
    drop(second);
    assert_eq!(Band::active(), Band::global());
}

async fn a_panic_ends_scopes(_: Runtime) {
    let (outer, inner) = (Band::new(), Band::new());
    let _in_outer = outer.enter();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _in_inner = inner.enter();
        let _deeper = Band::new().enter();
        panic!("{ON_PURPOSE}");
    }));
    assert!(panicked.is_err() && Band::active() == outer);

    let mut scoped = Box::pin(inner.scope(async {
        yield_now().await;
        let _left_behind = Band::new().enter();
        panic!("{ON_PURPOSE}");
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(scoped.as_mut().poll(&mut cx).is_pending());
    assert_eq!(Band::active(), outer);
    let panicked = catch_unwind(AssertUnwindSafe(|| scoped.as_mut().poll(&mut cx)));
    assert!(panicked.is_err() && Band::active() == outer);
}

async fn a_scope_is_the_futures(on: Runtime) {
    let (ours, inner) = (Band::new(), Band::new());
    let (gate, other) = (Gate::new(), Gate::new());
    let (open, wait) = (gate.clone(), other.clone());
    let (own, nested) = (ours.clone(), inner.clone());
    // Another task, on whichever thread, in between.
    on.spawn(async move {
        gate.wait().await;
        assert_eq!(Band::active(), Band::global());
        other.open();
    });
    let scoped = ours.scope(async move {
        assert_eq!(Band::active(), own);
        open.open();
        wait.wait().await;
        assert_eq!(Band::active(), own);
        let seen = nested.scope(async {
            yield_now().await;
            let seen = Band::active();
            yield_now().await;
            (seen, Band::active())
        });
        assert_eq!(seen.await, (nested.clone(), nested.clone()));
        assert_eq!(Band::active(), own);
        let own_again = own.scope(async { Band::active() }).await;
        assert_eq!(own_again, own);
        7
    });
    assert!(format!("{scoped:?}").starts_with("Scoped { band: Band"));
    assert_eq!(scoped.await, 7);
    assert_eq!(Band::active(), Band::global());
}

/// Two scopes in one task take turns.
async fn scopes_side_by_side_do_not_mix(_: Runtime) {
    let bands = [Band::new(), Band::new()];
    let looks = |band: &Band| {
        let own = band.clone();
        band.scope(async move {
            for _ in 0..10 {
                assert_eq!(Band::active(), own);
                yield_now().await;
            }
        })
    };
    let both = looks(&bands[0]).or(looks(&bands[1]));
    both.await;
    let (mut one, mut other) = (pin!(looks(&bands[0])), pin!(looks(&bands[1])));
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..10 {
        assert!(
            one.as_mut().poll(&mut cx).is_pending() && other.as_mut().poll(&mut cx).is_pending()
        );
    }
    assert_eq!(one.poll(&mut cx), Poll::Ready(()));
    assert_eq!(other.poll(&mut cx), Poll::Ready(()));
}

/// The future is polled by one thread after the other.
async fn a_scope_goes_along_from_thread_to_thread(_: Runtime) {
    let ours = Band::new();
    let own = ours.clone();
    let mut scoped = Box::pin(ours.scope(async move {
        for _ in 0..4 {
            assert_eq!(Band::active(), own);
            yield_now().await;
        }
    }));
    for turn in 0..5 {
        scoped = thread::spawn(move || {
            let is_ready = scoped
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_ready();
            assert_eq!(
                (is_ready, Band::active() == Band::global()),
                (turn == 4, true)
            );
            scoped
        })
        .join()
        .expect("no panic");
    }
}

async fn tasks_and_threads_are_outside_of_a_scope(on: Runtime) {
    let ours = Band::new();
    ours.scope(async {
        let thread = thread::spawn(Band::active).join().expect("no panic");
        assert_eq!(thread, Band::global());
        let done = Gate::new();
        let end = done.clone();
        on.spawn(async move {
            assert_eq!(Band::active(), Band::global());
            end.open();
        });
        done.wait().await;
    })
    .await;
}

/// Those that run in the send are inside of it, as any function it calls; those on an executor are not.
async fn receivers_run_where_they_run(_: Runtime) {
    let executor = SeededExecutor::new(1);
    let ours = Band::builder().spawner(executor.clone()).build();
    let channel = ours.channel::<(), Band>("which").unwrap();
    channel.connect_sync(|_| Band::active()).now();
    channel.connect(async |_| Band::active()).now();
    let replies = ours
        .scope(async { channel.send(()).join().await.into_replies() })
        .await;
    assert_eq!(replies, [ours.clone(), ours.clone()]);
    let delivery = ours.scope(async { channel.send(()).await }).await;
    let report = executor.run_until(delivery.join()).expect("it is ready");
    assert_eq!(report.into_replies(), [ours, Band::global()]);
}

async fn functions_by_name_use_the_active_band(on: Runtime) {
    static DOUBLE: ChannelDef<u32, u32> = ChannelDef::new("double in a scope");
    let ours = Band::builder().spawner(on.spawner()).build();
    let within = ours.scope(async {
        band::channel::<u32, u32>("double in a scope")
            .unwrap()
            .connect_sync(|ev| **ev * 2)
            .await;
        assert_eq!(DOUBLE.unbound().send(2).join().await.into_replies(), [4]);
        assert!(band::channel::<u32, u8>("double in a scope").is_err());
        band::send("double in a scope", 21u32)
            .replies::<u32>()
            .await
            .unwrap()
    });
    assert_eq!(within.await, [42]);
    assert_eq!(DOUBLE.unbound().send(2).join().await.count(), 0);
    assert_eq!(
        band::send("double in a scope", 21u32)
            .await
            .unwrap()
            .count(),
        0
    );
    // Begun inside, ended outside: the band is the one where it was begun.
    let send = {
        let _inside = ours.enter();
        band::send("double in a scope", 4u32)
    };
    assert_eq!(send.replies::<u32>().await.unwrap(), [8]);
}

/// A guard that is kept beyond its thread's end, and a scope that is entered there, do no harm.
async fn a_thread_that_ends_leaves_its_scopes(_: Runtime) {
    use std::cell::RefCell;
    struct AtEnd(RefCell<Option<fanfare::band::EnteredBand>>, Band);
    impl Drop for AtEnd {
        fn drop(&mut self) {
            drop(self.0.take());
            let _entered = self.1.enter();
            let active = Band::active();
            assert!(active == self.1 || active == Band::global());
            let _ = self
                .1
                .channel::<(), ()>("at the end")
                .map(|channel| channel.send(()).now().is_ok());
        }
    }
    thread_local! {
        static FIRST: RefCell<Option<AtEnd>> = const { RefCell::new(None) };
    }
    let band = Band::new();
    let own = band.clone();
    thread::spawn(move || {
        // Registered before the crate's own, or after it: destructors run in some order.
        FIRST.with(|first| *first.borrow_mut() = Some(AtEnd(RefCell::new(None), own.clone())));
        let entered = own.enter();
        FIRST.with(|first| {
            first
                .borrow()
                .as_ref()
                .expect("it is there")
                .0
                .replace(Some(entered));
        });
        assert_eq!(Band::active(), own);
    })
    .join()
    .expect("no panic");
    assert_eq!(Band::active(), Band::global());
}

on_each_runtime![
    scopes_of_a_thread_are_nested_and_end,
    guards_may_be_dropped_in_any_order,
    a_panic_ends_scopes,
    a_scope_is_the_futures,
    scopes_side_by_side_do_not_mix,
    a_scope_goes_along_from_thread_to_thread,
    tasks_and_threads_are_outside_of_a_scope,
    receivers_run_where_they_run,
    functions_by_name_use_the_active_band,
    a_thread_that_ends_leaves_its_scopes,
];
