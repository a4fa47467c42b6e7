//! One who floods a server does not keep it from the others: how many steps it takes until they are served is bounded, whatever he does.

use std::future::{Future, IntoFuture};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use fanfare::BoxFuture;
use fanfare::net::{Carrier, CarrierError, ClientRouter, Limits, PeerInfo, ServerRouter};
use fanfare::router::{Call, Router, Sender};
use fanfare::testing::SeededExecutor;
use serde_json::{Value, json};

use crate::kit::{ByHand, Heard, V, near, writes};
use crate::raw::Spoken;

/// Says hello and what it is to say first, then this for ever, as fast as it is read; what it is told it takes, and forgets.
struct Flood {
    first: Vec<Value>,
    then: Vec<u8>,
    said: AtomicUsize,
}

impl Carrier for Flood {
    fn send(&self, _: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>> {
        let said = self.said.fetch_add(1, Ordering::Relaxed);
        let first = self.first.get(said);
        let frame = first.map_or_else(|| self.then.clone(), |first| first.to_string().into_bytes());
        Box::pin(std::future::ready(Ok(frame)))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn info(&self) -> PeerInfo {
        PeerInfo::new("a flood")
    }
}

mod listener {
    use fanfare::BoxFuture;
    use fanfare::net::{CarrierError, Framing, Handshake, Listener};
    use smol::channel::Receiver;

    use super::Flood;

    /// Those who come by this way.
    pub(super) struct Floods(pub(super) Receiver<Flood>);

    impl Listener for Floods {
        fn accept(&self, _: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
            Box::pin(async move {
                let flood = self.0.recv().await.map_err(|_| CarrierError::closed())?;
                Ok(Handshake::new("a flood", async move { Ok(flood) }))
            })
        }

        fn address(&self) -> String {
            "floods".into()
        }
    }
}

struct Place {
    by_hand: ByHand,
    router: Router<V>,
    server: ServerRouter<V>,
    client: ClientRouter<V>,
    _slow: Sender<V>,
}

/// So many steps of all tasks are enough for whatever a client does: each task has its turn in some ten of them, and a request takes
/// some twenty turns.
const STEPS: usize = 1_000;

impl Place {
    /// One that works, and one that floods it.
    fn new(seed: u64, first: Vec<Value>, then: &Value) -> Self {
        let by_hand = ByHand {
            executor: SeededExecutor::new(seed),
            ..ByHand::new()
        };
        let router = by_hand.router();
        let (floods, receiver) = smol::channel::unbounded();
        let (server, dialer) = by_hand.server(&router, |builder| {
            let builder = builder.listen(listener::Floods(receiver));
            builder.limits(Limits::default().requests(16))
        });
        let client = by_hand.client(dialer);
        let slow = router
            .sender("slow")
            .on_request("wait", |_| std::future::pending::<V>());
        let slow = slow.register().now().expect("the name is free");
        let first = [vec![Spoken::Json.hello(0)], first].concat();
        let flood = Flood {
            first,
            then: then.to_string().into_bytes(),
            said: AtomicUsize::new(0),
        };
        floods.try_send(flood).expect("it listens");
        let place = Self {
            by_hand,
            router,
            server,
            client,
            _slow: slow,
        };
        place.steps(100);
        assert_eq!(place.server.peers().len(), 2);
        place
    }

    fn steps(&self, count: usize) {
        for _ in 0..count {
            assert!(self.by_hand.executor.tick(), "a flood does not end");
        }
    }

    /// How many messages of the flood were read until this was done, in no more steps than there may be.
    fn done<T>(&self, future: impl Future<Output = T>) -> (T, u64) {
        let mut future = std::pin::pin!(future);
        let read = || self.server.peers()[1].link.received;
        let before = read();
        for _ in 0..STEPS {
            let polled = futures_lite::future::poll_once(future.as_mut());
            if let Some(output) = futures_lite::future::block_on(polled) {
                return (output, read() - before);
            }
            self.steps(1);
        }
        panic!("not done after {STEPS} steps");
    }

    fn is_served(&self, seed: u64) {
        let (version, read) = self.done(self.client.server_version());
        version.unwrap();
        // As many at a time as one may have read before others have their turn.
        assert!(read <= 64 * STEPS as u64, "{read}");
        let say = |call: &Call<V>| (**call).clone();
        let sender = self.router.sender(format!("asked {seed}"));
        let sender = sender
            .on_request_sync("read", say)
            .register()
            .now()
            .unwrap();
        let asked = self.client.request(sender.name(), "read", json!(1));
        assert_eq!(self.done(asked.into_future()).0.unwrap(), 1);
        let heard = Heard::new();
        let listens = self.client.connect_sync(writes(&heard));
        let listens = listens.sender("near").event("a");
        self.done(listens.into_future()).0.unwrap();
        let near = near(&self.router, "near", &["a"]);
        for n in 0..100 {
            near.send("a", json!(n)).now().unwrap();
        }
        self.done(std::future::poll_fn(|_| match heard.len() {
            100 => Poll::Ready(()),
            _ => Poll::Pending,
        }));
    }
}

fn call(method: &str, params: &Value) -> Value {
    json!({"method": method, "params": params})
}

#[test]
fn a_flood_delays_others_by_so_many_steps() {
    let sender = json!({"sender": "flood", "events": ["a"]});
    let signal = json!({"info": {"sender": "flood", "event": "a"}, "data": [1, 2, 3]});
    let asks = json!({"sender": "nobody", "method": "read", "params": 1});
    for seed in 0..2 {
        for (first, then) in [
            // Events, which nobody listens to.
            (vec![call("add_sender", &sender)], call("signal", &signal)),
            // What is refused each time, and what is replied to.
            (vec![], call("signal", &signal)),
            (vec![], json!({"id": 1, "method": "get_version"})),
            (
                vec![],
                json!({"id": 1, "method": "request", "params": asks}),
            ),
            (
                vec![],
                json!({"id": 1, "method": "list_senders", "params": {"list_events": true}}),
            ),
            (vec![], call("pong", &json!({}))),
            // Listeners, up to as many as it may have.
            (
                vec![],
                json!({"id": 1, "method": "add_listener", "params": {"event": "x"}}),
            ),
        ] {
            Place::new(seed, first, &then).is_served(seed);
        }
    }
}

/// Nor does one who floods with requests that are never replied to.
#[test]
fn requests_that_wait_delay_nobody() {
    for seed in 0..2 {
        let asks = json!({"sender": "slow", "method": "wait", "params": 1});
        let then = json!({"id": 1, "method": "request", "params": asks});
        let place = Place::new(seed, vec![], &then);
        assert_eq!(place.server.peers()[1].link.serving, 16);
        place.is_served(seed);
    }
}
