//! Links of texts, and handlers that a test leads by the hand.

use std::sync::Arc;
use std::time::Duration;

use fanfare::BoxFuture;
use fanfare::net::wire::{Call, Code, Id, Message, Received, RemoteError, Response, Token, Wire};
use fanfare::net::{
    Answer, Carrier, CarrierError, CloseReason, Framing, Handler, Json, Limits, Link, LinkBuilder, Listener,
    LocalCarrier, PeerInfo, local,
};
use fanfare::testing::{ManualClock, SeededExecutor};
use serde_json::Value;

use crate::common::{Gate, Log, OnDrop, ON_PURPOSE};
use crate::runtime::Runtime;

/// What signals and requests carry in these tests.
pub(crate) type V = Value;

/// Writes down what it is called for, and answers requests by their method:
/// `echo` at once, `wait` when the gate opens, `order` the same and in order, `panic` not at all.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) log: Log<String>,
    pub(crate) gate: Gate,
    pub(crate) token: Option<Token>,
}

impl Peer {
    pub(crate) fn new() -> Self {
        Self {
            log: Log::new(),
            gate: Gate::new(),
            token: None,
        }
    }

    pub(crate) fn with_token(token: &str) -> Self {
        Self {
            token: Some(token.into()),
            ..Self::new()
        }
    }

    pub(crate) fn builder(&self) -> LinkBuilder<V> {
        Link::builder(self.clone())
    }

    pub(crate) fn on(&self, on: &Runtime) -> LinkBuilder<V> {
        self.builder().spawner(on.spawner())
    }
}

impl Handler<V> for Peer {
    fn hello(&self, _: &Link<V>, token: Option<&Token>) -> Result<(), RemoteError> {
        self.log.push("hello".into());
        if self.token.as_ref() == token {
            Ok(())
        } else {
            Err(RemoteError::failed(Code::Refused, "the token is not known"))
        }
    }

    fn call(&self, _: &Link<V>, call: Call<V>) -> Answer<V> {
        let (method, params) = match call {
            Call::Request { method, params, .. } => (method, params),
            Call::Signal { data, .. } => {
                self.log.push(format!("signal {data}"));
                return Answer::done();
            }
            Call::GetVersion => return Answer::Now(Ok(Response::Version("1.01".into()))),
            Call::AddListener { .. } => return Answer::Now(Ok(Response::Listener(7))),
            other => {
                self.log.push(other.method().into());
                return Answer::done();
            }
        };
        self.log.push(method.clone());
        let (log, gate) = (self.log.clone(), self.gate.clone());
        let waits: BoxFuture<'static, _> = Box::pin(async move {
            let begun = log.clone();
            let dropped = OnDrop(move || begun.push("dropped".into()));
            gate.wait().await;
            std::mem::forget(dropped);
            log.push("done".into());
            Ok(Response::Value(params.clone()))
        });
        match &*method {
            "echo" => Answer::Beside(waits_not(waits, &self.gate)),
            "wait" => Answer::Beside(waits),
            "order" => Answer::InOrder(waits),
            "panic" => panic!("{ON_PURPOSE}"),
            "panic later" => Answer::Beside(Box::pin(async { panic!("{ON_PURPOSE}") })),
            _ => Answer::Now(Err(RemoteError::failed(Code::UnknownRequest, "there is no such request"))),
        }
    }

    fn closed(&self, _: &Link<V>, reason: &CloseReason) {
        self.log.push(format!("closed: {reason}"));
    }
}
