//! Who is let in: tokens, certificates, who has none, and who does not say hello.

use fanfare::BoxFuture;
use fanfare::net::wire::{Code, Token};
use fanfare::net::{
    Carrier, CarrierError, ConnectError, Framing, Handshake, Identity, Listener, PeerInfo,
    ServerRouterBuilder, StartError, local,
};
use serde_json::{Value, json};

use crate::kit::{Net, far};
use crate::runtime::Runtime;

fn refused(started: Result<fanfare::net::ClientRouter<Value>, StartError>) -> String {
    let error = started.expect_err("it is not let in");
    match error.connect_error() {
        Some(ConnectError::Refused(remote)) => {
            assert_eq!(remote.code(), Some(Code::Refused));
            remote.message().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

fn names(net: &Net) -> Vec<Vec<String>> {
    let peers = net.server.peers().into_iter();
    let names = peers.map(|peer| peer.identity.map(|who| who.names().to_vec()));
    names.map(Option::unwrap_or_default).collect()
}

async fn tokens_let_in(on: Runtime) {
    let verifies = |token: &Token, _: &PeerInfo| {
        let name = token.reveal().strip_prefix("signed:")?;
        Some(Identity::new([name]))
    };
    let net = Net::with(&on, |builder| {
        let builder = builder.token("open sesame", "ali").token("second", "baba");
        builder.verifier(verifies)
    })
    .await;
    let ali = net.builder().token("open sesame").start().await.unwrap();
    let baba = net.builder().token("second").start().await.unwrap();
    let carol = net.builder().token("signed:carol").start().await.unwrap();
    assert_eq!(names(&net), [["ali"], ["baba"], ["carol"]]);
    for wrong in ["open", "", "open sesamf", "signed"] {
        let started = net.builder().token(wrong).start().await;
        assert_eq!(refused(started), "the token is not known");
    }
    let started = net.builder().start().await;
    assert_eq!(
        refused(started),
        "say who you are: this server asks for a token"
    );
    // One of the original says nothing, and is not served.
    let plain = net.builder().plain().start().await.unwrap();
    let error = plain.server_version().await.unwrap_err();
    assert_eq!(error.to_string(), "say hello first");
    far(&ali, "s", &["a"])
        .await
        .send("a", json!(1))
        .join()
        .await
        .unwrap();
    drop((ali, baba, carol));
}

async fn strangers_are_let_in_where_it_says_so(on: Runtime) {
    let net = Net::with(&on, |builder| builder.token("t", "known").allow_anonymous()).await;
    let known = net.builder().token("t").start().await.unwrap();
    let stranger = net.client().await;
    let plain = net.builder().plain().start().await.unwrap();
    plain.server_version().await.unwrap();
    assert_eq!(names(&net), [vec!["known".to_owned()], vec![], vec![]]);
    // A wrong token is worse than none.
    let started = net.builder().token("x").start().await;
    assert_eq!(refused(started), "the token is not known");
    drop((known, stranger));
}

async fn without_tokens_any_will_do(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.builder().token("whatever").start().await.unwrap();
    assert!(client.is_connected());
}

async fn hello_can_be_demanded(on: Runtime) {
    let net = Net::with(&on, ServerRouterBuilder::require_hello).await;
    let plain = net.builder().plain().start().await.unwrap();
    let error = plain.server_version().await.unwrap_err();
    assert_eq!(error.to_string(), "say hello first");
    let client = net.client().await;
    client.server_version().await.unwrap();
}

/// Those who come here have shown a certificate of this name.
struct Proved(local::LocalListener, &'static str);

struct ProvedCarrier(std::sync::Arc<dyn Carrier>, &'static str);

impl Carrier for ProvedCarrier {
    fn send(&self, frame: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>> {
        self.0.send(frame)
    }

    fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>> {
        self.0.recv()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.0.close()
    }

    fn info(&self) -> PeerInfo {
        let identity = Identity::new([self.1]).with_fingerprint([7; 32]);
        self.0.info().with_identity(identity)
    }
}

impl Listener for Proved {
    fn accept(&self, framing: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
        Box::pin(async move {
            let handshake = self.0.accept(framing).await?;
            let name = self.1;
            Ok(Handshake::new(handshake.peer().to_owned(), async move {
                let limits = fanfare::net::Limits::default();
                let carrier = handshake.complete(&limits, &fanfare::ThreadTimer).await?;
                Ok(ProvedCarrier(carrier, name))
            }))
        })
    }

    fn address(&self) -> String {
        self.0.address()
    }
}

/// By a certificate, by a token, or by both; and each server has several ways in.
async fn a_certificate_lets_in(on: Runtime) {
    let (proved, dialer) = local::listen();
    let net = Net::with(&on, |builder| {
        let builder = builder.listen(Proved(proved, "machine"));
        builder.token("t", "person")
    })
    .await;
    let by_certificate = net.builder().connect(dialer.clone()).start().await.unwrap();
    let by_token = net.builder().token("t").start().await.unwrap();
    let by_both = net
        .builder()
        .connect(dialer.clone())
        .token("t")
        .start()
        .await
        .unwrap();
    assert_eq!(
        names(&net),
        [vec!["machine"], vec!["person"], vec!["person", "machine"]]
    );
    let both = net.server.peers()[2].identity.clone().unwrap();
    assert_eq!(both.fingerprint(), Some(&[7; 32]));
    let started = net.builder().connect(dialer).token("wrong").start().await;
    assert_eq!(refused(started), "the token is not known");
    assert!(net.builder().start().await.is_err());
    drop((by_certificate, by_token, by_both));
}

on_each_runtime!(
    tokens_let_in,
    strangers_are_let_in_where_it_says_so,
    without_tokens_any_will_do,
    hello_can_be_demanded,
    a_certificate_lets_in,
);
