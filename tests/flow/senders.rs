//! Several senders at once: the order of each is kept, and nothing is lost.

use std::sync::Arc;
use std::thread;

use fanfare::{ConnectBuilder, Event, Signal};

use crate::common::Log;
use crate::runtime::Runtime;

const SENDERS: usize = 4;
const EVENTS: usize = 100_000;

/// A sender, and the number of its event.
type Numbered = (usize, usize);

/// Two threads, each for two senders in turn.
fn send_from_two_threads(signal: &Signal<Numbered>) {
    thread::scope(|scope| {
        for thread in 0..2 {
            scope.spawn(move || {
                for number in 0..EVENTS / SENDERS {
                    for sender in [thread, thread + 2] {
                        let sent = signal.send().with((sender, number)).now();
                        assert_eq!(sent.expect("the queue has no bound").count(), 1);
                    }
                }
            });
        }
    });
}

fn check(came: &[Numbered]) {
    assert_eq!(came.len(), EVENTS);
    let mut next = [0; SENDERS];
    for &(sender, number) in came {
        assert_eq!(number, next[sender], "of sender {sender}");
        next[sender] += 1;
    }
}

async fn run(on: Runtime, connect: fn(ConnectBuilder<Numbered>) -> ConnectBuilder<Numbered>) {
    let signal = on.signal((0, 0));
    let log = Log::new();
    let callback = log.clone();
    let asynchronous = connect(signal.connect_with(
        callback,
        |log, ev: Arc<Event<Numbered>>| async move {
            log.push(**ev);
        },
    ));
    let connection = asynchronous.await;
    send_from_two_threads(&signal);
    signal.idle().await;
    check(&log.take());
    connection.disconnect();
    let callback = log.clone();
    connect(signal.connect_sync(move |ev: &Event<Numbered>| callback.push(**ev))).await;
    send_from_two_threads(&signal);
    signal.idle().await;
    check(&log.take());
    assert_eq!(signal.failure_count(), 0);
}

async fn a_sequential_connection_keeps_the_order_of_each_sender(on: Runtime) {
    run(on, ConnectBuilder::sequential).await;
}

async fn an_ordered_connection_keeps_the_order_of_each_key(on: Runtime) {
    run(on, |connect| connect.ordered_by(|ev| ev.0)).await;
}

on_each_runtime![
    a_sequential_connection_keeps_the_order_of_each_sender,
    an_ordered_connection_keeps_the_order_of_each_key,
];
