//! How a link begins.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::background;
use super::clock::watch;
use super::core::{Core, Settings};
use super::due::What;
use super::error::{ConnectError, RequestError};
use super::handle::Link;
use super::handler::{Answer, Handler};
use super::reader::read;
use super::writer::write;
use crate::net::carrier::{Carrier, Handshake};
use crate::net::codec::{Codec, Json, MessagePack};
use crate::net::frame::Framing;
use crate::net::limits::Limits;
use crate::net::wire::{Call, Format, PROTOCOL, Response, Status, Token};
use crate::spawn::{AmbientTimer, Spawner, Timer};
use crate::sync::Arc;

/// A link in the making. Made by [`Link::builder`]; the same one can make many.
#[must_use = "there is no link until `.accept(..)` or `.connect(..)`"]
pub struct LinkBuilder<V> {
    handler: Arc<dyn Handler<V>>,
    limits: Limits,
    spawner: Option<Arc<dyn Spawner>>,
    timer: Option<Arc<dyn Timer>>,
    /// What is spoken, where it was said.
    format: Option<Arc<dyn Format<V>>>,
    token: Option<Token>,
    session: Option<Token>,
    is_plain: bool,
    requires_hello: bool,
}

/// The handler of links that are yet to be given theirs.
struct Nobody;

impl<V> Handler<V> for Nobody {
    fn call(&self, _: &Link<V>, _: Call<V>) -> Answer<V> {
        Answer::unknown()
    }
}

