//! Threads that do all of it at once, and what has to come out exactly.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use fanfare::{Band, Channel, Event};

use crate::kit::band_on;
use crate::runtime::Runtime;

const ROUNDS: usize = 300;

/// Nobody's call is lost, and nobody's is made twice.
async fn threads_that_connect_send_and_let_parents_die(on: Runtime) {
    let band = band_on(&on);
    let calls = Arc::new(AtomicUsize::new(0));
    let stands = Arc::new(AtomicUsize::new(0));
    let all = band.channel::<usize, usize>("number").unwrap();
    let counted = Arc::clone(&stands);
    let _stays = all
        .connect_sync(move |_| counted.fetch_add(1, Ordering::Relaxed))
        .now();
    let barrier = Arc::new(Barrier::new(4));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let (band, calls, barrier) = (band.clone(), Arc::clone(&calls), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                let mut sent = 0;
                for round in 0..ROUNDS {
                    let all = band
                        .channel::<usize, usize>("number")
                        .expect("it has these types");
                    let parent = Arc::new(round);
                    let own = all.bound(&parent);
                    let counted = Arc::clone(&calls);
                    let connection = own.connect_sync(move |ev: &Event<usize>| {
                        // Unbound sends of the others come by as well.
                        if **ev == thread {
                            counted.fetch_add(1, Ordering::Relaxed);
                        }
                        **ev
                    });
                    let connection = connection.now();
                    assert_eq!(
                        own.send(thread).now().unwrap().count(),
                        2,
                        "its own and the one of all"
                    );
                    assert!(all.send(thread).now().unwrap().count() >= 2);
                    assert_eq!(
                        band.send("number", thread)
                            .parent(&parent)
                            .now()
                            .unwrap()
                            .count(),
                        2
                    );
                    sent += 3;
                    if round % 2 == 0 {
                        assert!(connection.disconnect());
                        assert_eq!(own.send(thread).now().unwrap().count(), 1);
                        sent += 1;
                    } else {
                        drop(parent);
                        assert_eq!(own.send(thread).now().unwrap().count(), 1);
                        assert!(!connection.is_connected());
                        sent += 1;
                    }
                }
                sent
            })
        })
        .collect();
    let sent: usize = threads
        .into_iter()
        .map(|thread| thread.join().expect("no panic"))
        .sum();
    assert_eq!(sent, 4 * ROUNDS * 4);
    assert_eq!(
        stands.load(Ordering::Relaxed),
        sent,
        "each send came by the one that stays, once"
    );
    assert_eq!(
        calls.load(Ordering::Relaxed),
        3 * 4 * ROUNDS,
        "and by its own, as long as that stood"
    );
    assert_eq!(all.receiver_count(), 1);
    assert_eq!(band.inspect()[0].connections.len(), 1);
}

/// A callback that comes to a second channel, and leaves it, while others send: one call a send all the same.
async fn a_callback_that_changes_channels_is_called_once_a_send(on: Runtime) {
    fn f(_: &Event<()>) -> u32 {
        1
    }
    let band = band_on(&on);
    let all: Channel<(), u32> = band.channel("one call").unwrap();
    let parents = [Arc::new(1), Arc::new(2)];
    let stays = all.bound(&parents[0]);
    stays.connect_sync(f).now();
    let (is_over, barrier) = (Arc::new(AtomicBool::new(false)), Arc::new(Barrier::new(2)));
    let (over, start, moves) = (Arc::clone(&is_over), Arc::clone(&barrier), all.clone());
    let other = Arc::clone(&parents[1]);
    let changing = thread::spawn(move || {
        start.wait();
        let mut round = 0;
        while !over.load(Ordering::Relaxed) {
            let channel = if round % 2 == 0 {
                moves.clone()
            } else {
                moves.bound(&other)
            };
            let connection = channel
                .connect_sync(f)
                .priority((round % 3 == 0).into())
                .now();
            assert!(connection.disconnect());
            round += 1;
        }
    });
    barrier.wait();
    let mut counts = Vec::new();
    for _ in 0..40 * ROUNDS {
        counts.push((
            all.send(()).now().unwrap().count(),
            stays.send(()).now().unwrap().count(),
        ));
    }
    is_over.store(true, Ordering::Relaxed);
    changing.join().expect("no panic");
    counts.retain(|counts| *counts != (1, 1));
    assert!(
        counts.is_empty(),
        "{} of {} sends: {:?}",
        counts.len(),
        40 * ROUNDS,
        counts.first()
    );
}

