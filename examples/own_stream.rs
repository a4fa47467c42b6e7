//! A server and a client over streams of one's own: here tokio's sockets, which the crate knows nothing of, and `MessagePack` instead of JSON.
//!
//! `cargo run --features net,tokio --example own_stream`. Whatever is an `AsyncRead` and an `AsyncWrite` carries a router: a pipe, a tunnel, a
//! stream that is compressed. `serial_line` does it with a device.

use std::error::Error;
use std::net::SocketAddr;

use fanfare::BoxFuture;
use fanfare::net::{
    CarrierError, ClientRouter, Framing, Handshake, Listener, MessagePack, ServerRouter,
    StreamCarrier,
};
use fanfare::router::{Call, Message, Router};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::compat::TokioAsyncReadCompatExt;

/// What goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Point {
    x: f64,
    y: f64,
}

/// One who takes in whoever connects.
struct Tokios(TcpListener, SocketAddr);

impl Listener for Tokios {
    fn accept(&self, framing: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
        Box::pin(async move {
            let accepted = self.0.accept().await;
            let (stream, peer) = accepted.map_err(|error| CarrierError::io("accepting", error))?;
            let peer = peer.to_string();
            // What takes its time, such as encryption, goes into the handshake: it holds up nobody else there.
            let carrier = StreamCarrier::new(stream.compat(), framing, &*peer);
            Ok(Handshake::new(peer, async move { Ok(carrier) }))
        })
    }

    fn address(&self) -> String {
        self.1.to_string()
    }
}

/// One who connects, whenever the client asks for it: an async function is enough.
async fn dial(address: SocketAddr, framing: Framing) -> Result<StreamCarrier, CarrierError> {
    let connected = TcpStream::connect(address).await;
    let stream = connected
        .map_err(|error| CarrierError::io(format_args!("connecting to {address}"), error))?;
    Ok(StreamCarrier::new(
        stream.compat(),
        framing,
        address.to_string(),
    ))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::<Point>::new();
    let mirrored = |call: &Call<Point>| Point {
        x: -call.x,
        y: call.y,
    };
    let mirror = router
        .sender("mirror")
        .event("seen")
        .on_request_sync("look", mirrored)
        .register()
        .await?;
    // The server speaks what the client does.
    let server = ServerRouter::builder(router)
        .listen(Tokios(listener, address))
        .start()
        .await?;

    let client = ClientRouter::builder()
        .connect(move |framing| dial(address, framing))
        .codec(MessagePack)
        .start()
        .await?;
    let print = |m: &Message<Point>| println!("{} of {}: {:?}", m.event(), m.sender(), **m);
    client.connect_sync(print).sender("mirror").await?;
    let here = Point { x: 1.0, y: 2.0 };
    mirror.send("seen", here).await?;
    let there = client.request("mirror", "look", here).await?;
    println!("look: {there:?}");
    assert_eq!(there, Point { x: -1.0, y: 2.0 });

    client.drain().await?;
    server.stop().await?;
    Ok(())
}
