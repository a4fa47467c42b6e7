//! How links end, and who hears of it.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use fanfare::Spawner;
use fanfare::net::wire::Code;
use fanfare::net::{CloseReason, Limits, Listener, RequestError, Unsendable, local, tcp};
use fanfare::testing::SeededExecutor;

use crate::common::poll;
use crate::kit::{ByHand, Peer, linked, request, signal};
use crate::runtime::Runtime;

async fn what_was_sent_arrives_before_the_end(on: Runtime) {
    let (one, two) = (Peer::new(), Peer::new());
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let dialer = tcp::dial(listener.address());
    let (client, server) = linked(&one.on(&on), &two.on(&on), &listener, &dialer).await;
    for n in 0..1_000 {
        client.send(signal(n)).await.unwrap();
    }
    client.close().await;
    assert!(matches!(client.close_reason(), Some(CloseReason::Closed)));
    let reason = server.closed().await;
    assert!(
        matches!(&reason, CloseReason::Remote(text) if text == "closed"),
        "{reason}"
    );
    server.close().await;
    let heard = two.log.take();
    assert_eq!(heard.len(), 1_002);
    assert_eq!(heard[1000], "signal 999");
    assert_eq!(
        heard[1001],
        "closed: the other side has closed the link: closed"
    );
    assert_eq!(one.log.take(), ["closed: the link was closed on this side"]);
}

async fn the_last_handle_ends_it(on: Runtime) {
    let (one, two) = (Peer::new(), Peer::new());
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let dialer = tcp::dial(listener.address());
    let (client, server) = linked(&one.on(&on), &two.on(&on), &listener, &dialer).await;
    client.send(signal(1)).await.unwrap();
    let other = client.clone();
    assert!(other.id() == client.id() && other.id() != server.id());
    drop(client);
    other.send(signal(2)).await.unwrap();
    drop(other);
    assert!(server.closed().await.is_orderly());
    server.close().await;
    assert_eq!(two.log.take()[1..3], ["signal 1", "signal 2"]);
}

on_each_runtime!(
    what_was_sent_arrives_before_the_end,
    the_last_handle_ends_it
);

#[test]
fn everybody_hears_of_the_end_once() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (client, server) = by_hand.pair(&one, &two, &Limits::default());
    let asks = client.request(request("wait", 1)).into_future();
    let mut asks = asks;
    assert!(by_hand.until(&mut asks).is_none());
    two.log.take();
    let mut closed = Box::pin(client.closed());
    assert!(poll(&mut closed).is_pending());
    by_hand.until(client.close()).expect("it is closed");
    by_hand.until(client.close()).expect("again is no matter");
    assert!(matches!(
        by_hand.until(closed).unwrap(),
        CloseReason::Closed
    ));
    let error = by_hand.until(asks).unwrap().unwrap_err();
    assert!(
        matches!(error, RequestError::Closed(CloseReason::Closed)),
        "{error}"
    );
    by_hand.run();
    // What was done for it was dropped.
    let mut heard = two.log.take();
    heard.sort();
    assert_eq!(
        heard,
        [
            "closed: the other side has closed the link: closed",
            "dropped"
        ]
    );
    assert_eq!(server.stats().serving, 0);
    let error = by_hand.until(client.send(signal(1))).unwrap().unwrap_err();
    assert!(
        matches!(error.why(), Unsendable::Closed(CloseReason::Closed)),
        "{error}"
    );
    assert!(
        error.to_string().starts_with("signal was not sent"),
        "{error}"
    );
    let error = by_hand
        .until(client.request(request("echo", 1)).into_future())
        .unwrap()
        .unwrap_err();
    assert!(matches!(error, RequestError::NotSent(_)), "{error}");
    assert_eq!(one.log.take(), ["closed: the link was closed on this side"]);
}

#[test]
fn an_end_in_order_takes_no_longer_than_it_may() {
    let by_hand = ByHand::new();
    let limits = Limits::default().no_heartbeat();
    let (raw, link) = by_hand.server(&Peer::new(), &limits);
    raw.hello();
    for n in 0..200 {
        by_hand.until(link.send(signal(n))).unwrap().unwrap();
    }
    // Nobody reads.
    let mut closing = Box::pin(link.close());
    assert!(by_hand.until(&mut closing).is_none());
    by_hand.clock.advance(Duration::from_secs(5));
    by_hand.until(closing).expect("the time is up");
    assert!(matches!(link.close_reason(), Some(CloseReason::Closed)));
}

#[test]
fn one_that_goes_without_a_word_is_lost() {
    let by_hand = ByHand::new();
    let peer = Peer::new();
    let (raw, link) = by_hand.server(&peer, &Limits::default());
    raw.hello();
    drop(raw);
    by_hand.run();
    let reason = link.close_reason().expect("it was noticed");
    assert!(
        matches!(reason, CloseReason::Lost(error) if error.is_ended()),
        "{reason}"
    );
    assert!(reason.is_orderly(), "between two messages");
}

#[test]
fn an_executor_that_drops_its_tasks_ends_it() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (here, there) = local::pair();
    let other = SeededExecutor::new(1);
    // One that is not kept by what it runs.
    let executor = Arc::new(other.clone());
    let weak = Arc::downgrade(&executor);
    let spawner = move |task| {
        if let Some(executor) = weak.upgrade() {
            executor.spawn(task);
        }
    };
    let server = two.builder().spawner(spawner).accept(there);
    let client = one
        .builder()
        .spawner(by_hand.executor.clone())
        .timer(by_hand.clock.clone());
    let mut connecting = Box::pin(client.connect(here));
    assert!(by_hand.until(&mut connecting).is_none());
    other.run_until_stalled();
    let client = by_hand.until(connecting).unwrap().unwrap();
    let mut asks = client.request(request("wait", 1)).into_future();
    assert!(by_hand.until(&mut asks).is_none());
    other.run_until_stalled();
    assert_eq!(server.stats().serving, 1);
    drop((other, executor));
    assert!(
        matches!(server.close_reason(), Some(CloseReason::Dropped)),
        "{server:?}"
    );
    let heard = two.log.take();
    assert!(
        heard.iter().any(|text| text.starts_with("closed: ")),
        "{heard:?}"
    );
    let error = by_hand.until(asks).unwrap().unwrap_err();
    assert!(matches!(error, RequestError::Closed(_)), "{error}");
}

#[test]
fn a_request_whose_task_is_dropped_is_replied_to() {
    let by_hand = ByHand::new();
    let two = Peer::new();
    let (here, there) = local::pair();
    // An executor that throws away the fourth task and those after it: reading, writing and the time are the first three.
    let count = std::sync::atomic::AtomicUsize::new(0);
    let executor = by_hand.executor.clone();
    let builder = two
        .builder()
        .timer(by_hand.clock.clone())
        .spawner(move |task| {
            if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 3 {
                executor.spawn(task);
            }
        });
    let _server = builder.accept(there);
    let client = by_hand
        .until(by_hand.builder(&Peer::new()).connect(here))
        .unwrap()
        .unwrap();
    let error = by_hand
        .until(client.request(request("wait", 1)).into_future())
        .unwrap()
        .unwrap_err();
    assert_eq!(error.remote().unwrap().code(), Some(Code::Gone), "{error}");
}
