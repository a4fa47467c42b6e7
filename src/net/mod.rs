//! Floor 4: the network: what two processes say to each other, in which words, and over what.
//!
//! - A [`ServerRouter`] has a [`Router`](crate::router::Router) that [`ClientRouter`]s in other processes connect to: senders, listeners and
//!   requests, in all directions. [`Acl`] says who may do what.
//! - [`Signal::export`](crate::Signal::export) and [`Signal::import`](crate::Signal::import) have a signal in several processes.
//!
//! Below that, for who needs less:
//! - A [`Carrier`] carries frames: [`tcp`], `unix`, `tls` (feature `tls`), [`local`] within the process, [`StreamCarrier`] over any
//!   stream of bytes. A [`Listener`] and a [`Dialer`] make them; [`Acceptor`] and [`Redialer`] do so whatever happens.
//! - A [`Codec`] turns messages into frames: [`Json`], [`MessagePack`], or one of your own.
//! - [`wire`] is the protocol, as types: that of `pysig`, whose peers work unchanged, and some more.
//! - A [`Link`] is what two sides have that speak it: calls and replies, beside each other and in order, with deadlines, cancellation,
//!   heartbeats and an orderly end. A [`Handler`] does what the other side asks for.
//! - [`Limits`] bound all of it, with defaults that suit most.
//!
//! ```
//! # #[derive(Debug)] struct Failed; impl<E: std::error::Error> From<E> for Failed { fn from(e: E) -> Self { panic!("{e}") } }
//! # smol::block_on(async {
//! use fanfare::net::wire::{Call, Response};
//! use fanfare::net::{Acceptor, Answer, Dialer, Handler, Link, tcp};
//!
//! /// Knows how warm it is, and prints the events it hears of.
//! struct Thermometer;
//!
//! impl Handler<f64> for Thermometer {
//!     fn call(&self, _: &Link<f64>, call: Call<f64>) -> Answer<f64> {
//!         match call {
//!             Call::Request { .. } => Answer::Now(Ok(Response::Value(21.5))),
//!             Call::Signal { event, data, .. } => {
//!                 println!("{event:?}: {data}");
//!                 Answer::done()
//!             }
//!             _ => Answer::unknown(),
//!         }
//!     }
//! }
//!
//! let links = Link::builder(Thermometer);
//! let acceptor = Acceptor::new(tcp::bind("127.0.0.1:0").await?);
//! let address = acceptor.address();
//! # let server = links.clone(); smol::spawn(async move { let links = server;
//! let handshake = acceptor.next(links.accept_framing()).await.unwrap(); // in a loop, in a task of its own
//! let server = links.complete(handshake).await.unwrap();
//! # server.closed().await; }).detach();
//!
//! let carrier = tcp::dial(address).dial(links.connect_framing()).await?;
//! let client = links.connect(carrier).await?;
//! let read = Call::Request { sender: "thermometer".into(), method: "read".into(), params: 0.0 };
//! assert_eq!(client.request(read).await?, Response::Value(21.5));
//! client.close().await;
//! # Ok::<(), Failed>(()) }).unwrap();
//! ```
//!
//! # With the original
//! A server of this crate takes in clients of `pysig`, and a client of this crate connects to a server of it, without being told: what they say
//! tells them apart.
//!
//! What both say to each other in all four roles was recorded from `pysig` 0.7.3, and the tests play it with either side. The script that did
//! it, `tests/net_router/recorded/record.py`, does it again, and is a client of the original for whoever wants to see it by hand; its head
//! says how. The original is written for Python 2, so the script makes a copy that Python 3 can run.
//!
//! # What is promised
//! While a link lasts, messages of one side arrive in the order in which they were sent, each at most once; that one was sent means that it is
//! on its way and nothing more. A request that times out, or whose link ends, may have been done. What did not fit into a queue is
//! counted ([`LinkStats::dropped`]); what waited when a link was lost is lost, and the link says why it has ended ([`CloseReason`]).
//!
//! # Security
//! TCP listens to this machine alone unless `.insecure()` is said: the way to reach others is `tls`, where servers prove who they are, and
//! clients, too, if they are asked to. A [`Token`](wire::Token) is a secret that goes over the wire: without encryption, everybody in
//! between reads it. Nothing a peer sends makes this side panic, recurse without bound, or make room for more than the limits say.

mod acl;
mod carrier;
mod client;
mod codec;
mod errors;
mod flag;
mod frame;
mod limits;
mod link;
mod promise;
mod server;
mod start;
mod transcode;
mod under_way;
pub mod wire;
mod within;

#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use carrier::tls;
#[cfg(unix)]
pub use carrier::unix;
pub use carrier::{
    Acceptor, Carrier, CarrierError, Dialer, Handshake, Identity, Listener, PeerInfo, Progress,
    Redialer, StreamCarrier, local, tcp,
};

pub use acl::{Acl, Right, Rule};
pub use client::{
    ClientDrain, ClientRouter, ClientRouterBuilder, Import, ImportBuilder, ListenError,
    ListenProblem, RemoteListen, RemoteRegister, RemoteRequest, RemoteSend, RemoteSender,
    RemoteSenderBuilder, RemoteSubscribe, Status, WeakClientRouter,
};

pub use codec::{Bytes, Codec, CodecError, Json, MAX_DEPTH, MessagePack};
pub use frame::{FrameDecoder, FrameError, Framing, MAX_FRAME};
pub use limits::{Limits, WhenFull};
pub use link::{
    Answer, CloseReason, ConnectError, Handler, Link, LinkBuilder, LinkRequest, LinkStats,
    RequestError, SendError, Unsendable,
};
pub use server::{
    Caller, Export, ExportBuilder, ExportError, PeerView, ServerInspection, ServerRouter,
    ServerRouterBuilder, ServerStatus, Stop, Unanswered, WeakServerRouter,
};
pub use start::StartError;
