//! Servers that a test plays, each of which dies where its plan says.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use fanfare::net::local::{self, LocalCarrier};
use fanfare::net::{Carrier, CarrierError, Dialer, Framing};
use fanfare::testing::SeededExecutor;
use fanfare::{BoxFuture, Spawner};
use serde_json::{Value, json};

use crate::common::Log;

/// How a server ends, at some message of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// It has read the message, and does not reply.
    Before,
    /// It has replied, and said what there was to say.
    After,
    /// It does not reply any more, and is not gone, either.
    Silent,
}

/// At which message of the client, counted from 1, a server dies.
pub(crate) type Plan = Option<(usize, Death)>;

/// Servers, one for each connection, until there are no more. Clones are one.
#[derive(Clone)]
pub(crate) struct Played {
    plans: Arc<Mutex<VecDeque<Plan>>>,
    executor: SeededExecutor,
    /// What they have read, pings aside, with the number of the connection.
    pub(crate) got: Log<(usize, Value)>,
    connections: Log<()>,
}

impl Played {
    pub(crate) fn new(executor: &SeededExecutor, plans: impl IntoIterator<Item = Plan>) -> Self {
        Self {
            plans: Arc::new(Mutex::new(plans.into_iter().collect())),
            executor: executor.clone(),
            got: Log::new(),
            connections: Log::new(),
        }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.len()
    }

    async fn serve(self, carrier: LocalCarrier, number: usize, plan: Plan) {
        let (mut count, mut is_silent) = (0, false);
        while let Ok(frame) = carrier.recv().await {
            let message: Value = serde_json::from_slice(&frame).expect("JSON");
            let is_ping = message["method"] == "ping";
            if !is_ping {
                self.got.push((number, message.clone()));
                count += 1;
            }
            let death = plan.filter(|(last, _)| *last == count && !is_ping);
            match death {
                Some((_, Death::Before)) => return,
                Some((_, Death::Silent)) => is_silent = true,
                _ if is_silent => {}
                _ => {
                    for reply in replies(&message) {
                        say(&carrier, &reply).await;
                    }
                }
            }
            if let Some((_, Death::After)) = death {
                return;
            }
        }
    }
}

async fn say(carrier: &LocalCarrier, message: &Value) {
    // One that has gone hears nothing.
    let _ = carrier.send(message.to_string().into_bytes()).await;
}

/// What a server says to this. With a listener, it sends an event and asks something.
pub(crate) fn replies(message: &Value) -> Vec<Value> {
    let method = message["method"].as_str().unwrap_or_default();
    let response = match method {
        "hello" => json!({"protocol": 1, "window": 256}),
        "add_listener" => json!({"listener_id": 1}),
        "request" => message["params"]["params"].clone(),
        "get_version" => json!("1.01"),
        "list_senders" => json!([]),
        "ping" => return vec![json!({"method": "pong"})],
        _ => Value::Null,
    };
    let mut replies = Vec::new();
    if message.get("id").is_some() && !method.is_empty() {
        replies.push(json!({"id": message["id"], "status": 0, "response": response}));
    }
    if method == "add_listener" {
        let info = json!({"sender": "near", "event": "a"});
        let params = json!({"info": info, "data": 1});
        replies.push(json!({"method": "signal", "params": params}));
        let params = json!({"sender": "far", "method": "read", "params": 2});
        replies.push(json!({"id": "r", "method": "request", "params": params}));
    }
    replies
}

impl Dialer for Played {
    fn dial(&self, _: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(plan) = plans.pop_front() else {
            let refused = io::ErrorKind::ConnectionRefused.into();
            return Box::pin(async { Err(CarrierError::io("connecting", refused)) });
        };
        self.connections.push(());
        let (here, there) = local::pair();
        let serving = self.clone().serve(there, self.connections.len(), plan);
        self.executor.spawn(Box::pin(serving));
        Box::pin(async { Ok(Arc::new(here) as Arc<dyn Carrier>) })
    }
}
