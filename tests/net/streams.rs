//! Streams that are nobody's but the user's: tokio's, and a serial line.

use fanfare::net::{Carrier, Framing, MessagePack, StreamCarrier};
use futures_lite::future::zip;
use serde_json::json;
use tokio_util::compat::TokioAsyncReadCompatExt;

use crate::carriers::{an_end_is_one_on_both_sides, frames_keep_their_order};
use crate::kit::{Peer, request, signal, value};
use crate::runtime::Runtime;

async fn a_pipe_of_tokios(_: Runtime) {
    for size in [16, 64 * 1024] {
        let pair = || {
            let (one, two) = tokio::io::duplex(size);
            let over = |stream: tokio::io::DuplexStream| {
                Box::new(StreamCarrier::new(
                    stream.compat(),
                    Framing::objects(),
                    "a pipe",
                )) as Box<dyn Carrier>
            };
            (over(one), over(two))
        };
        frames_keep_their_order(&pair()).await;
        // Nobody reads while it is closed: it has to fit.
        if size > 64 {
            an_end_is_one_on_both_sides(pair()).await;
        }
    }
}

async fn a_link_over_a_pipe_of_tokios(on: Runtime) {
    let (one, two) = tokio::io::duplex(1024);
    let (client, server) = (Peer::new(), Peer::new());
    let builder = server.on(&on);
    let there = StreamCarrier::new(two.compat(), builder.accept_framing(), "a client");
    let server_link = builder.accept(there);
    let builder = client.on(&on).codec(MessagePack);
    let here = StreamCarrier::new(one.compat(), builder.connect_framing(), "a server");
    let link = builder.connect(here).await.unwrap();
    let asked = link.request(request("echo", json!({"a": "x".repeat(5_000)})));
    assert_eq!(value(asked.await)["a"].as_str().unwrap().len(), 5_000);
    link.close().await;
    assert!(server_link.closed().await.is_orderly());
}

on_each_runtime!(a_pipe_of_tokios, a_link_over_a_pipe_of_tokios);

/// Sockets of tokio's, which need its reactor.
#[test]
fn sockets_of_tokios() {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    tokio.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (one, two) = tokio::join!(tokio::net::TcpStream::connect(address), listener.accept());
        let spawn = |task| drop(tokio::spawn(task));
        let (client, server) = (Peer::new(), Peer::new());
        let builder = server.builder().spawner(spawn);
        let there = StreamCarrier::new(
            two.unwrap().0.compat(),
            builder.accept_framing(),
            "a client",
        );
        let server_link = builder.accept(there);
        let builder = client.builder().spawner(spawn);
        let here = StreamCarrier::new(one.unwrap().compat(), builder.connect_framing(), "a server");
        let link = builder.connect(here).await.unwrap();
        for n in 0..100 {
            link.send(signal(n)).await.unwrap();
        }
        assert_eq!(value(link.request(request("echo", 1)).await), json!(1));
        assert_eq!(server.log.len(), 102);
        link.close().await;
        assert!(server_link.closed().await.is_orderly());
    });
}

/// A serial line, as a pseudo-terminal: raw bytes both ways, and no end but that of the device.
#[cfg(target_os = "linux")]
mod serial {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use futures_lite::io::{AsyncRead, AsyncWrite};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    use smol::Async;

    /// One end of it. Files that can be waited for are read and written by whoever has them.
    pub(super) struct Port(Async<File>);

    impl AsyncRead for Port {
        fn poll_read(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut &self.0).poll_read(cx, buf)
        }
    }

    impl AsyncWrite for Port {
        fn poll_write(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut &self.0).poll_write(cx, buf)
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    pub(super) fn line() -> io::Result<(Port, Port)> {
        let one = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&one)?;
        unlockpt(&one)?;
        let path = ptsname(&one, Vec::new())?;
        let path = path.into_string().map_err(io::Error::other)?;
        let two = OpenOptions::new().read(true).write(true).open(path)?;
        let mut settings = tcgetattr(&two)?;
        settings.make_raw();
        tcsetattr(&two, OptionalActions::Now, &settings)?;
        Ok((Port(Async::new(File::from(one))?), Port(Async::new(two)?)))
    }
}

#[cfg(target_os = "linux")]
async fn a_link_over_a_serial_line(on: Runtime) {
    for is_packed in [false, true] {
        let (one, two) = serial::line().unwrap();
        let (client, server) = (Peer::new(), Peer::new());
        let builder = server.on(&on);
        let server_link = builder.accept(StreamCarrier::new(
            two,
            builder.accept_framing(),
            "the other end",
        ));
        let mut builder = client.on(&on);
        if is_packed {
            builder = builder.codec(MessagePack);
        }
        let link = builder
            .connect(StreamCarrier::new(
                one,
                builder.connect_framing(),
                "/dev/pts",
            ))
            .await
            .unwrap();
        let both = zip(
            async { value(link.request(request("echo", "x".repeat(20_000))).await) },
            async {
                value(
                    server_link
                        .request(request("echo", "y".repeat(20_000)))
                        .await,
                )
            },
        );
        let (there, back) = both.await;
        assert_eq!(
            (there, back),
            (json!("x".repeat(20_000)), json!("y".repeat(20_000)))
        );
        link.send(signal("\u{3}\u{4}\u{11}\u{13}\u{1a}\r\n"))
            .await
            .unwrap();
        link.close().await;
        // The line has no end: that the other side has closed is what it says.
        assert!(server_link.closed().await.is_orderly());
        assert!(
            server
                .log
                .take()
                .contains(&"signal \"\\u0003\\u0004\\u0011\\u0013\\u001a\\r\\n\"".to_owned())
        );
    }
}

#[cfg(target_os = "linux")]
mod on_a_serial_line {
    use super::a_link_over_a_serial_line;

    on_each_runtime!(a_link_over_a_serial_line);
}
