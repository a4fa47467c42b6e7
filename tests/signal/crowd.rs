//! Order among very many connections.

use std::sync::Arc;

use fanfare::{Callback, Event};
use futures_lite::future::yield_now;

use crate::common::Log;
use crate::runtime::Runtime;

/// As many as make lists be split, with places changing all the while.
async fn many_connections_of_any_priority_start_in_order(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let callbacks: Vec<_> = (0..700)
        .map(|number| Callback::sync(log.writes(number)))
        .collect();
    let mut priorities: Vec<Option<i32>> = vec![None; callbacks.len()];
    let check = |priorities: &[Option<i32>]| {
        let standing = priorities.iter().enumerate();
        let mut expected: Vec<_> = standing
            .filter_map(|(number, priority)| Some((-(*priority)?, number)))
            .collect();
        expected.sort_unstable();
        let expected: Vec<_> = expected.into_iter().map(|(_, number)| number).collect();
        for send in [
            signal.send().key("a"),
            signal.send().keys(["b", "a"]),
            signal.send().to_all(),
        ] {
            assert_eq!(send.now().count(), expected.len());
            assert_eq!(log.take(), expected);
        }
    };
    for (number, callback) in callbacks.iter().enumerate() {
        let priority = (number * 7919 % 11) as i32 - 5;
        signal
            .connect_callback(callback)
            .keys(["a", "b"])
            .priority(priority)
            .now();
        priorities[number] = Some(priority);
    }
    check(&priorities);
    for step in 0..1500 {
        let number = step * 7919 % callbacks.len();
        let priority = (step * 31 % 7) as i32 - 3;
        // One that has ended would come back with a new place.
        if step % 3 == 0 {
            signal.disconnect_callback(&callbacks[number]).now();
            priorities[number] = None;
        } else if priorities[number].is_some() {
            signal
                .connect_callback(&callbacks[number])
                .key("a")
                .priority(priority)
                .now();
            priorities[number] = Some(priority);
        }
        if step % 100 == 0 {
            check(&priorities);
        }
    }
    check(&priorities);
    assert_eq!(
        signal.connection_count(),
        priorities.iter().flatten().count()
    );
}

async fn many_callbacks_are_reported_in_order(on: Runtime) {
    let signal = on.builder(()).reply::<usize>().build();
    for number in 0..300 {
        let waits = number * 7 % 5;
        let connect = match number % 3 {
            0 => signal.connect_sync(move |_: &Event<()>| number),
            _ => signal.connect(move |_: Arc<Event<()>>| async move {
                for _ in 0..waits {
                    yield_now().await;
                }
                number
            }),
        };
        connect.keys([number % 2, 2]).await;
    }
    let all: Vec<usize> = (0..300).collect();
    assert_eq!(signal.send().keys([0, 1]).join().await.replies(), all);
    assert_eq!(
        signal.send().keys([0, 1, 2]).await.join().await.replies(),
        all
    );
    let odd: Vec<usize> = (1..300).step_by(2).collect();
    assert_eq!(signal.send().key(1).await.join().await.into_replies(), odd);
}

on_each_runtime![
    many_connections_of_any_priority_start_in_order,
    many_callbacks_are_reported_in_order,
];
