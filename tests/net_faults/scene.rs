//! A whole conversation between a server and a peer, step by step, and what has to be left of it when the peer is gone.

use std::future::IntoFuture;

use fanfare::BoxFuture;
use fanfare::net::local::LocalDialer;
use fanfare::net::{ClientRouter, Limits, ServerRouter};
use fanfare::router::{Call, RequestError, Router, Sender};
use serde_json::{Value, json};

use crate::common::{Log, OnDrop, poll};
use crate::kit::{ByHand, Heard, V, writes};
use crate::raw::{Raw, Spoken, Way, door};

/// A step of the conversation.
pub(crate) enum Step {
    /// The peer says this.
    Says(Value),
    /// The server's process sends an event.
    Sends,
    /// It asks the peer's sender, by this method.
    Asks(&'static str),
}

/// All of it: hello, a sender, a listener, an event each way, requests each way, those that wait included, and the way back.
pub(crate) fn steps(spoken: Spoken) -> Vec<Step> {
    let call = |id: u64, method: &str, params: Value| {
        Step::Says(json!({"id": id, "method": method, "params": params}))
    };
    let asks = |id: u64, method: &str| {
        let params = json!({"sender": "near", "method": method, "params": [1]});
        call(id, "request", params)
    };
    let signal = |event: &str| {
        let info = json!({"sender": "far", "event": event});
        let params = json!({"info": info, "data": {"degrees": 21.5}});
        Step::Says(json!({"method": "signal", "params": params}))
    };
    let (events, requests) = (json!(["a", "#c"]), json!(["read", "wait", null]));
    let sender = json!({"sender": "far", "events": events, "requests": requests});
    vec![
        Step::Says(spoken.hello(1)),
        call(2, "add_sender", sender),
        call(3, "add_listener", json!({"sender": "near", "event": "a"})),
        signal("a"),
        Step::Sends,
        asks(4, "read"),
        asks(5, "wait"),
        Step::Asks("read"),
        Step::Says(json!({"id": 1, "status": 0, "response": 21.5})),
        Step::Asks("wait"),
        asks(6, "wait"),
        Step::Says(json!({"method": "cancel", "params": {"id": 6}})),
        call(7, "remove_listener", json!({"listener_id": 1})),
        signal("#c"),
        call(8, "remove_sender", json!({"sender": "far"})),
        Step::Says(json!({"id": 2, "status": 0, "response": null})),
        Step::Says(json!({"method": "close", "params": {"reason": "that was all"}})),
    ]
}

type Asked = BoxFuture<'static, Result<V, RequestError<V>>>;

/// A server with a sender of its own and a client that works, which has room for one peer more.
pub(crate) struct Scene {
    pub(crate) by_hand: ByHand,
    pub(crate) router: Router<V>,
    pub(crate) server: ServerRouter<V>,
    pub(crate) way: Way,
    near: Sender<V>,
    other: ClientRouter<V>,
    /// What the other client has heard.
    heard: Heard,
    presence: Log<String>,
    /// Of handlers that wait: `begun`, and `dropped`.
    handlers: Log<&'static str>,
    dialer: LocalDialer,
    /// What the server's process waits for.
    asked: Log<Asked>,
    /// How many tasks there are without the peer.
    tasks: usize,
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        Self::with(seed, Limits::default().connections(2))
    }

    pub(crate) fn with(seed: u64, limits: Limits) -> Self {
        let by_hand = ByHand {
            executor: fanfare::testing::SeededExecutor::new(seed),
            ..ByHand::new()
        };
        let router = by_hand.router();
        let (door, way) = door();
        let (server, dialer) =
            by_hand.server(&router, |builder| builder.listen(door).limits(limits));
        let handlers = Log::new();
        let near = sender_that_waits(&by_hand, &router, &handlers);
        let other = by_hand.client(dialer.clone());
        let heard = Heard::new();
        let listens = other
            .connect_sync(writes(&heard))
            .events(["a", "#disconnect"]);
        by_hand.now(listens.into_future()).expect("it listens");
        let presence = Log::new();
        let log = presence.clone();
        let write = move |presence: &fanfare::router::Presence| log.push(presence.to_string());
        router
            .presence()
            .connect_sync(move |event| write(event))
            .now();
        by_hand.run();
        let tasks = by_hand.executor.task_count();
        Self {
            by_hand,
            router,
            server,
            way,
            near,
            other,
            heard,
            presence,
            handlers,
            dialer,
            asked: Log::new(),
            tasks,
        }
    }

