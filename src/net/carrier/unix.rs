//! Carriers over Unix sockets: on one machine, faster than TCP, and guarded by the permissions of a file.

use std::fmt;
use std::fs;
use std::future::IntoFuture;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener as StdListener, UnixStream};
use std::path::{Path, PathBuf};

use async_io::Async;

use super::socket::Socket;
use super::{Carrier, CarrierError, Dialer, Handshake, Listener, PeerInfo, StreamCarrier};
use crate::net::frame::Framing;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// Listens at a path. Made by `.await`.
///
/// A socket file that is left over of a process that has ended is replaced; one that somebody listens at, and a file that is no
/// socket, are errors. The file goes with the listener.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::net::unix;
///
/// let path = std::env::temp_dir().join(format!("fanfare-{}.sock", std::process::id()));
/// let listener = unix::bind(&path).mode(0o600).await?;
/// assert!(unix::bind(&path).await.is_err()); // somebody listens there
/// drop(listener);
/// assert!(!path.exists());
/// # Ok::<(), fanfare::net::CarrierError>(()) }).unwrap();
/// ```
pub fn bind(path: impl AsRef<Path>) -> Bind {
    Bind {
        path: path.as_ref().to_owned(),
        mode: None,
    }
}

/// A listener in the making. Made by [`bind`].
#[derive(Debug, Clone)]
#[must_use = "nothing is listened at until it is awaited"]
pub struct Bind {
    path: PathBuf,
    mode: Option<u32>,
}

impl Bind {
    /// Who may connect, as the permissions of the file: 0o600 for its owner alone. Without it, the process's umask says.
    ///
    /// The file is there for a moment before its permissions are set: where that matters, its directory has to keep others out.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    async fn bind(self) -> Result<UnixListener, CarrierError> {
        let failed =
            |error| CarrierError::io(format_args!("listening at {}", self.path.display()), error);
        let listener = match Async::<StdListener>::bind(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                self.remove_if_stale().await?;
                Async::<StdListener>::bind(&self.path).map_err(failed)?
            }
            bound => bound.map_err(failed)?,
        };
        if let Some(mode) = self.mode {
            fs::set_permissions(&self.path, fs::Permissions::from_mode(mode)).map_err(failed)?;
        }
        let file = fs::symlink_metadata(&self.path).map_err(failed)?;
        Ok(UnixListener {
            listener,
            path: self.path,
            file: (file.dev(), file.ino()),
        })
    }

    async fn remove_if_stale(&self) -> Result<(), CarrierError> {
        let shown = self.path.display();
        let failed = |error| CarrierError::io(format_args!("listening at {shown}"), error);
        let file = fs::symlink_metadata(&self.path).map_err(failed)?;
        if !file.file_type().is_socket() {
            return Err(CarrierError::refused(format_args!(
                "{shown} is there and no socket: listen at another path"
            )));
        }
        match Async::<UnixStream>::connect(&self.path).await {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                fs::remove_file(&self.path).map_err(failed)
            }
            Ok(_) => Err(CarrierError::io(
                format_args!("listening at {shown}, where somebody does"),
                io::ErrorKind::AddrInUse.into(),
            )),
            Err(error) => Err(failed(error)),
        }
    }
}

impl IntoFuture for Bind {
    type Output = Result<UnixListener, CarrierError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.bind())
    }
}

/// Accepts connections over a Unix socket. Made by [`bind`].
pub struct UnixListener {
    listener: Async<StdListener>,
    path: PathBuf,
    /// Which file it is that goes with the listener: another may have come to its place.
    file: (u64, u64),
}

impl Listener for UnixListener {
    fn accept(&self, framing: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
        Box::pin(async move {
            let accepted = self.listener.accept().await;
            // Clients have no address of their own.
            let (stream, _) = accepted.map_err(|error| CarrierError::io("accepting", error))?;
            let peer = format!("a client of {}", self.path.display());
            let carrier = over(stream, framing, &peer);
            Ok(Handshake::new(peer, async move { Ok(carrier) }))
        })
    }

    fn address(&self) -> String {
        self.path.display().to_string()
    }
}

impl Drop for UnixListener {
    fn drop(&mut self) {
        let is_ours = fs::symlink_metadata(&self.path)
            .is_ok_and(|file| (file.dev(), file.ino()) == self.file);
        if is_ours {
            // One that cannot be removed is replaced by the next who listens there.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl fmt::Debug for UnixListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UnixListener").field(&self.path).finish()
    }
}

/// Connects to who listens at a path, whenever it is asked to.
pub fn dial(path: impl AsRef<Path>) -> UnixDialer {
    UnixDialer {
        path: path.as_ref().to_owned(),
    }
}

/// Connects over a Unix socket. Made by [`dial`].
#[derive(Debug, Clone)]
#[must_use = "nobody is connected to until it is asked to"]
pub struct UnixDialer {
    path: PathBuf,
}

impl Dialer for UnixDialer {
    fn dial(&self, framing: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>> {
        Box::pin(async move {
            let shown = self.path.display().to_string();
            let connected = Async::<UnixStream>::connect(&self.path).await;
            let stream = connected
                .map_err(|error| CarrierError::io(format_args!("connecting to {shown}"), error))?;
            Ok(Arc::new(over(stream, framing, &shown)) as Arc<dyn Carrier>)
        })
    }
}

fn over(stream: Async<UnixStream>, framing: Framing, peer: &str) -> StreamCarrier {
    let socket = Socket::new(stream);
    StreamCarrier::of_halves(socket.clone(), socket, framing, PeerInfo::new(peer))
}
