//! A great deal at once.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fanfare::net::wire::Call;
use fanfare::net::{Answer, Handler, Limits, Link, Listener, tcp};
use futures_lite::future::zip;
use futures_util::future::join_all;

use crate::common::Gate;
use crate::kit::{Peer, V, linked, request, signal, value};
use crate::runtime::Runtime;

/// Counts events, each the number after the one before, and opens a gate at the last.
struct Counts {
    next: AtomicU64,
    last: u64,
    gate: Gate,
}

impl Handler<V> for Counts {
    fn call(&self, _: &Link<V>, call: Call<V>) -> Answer<V> {
        if let Call::Signal { data, .. } = call {
            let next = self.next.fetch_add(1, Ordering::SeqCst);
            assert_eq!(data, V::from(next), "in order");
            if next == self.last {
                self.gate.open();
            }
        }
        Answer::done()
    }
}

async fn events_keep_their_order(on: Runtime) {
    const COUNT: u64 = 20_000;
    let counts = || {
        Arc::new(Counts {
            next: AtomicU64::new(0),
            last: COUNT - 1,
            gate: Gate::new(),
        })
    };
    let (one, two) = (counts(), counts());
    let builder = |counts: &Arc<Counts>| {
        Link::builder(Arc::clone(counts))
            .spawner(on.spawner())
            .limits(Limits::default().queue(16, 1 << 16))
    };
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let dialer = tcp::dial(listener.address());
    let (client, server) = linked(&builder(&one), &builder(&two), &listener, &dialer).await;
    let sends = |link: &Link<V>| {
        let link = link.clone();
        async move {
            for n in 0..COUNT {
                link.send(signal(n)).await.unwrap();
            }
        }
    };
    // Both ways, through queues that are always full.
    zip(
        zip(sends(&client), sends(&server)),
        zip(one.gate.wait(), two.gate.wait()),
    )
    .await;
    client.close().await;
    assert!(server.closed().await.is_orderly());
}

async fn requests_from_many_tasks(on: Runtime) {
    let (one, two) = (Peer::new(), Peer::new());
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let dialer = tcp::dial(listener.address());
    let (client, server) = linked(&one.on(&on), &two.on(&on), &listener, &dialer).await;
    let tasks = (0..20u64).map(|task| {
        let link = if task % 2 == 0 {
            client.clone()
        } else {
            server.clone()
        };
        async move {
            for n in 0..100 {
                let sent = task * 1_000 + n;
                if n % 3 == 0 {
                    // One that is given up at once.
                    drop(
                        futures_lite::future::poll_once(
                            link.request(request("wait", 0)).into_future(),
                        )
                        .await,
                    );
                }
                assert_eq!(value(link.request(request("echo", sent)).await), sent);
            }
        }
    });
    join_all(tasks).await;
    assert!(client.close_reason().is_none() && server.close_reason().is_none());
    assert_eq!((client.stats().requests, server.stats().requests), (0, 0));
    // Each that was begun was given up.
    two.gate.open();
    one.gate.open();
    client.close().await;
    for log in [one.log.take(), two.log.take()] {
        let count = |word: &str| log.iter().filter(|entry| *entry == word).count();
        assert_eq!(count("done"), 0);
    }
}

on_each_runtime!(events_keep_their_order, requests_from_many_tasks);
