//! The inbox: who is woken and when, threads, and items that misbehave.

use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use futures_lite::future::{block_on, poll_once};

use crate::signal::overflow::Overflow;
use crate::signal::panic::drop_quietly;
use crate::signal::stream::inbox::{Full, Inbox};
use crate::signal::stream::place::Place;
use crate::signal::stream::queue::{Pushed, Received};
use crate::sync::{Arc, AtomicUsize, Ordering, Weak};

/// Counts how often it was woken.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Bell {
    fn rung(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

fn inbox<T>(capacity: usize, overflow: Overflow) -> Arc<Inbox<T>> {
    Arc::new(Inbox::new(capacity, overflow))
}

/// Puts an item in as an awaited send does.
async fn send<T>(inbox: &Arc<Inbox<T>>, item: T) {
    seat(inbox).await.fill(item);
}

async fn seat<T>(inbox: &Arc<Inbox<T>>) -> Place<T> {
    loop {
        if let Ok(place) = inbox.reserve() {
            return place;
        }
        let listener = inbox.room().listen();
        if let Ok(place) = inbox.reserve() {
            return place;
        }
        listener.await;
    }
}

#[test]
fn a_consumer_that_waits_is_woken_once_there_is_something() {
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let cx = &mut Context::from_waker(&waker);
    let inbox = inbox(2, Overflow::DropNewest);

    assert_eq!(inbox.poll_recv(cx), Poll::Pending);
    assert!(matches!(inbox.push(1), Pushed::Taken));
    assert!(matches!(inbox.push(2), Pushed::Taken));
    assert_eq!(bell.rung(), 1, "the second one finds nobody who waits");
    assert_eq!(inbox.poll_recv(cx), Poll::Ready(Received::Item(1)));
    assert_eq!(inbox.poll_recv(cx), Poll::Ready(Received::Item(2)));
    assert_eq!(inbox.poll_recv(cx), Poll::Pending);
    inbox.close();
    assert_eq!(bell.rung(), 2);
    assert_eq!(inbox.poll_recv(cx), Poll::Ready(Received::Closed));
    assert_eq!(inbox.poll_recv(cx), Poll::Ready(Received::Closed));
    assert!(matches!(inbox.push(3), Pushed::Closed(3)));
}

#[test]
fn what_has_a_place_comes_after_the_inbox_was_closed() {
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let cx = &mut Context::from_waker(&waker);
    let inbox = inbox(2, Overflow::Wait);
    let (first, second) = (inbox.reserve().unwrap(), inbox.reserve().unwrap());
    assert_eq!(inbox.reserve().err(), Some(Full));

    assert_eq!(inbox.poll_recv(cx), Poll::Pending);
    inbox.close();
    assert_eq!(inbox.poll_recv(cx), Poll::Pending);
    assert!(matches!(first.fill(1), Pushed::Taken));
    assert_eq!(inbox.poll_recv(cx), Poll::Ready(Received::Item(1)));
    assert_eq!(inbox.poll_recv(cx), Poll::Pending);
    let rung = bell.rung();
    drop(second);
    assert_eq!(bell.rung(), rung + 1, "nothing is left to come");
    assert_eq!(inbox.poll_recv(cx), Poll::Ready(Received::Closed));
    // Nobody waits for a closed inbox.
    assert!(matches!(
        inbox.reserve().unwrap().fill(2),
        Pushed::Closed(2)
    ));
}

#[test]
fn one_that_begins_to_close_takes_in_what_comes_until_it_has_told() {
    let inbox = inbox(2, Overflow::DropOldest);
    inbox.begin_to_close();
    assert!(!inbox.is_closed());
    assert!(matches!(inbox.push(1), Pushed::Taken));
    assert_eq!(inbox.try_recv(), Some(Received::Item(1)));
    assert_eq!(inbox.try_recv(), Some(Received::Closed));
    assert!(inbox.is_closed());
    assert!(matches!(inbox.push(2), Pushed::Closed(2)));
    inbox.begin_to_close();
    assert_eq!(inbox.try_recv(), Some(Received::Closed));
}

#[test]
fn each_place_that_becomes_free_wakes_one_who_waits() {
    block_on(async {
        let inbox = inbox(2, Overflow::Wait);
        inbox.push(1);
        inbox.push(2);
        let mut first = pin!(seat(&inbox));
        let mut second = pin!(seat(&inbox));
        let mut third = pin!(seat(&inbox));
        assert!(poll_once(first.as_mut()).await.is_none());
        assert!(poll_once(second.as_mut()).await.is_none());
        assert!(poll_once(third.as_mut()).await.is_none());
        inbox.try_recv();
        inbox.try_recv();
        let place = poll_once(first.as_mut()).await.expect("was woken");
        let other = poll_once(second.as_mut()).await.expect("was woken");
        assert!(poll_once(third.as_mut()).await.is_none());
        drop(place);
        assert!(poll_once(third.as_mut()).await.is_some());
        drop(other);
    });
}

#[test]
fn who_is_woken_and_gives_up_has_the_next_one_woken() {
    block_on(async {
        let inbox = inbox(1, Overflow::Wait);
        inbox.push(1);
        let mut first = Box::pin(seat(&inbox));
        let mut second = pin!(seat(&inbox));
        assert!(poll_once(first.as_mut()).await.is_none());
        assert!(poll_once(second.as_mut()).await.is_none());
        inbox.try_recv();
        drop(first);
        assert!(poll_once(second.as_mut()).await.is_some());
    });
}

#[test]
fn nobody_waits_for_a_consumer_who_is_gone() {
    block_on(async {
        let inbox = inbox(1, Overflow::Wait);
        inbox.push(1);
        let mut waiting = pin!(seat(&inbox));
        assert!(poll_once(waiting.as_mut()).await.is_none());
        inbox.abandon();
        assert_eq!(inbox.len(), 0);
        let place = poll_once(waiting.as_mut()).await.expect("was woken");
        assert!(matches!(place.fill(2), Pushed::Closed(2)));
    });
}

#[test]
fn a_place_that_outlives_the_consumer_takes_nothing() {
    let inbox = inbox(1, Overflow::Wait);
    let place = inbox.reserve().unwrap();
    inbox.abandon();
    assert!(matches!(place.fill(1), Pushed::Closed(1)));
    assert_eq!(inbox.len(), 0);
}

/// Each waits for the other all the time, so a wake-up that gets lost is the end of it.
#[test]
fn two_threads_wake_each_other() {
    fn receive(inbox: &Inbox<u32>) -> Received<u32> {
        block_on(std::future::poll_fn(|cx| inbox.poll_recv(cx)))
    }

    let (there, back) = (inbox(1, Overflow::DropOldest), inbox(1, Overflow::Wait));
    thread::scope(|scope| {
        scope.spawn(|| {
            while let Received::Item(number) = receive(&there) {
                back.push(number);
            }
        });
        for number in 0..100_000 {
            there.push(number);
            assert_eq!(receive(&back), Received::Item(number));
        }
        there.close();
    });
}

/// Has an inbox emptied by one thread that four others fill; tells what came of each of them, and how much was lost.
fn race(overflow: Overflow) -> (Vec<Vec<u32>>, u64) {
    const EACH: u32 = 10_000;
    let inbox = inbox(8, overflow);
    let (mut seen, mut lost) = (vec![Vec::new(); 4], 0);
    thread::scope(|scope| {
        let producers: Vec<_> = (0..4)
            .map(|producer| {
                let inbox = &inbox;
                scope.spawn(move || {
                    for number in 0..EACH {
                        if overflow == Overflow::Wait {
                            block_on(send(inbox, (producer, number)));
                        } else {
                            inbox.push((producer, number));
                        }
                    }
                })
            })
            .collect();
        let consumer = scope.spawn(|| {
            block_on(async {
                loop {
                    assert!(inbox.len() <= 8);
                    match std::future::poll_fn(|cx| inbox.poll_recv(cx)).await {
                        Received::Item((producer, number)) => seen[producer].push(number),
                        Received::Lost(count) => lost += count,
                        Received::Closed => break,
                    }
                }
            });
        });
        for producer in producers {
            producer.join().unwrap();
        }
        inbox.close();
        consumer.join().unwrap();
    });
    let received: usize = seen.iter().map(Vec::len).sum();
    assert_eq!(received as u64 + lost, 4 * u64::from(EACH));
    assert_eq!(inbox.lost(), lost);
    for numbers in &seen {
        assert!(numbers.is_sorted());
    }
    (seen, lost)
}

#[test]
fn threads_that_wait_lose_nothing() {
    let (seen, lost) = race(Overflow::Wait);
    assert_eq!(lost, 0);
    for numbers in seen {
        assert!(numbers.into_iter().eq(0..10_000));
    }
}

#[test]
fn threads_that_do_not_wait_lose_what_is_counted() {
    race(Overflow::DropOldest);
    race(Overflow::DropNewest);
    race(Overflow::KeepLatest);
}

/// Looks into its inbox when it is dropped, and then panics.
struct Awkward(Weak<Inbox<Awkward>>, Arc<AtomicUsize>);

impl Drop for Awkward {
    fn drop(&mut self) {
        self.1.fetch_add(1, Ordering::SeqCst);
        if let Some(inbox) = self.0.upgrade() {
            assert!(inbox.lost() <= 100);
        }
        panic!("an item's drop");
    }
}

#[test]
fn items_are_dropped_quietly_and_under_no_lock() {
    for overflow in [
        Overflow::DropOldest,
        Overflow::DropNewest,
        Overflow::KeepLatest,
    ] {
        let dropped = Arc::new(AtomicUsize::new(0));
        let inbox = inbox(3, overflow);
        for _ in 0..10 {
            let item = Awkward(Arc::downgrade(&inbox), Arc::clone(&dropped));
            drop(inbox.push(item));
        }
        assert_eq!(dropped.load(Ordering::SeqCst) as u64, inbox.lost());
        let again = Awkward(Arc::downgrade(&inbox), Arc::clone(&dropped));
        inbox.abandon();
        assert_eq!(dropped.load(Ordering::SeqCst), 10);
        drop_quietly(inbox.push(again));
        assert_eq!(dropped.load(Ordering::SeqCst), 11);
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let inbox = inbox(3, Overflow::Wait);
    for _ in 0..3 {
        inbox.push(Awkward(Weak::new(), Arc::clone(&dropped)));
    }
    drop(inbox);
    assert_eq!(dropped.load(Ordering::SeqCst), 3);
}
