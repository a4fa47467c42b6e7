//! The builder of a client.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use futures_lite::future::or;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::core::{Core, Parts};
use super::handle::ClientRouter;
use super::inbound::Inbound;
use super::keeper::keep;
use super::status::Status;
use crate::net::carrier::{Dialer, Redialer};
use crate::net::codec::Codec;
use crate::net::limits::Limits;
use crate::net::link::{self, ConnectError, Link, LinkBuilder, RequestError};
use crate::net::start::StartError;
use crate::net::wire::Token;
use crate::net::within::within;
use crate::router::RouterBuilder;
use crate::signal::{Backoff, CommonSettings, Dispatcher, Signal};
use crate::spawn::{Spawner, Timer};
use crate::sync::Arc;

/// A client in the making. Made by [`ClientRouter::builder`].
#[must_use = "no client is there until `.start().await`"]
pub struct ClientRouterBuilder<V> {
    dialer: Option<Arc<dyn Dialer>>,
    links: LinkBuilder<V>,
    limits: Limits,
    backoff: Option<Backoff>,
    /// What its routers are made with.
    settings: CommonSettings,
    waits_for_server: bool,
}

impl<V> ClientRouterBuilder<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    pub(super) fn new() -> Self {
        Self {
            dialer: None,
            links: LinkBuilder::without_handler(),
            limits: Limits::default(),
            backoff: None,
            settings: CommonSettings::default(),
            waits_for_server: false,
        }
    }

    /// Connects to this server: `tcp::dial(..)`, `unix::dial(..)`, `tls::dial(..)`, or a dialer of one's own.
    pub fn connect(mut self, dialer: impl Dialer) -> Self {
        self.dialer = Some(Arc::new(dialer));
        self
    }

    /// What lets this client in, where the server asks for it. A server that knows nothing of tokens is not connected to then.
    pub fn token(mut self, token: impl Into<Token>) -> Self {
        self.links = self.links.token(token);
        self
    }

    /// Speaks as the original does, whoever is at the other end. A server of the original is found out without this.
    pub fn plain(mut self) -> Self {
        self.links = self.links.plain();
        self
    }

    /// What is spoken: JSON otherwise.
    pub fn codec(mut self, codec: impl Codec) -> Self {
        self.links = self.links.codec(codec);
        self
    }

    /// What the server is allowed, and how long things may take.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The pauses before it connects again, and how often it tries: from 50 ms to 5 s, and for ever, otherwise. Once it has given up, the client
    /// is closed.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = Some(backoff);
        self
    }

    /// Has [`start`](Self::start) not fail where the server is not there yet: it goes on trying, as it does when a connection is lost.
    pub fn wait_for_server(mut self) -> Self {
        self.waits_for_server = true;
        self
    }

    /// A name for logs, which messages tell.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Where its tasks and its async listeners run. Without one it looks around, see [`spawn`](crate::spawn).
    pub fn spawner(mut self, spawner: impl Spawner) -> Self {
        self.settings.spawner = Some(Arc::new(spawner));
        self
    }

    /// What time is measured by. Without one it looks around, see [`spawn`](crate::spawn).
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.settings.timer = Some(Arc::new(timer));
        self
    }

    /// Has every message that comes, every request that is replied to here, and each call for it go through a dispatcher. See
    /// [`RouterBuilder::dispatcher`].
    pub fn dispatcher(mut self, dispatcher: impl Dispatcher) -> Self {
        self.settings.dispatchers.push(Arc::new(dispatcher));
        self
    }

    /// Counts and times the calls of each listener. See [`RouterBuilder::stats`].
    pub fn stats(mut self) -> Self {
        self.settings.counts_calls = true;
        self
    }

    /// Connects, and says hello.
    ///
    /// # Errors
    /// It is to connect to nobody; or it could not, was not let in, or lost the connection at once, and was not told to
    /// [wait for the server](Self::wait_for_server).
    ///
    /// # Cancel safety
    /// Dropped before it is ready, there is no client.
    pub async fn start(self) -> Result<ClientRouter<V>, StartError> {
        let Some(dialer) = self.dialer.clone() else {
            return Err(StartError::NobodyToConnectTo);
        };
        let spawner = self.settings.spawner.clone();
        let spawner = spawner.unwrap_or_else(link::spawner);
        let timer = self.settings.timer();
        let links = self
            .links
            .clone()
            .limits(self.limits.clone())
            .session(session())
            .spawner(Arc::clone(&spawner))
            .timer(Arc::clone(&timer));
        let status = Signal::builder(Status::Closed)
            .spawner(Arc::clone(&spawner))
            .timer(Arc::clone(&timer))
            .build();
        let core = Core::begin(Parts {
            heard: self.router("").mirror().build(),
            desk: self.router(".senders").build(),
            limits: self.limits.clone(),
            timer: Arc::clone(&timer),
            links,
            status,
        });
        let client = ClientRouter::new(Arc::clone(&core));
        let first = if self.waits_for_server {
            None
        } else {
            let connected = connect(&core, &*dialer).await;
            Some(connected.map_err(StartError::Connect)?)
        };
        let mut redialer = Redialer::new(dialer).timer(timer).limits(self.limits);
        if let Some(backoff) = self.backoff {
            redialer = redialer.backoff(backoff);
        }
        let link = first.as_ref().map(Link::borrowed);
        spawner.spawn(Box::pin(keep(core, redialer, first)));
        if let Some(link) = link {
            let connected = async {
                client.connected().await;
                Ok(())
            };
            // It may be lost before that is known. The next one is not waited for.
            let lost = async {
                let reason = RequestError::Closed(link.closed().await);
                Err(StartError::Connect(ConnectError::Failed(reason)))
            };
            or(connected, lost).await?;
        }
        Ok(client)
    }

    /// One of its routers: the first has its name, the other its own after it.
    fn router(&self, after_name: &str) -> RouterBuilder<V> {
        let mut settings = self.settings.clone();
        if let Some(name) = &mut settings.name {
            name.push_str(after_name);
        }
        RouterBuilder::of(settings)
    }
}

async fn connect<V>(core: &Arc<Core<V>>, dialer: &dyn Dialer) -> Result<Link<V>, ConnectError>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let links = core.links.with_handler(Arc::new(Inbound(Arc::clone(core))));
    let dialing = dialer.dial(links.connect_framing());
    let carrier = within(core.limits.handshake, &*core.timer, dialing).await;
    links.connect(carrier.map_err(ConnectError::Carrier)?).await
}

/// A secret that nobody can guess: keyed hashes of nothing, whose keys the system has given.
fn session() -> Token {
    let word = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", word(), word()).into()
}

impl<V> fmt::Debug for ClientRouterBuilder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientRouterBuilder")
            .field("name", &self.settings.name)
            .field("links", &self.links)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
