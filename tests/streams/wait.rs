//! Sends that wait for room in a stream: all or nothing, and in `.await` alone.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use fanfare::testing::ManualClock;
use fanfare::{BlockGuard, Cause, Event, Failure, Overflow, Report, Signal, Subscription};

use crate::common::{Gate, Log, poll, told};
use crate::got::{Got, drain, events, recv};
use crate::runtime::Runtime;

/// A subscription that has no room left: number 1 waits in it.
async fn full(signal: &Signal<u32>) -> Subscription<u32> {
    let subscribe = signal.subscribe().key("full").capacity(1);
    let numbers = subscribe.overflow(Overflow::Wait).await;
    assert!(signal.send().with(1).key("full").now().is_ok());
    numbers
}

fn causes<R>(report: &Report<R>) -> Vec<String> {
    let word = |failure: &Failure| format!("{:?}", failure.cause());
    report.failures().map(word).collect()
}

async fn a_send_waits_until_there_is_room(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = full(&signal).await;
    let mut send = signal.send().with(2).key("full").into_future();
    for _ in 0..3 {
        assert!(poll(&mut send).is_pending());
    }
    assert_eq!((numbers.len(), numbers.lost()), (1, 0));
    assert_eq!(recv(&mut numbers).await, Got::Event(1));
    assert_eq!(numbers.len(), 0, "a send delivers when it is polled");
    assert!(poll(&mut send).is_ready());
    assert_eq!(drain(&mut numbers), events([2]));
}

async fn now_gives_the_payload_back(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = full(&signal).await;
    let unsent = signal.send().with(2).key("full").now().unwrap_err();
    assert!(unsent.is_full() && !unsent.is_closed());
    assert_eq!((unsent.payload(), numbers.len()), (Some(&2), 1));
    assert_eq!(unsent.into_payload(), Some(2));
    let unsent = signal.send().key("full").now().unwrap_err();
    assert_eq!(unsent.into_payload(), None, "the defaults are the signal's");
    let changed = signal.send().update(|number| *number = 3).key("full").now();
    assert_eq!(changed.unwrap_err().into_payload(), Some(3));
    assert_eq!(drain(&mut numbers), events([1]));
    assert!(signal.send().with(4).key("full").now().is_ok());
}

async fn it_is_all_or_nothing(on: Runtime) {
    let (signal, log) = (on.signal(0), Log::new());
    signal.connect_sync(log.writes("sync")).priority(1).await;
    signal.connect(log.writes_async("async")).priority(2).await;
    let subscribe = signal.subscribe().key("full").priority(3);
    let mut lossy = subscribe.await;
    let subscribe = signal.subscribe().key("full").key("other").capacity(1);
    let mut other = subscribe.overflow(Overflow::Wait).priority(4).await;
    let mut numbers = full(&signal).await;
    // The async callback runs beside the test.
    signal.idle().await;
    log.take();
    assert_eq!(
        (drain(&mut lossy), drain(&mut other)),
        (events([1]), events([1]))
    );

    let mut send = signal.send().with(2).key("full").into_future();
    let mut join = signal.send().with(3).key("full").join();
    assert!(poll(&mut send).is_pending() && poll(&mut join).is_pending());
    assert!(signal.send().with(4).key("full").now().is_err());
    assert_eq!(log.len(), 0);
    assert_eq!((lossy.len(), other.len()), (0, 0));
    // Nor do they hold a seat in the stream that has room.
    assert!(signal.send().with(5).key("other").now().is_ok());
    assert_eq!(drain(&mut other), events([5]));

    assert_eq!(drain(&mut numbers), events([1]));
    let Poll::Ready(delivery) = poll(&mut send) else {
        panic!("there is room");
    };
    assert_eq!(told(&delivery.join().await), ["()", "()"]);
    assert_eq!(drain(&mut numbers), events([2]));
    assert_eq!(
        (drain(&mut lossy), drain(&mut other)),
        (events([2]), events([2]))
    );
    assert_eq!(told(&join.await), ["()", "()"]);
    assert_eq!(drain(&mut numbers), events([3]));
}

async fn every_awaited_end_waits(on: Runtime) {
    let signal = on.builder(0).reply::<u32>().build();
    signal.connect_sync(|ev| **ev).await;
    let subscribe = signal.subscribe().capacity(1).overflow(Overflow::Wait);
    // Before the callback, whose reply is all that `.first()` goes on to.
    let mut numbers = subscribe.priority(1).await;
    signal.send().with(1).await;
    let mut join = signal.send().with(2).join();
    let mut grouped = signal.send().with(3).join().by_priority();
    let mut first = signal.send().with(4).first();
    let mut sum = signal.send().with(5).fold(0, |sum, reply| sum + reply);
    assert!(poll(&mut join).is_pending() && poll(&mut grouped).is_pending());
    assert!(poll(&mut first).is_pending() && poll(&mut sum).is_pending());
    assert_eq!(drain(&mut numbers), events([1]));
    assert_eq!(join.await.replies(), [2]);
    assert_eq!(drain(&mut numbers), events([2]));
    assert_eq!(grouped.await.replies(), [3]);
    assert_eq!(drain(&mut numbers), events([3]));
    assert_eq!(first.await, Some(4));
    assert_eq!(drain(&mut numbers), events([4]));
    assert_eq!(sum.await, 5);
    assert_eq!(drain(&mut numbers), events([5]));
}