    pub(crate) fn enter(&self, spoken: Spoken) -> Raw<'_> {
        self.way.enter(&self.by_hand, spoken)
    }

    /// Does what does not come from the peer, or gives what it says.
    pub(crate) fn begin<'s>(&self, step: &'s Step) -> Option<&'s Value> {
        match step {
            Step::Says(message) => return Some(message),
            Step::Sends => drop(self.near.send("a", json!(1)).now()),
            Step::Asks(method) => {
                let (router, method) = (self.router.clone(), *method);
                let mut asked: Asked =
                    Box::pin(async move { router.request("far", method, json!([1])).await });
                assert!(poll(&mut asked).is_pending());
                self.asked.push(asked);
            }
        }
        None
    }

    /// A step, and what the peer has heard by then.
    pub(crate) fn play(&self, raw: &mut Raw<'_>, step: &Step) -> Vec<Value> {
        if let Some(message) = self.begin(step) {
            raw.send(message);
        }
        raw.got()
    }

    /// What came of what the server's process has asked: all of it has come to something, at once.
    pub(crate) fn replies(&self) -> Vec<Result<V, RequestError<V>>> {
        let asked = self.asked.take().into_iter();
        asked.map(|asked| self.by_hand.now(asked)).collect()
    }

    /// The peer is gone, and so is all that it had; everybody else goes on.
    pub(crate) fn has_nothing_left(&self, when: &str) {
        let by_hand = &self.by_hand;
        by_hand.run();
        assert_eq!(self.server.peers().len(), 1, "{when}");
        // An error, or what the peer had replied before.
        for reply in self.replies().into_iter().flatten() {
            assert!(reply == 21.5 || reply.is_null(), "{when}: {reply}");
        }
        assert!(self.router.sender_info("far").is_none(), "{when}");
        let listeners = self.router.inspect().connections;
        assert_eq!(listeners.len(), 1, "{when}: {listeners:?}");
        assert_eq!(self.server.inspect().under_way, 0, "{when}");
        let handlers = self.handlers.take();
        let count = |word| handlers.iter().filter(|entry| **entry == word).count();
        assert_eq!(count("begun"), count("dropped"), "{when}");
        assert_eq!(by_hand.executor.task_count(), self.tasks, "{when}");
        // Who came has gone.
        let presence = self.presence.take();
        let count = |word: &str| presence.iter().filter(|entry| *entry == word).count();
        let came = count("#connect of far");
        assert_eq!(came, count("#disconnect of far"), "{when}: {presence:?}");
        let heard = self.heard.take();
        let told = |line: &&String| line.starts_with("far #disconnect");
        assert_eq!(heard.iter().filter(told).count(), came, "{when}: {heard:?}");
        self.is_served(when);
    }

    /// What the other client has heard since the last time.
    pub(crate) fn heard_lines(&self) -> Vec<String> {
        self.by_hand.run();
        self.heard.take()
    }

    /// The other client hears and is replied to, and another one finds the seat free.
    pub(crate) fn is_served(&self, when: &str) {
        let by_hand = &self.by_hand;
        self.heard.take();
        self.near.send("a", json!("still")).now().expect(when);
        let asked = self.other.request("near", "read", json!(1));
        let reply = by_hand.until(asked.into_future()).expect(when);
        assert_eq!(reply.expect(when), 1, "{when}");
        assert_eq!(self.heard.take(), ["near a \"still\""], "{when}");
        let started = by_hand.until(by_hand.builder(self.dialer.clone()).start());
        let next = started.expect(when).expect(when);
        by_hand.now(next.drain().into_future()).expect(when);
        drop(next);
        by_hand.run();
        assert_eq!(by_hand.executor.task_count(), self.tasks, "{when}");
    }
}

/// It replies to `read`; what waits waits for ever, and writes down what becomes of it.
fn sender_that_waits(by_hand: &ByHand, router: &Router<V>, log: &Log<&'static str>) -> Sender<V> {
    let waits = |log: Log<&'static str>, _: std::sync::Arc<Call<V>>| async move {
        log.push("begun");
        let dropped = log.clone();
        let _dropped = OnDrop(move || dropped.push("dropped"));
        std::future::pending::<V>().await
    };
    let sender = router.sender("near").event("a");
    let sender = sender.on_request_sync("read", |call: &Call<V>| (**call).clone());
    let sender = sender.on_request_with("wait", log.clone(), waits);
    by_hand
        .now(sender.register().into_future())
        .expect("the name is free")
}
