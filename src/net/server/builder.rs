//! The builder of a server.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::accept::accept;
use super::core::{Core, Parts};
use super::door::Door;
use super::handle::ServerRouter;
use crate::net::acl::Acl;
use crate::net::carrier::{Acceptor, Identity, Listener, PeerInfo};
use crate::net::codec::Codec;
use crate::net::limits::Limits;
use crate::net::link::{self, LinkBuilder};
use crate::net::start::StartError;
use crate::net::wire::Token;
use crate::router::Router;
use crate::spawn::{AmbientTimer, Spawner, Timer};
use crate::sync::Arc;

/// A server in the making. Made by [`ServerRouter::builder`].
#[must_use = "no server is there until `.start().await`"]
pub struct ServerRouterBuilder<V> {
    router: Router<V>,
    listeners: Vec<Box<dyn Listener>>,
    door: Door,
    acl: Acl,
    limits: Limits,
    spawner: Option<Arc<dyn Spawner>>,
    timer: Option<Arc<dyn Timer>>,
    links: LinkBuilder<V>,
    requires_hello: bool,
}

impl<V> ServerRouterBuilder<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    pub(super) fn new(router: Router<V>) -> Self {
        Self {
            router,
            listeners: Vec::new(),
            door: Door::default(),
            acl: Acl::open(),
            limits: Limits::default(),
            spawner: None,
            timer: None,
            links: LinkBuilder::without_handler(),
            requires_hello: false,
        }
    }

    /// Takes in who connects here: `tcp::bind(..).await?`, `unix::bind(..).await?`, `tls::bind(..).await?`, or a listener of one's own. Said
    /// several times, at each of them.
    pub fn listen(mut self, listener: impl Listener) -> Self {
        self.listeners.push(Box::new(listener));
        self
    }

    /// Who may do what: everybody everything, otherwise. It can be [changed](ServerRouter::set_acl) later.
    pub fn acl(mut self, acl: Acl) -> Self {
        self.acl = acl;
        self
    }

    /// Lets in who has this secret, as somebody of this name.
    ///
    /// Where there are tokens, one who has none is not let in, unless a certificate proves who it is or
    /// [`allow_anonymous`](Self::allow_anonymous) was said; one who has a wrong one never is.
    pub fn token(mut self, secret: impl Into<Token>, name: impl Into<String>) -> Self {
        let holder = Identity::new([name]);
        self.door.tokens.push((secret.into(), holder));
        self
    }

    /// Lets in who has a token of which this knows whose it is: for tokens that stand elsewhere. It is asked in the task that reads from
    /// the peer, and must not wait.
    pub fn verifier(
        mut self,
        verifier: impl Fn(&Token, &PeerInfo) -> Option<Identity> + Send + Sync + 'static,
    ) -> Self {
        self.door.verifiers.push(Box::new(verifier));
        self
    }

    /// Lets in those as well who have no token, as nobody in particular: what they may do, the [list of rights](Self::acl) says.
    pub fn allow_anonymous(mut self) -> Self {
        self.door.lets_strangers_in = true;
        self
    }

    /// Does nothing for peers that do not say hello: those of the original are not let in.
    pub fn require_hello(mut self) -> Self {
        self.requires_hello = true;
        self
    }

    /// What peers are allowed, and how long things may take. Where [`Limits::when_full`] is not said, a peer that is slower than what is sent
    /// to it is disconnected once its queue is full, so that it holds up nobody else.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What is spoken. Without it, JSON or `MessagePack`, as the peer does.
    pub fn codec(mut self, codec: impl Codec) -> Self {
        self.links = self.links.codec(codec);
        self
    }

    /// Where its tasks run. See [`LinkBuilder::spawner`].
    pub fn spawner(mut self, spawner: impl Spawner) -> Self {
        self.spawner = Some(Arc::new(spawner));
        self
    }

    /// What time is measured by. Without one it looks around, see [`spawn`](crate::spawn).
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.timer = Some(Arc::new(timer));
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// It is to listen nowhere, or its router is closed.
    pub async fn start(self) -> Result<ServerRouter<V>, StartError> {
        if self.listeners.is_empty() {
            return Err(StartError::NothingToListenAt);
        }
        if self.router.is_closed() {
            return Err(StartError::RouterClosed);
        }
        let spawner = self.spawner.unwrap_or_else(link::spawner);
        let timer = self.timer.unwrap_or_else(AmbientTimer::shared);
        let limits = self.limits.for_server();
        let mut links = self
            .links
            .limits(limits.clone())
            .spawner(Arc::clone(&spawner))
            .timer(Arc::clone(&timer));
        if self.requires_hello || !self.door.lets_strangers_in() {
            links = links.require_hello();
        }
        let acceptors = self.listeners.into_iter().map(Acceptor::new);
        let acceptors: Vec<_> = acceptors
            .map(|acceptor| acceptor.timer(Arc::clone(&timer)))
            .collect();
        let core = Core::begin(Parts {
            router: self.router,
            links,
            limits,
            spawner,
            timer,
            door: self.door,
            acl: self.acl,
            addresses: acceptors.iter().map(Acceptor::address).collect(),
        });
        for acceptor in acceptors {
            let accepting = accept(core.listening.begin(), Arc::clone(&core), acceptor);
            core.spawner.spawn(Box::pin(accepting));
        }
        Ok(ServerRouter::new(core))
    }
}

impl<V> fmt::Debug for ServerRouterBuilder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listeners = self.listeners.iter().map(Listener::address);
        f.debug_struct("ServerRouterBuilder")
            .field("listeners", &listeners.collect::<Vec<_>>())
            .field("acl", &self.acl)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
