//! Threads: sending and asking while senders and listeners come and go, and everything accounted for at the end.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use fanfare::router::{
    Message, Presence, RegisterProblem, RequestProblem, Route, Router, SendProblem,
};
use fanfare::{Connection, Event};
use futures_lite::future::block_on;

use crate::common::Log;
use crate::kit::{Datum, Msg, sender};

const THREADS: usize = 4;
const ROUNDS: u32 = 500;

/// Each steady listener hears every message that it is to hear, once and in its sender's order, whatever comes and goes beside it.
#[test]
fn what_stands_misses_nothing_and_hears_nothing_twice() {
    let router = Router::<u32>::new();
    let routes = [
        vec![Route::any()],
        vec![Route::of_sender("s0")],
        vec![Route::channel("e")],
        vec![Route::new("s1", "#e"), Route::any()],
        vec![
            Route::of_event("#e"),
            Route::of_sender("s2"),
            Route::new("s2", "#e"),
        ],
    ];
    let logs: Vec<Log<u32>> = routes.iter().map(|_| Log::new()).collect();
    for (routes, log) in routes.iter().zip(&logs) {
        let log = log.clone();
        let listen = router.connect_sync(move |m: &Msg| log.push(**m));
        listen.routes(routes.clone()).now();
    }
    let start = Barrier::new(THREADS + 2);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let sending: Vec<_> = (0..THREADS as u32)
            .map(|thread| {
                let (router, start) = (&router, &start);
                scope.spawn(move || {
                    let s = sender(router, &format!("s{thread}"), &["#e"]);
                    start.wait();
                    for round in 0..ROUNDS {
                        s.send("#e", thread * ROUNDS + round).now().unwrap();
                    }
                })
            })
            .collect();
        for thread in 0..2 {
            let (router, start, over) = (&router, &start, &over);
            scope.spawn(move || {
                start.wait();
                let moving = router.connect_sync(|_| ()).sender("s0").now();
                let mut round = thread;
                while !over.load(Ordering::Relaxed) {
                    let name = format!("s{}", round % THREADS);
                    let one = router
                        .connect_sync(|_| ())
                        .sender(&name)
                        .events(["#e", "never"])
                        .now();
                    moving.add_keys([Route::of_sender(&name), Route::any()]);
                    moving.remove_keys([Route::of_sender("s0"), Route::any()]);
                    one.disconnect();
                    round += 1;
                }
            });
        }
        sending.into_iter().for_each(|one| one.join().unwrap());
        over.store(true, Ordering::Relaxed);
    });
    for (routes, log) in routes.iter().zip(logs) {
        let hears = |thread: &u32| {
            let route = Route::new(format!("s{thread}"), "#e");
            routes.iter().any(|wider| route.is_within(wider))
        };
        let threads = (0..THREADS as u32).filter(hears);
        let expected: Vec<u32> = threads
            .flat_map(|thread| thread * ROUNDS..(thread + 1) * ROUNDS)
            .collect();
        let mut got = log.take();
        // In order for each sender.
        got.sort_by_key(|number| number / ROUNDS);
        assert_eq!(got, expected, "{routes:?}");
    }
    assert!(router.senders().is_empty());
}

/// A listener that goes from one route to another that fits as well, and never listens to neither, hears each message.
#[test]
fn between_two_routes_nothing_is_lost() {
    let router = Router::<u32>::new();
    let s = sender(&router, "s", &["#e"]);
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let count_it = move |_: &Msg| _ = counted.fetch_add(1, Ordering::Relaxed);
    let moving: Connection<Route> = router.connect_sync(count_it).now();
    let over = AtomicBool::new(false);
    let sent = 20_000;
    thread::scope(|scope| {
        let mover = scope.spawn(|| {
            let routes = [
                Route::any(),
                Route::new("s", "#e"),
                Route::channel("e"),
                Route::of_sender("s"),
            ];
            let mut at = 0;
            while !over.load(Ordering::Relaxed) {
                let next = (at + 1) % routes.len();
                assert!(moving.add_keys([routes[next].clone()]));
                assert!(moving.remove_keys([routes[at].clone()]));
                at = next;
            }
        });
        for _ in 0..sent {
            s.send("#e", 1).now().unwrap();
        }
        over.store(true, Ordering::Relaxed);
        mover.join().unwrap();
    });
    assert_eq!(count.load(Ordering::Relaxed), sent);
}