impl<V: Serialize + DeserializeOwned + Send + Sync + 'static> LinkBuilder<V> {
    /// Of links that are given their handlers [later](Self::with_handler).
    pub(in crate::net) fn without_handler() -> Self {
        Self::new(Arc::new(Nobody))
    }

    pub(super) fn new(handler: Arc<dyn Handler<V>>) -> Self {
        Self {
            handler,
            limits: Limits::default(),
            spawner: None,
            timer: None,
            format: None,
            token: None,
            session: None,
            is_plain: false,
            requires_hello: false,
        }
    }

    /// What is allowed, and how long it may take.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where the tasks of the link run. Without one it looks around, see [`spawn`](crate::spawn), and where there is no executor they run on a
    /// thread that all links share. It has to run several at a time: [`Inline`](crate::Inline) cannot.
    pub fn spawner(mut self, spawner: impl Spawner) -> Self {
        self.spawner = Some(Arc::new(spawner));
        self
    }

    /// What deadlines and heartbeats are measured by. Without one it looks around, see [`spawn`](crate::spawn).
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.timer = Some(Arc::new(timer));
        self
    }

    /// What is spoken. Without it, who connects speaks [`Json`], and who accepts speaks JSON or [`MessagePack`], as the other does.
    pub fn codec(mut self, codec: impl Codec) -> Self {
        self.format = Some(Arc::new(codec));
        self
    }

    /// What lets this side in, where it connects to one that asks for it.
    pub fn token(mut self, token: impl Into<Token>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// A secret by which the other side knows this one again, whenever it connects: see [`Handler::greeted`].
    pub fn session(mut self, session: impl Into<Token>) -> Self {
        self.session = Some(session.into());
        self
    }

    /// The same, with another handler.
    pub(in crate::net) fn with_handler(&self, handler: Arc<dyn Handler<V>>) -> Self {
        let mut builder = self.clone();
        builder.handler = handler;
        builder
    }

    /// Does not say hello when it connects: it speaks as the original does.
    pub fn plain(mut self) -> Self {
        self.is_plain = true;
        self
    }

    /// Does nothing for one who has not said hello, and disconnects who has not in the time that [`Limits::handshake`] says: for where
    /// [`Handler::hello`] decides who comes in.
    pub fn require_hello(mut self) -> Self {
        self.requires_hello = true;
        self
    }

    /// How frames are told apart for a side that accepts: what a [`Listener`](crate::net::Listener) is to be given.
    #[must_use]
    pub fn accept_framing(&self) -> Framing {
        let format = self.format.as_deref();
        let framing = format.map_or(Framing::detect(), Format::framing);
        framing.with_max_frame(self.limits.frame)
    }

    /// How frames are told apart for a side that connects: what a [`Dialer`](crate::net::Dialer) is to be given.
    #[must_use]
    pub fn connect_framing(&self) -> Framing {
        let format = self.format.as_deref();
        let framing = format.map_or(Codec::framing(&Json), Format::framing);
        framing.with_max_frame(self.limits.frame)
    }

    /// Begins the link on the side that was connected to: the other is to say hello, if it does.
    pub fn accept(&self, carrier: impl Carrier) -> Link<V> {
        let formats = match &self.format {
            Some(format) => vec![Arc::clone(format)],
            None => vec![Arc::new(Json) as Arc<dyn Format<V>>, Arc::new(MessagePack)],
        };
        self.begin(Arc::new(carrier), formats, self.requires_hello)
    }

    /// Makes the carrier, and begins the link.
    ///
    /// # Errors
    /// The carrier could not be made, or not in the time that [`Limits::handshake`] says.
    pub async fn complete(&self, handshake: Handshake) -> Result<Link<V>, ConnectError> {
        let carrier = handshake.complete(&self.limits, &*self.clock()).await;
        carrier
            .map(|carrier| self.accept(carrier))
            .map_err(ConnectError::Carrier)
    }

    /// Begins the link on the side that has connected: it says hello, and waits until the other side has replied, or has shown that it
    /// knows nothing of that.
    ///
    /// # Errors
    /// The other side has gone, has not replied in the time that [`Limits::handshake`] says, or has not let this one in.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, there is no link.
    pub async fn connect(&self, carrier: impl Carrier) -> Result<Link<V>, ConnectError> {
        let format = self.format.clone().unwrap_or_else(|| Arc::new(Json));
        let codec = format.name().to_owned();
        let link = self.begin(Arc::new(carrier), vec![format], false);
        if self.is_plain {
            return Ok(link);
        }
        let hello = link.request(Call::Hello {
            protocol: PROTOCOL,
            codec,
            requests: link.requests_taken(),
            token: self.token.clone(),
            session: self.session.clone(),
        });
        let error = match hello.timeout(self.limits.handshake).await {
            Ok(Response::Welcome { .. }) => return Ok(link),
            Ok(_) => return Err(ConnectError::Plain),
            Err(error) => error,
        };
        match error {
            RequestError::Remote(remote) if remote.status() != Status::UnknownMethod => {
                Err(ConnectError::Refused(remote))
            }
            RequestError::Remote(_) if self.token.is_some() => Err(ConnectError::Plain),
            RequestError::Remote(_) => Ok(link),
            error => Err(ConnectError::Failed(error)),
        }
    }

    fn clock(&self) -> Arc<dyn Timer> {
        self.timer.clone().unwrap_or_else(AmbientTimer::shared)
    }

    fn begin(
        &self,
        carrier: Arc<dyn Carrier>,
        formats: Vec<Arc<dyn Format<V>>>,
        requires_hello: bool,
    ) -> Link<V> {
        let spawner = self.spawner.clone().unwrap_or_else(background::spawner);
        let settings = Settings {
            limits: self.limits.clone(),
            handler: Arc::clone(&self.handler),
            spawner: Arc::clone(&spawner),
            timer: self.clock(),
            requires_hello,
            formats,
        };
        let core = Arc::new(Core::new(carrier, settings));
        if requires_hello {
            core.due
                .add(core.now() + self.limits.handshake, What::Hello);
        }
        let link = Link::first(Arc::clone(&core));
        spawner.spawn(Box::pin(write(Arc::clone(&core))));
        spawner.spawn(Box::pin(watch(Arc::clone(&core))));
        spawner.spawn(Box::pin(read(core)));
        link
    }
}

impl<V> Clone for LinkBuilder<V> {
    fn clone(&self) -> Self {
        Self {
            handler: Arc::clone(&self.handler),
            limits: self.limits.clone(),
            spawner: self.spawner.clone(),
            timer: self.timer.clone(),
            format: self.format.clone(),
            token: self.token.clone(),
            session: self.session.clone(),
            is_plain: self.is_plain,
            requires_hello: self.requires_hello,
        }
    }
}

impl<V> fmt::Debug for LinkBuilder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkBuilder")
            .field("limits", &self.limits)
            .field(
                "codec",
                &self.format.as_ref().map(|format| format.name().to_owned()),
            )
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
