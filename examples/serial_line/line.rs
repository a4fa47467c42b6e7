//! A line as a stream of bytes, and who listens and connects there.

use std::fs::{File, OpenOptions};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use fanfare::BoxFuture;
use fanfare::net::{CarrierError, Framing, Handshake, Listener, StreamCarrier};
use futures_lite::io::{AsyncRead, AsyncWrite};
use smol::Async;
use smol::lock::{Semaphore, SemaphoreGuardArc};

/// One end of a line, as a stream of bytes.
struct Port {
    file: Async<File>,
    /// Who waits for the line has it when this is dropped.
    _turn: Option<SemaphoreGuardArc>,
}

impl AsyncRead for Port {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &self.file).poll_read(cx, buf)
    }
}

impl AsyncWrite for Port {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &self.file).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// A line has no end of its own: what the two sides say of it is all that they know.
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A device that passes all bytes on as they are.
pub(crate) fn open(device: &str) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).open(device)?;
    #[cfg(target_os = "linux")]
    {
        use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
        let mut settings = tcgetattr(&file)?;
        settings.make_raw();
        tcsetattr(&file, OptionalActions::Now, &settings)?;
    }
    Ok(file)
}

/// Takes in who is at the other end: one at a time, and the next one when that has gone.
pub(crate) struct Line {
    name: String,
    device: File,
    turns: Arc<Semaphore>,
}

impl Line {
    pub(crate) fn new(name: &str, device: File) -> Self {
        Self {
            name: name.to_owned(),
            device,
            turns: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Listener for Line {
    fn accept(&self, framing: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
        Box::pin(async move {
            let turn = self.turns.acquire_arc().await;
            let failed = |error| CarrierError::io("opening the line", error);
            let file = self.device.try_clone().and_then(Async::new);
            let port = Port {
                file: file.map_err(failed)?,
                _turn: Some(turn),
            };
            let carrier = StreamCarrier::new(port, framing, &*self.name);
            Ok(Handshake::new(&*self.name, async move { Ok(carrier) }))
        })
    }

    fn address(&self) -> String {
        self.name.clone()
    }
}

/// The other side of it.
pub(crate) async fn dial(device: String, framing: Framing) -> Result<StreamCarrier, CarrierError> {
    let file = open(&device).and_then(Async::new);
    let file = file.map_err(|error| CarrierError::io(format_args!("opening {device}"), error))?;
    Ok(StreamCarrier::new(
        Port { file, _turn: None },
        framing,
        device,
    ))
}