/// Names that come and go under others' eyes. A name of one type is never another's, and nothing of it is lost.
async fn names_that_come_and_go_under_others_eyes(on: Runtime) {
    let band = band_on(&on);
    let barrier = Arc::new(Barrier::new(4));
    let calls = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let (band, calls, barrier) = (band.clone(), Arc::clone(&calls), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                for round in 0..2 * ROUNDS {
                    // Shared by all threads, and never held for long.
                    let name = format!("name {}", round % 3);
                    let channel = band
                        .channel::<u32, ()>(&name)
                        .expect("it has always had these types");
                    let counted = Arc::clone(&calls);
                    let mine = Arc::new(thread);
                    let connection = channel.bound(&mine).connect_sync(move |_| {
                        counted.fetch_add(1, Ordering::Relaxed);
                    });
                    let connection = connection.now();
                    if round % 2 == 0 {
                        drop(channel);
                    }
                    drop(
                        band.channel::<(), ()>(format!("{thread} {round}"))
                            .expect("it is new"),
                    );
                    let sent = band
                        .send(&name, 1u32)
                        .parent(&mine)
                        .now()
                        .expect("it has these types");
                    assert_eq!(sent.count(), 1, "a receiver keeps its channel");
                    assert!(connection.disconnect());
                }
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().expect("no panic"));
    assert_eq!(calls.load(Ordering::Relaxed), 4 * 2 * ROUNDS);
    for number in 0..40 {
        drop(band.channel::<(), ()>(format!("sweeps {number}")).unwrap());
    }
    assert!(
        band.identifiers()
            .iter()
            .all(|name| name.starts_with("sweeps")),
        "{:?}",
        band.identifiers()
    );
}

/// A name that nothing is left of can be taken for other types whoever looks at it at the same time.
async fn a_name_changes_its_types_while_others_look(on: Runtime) {
    let band = band_on(&on);
    let (is_over, barrier) = (Arc::new(AtomicBool::new(false)), Arc::new(Barrier::new(2)));
    let (over, start, looking) = (Arc::clone(&is_over), Arc::clone(&barrier), band.clone());
    let looks = thread::spawn(move || {
        start.wait();
        let mut number = 0;
        while !over.load(Ordering::Relaxed) {
            // New names have old ones looked at.
            drop(
                looking
                    .channel::<(), ()>(format!("new {number}"))
                    .expect("it is new"),
            );
            number += 1;
        }
    });
    barrier.wait();
    let mut conflicts = 0;
    for _ in 0..10 * ROUNDS {
        conflicts += usize::from(band.channel::<u8, ()>("changes").is_err());
        conflicts += usize::from(band.channel::<u16, ()>("changes").is_err());
    }
    is_over.store(true, Ordering::Relaxed);
    looks.join().expect("no panic");
    assert_eq!(conflicts, 0, "of {}", 20 * ROUNDS);
}

/// What is sent once `close` has come back is not heard, on whichever channel.
async fn nothing_is_sent_once_a_band_is_closed(_: Runtime) {
    for round in 0..ROUNDS {
        let band = Band::new();
        let barrier = Arc::new(Barrier::new(3));
        let has_closed = Arc::new(AtomicBool::new(false));
        let makers: Vec<_> = (0..2)
            .map(|_| {
                let (band, barrier, has_closed) =
                    (band.clone(), Arc::clone(&barrier), Arc::clone(&has_closed));
                thread::spawn(move || {
                    barrier.wait();
                    let mut heard = 0;
                    for number in 0..8 {
                        let was_closed = has_closed.load(Ordering::Acquire);
                        let channel = band
                            .channel::<(), ()>(format!("{number}"))
                            .expect("it has these types");
                        let connection = channel.connect_sync(|_| ()).now();
                        heard += usize::from(was_closed && channel.send(()).now().is_ok());
                        connection.disconnect();
                    }
                    heard
                })
            })
            .collect();
        barrier.wait();
        band.close();
        has_closed.store(true, Ordering::Release);
        for maker in makers {
            assert_eq!(maker.join().expect("no panic"), 0, "round {round}");
        }
    }
}

on_each_runtime![
    threads_that_connect_send_and_let_parents_die,
    a_callback_that_changes_channels_is_called_once_a_send,
    names_that_come_and_go_under_others_eyes,
    a_name_changes_its_types_while_others_look,
    nothing_is_sent_once_a_band_is_closed,
];
