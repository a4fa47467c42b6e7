//! Order among very many connections.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use fanfare::{Callback, Event};
use futures_lite::future::yield_now;

use crate::common::{Gate, Log, OnDrop, poll, told};
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
            assert_eq!(send.now().unwrap().count(), expected.len());
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

/// Replies, failures and what waits, in every mixture, where replies take memory and where they take none.
async fn a_mixture_is_reported_in_order(on: Runtime) {
    #[derive(Debug)]
    struct Done;
    async fn act(number: usize) {
        for _ in 0..number * 5 % 3 {
            yield_now().await;
        }
        assert!(number % 7 != 0, "on purpose {number}");
    }
    let (numbers, units) = (
        on.builder(()).reply::<usize>().build(),
        on.builder(()).reply::<Done>().build(),
    );
    let (nothings, mut expected) = (on.signal(()), [Vec::new(), Vec::new(), Vec::new()]);
    for number in 0..100usize {
        numbers
            .connect(move |_| async move {
                act(number).await;
                number
            })
            .now();
        units
            .connect(move |_| async move {
                act(number).await;
                Done
            })
            .now();
        nothings.connect(move |_| act(number)).now();
        let replies = [number.to_string(), "Done".to_owned(), "()".to_owned()];
        for (expected, reply) in expected.iter_mut().zip(replies) {
            expected.push(match number % 7 {
                0 => format!("on purpose {number}"),
                _ => reply,
            });
        }
    }
    let [of_numbers, of_units, of_nothings] = expected;
    assert_eq!(told(&numbers.send().join().await), of_numbers);
    assert_eq!(told(&numbers.send().await.join().await), of_numbers);
    assert_eq!(told(&units.send().join().await), of_units);
    assert_eq!(told(&units.send().await.join().await), of_units);
    assert_eq!(told(&nothings.send().join().await), of_nothings);
    assert_eq!(told(&nothings.send().await.join().await), of_nothings);
}

struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Each wake-up reaches the task, and polls few of those that were not woken.
async fn many_that_wait_are_woken_one_by_one(on: Runtime) {
    for count in [1, 5, 12, 13, 30, 1_000] {
        let signal = on.builder(()).reply::<usize>().build();
        let gates: Vec<Gate> = (0..count).map(|_| Gate::new()).collect();
        let polls = Arc::new(AtomicUsize::new(0));
        for (number, gate) in gates.iter().enumerate() {
            signal
                .connect_with((gate.clone(), polls.clone()), move |(gate, polls), _| {
                    let mut waiting = Box::pin(async move { gate.wait().await });
                    std::future::poll_fn(move |cx| {
                        polls.fetch_add(1, Ordering::SeqCst);
                        waiting.as_mut().poll(cx).map(|()| number)
                    })
                })
                .now();
        }
        let woken = Arc::new(Woken(AtomicUsize::new(0)));
        let waker = Waker::from(woken.clone());
        let mut cx = Context::from_waker(&waker);
        let mut join = signal.send().join();
        assert!(Pin::new(&mut join).poll(&mut cx).is_pending());
        let mut report = None;
        for number in 0..count {
            woken.0.store(0, Ordering::SeqCst);
            gates[number * 7 % count].open();
            assert!(woken.0.load(Ordering::SeqCst) > 0, "{number} of {count}");
            match Pin::new(&mut join).poll(&mut cx) {
                Poll::Ready(all) => report = Some(all),
                Poll::Pending => assert!(number + 1 < count),
            }
        }
        let report = report.expect("all gates are open");
        assert_eq!(report.replies(), (0..count).collect::<Vec<_>>());
        let polls = polls.load(Ordering::SeqCst);
        assert!(polls <= 16 * count, "{polls} polls of {count}");
    }
}

async fn one_that_always_wakes_itself_keeps_nobody_waiting(on: Runtime) {
    for count in [2, 40] {
        let signal = on.signal(());
        let (restless, still, gone) = (Gate::new(), Gate::new(), Log::new());
        let (stop, log) = (restless.clone(), gone.clone());
        signal
            .connect(move |_| {
                let (stop, log) = (stop.clone(), log.clone());
                async move {
                    let _guard = OnDrop(move || log.push("restless"));
                    while !stop.is_open() {
                        yield_now().await;
                    }
                }
            })
            .now();
        for _ in 1..count {
            signal
                .connect_with(still.clone(), |gate, _| async move { gate.wait().await })
                .now();
        }
        let mut join = signal.send().join();
        for _ in 0..10 {
            assert!(poll(&mut join).is_pending());
        }
        still.open();
        assert!(poll(&mut join).is_pending());
        assert_eq!(gone.len(), 0);
        restless.open();
        assert_eq!(told(&join.await), vec!["()"; count]);
        assert_eq!(gone.take(), ["restless"]);
    }
}

on_each_runtime![
    many_connections_of_any_priority_start_in_order,
    many_callbacks_are_reported_in_order,
    a_mixture_is_reported_in_order,
    many_that_wait_are_woken_one_by_one,
    one_that_always_wakes_itself_keeps_nobody_waiting,
];