/// Threads that take turns with one name: nobody hears that it has come before it went, nor of an event before it has come.
#[test]
fn of_each_name_it_is_told_in_order() {
    let router = Router::<Datum>::builder().announce().build();
    let told = Arc::new(Mutex::new(HashMap::<String, (bool, usize)>::new()));
    let note = |told: &Mutex<HashMap<String, (bool, usize)>>, name: &str, comes: bool| {
        let mut told = told.lock().unwrap();
        let (is_there, times) = told.entry(name.to_owned()).or_default();
        assert_ne!(*is_there, comes, "{name}");
        *is_there = comes;
        *times += 1;
    };
    let presence = told.clone();
    let hear = move |p: &Event<Presence>| note(&presence, p.name(), p.is_connected());
    router.presence().connect_sync(hear).now();
    let heard = Arc::new(Mutex::new(HashMap::new()));
    let (messages, present) = (heard.clone(), heard.clone());
    let hear = move |m: &Message<Datum>| match &**m {
        Datum::Sender(_) => note(&messages, m.sender(), m.event() == "#connect"),
        Datum::Number(_) => assert!(present.lock().unwrap()[m.sender()].0, "it is there"),
    };
    router.connect_sync(hear).now();
    let start = Barrier::new(THREADS);
    let registered = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let (router, start, registered) = (&router, &start, &registered);
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    let name = ["s", "t"][round as usize % 2];
                    let register = router.sender(name).event("a").register();
                    match block_on(register.into_future()) {
                        Ok(s) => {
                            registered.fetch_add(1, Ordering::Relaxed);
                            s.send("a", Datum::Number(round)).now().unwrap();
                        }
                        Err(error) => assert_eq!(error.problem(), RegisterProblem::NameTaken),
                    }
                }
            });
        }
    });
    let registered = registered.into_inner();
    for told in [told, heard] {
        let told = told.lock().unwrap();
        assert!(told.values().all(|(is_there, _)| !is_there));
        assert_eq!(
            told.values().map(|(_, times)| times).sum::<usize>(),
            2 * registered
        );
    }
}

/// Whenever senders go and the router is closed, there is a reply, or the payload.
#[test]
fn nothing_is_lost_between_asking_and_going() {
    for round in 0..200 {
        let router = Router::<u32>::new();
        let register = || {
            router
                .sender("s")
                .event("a")
                .on_request_sync("echo", |call| **call)
                .register()
        };
        let s = register().now().unwrap();
        let start = Barrier::new(3);
        thread::scope(|scope| {
            for _ in 0..2 {
                let (router, start, s) = (&router, &start, s.clone());
                scope.spawn(move || {
                    start.wait();
                    for number in 0..20 {
                        match block_on(router.request("s", "echo", number).into_future()) {
                            Ok(reply) => assert_eq!(reply, number),
                            Err(error) => {
                                let problem = error.problem();
                                let expected =
                                    [RequestProblem::UnknownSender, RequestProblem::Closed];
                                assert!(expected.contains(&problem), "{error}");
                                assert_eq!(error.into_payload(), Some(number));
                            }
                        }
                        if let Err(error) = s.send("a", number).now() {
                            let expected = [SendProblem::Disconnected, SendProblem::Closed];
                            assert!(expected.contains(&error.problem()), "{error}");
                            assert_eq!(error.into_payload(), Some(number));
                        }
                    }
                });
            }
            start.wait();
            match round % 3 {
                0 => drop(router.close()),
                1 => drop(s.disconnect()),
                _ => {
                    router.remove_sender("s");
                    drop(register().now().unwrap());
                }
            }
        });
    }
}

/// Listeners and senders that race for an event that is not declared: in the end nobody is left waiting for it.
#[test]
fn nobody_stays_with_what_is_not_declared() {
    for _ in 0..200 {
        let router = Router::<u32>::new();
        let start = Barrier::new(3);
        let (s, listeners) = thread::scope(|scope| {
            let listening: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        let events = ["a", "b"];
                        router
                            .connect_sync(|_: &Msg| ())
                            .sender("s")
                            .events(events)
                            .now()
                    })
                })
                .collect();
            start.wait();
            let s = sender(&router, "s", &["a"]);
            (
                s,
                listening
                    .into_iter()
                    .map(|one| one.join().unwrap())
                    .collect::<Vec<_>>(),
            )
        });
        let listed = router.all_queue_sizes();
        assert!(
            listed
                .iter()
                .all(|(routes, _)| *routes == [Route::new("s", "a")]),
            "{listed:?}"
        );
        assert_eq!(s.send("a", 1).now().unwrap().count(), 2);
        assert!(listeners.iter().all(Connection::is_connected));
    }
}
