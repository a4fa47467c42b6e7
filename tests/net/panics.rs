//! Code of the user's that panics: carriers, and payloads that are read and written.

use fanfare::BoxFuture;
use fanfare::net::wire::{Call, Response};
use fanfare::net::{Answer, Carrier, CarrierError, CloseReason, Handler, Link, PeerInfo, local};

use crate::common::ON_PURPOSE;
use crate::kit::{ByHand, Peer};
use crate::runtime::Runtime;

/// A carrier of somebody's, whose code panics where it is told to.
struct Panics {
    inner: local::LocalCarrier,
    when_sending: bool,
}

impl Carrier for Panics {
    fn send(&self, frame: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>> {
        assert!(!self.when_sending, "{ON_PURPOSE}");
        self.inner.send(frame)
    }

    fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>> {
        assert!(self.when_sending, "{ON_PURPOSE}");
        self.inner.recv()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.inner.close()
    }

    fn info(&self) -> PeerInfo {
        self.inner.info()
    }
}

async fn a_carrier_that_panics_ends_its_link(on: Runtime) {
    for when_sending in [true, false] {
        let (peer, (inner, there)) = (Peer::new(), local::pair());
        let link = peer.on(&on).accept(Panics {
            inner,
            when_sending,
        });
        // It may have ended already.
        let _ = there
            .send(br#"{"id":1,"method":"get_version"}"#.to_vec())
            .await;
        assert!(matches!(link.closed().await, CloseReason::Dropped));
        // And the other side hears of it.
        assert!(there.recv().await.unwrap_err().is_ended());
        link.close().await;
        assert_eq!(
            peer.log.take(),
            ["closed: the link was dropped on this side"]
        );
    }
}

on_each_runtime!(a_carrier_that_panics_ends_its_link);

/// A payload whose code panics when it is read, or written.
struct Moody(bool);

impl serde::Serialize for Moody {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert!(self.0, "{ON_PURPOSE}");
        serializer.serialize_bool(self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Moody {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let is_fine = bool::deserialize(deserializer)?;
        assert!(is_fine, "{ON_PURPOSE}");
        Ok(Self(is_fine))
    }
}

struct Replies;

impl Handler<Moody> for Replies {
    fn call(&self, _: &Link<Moody>, _: Call<Moody>) -> Answer<Moody> {
        Answer::Now(Ok(Response::Value(Moody(false))))
    }
}

#[test]
fn a_payload_that_panics_ends_no_task() {
    let by_hand = ByHand::new();
    let (here, there) = local::pair();
    let builder = Link::builder(Replies).spawner(by_hand.executor.clone());
    let link = builder.timer(by_hand.clock.clone()).accept(there);
    let send = |text: &str| by_hand.until(here.send(text.into())).unwrap().unwrap();
    let next = || String::from_utf8(by_hand.until(here.recv()).unwrap().unwrap()).unwrap();
    send(r#"{"id":1,"method":"request","params":{"sender":"s","method":"m","params":true}}"#);
    assert!(next().contains("the payload's code panicked"));
    assert!(link.close_reason().is_none());
    send(r#"{"id":2,"method":"request","params":{"sender":"s","method":"m","params":false}}"#);
    by_hand.run();
    assert!(
        matches!(link.close_reason(), Some(CloseReason::Malformed(_))),
        "{link:?}"
    );
}