async fn a_send_waits_for_every_stream_it_reaches(on: Runtime) {
    let signal = on.signal(0);
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(full(&signal).await);
        // Each but the last is full already when the next one is made.
        for events in &mut streams {
            drain(events);
        }
    }
    assert!(signal.send().with(1).key("full").now().is_ok());
    let mut send = signal.send().with(2).key("full").into_future();
    for events in &mut streams {
        assert!(poll(&mut send).is_pending());
        assert_eq!(drain(events), [Got::Event(1)]);
    }
    assert!(poll(&mut send).is_ready());
    for events in &mut streams {
        assert_eq!(drain(events), [Got::Event(2)]);
    }
}

async fn those_that_do_not_reach_it_do_not_wait(on: Runtime) {
    let signal = on.signal(0);
    let numbers = full(&signal).await;
    let subscribe = signal.subscribe().capacity(1).when(|ev| **ev != 3);
    let mut picky = subscribe.overflow(Overflow::Wait).await;
    assert!(signal.send().with(2).key("other").now().is_ok());
    assert!(
        signal.send().with(3).now().is_ok(),
        "refused by its predicate"
    );
    assert!(signal.send().with(4).now().is_err());
    assert_eq!(drain(&mut picky), events([2]));
    assert_eq!(numbers.len(), 1);
}

async fn one_that_is_blocked_is_not_waited_for(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = full(&signal).await;
    let guard = numbers.connection().block();
    assert!(signal.send().with(2).key("full").now().is_ok());
    drop(guard);
    assert!(signal.send().with(3).key("full").now().is_err());
    assert_eq!(drain(&mut numbers), events([1]));
}

async fn what_is_unblocked_during_a_send_gets_the_next_one(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = full(&signal).await;
    let place = Arc::new(Mutex::new(Some(numbers.connection().block())));
    let unblocks = |place: &Arc<Mutex<Option<BlockGuard>>>, _: &Event<u32>| {
        let guard = place.lock().expect("nobody panics").take();
        drop(guard);
    };
    let first = signal.connect_with_sync(place, unblocks).key("full");
    first.priority(1).await;
    // It was blocked when this send got leave to begin, and there is no room for it.
    assert!(signal.send().with(2).key("full").now().is_ok());
    assert_eq!((numbers.len(), numbers.lost()), (1, 0));
    assert!(signal.send().with(3).key("full").now().is_err());
    assert_eq!(drain(&mut numbers), events([1]));
}

async fn a_dropped_wait_has_delivered_nothing_and_holds_no_seat(on: Runtime) {
    let (signal, log) = (on.signal(0), Log::new());
    let mut numbers = full(&signal).await;
    signal.connect_sync(log.writes(())).await;
    let mut send = signal.send().with(2).key("full").into_future();
    let mut join = signal.send().with(3).key("full").join();
    assert!(poll(&mut send).is_pending() && poll(&mut join).is_pending());
    drop((send, join));
    assert_eq!(drain(&mut numbers), events([1]));
    assert!(signal.send().with(4).key("full").now().is_ok());
    assert_eq!(drain(&mut numbers), events([4]));
    assert_eq!(log.len(), 1);
    signal.idle().await;
}

async fn dropping_the_subscription_lets_sends_go_on(on: Runtime) {
    let (signal, log) = (on.signal(0), Log::new());
    let numbers = full(&signal).await;
    signal.connect_sync(log.writes(())).await;
    let mut send = signal.send().with(2).key("full").into_future();
    assert!(poll(&mut send).is_pending());
    drop(numbers);
    assert!(poll(&mut send).is_ready());
    assert_eq!(log.len(), 1);
    assert!(signal.send().with(3).key("full").now().is_ok());
}

async fn disconnecting_it_lets_sends_go_on(on: Runtime) {
    let (signal, log) = (on.signal(0), Log::new());
    let mut numbers = full(&signal).await;
    signal.connect_sync(log.writes(())).await;
    let mut send = signal.send().with(2).key("full").into_future();
    assert!(poll(&mut send).is_pending());
    assert!(numbers.connection().disconnect());
    assert!(poll(&mut send).is_ready());
    assert_eq!(log.len(), 1);
    assert_eq!(drain(&mut numbers), [Got::Event(1), Got::End]);
}

async fn closing_the_signal_ends_the_wait(on: Runtime) {
    let (signal, log) = (on.signal(0), Log::new());
    let mut numbers = full(&signal).await;
    signal.connect_sync(log.writes(())).await;
    let mut send = signal.send().with(2).key("full").into_future();
    let mut join = signal.send().with(3).key("full").join();
    assert!(poll(&mut send).is_pending() && poll(&mut join).is_pending());
    signal.close();
    assert_eq!(causes(&send.await.join().await), ["Closed"]);
    assert_eq!(causes(&join.await), ["Closed"]);
    assert_eq!(log.len(), 0);
    let unsent = signal.send().with(4).key("full").now().unwrap_err();
    assert!(unsent.is_closed());
    assert_eq!(drain(&mut numbers), [Got::Event(1), Got::End]);
}

