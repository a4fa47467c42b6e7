//! The auto traits of every public type and future of the network. This file is a test by compiling.

use std::cell::Cell;
use std::future::IntoFuture;

use fanfare::net::local::{LocalCarrier, LocalDialer, LocalListener};
use fanfare::net::wire::{
    Call, Code, Expect, Id, Message, Received, RemoteError, Response, SenderEntry, Status, Token,
    Wire,
};
use fanfare::net::{
    Acceptor, Answer, Bytes, Carrier, CarrierError, CloseReason, CodecError, ConnectError, Dialer,
    FrameDecoder, FrameError, Framing, Handler, Handshake, Identity, Json, Limits, Link,
    LinkBuilder, LinkRequest, LinkStats, Listener, MessagePack, PeerInfo, Progress, Redialer,
    RequestError, SendError, StreamCarrier, Unsendable, WhenFull, tcp,
};
use static_assertions::{assert_impl_all, assert_obj_safe};

/// Sendable between threads and no more.
struct OnlySend(#[expect(dead_code, reason = "it is here for what it is not")] Cell<u8>);

macro_rules! sent {
    ($($kind:ty),* $(,)?) => { $(assert_impl_all!($kind: Send, Sync, Unpin);)* };
}

sent!(
    Bytes,
    Json,
    MessagePack,
    CodecError,
    FrameDecoder,
    FrameError,
    Framing,
    Limits,
    WhenFull,
    Call<u8>,
    Message<u8>,
    Received<u8>,
    Response<u8>,
    Wire<OnlySend>,
    Id,
    Token,
    RemoteError,
    Status,
    Code,
    Expect,
    SenderEntry,
    LocalCarrier,
    LocalDialer,
    LocalListener,
    StreamCarrier,
    CarrierError,
    PeerInfo,
    Identity,
    Progress,
    tcp::Bind,
    tcp::TcpListener,
    tcp::TcpDialer,
    Acceptor,
    Redialer,
    Link<OnlySend>,
    LinkBuilder<OnlySend>,
    LinkRequest<u8>,
    LinkStats,
    CloseReason,
    ConnectError,
    RequestError,
    SendError<u8>,
    Unsendable,
);
// Those whose futures need not be `Sync`.
assert_impl_all!(Handshake: Send, Unpin);
assert_impl_all!(Answer<u8>: Send, Unpin);
assert_impl_all!(<LinkRequest<u8> as IntoFuture>::IntoFuture: Send, Unpin);
assert_impl_all!(<tcp::Bind as IntoFuture>::IntoFuture: Send, Unpin);

#[cfg(unix)]
sent!(
    fanfare::net::unix::Bind,
    fanfare::net::unix::UnixListener,
    fanfare::net::unix::UnixDialer
);
#[cfg(feature = "tls")]
sent!(
    fanfare::net::tls::Bind,
    fanfare::net::tls::TlsListener,
    fanfare::net::tls::TlsDialer,
    fanfare::net::tls::Credentials,
    fanfare::net::tls::Trust,
);

assert_obj_safe!(Carrier, Dialer, Listener, Handler<u8>);

/// The futures that have no name.
fn links_wait_on_any_thread(
    link: &Link<u8>,
    builder: &LinkBuilder<u8>,
    carrier: LocalCarrier,
    acceptor: &Acceptor,
    redialer: &mut Redialer,
) {
    fn is_sent(_: impl Send) {}
    is_sent(link.send(Call::GetVersion));
    is_sent(link.closed());
    is_sent(link.close());
    is_sent(builder.connect(carrier));
    is_sent(acceptor.next(Framing::detect()));
    is_sent(redialer.connect(Framing::detect()));
}

#[test]
fn it_compiles() {
    let _ = links_wait_on_any_thread;
}
