//! Links of JSON values, handlers that write down what they are called for, and peers that speak bytes.

use std::future::Future;

use fanfare::BoxFuture;
use fanfare::net::local::{self, LocalCarrier};
use fanfare::net::wire::{Call, Code, RemoteError, Response, Token};
use fanfare::net::{
    Answer, Carrier, CloseReason, Dialer, Handler, Limits, Link, LinkBuilder, Listener,
    RequestError,
};
use fanfare::testing::{ManualClock, SeededExecutor};
use futures_lite::future::zip;
use serde_json::Value;

use crate::common::{Gate, Log, ON_PURPOSE, OnDrop};
use crate::runtime::Runtime;

/// What signals and requests carry in these tests.
pub(crate) type V = Value;

/// Writes down what it is called for, and answers requests by their method: `echo` at once, `wait` when the gate opens, `order` the
/// same before anything else is read, and so on. Clones are one.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) log: Log<String>,
    pub(crate) gate: Gate,
    token: Option<Token>,
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

    /// Writes down when it begins, is done, and is dropped before it is.
    fn waits(&self, params: V) -> BoxFuture<'static, Result<Response<V>, RemoteError>> {
        let (log, gate) = (self.log.clone(), self.gate.clone());
        Box::pin(async move {
            let dropped = log.clone();
            let dropped = OnDrop(move || dropped.push("dropped".into()));
            gate.wait().await;
            std::mem::forget(dropped);
            log.push("done".into());
            Ok(Response::Value(params))
        })
    }
}

impl Handler<V> for Peer {
    fn hello(&self, _: &Link<V>, token: Option<&Token>) -> Result<(), RemoteError> {
        self.log.push("hello".into());
        if self.token.is_none() || self.token.as_ref() == token {
            return Ok(());
        }
        Err(RemoteError::failed(Code::Refused, "the token is not known"))
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
        match &*method {
            "echo" => Answer::Now(Ok(Response::Value(params))),
            "wait" => Answer::Beside(self.waits(params)),
            "order" => Answer::InOrder(self.waits(params)),
            "panic" => panic!("{ON_PURPOSE}"),
            "panic later" => Answer::Beside(Box::pin(async { panic!("{ON_PURPOSE}, later") })),
            _ => Answer::Now(Err(RemoteError::failed(
                Code::UnknownRequest,
                "there is no such request",
            ))),
        }
    }

    fn closed(&self, _: &Link<V>, reason: &CloseReason) {
        self.log.push(format!("closed: {reason}"));
    }
}

pub(crate) fn request(method: &str, params: impl Into<V>) -> Call<V> {
    Call::Request {
        sender: "s".into(),
        method: method.into(),
        params: params.into(),
    }
}

pub(crate) fn signal(data: impl Into<V>) -> Call<V> {
    Call::Signal {
        listener_id: Some(7),
        sender: Some("s".into()),
        event: Some("e".into()),
        data: data.into(),
    }
}

pub(crate) fn value(result: Result<Response<V>, RequestError>) -> V {
    match result {
        Ok(Response::Value(value)) => value,
        other => panic!("no value: {other:?}"),
    }
}

/// A client and a server in this process, whose executor and clock a test moves by hand.
pub(crate) struct ByHand {
    pub(crate) executor: SeededExecutor,
    pub(crate) clock: ManualClock,
}

impl ByHand {
    pub(crate) fn new() -> Self {
        Self {
            executor: SeededExecutor::new(7),
            clock: ManualClock::new(),
        }
    }

    pub(crate) fn builder(&self, peer: &Peer) -> LinkBuilder<V> {
        peer.builder()
            .spawner(self.executor.clone())
            .timer(self.clock.clone())
    }

    /// What it gives, if it is ready once nothing more happens by itself.
    pub(crate) fn until<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        self.executor.run_until(future)
    }

    pub(crate) fn run(&self) {
        self.executor.run_until_stalled();
    }

    /// Both have said hello.
    pub(crate) fn pair(&self, client: &Peer, server: &Peer, limits: &Limits) -> (Link<V>, Link<V>) {
        let (here, there) = local::pair();
        self.linked(client, server, limits, here, there)
    }

    pub(crate) fn linked(
        &self,
        client: &Peer,
        server: &Peer,
        limits: &Limits,
        here: impl Carrier,
        there: impl Carrier,
    ) -> (Link<V>, Link<V>) {
        let server = self.builder(server).limits(limits.clone()).accept(there);
        let client = self.builder(client).limits(limits.clone());
        let client = self
            .until(client.connect(here))
            .expect("it is ready")
            .expect("a link");
        self.run();
        assert!(!client.is_plain() && !server.is_plain());
        (client, server)
    }

    /// A server, and a peer that speaks bytes.
    pub(crate) fn server(&self, server: &Peer, limits: &Limits) -> (Raw<'_>, Link<V>) {
        let (here, there) = local::pair();
        let link = self.builder(server).limits(limits.clone()).accept(there);
        (
            Raw {
                by_hand: self,
                carrier: here,
            },
            link,
        )
    }
}

/// A peer that sends and gets what the test says, as text.
pub(crate) struct Raw<'a> {
    pub(crate) by_hand: &'a ByHand,
    pub(crate) carrier: LocalCarrier,
}

impl Raw<'_> {
    pub(crate) fn send(&self, text: &str) {
        let sent = self.by_hand.until(self.carrier.send(text.into()));
        // One that has ended takes nothing more.
        let _ = sent.expect("there is room");
        self.by_hand.run();
    }

    /// All that has come.
    pub(crate) fn got(&self) -> Vec<String> {
        self.by_hand.run();
        let mut all = Vec::new();
        while let Some(Ok(frame)) = self.by_hand.until(self.carrier.recv()) {
            all.push(String::from_utf8(frame).expect("JSON"));
        }
        all
    }

    /// Says hello, and is welcome.
    pub(crate) fn hello(&self) {
        self.hello_with(256);
    }

    /// The same, to one that takes so many requests.
    pub(crate) fn hello_with(&self, window: u32) {
        self.send(r#"{"id":0,"method":"hello","params":{"protocol":1,"codec":"json"}}"#);
        let welcome =
            format!(r#"{{"id":0,"status":0,"response":{{"protocol":1,"window":{window}}}}}"#);
        assert_eq!(self.got(), [welcome]);
    }
}

/// Links over any kind of carrier, both on the test's runtime. Both have said hello.
pub(crate) async fn linked(
    client: &LinkBuilder<V>,
    server: &LinkBuilder<V>,
    listener: &impl Listener,
    dialer: &impl Dialer,
) -> (Link<V>, Link<V>) {
    let accepted = async {
        let handshake = listener
            .accept(server.accept_framing())
            .await
            .expect("somebody comes");
        server.complete(handshake).await.expect("a carrier")
    };
    let connected = async {
        let carrier = dialer
            .dial(client.connect_framing())
            .await
            .expect("somebody listens");
        client.connect(carrier).await.expect("hello")
    };
    zip(connected, accepted).await
}

/// How properties are tested: what fails is shown, and written nowhere.
pub(crate) fn cases() -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        failure_persistence: None,
        ..Default::default()
    }
}
