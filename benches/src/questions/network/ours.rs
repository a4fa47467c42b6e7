//! Links.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_channel::{Receiver, Sender, bounded, unbounded};
use fanfare::Executor;
use fanfare::net::wire::{Call, Response};
use fanfare::net::{Answer, Handler, Link};
use futures_lite::future::{block_on, zip};

use super::sockets::Kind;
use super::{executor, nanoseconds, run_on};

/// What events carry: 64 bytes.
pub(super) const PAYLOAD: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

pub(super) struct Pair {
    client: Link<String>,
    server: Link<String>,
    on: Executor,
    listens: Arc<Listens>,
    /// When each event was there, and that all were.
    came: Receiver<Instant>,
    done: Receiver<()>,
}

/// Counts events, and tells when those are there that were waited for.
struct Listens {
    missing: AtomicU64,
    done: Sender<()>,
    /// Whether each is told by itself.
    came: Sender<Instant>,
    tells: AtomicU64,
}

struct Shared(Arc<Listens>);

impl Handler<String> for Shared {
    fn call(&self, _: &Link<String>, call: Call<String>) -> Answer<String> {
        let Call::Signal { .. } = &call else {
            return match call {
                Call::Request { params, .. } => Answer::Now(Ok(Response::Value(params))),
                _ => Answer::unknown(),
            };
        };
        let Self(listens) = self;
        if listens.tells.load(Ordering::Relaxed) > 0 {
            listens
                .came
                .try_send(Instant::now())
                .expect("it is unbounded");
        } else if listens.missing.fetch_sub(1, Ordering::Relaxed) == 1 {
            listens.done.try_send(()).expect("it is unbounded");
        }
        Answer::done()
    }
}

impl Pair {
    pub(super) fn new(kind: Kind) -> Self {
        let ((done_to, done), (came_to, came)) = (bounded(1), unbounded());
        let listens = Arc::new(Listens {
            missing: AtomicU64::new(0),
            done: done_to,
            came: came_to,
            tells: AtomicU64::new(0),
        });
        let (here, there) = (executor(), executor());
        let client = Link::builder(Shared(Arc::clone(&listens))).spawner(here.clone());
        let server = Link::builder(Shared(Arc::clone(&listens))).spawner(there);
        let (client, server) = block_on(async {
            let (listener, dialer) = kind.ends().await;
            let accepted = async {
                let handshake = listener.accept(server.accept_framing()).await.unwrap();
                server.complete(handshake).await.unwrap()
            };
            let connected = async {
                let carrier = dialer.dial(client.connect_framing()).await.unwrap();
                client.connect(carrier).await.unwrap()
            };
            zip(connected, accepted).await
        });
        Self {
            client,
            server,
            on: here,
            listens,
            came,
            done,
        }
    }

    pub(super) fn send(&mut self, count: u64) -> Duration {
        self.listens.missing.store(count, Ordering::Relaxed);
        let (link, done) = (self.client.clone(), self.done.clone());
        run_on(&self.on, async move {
            let start = Instant::now();
            for _ in 0..count {
                link.send(event()).await.unwrap();
            }
            done.recv().await.unwrap();
            start.elapsed()
        })
    }

    pub(super) fn latencies(&mut self, count: usize) -> Vec<f64> {
        self.listens.tells.store(1, Ordering::Relaxed);
        let (link, came) = (self.client.clone(), self.came.clone());
        let taken = run_on(&self.on, async move {
            let mut taken = Vec::with_capacity(count);
            for _ in 0..count {
                let start = Instant::now();
                link.send(event()).await.unwrap();
                let there = came.recv().await.unwrap();
                taken.push(nanoseconds(there - start));
            }
            taken
        });
        self.listens.tells.store(0, Ordering::Relaxed);
        taken
    }

    pub(super) fn round_trips(&mut self, count: usize) -> Vec<f64> {
        let link = self.client.clone();
        run_on(&self.on, async move {
            let mut taken = Vec::with_capacity(count);
            for _ in 0..count {
                let start = Instant::now();
                link.request(question()).await.unwrap();
                taken.push(nanoseconds(start.elapsed()));
            }
            taken
        })
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        block_on(zip(self.client.close(), self.server.close()));
    }
}

pub(super) fn event() -> Call<String> {
    Call::Signal {
        listener_id: Some(7),
        sender: Some("thermometer".into()),
        event: Some("temperature".into()),
        data: PAYLOAD.into(),
    }
}

pub(super) fn question() -> Call<String> {
    Call::Request {
        sender: "thermometer".into(),
        method: "read".into(),
        params: PAYLOAD.into(),
    }
}
