//! A server and a client of one router: what a link carries, with senders, listeners and handlers at its ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_channel::{Receiver, bounded, unbounded};
use fanfare::Executor;
use fanfare::net::{ClientRouter, Limits, RemoteSender, ServerRouter, WhenFull};
use fanfare::router::{Message, Router};
use futures::io::{AsyncReadExt, AsyncWriteExt};
use futures_lite::future::block_on;
use smol::net::TcpStream;

use super::ours::PAYLOAD;
use super::sockets::Kind;
use super::{executor, nanoseconds, run_on};

pub(super) struct Pair {
    client: ClientRouter<String>,
    sender: RemoteSender<String>,
    _server: ServerRouter<String>,
    address: String,
    on: Executor,
    missing: Arc<AtomicU64>,
    /// When each event was there, and that all were.
    came: Receiver<Instant>,
    done: Receiver<()>,
}

impl Pair {
    pub(super) fn new(kind: Kind) -> Self {
        let ((done_to, done), (came_to, came)) = (bounded(1), unbounded());
        let missing = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&missing);
        let heard = move |_: &Message<String>| match counted.load(Ordering::Relaxed) {
            0 => came_to.try_send(Instant::now()).expect("it is unbounded"),
            _ if counted.fetch_sub(1, Ordering::Relaxed) == 1 => {
                done_to.try_send(()).expect("it is read");
            }
            _ => {}
        };
        let (here, there) = (executor(), executor());
        let (client, sender, server, address) = block_on(async {
            let (listener, dialer) = kind.ends().await;
            let address = listener.address();
            let router = Router::builder().spawner(there.clone()).build();
            router
                .connect_sync(heard)
                .sender("thermometer")
                .event("temperature")
                .now();
            let reads = |call: &fanfare::router::Call<String>| (**call).clone();
            let host = router.sender("host").on_request_sync("read", reads);
            let host = host.register().await.unwrap();
            std::mem::forget(host);
            // Whoever does not read is in the way of nobody, for as long as it takes.
            let limits = Limits::default()
                .connections(10_000)
                .when_full(WhenFull::DropOldest);
            let limits = limits
                .handshake(Duration::from_secs(3_600))
                .write_stall(Duration::from_secs(3_600));
            let server = ServerRouter::builder(router)
                .listen(listener)
                .limits(limits);
            let server = server.spawner(there).start().await.unwrap();
            let client = ClientRouter::builder()
                .connect(dialer)
                .spawner(here.clone());
            let client = client.start().await.unwrap();
            let sender = client.sender("thermometer").event("temperature").register();
            let sender = sender.await.unwrap();
            (client, sender, server, address)
        });
        Self {
            client,
            sender,
            _server: server,
            address,
            on: here,
            missing,
            came,
            done,
        }
    }

    pub(super) fn send(&mut self, count: u64) -> Duration {
        self.missing.store(count, Ordering::Relaxed);
        let (sender, done) = (self.sender.clone(), self.done.clone());
        run_on(&self.on, async move {
            let start = Instant::now();
            for _ in 0..count {
                sender
                    .send("temperature", PAYLOAD.to_owned())
                    .await
                    .unwrap();
            }
            done.recv().await.unwrap();
            start.elapsed()
        })
    }

    pub(super) fn latencies(&mut self, count: usize) -> Vec<f64> {
        let (sender, came) = (self.sender.clone(), self.came.clone());
        run_on(&self.on, async move {
            let mut taken = Vec::with_capacity(count);
            for _ in 0..count {
                let start = Instant::now();
                sender
                    .send("temperature", PAYLOAD.to_owned())
                    .await
                    .unwrap();
                let there = came.recv().await.unwrap();
                taken.push(nanoseconds(there - start));
            }
            taken
        })
    }

    pub(super) fn round_trips(&mut self, count: usize) -> Vec<f64> {
        let client = self.client.clone();
        run_on(&self.on, async move {
            let mut taken = Vec::with_capacity(count);
            for _ in 0..count {
                let start = Instant::now();
                client
                    .request("host", "read", PAYLOAD.to_owned())
                    .await
                    .unwrap();
                taken.push(nanoseconds(start.elapsed()));
            }
            taken
        })
    }

    /// One who has said hello, listens to everything, and reads nothing from then on.
    pub(super) fn one_who_does_not_read(&self) -> TcpStream {
        block_on(async {
            let mut stream = self.stranger().await;
            let hello = br#"{"id":1,"method":"hello","params":{"protocol":1,"codec":"json"}}"#;
            let listen = br#"{"id":2,"method":"add_listener","params":{}}"#;
            let mut some = [0; 512];
            for said in [&hello[..], &listen[..]] {
                stream.write_all(said).await.unwrap();
                let read = stream.read(&mut some).await.unwrap();
                assert!(read > 0, "it is answered");
            }
            stream
        })
    }

    /// Those who begin their first message and stop.
    pub(super) fn slow_ones(&self, count: usize) -> Vec<TcpStream> {
        block_on(async {
            let mut all = Vec::with_capacity(count);
            for _ in 0..count {
                let mut stream = self.stranger().await;
                stream.write_all(b"{").await.unwrap();
                all.push(stream);
            }
            all
        })
    }

    async fn stranger(&self) -> TcpStream {
        let address = self.address.strip_prefix("tcp://").unwrap_or(&self.address);
        TcpStream::connect(address).await.unwrap()
    }
}
