//! `close`, `idle`, `drain`, and what becomes of everything when the last handle goes.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::thread;

use fanfare::{AsSender, Connection, Signal};
use futures_lite::future::{block_on, poll_once};

use crate::common::{Gate, Log, OnDrop, opens, poll};
use crate::kit::{Course, by_hand};
use crate::runtime::Runtime;

struct Machine;
impl AsSender for Machine {}

async fn a_closed_signal_takes_nothing_more_and_finishes_what_it_took(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    let connection = signal
        .connect_with(course.clone(), Course::run)
        .sequential()
        .now();
    let sent: Vec<_> = (0..3)
        .map(|n| signal.send().with(n).now().unwrap())
        .collect();
    executor.run_until_stalled();
    assert!(signal.close() && !signal.close() && signal.is_closed());
    assert!(signal.send().with(9).now().unwrap_err().is_closed());
    assert!(!signal.connect_sync(|_| ()).now().is_connected());
    assert!(connection.is_connected());
    let mut drain = signal.drain().into_future();
    assert!(executor.run_until(&mut drain).is_none());
    course.open_all();
    assert!(executor.run_until(drain).expect("all is open").is_ok());
    assert!(sent.iter().all(fanfare::Delivery::is_done));
    assert_eq!(course.take(), "+0 -0 +1 -1 +2 -2");
}

/// The walk of a send on another thread is waited for, whatever list leads it.
async fn idle_waits_for_a_sync_callback_of_another_thread(on: Runtime) {
    let machine = Arc::new(Machine);
    for filter in ["unfiltered", "key", "two by key", "sender", "to all"] {
        let signal = on.signal(0usize);
        let (begun, go, gone) = (Gate::new(), Gate::new(), Gate::new());
        let connect = signal.connect_with_sync(
            (begun.clone(), go.clone(), gone.clone()),
            |(begun, go, gone), _| {
                begun.open();
                go.wait_blocking();
                gone.open();
            },
        );
        match filter {
            "key" | "two by key" => connect.key("a"),
            "sender" => connect.sender(&machine),
            _ => connect,
        }
        .now();
        if filter == "two by key" {
            signal.connect_sync(|_| ()).key("a").now();
        }
        let (sending, own) = (signal.clone(), Arc::clone(&machine));
        let thread = thread::spawn(move || {
            let send = sending.send();
            match filter {
                "key" | "two by key" => send.key("a"),
                "sender" => send.sender(&own),
                "to all" => send.to_all(),
                _ => send,
            }
            .now()
            .unwrap()
            .count()
        });
        begun.wait().await;
        let mut idle = signal.idle();
        assert!(poll(&mut idle).is_pending(), "{filter}");
        go.open();
        idle.await;
        assert!(gone.is_open(), "{filter}");
        assert!(thread.join().expect("no panic") > 0);
    }
}

/// What this thread is in the middle of is not waited for, as long as the send has no call that goes on.
async fn a_sync_callback_may_block_on_idle(_: Runtime) {
    for way in ["plain", "key", "sequential", "nested"] {
        let (_, _, signal) = by_hand();
        let (log, weak) = (Log::new(), signal.downgrade());
        let done = log.clone();
        let connect = signal.connect_sync(move |ev| {
            let signal = weak.upgrade().expect("it is there");
            if way == "nested" && **ev == 0 {
                assert_eq!(signal.send().with(1).now().unwrap().count(), 1);
            }
            done.push(block_on(poll_once(signal.idle())).is_some());
        });
        match way {
            "key" => connect.key("a"),
            "sequential" => connect.sequential(),
            _ => connect,
        }
        .now();
        assert_eq!(signal.send().key("a").now().unwrap().count(), 1);
        let came = log.take();
        assert!(
            !came.is_empty() && came.iter().all(|is_idle| *is_idle),
            "{way}"
        );
    }
}

/// The state of a callback that has disconnected itself is dropped at the very end of its send's walk. By then the call
/// that goes on counts.
async fn no_moment_is_idle_between_the_walk_and_the_calls_that_go_on(_: Runtime) {
    for fold in [false, true] {
        let (_, _, signal) = by_hand();
        let (log, course) = (Log::new(), Course::new());
        signal.connect_with(course.clone(), Course::run).now();
        let (own, weak, seen) = (
            Arc::new(Mutex::new(None::<Connection>)),
            signal.downgrade(),
            log.clone(),
        );
        let looks = OnDrop(move || {
            let signal = weak.upgrade().expect("it is there");
            seen.push(poll(&mut signal.idle()).is_ready());
        });
        let slot = Arc::clone(&own);
        let connection = signal
            .connect_sync(move |_| {
                let _ = &looks;
                if let Some(own) = slot.lock().expect("nobody panics here").take() {
                    own.disconnect();
                }
            })
            .now();
        *own.lock().expect("nobody panics here") = Some(connection);
        if fold {
            let mut send = signal.send().fold((), |(), ()| ());
            assert!(poll(&mut send).is_pending());
        } else {
            let mut send = signal.send().join();
            assert!(poll(&mut send).is_pending());
        }
        assert_eq!(log.take(), [false], "fold: {fold}");
    }
}

async fn the_last_handle_may_go_inside_a_callback(_: Runtime) {
    for sync in [false, true] {
        let (executor, _, signal) = by_hand();
        let (gone, stream) = (Gate::new(), signal.subscribe().now());
        let guard = opens(&gone);
        signal.connect_sync(move |_| _ = &guard).key("never").now();
        let slot = Arc::new(Mutex::new(None::<Signal<usize>>));
        let (own, log, seen) = (Arc::clone(&slot), Log::new(), gone.clone());
        let written = log.clone();
        let act = move |number: usize| {
            if number == 1 {
                let handle = own.lock().expect("nobody panics here").take();
                drop(handle);
            }
            written.push((number, seen.is_open()));
        };
        // Sequential, so that the call of a sync one, too, can come after its send is over.
        if sync {
            let weak = signal.downgrade();
            signal
                .connect_sync(move |ev| {
                    if **ev == 0 {
                        for number in 1..3 {
                            drop(
                                weak.upgrade()
                                    .expect("it is there")
                                    .send()
                                    .with(number)
                                    .now()
                                    .unwrap(),
                            );
                        }
                    }
                    act(**ev);
                })
                .sequential()
                .now();
            drop(signal.send().now().unwrap());
        } else {
            let act = Arc::new(act);
            signal
                .connect_with(act, |act, ev| async move { act(**ev) })
                .sequential()
                .now();
            for number in 0..3 {
                drop(signal.send().with(number).now().unwrap());
            }
        }
        *slot.lock().expect("nobody panics here") = Some(signal);
        executor.run_until_stalled();
        // What was accepted goes on.
        assert_eq!(
            log.take(),
            [(0, false), (1, true), (2, true)],
            "sync: {sync}"
        );
        assert!(gone.is_open() && executor.is_empty());
        let mut stream = stream;
        let came = executor.run_until(async move {
            let mut came = 0;
            while let Ok(_event) = stream.recv().await {
                came += 1;
            }
            came
        });
        assert_eq!(came, Some(3), "the stream ends once it is read");
    }
}

on_each_runtime![
    a_closed_signal_takes_nothing_more_and_finishes_what_it_took,
    idle_waits_for_a_sync_callback_of_another_thread,
    a_sync_callback_may_block_on_idle,
    no_moment_is_idle_between_the_walk_and_the_calls_that_go_on,
    the_last_handle_may_go_inside_a_callback,
];