async fn the_time_of_a_send_includes_its_wait(on: Runtime) {
    let clock = ManualClock::new();
    let signal = on.builder(0).timer(clock.clone()).build();
    let mut numbers = full(&signal).await;
    let send = signal.send().with(2).key("full");
    let mut send = send.timeout(Duration::from_secs(2)).into_future();
    assert!(poll(&mut send).is_pending());
    clock.advance(Duration::from_secs(1));
    assert!(poll(&mut send).is_pending());
    clock.advance(Duration::from_secs(1));
    assert_eq!(causes(&send.await.join().await), ["TimedOut"]);
    assert_eq!(clock.sleepers(), 0);
    assert_eq!(drain(&mut numbers), events([1]));
    assert!(signal.send().with(3).key("full").now().is_ok());
}

async fn a_callback_may_send_to_its_own_full_stream(on: Runtime) {
    let (signal, log) = (on.signal(0), Log::new());
    let mut numbers = full(&signal).await;
    let (seen, state) = (log.clone(), signal.downgrade());
    signal
        .connect_with_sync(state, move |weak, ev| {
            let signal = weak.upgrade().expect("it is being sent");
            let sent = signal.send().with(**ev + 1).key("full").now();
            seen.push(sent.map(drop).map_err(fanfare::Unsent::into_payload));
        })
        .key("again")
        .await;
    signal.send().with(5).key("again").await;
    assert_eq!(log.take(), [Err(Some(6))]);
    drain(&mut numbers);
    signal.send().with(7).key("again").await;
    assert_eq!(log.take(), [Ok(())]);
    assert_eq!(drain(&mut numbers), events([8]));
}

async fn many_senders_lose_nothing_and_keep_their_order(on: Runtime) {
    const SENDERS: u32 = 4;
    const SENDS: u32 = 100;
    for capacity in [1, 3] {
        let signal = on.signal(0);
        let subscribe = signal.subscribe().capacity(capacity);
        let mut numbers = subscribe.overflow(Overflow::Wait).await;
        let done = Gate::new();
        let ending = Arc::new(crate::common::opens(&done));
        for sender in 0..SENDERS {
            let (signal, ending) = (signal.clone(), ending.clone());
            on.spawn(async move {
                for number in 0..SENDS {
                    signal.send().with(sender * SENDS + number).await;
                }
                drop(signal);
                drop(ending);
            });
        }
        drop((signal, ending));
        let mut next = [0; SENDERS as usize];
        loop {
            assert!(numbers.len() <= capacity);
            match recv(&mut numbers).await {
                Got::Event(number) => {
                    let place = &mut next[(number / SENDS) as usize];
                    assert_eq!(number % SENDS, *place);
                    *place += 1;
                }
                Got::Lost(count) => panic!("{count} were lost"),
                Got::End => break,
            }
        }
        done.wait().await;
        assert_eq!((next, numbers.lost()), ([SENDS; SENDERS as usize], 0));
    }
}

async fn a_timeout_of_a_send_that_had_room_does_not_touch_the_stream(on: Runtime) {
    let clock = ManualClock::new();
    let signal = on.builder(0).timer(clock.clone()).build();
    let subscribe = signal.subscribe().capacity(1).overflow(Overflow::Wait);
    let mut numbers = subscribe.await;
    let never = Gate::new();
    let wait = |never: Gate, _| async move { never.wait().await };
    signal.connect_with(never, wait).await;
    let send = signal.send().with(1).timeout(Duration::from_secs(1));
    let mut join = send.join();
    assert!(poll(&mut join).is_pending());
    clock.advance(Duration::from_secs(1));
    let report = join.await;
    assert!(matches!(
        report.failures().next().map(Failure::cause),
        Some(Cause::TimedOut)
    ));
    assert_eq!(drain(&mut numbers), events([1]));
}

on_each_runtime![
    a_send_waits_until_there_is_room,
    now_gives_the_payload_back,
    it_is_all_or_nothing,
    every_awaited_end_waits,
    a_send_waits_for_every_stream_it_reaches,
    those_that_do_not_reach_it_do_not_wait,
    one_that_is_blocked_is_not_waited_for,
    what_is_unblocked_during_a_send_gets_the_next_one,
    a_dropped_wait_has_delivered_nothing_and_holds_no_seat,
    dropping_the_subscription_lets_sends_go_on,
    disconnecting_it_lets_sends_go_on,
    closing_the_signal_ends_the_wait,
    the_time_of_a_send_includes_its_wait,
    a_callback_may_send_to_its_own_full_stream,
    many_senders_lose_nothing_and_keep_their_order,
    a_timeout_of_a_send_that_had_room_does_not_touch_the_stream,
];
