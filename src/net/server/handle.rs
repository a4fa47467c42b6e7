//! A server as its users hold it.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::builder::ServerRouterBuilder;
use super::core::Core;
use super::status::ServerStatus;
use super::stop::Stop;
use super::view::{PeerView, ServerInspection};
use crate::net::acl::Acl;
use crate::router::Router;
use crate::signal::Signal;
use crate::sync::{Arc, Weak};

/// A router that others connect to over the network: clients, which have senders, listeners and requests there as those have who are in the
/// process.
///
/// Whatever is registered with the [router](Self::router) by this process is seen by all clients, and what clients register by this process
/// and by each other: a listener does not know whether a sender is near or far. When a client goes, its senders and listeners go, and the
/// router tells `#disconnect` of its senders.
///
/// Clones are one server. With the last of them it ends, and so it does, in order, by [`stop`](Self::stop); the router goes on.
///
/// # Examples
/// ```
/// # #[derive(Debug)] struct Failed; impl<E: std::error::Error> From<E> for Failed { fn from(e: E) -> Self { panic!("{e}") } }
/// # smol::block_on(async {
/// use fanfare::net::{ClientRouter, ServerRouter, tcp};
/// use fanfare::router::Router;
///
/// let router = Router::<f64>::new();
/// let listener = tcp::bind("127.0.0.1:0").await?;
/// let address = listener.local_addr();
/// let server = ServerRouter::builder(router.clone()).listen(listener).start().await?;
///
/// let client = ClientRouter::<f64>::builder().connect(tcp::dial(address.to_string())).start().await?;
/// let thermometer = client.sender("thermometer").event("temperature").on_request_sync("read", |_| 21.5).register().await?;
///
/// // In the server's process, the sender is one like others.
/// let mut temperatures = router.subscribe().sender("thermometer").event("temperature").await;
/// thermometer.send("temperature", 21.0).await?;
/// assert_eq!(**temperatures.recv().await?, 21.0);
/// assert_eq!(router.request("thermometer", "read", 0.0).await?, 21.5);
///
/// client.drain().await?;
/// server.stop().await?;
/// # Ok::<(), Failed>(()) }).unwrap();
/// ```
pub struct ServerRouter<V> {
    pub(super) shared: Arc<Handle<V>>,
}

/// What the handles of one server share; the server's tasks do not.
pub(super) struct Handle<V> {
    pub(super) core: Arc<Core<V>>,
    /// What `Drop` does: it knows nothing of what a payload is.
    end: fn(&Core<V>),
}

impl<V> Drop for Handle<V> {
    fn drop(&mut self) {
        (self.end)(&self.core);
    }
}

impl<V> ServerRouter<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Begins one around this router, which is the user's as before. Have it [announce](crate::router::RouterBuilder::announce) if
    /// clients are to hear of senders that come and go.
    pub fn builder(router: Router<V>) -> ServerRouterBuilder<V> {
        ServerRouterBuilder::new(router)
    }

    pub(super) fn new(core: Arc<Core<V>>) -> Self {
        let end = |core: &Core<V>| drop(core.let_go());
        Self {
            shared: Arc::new(Handle { core, end }),
        }
    }

    /// Changes who may do what, from now on. Listeners and senders that have no right to be there any more are ended, and their peers are told why.
    ///
    /// # Examples
    /// ```
    /// # #[derive(Debug)] struct Failed; impl<E: std::error::Error> From<E> for Failed { fn from(e: E) -> Self { panic!("{e}") } }
    /// # smol::block_on(async {
    /// use fanfare::net::{Acl, ClientRouter, Rule, ServerRouter, local};
    /// use fanfare::router::Router;
    ///
    /// let (listener, dialer) = local::listen();
    /// let server = ServerRouter::builder(Router::<u32>::new()).listen(listener).start().await?;
    /// let client = ClientRouter::<u32>::builder().connect(dialer).start().await?;
    /// let mut secrets = client.subscribe().sender("safe").await?;
    ///
    /// server.set_acl(Acl::open().deny(Rule::listen("safe")));
    /// assert!(secrets.recv().await.is_err()); // it has ended
    /// assert!(client.subscribe().sender("safe").await.is_err());
    /// # Ok::<(), Failed>(()) }).unwrap();
    /// ```
    pub fn set_acl(&self, acl: Acl) {
        self.shared.core.set_acl(acl);
    }

    /// Who may do what now.
    pub fn acl(&self) -> Acl {
        self.shared.core.permits.get()
    }

    /// Who comes and goes, as a signal: each call of this gives the same one. Those who are there already, [`peers`](Self::peers) tells.
    ///
    /// # Examples
    /// ```
    /// # async fn example(server: fanfare::net::ServerRouter<f64>) {
    /// server.status().connect_sync(|status| println!("{status}")).await;
    /// // peer 1 (ada) at 127.0.0.1:50312 is connected
    /// // peer 1 (ada) at 127.0.0.1:50312 has gone: the other side has closed the link: ..
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> Signal<ServerStatus> {
        self.shared.core.status.clone()
    }

    /// Those who are connected, in the order in which they came.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerView> {
        let peers = self.shared.core.peers();
        peers
            .into_iter()
            .map(|(peer, link)| PeerView::of(&peer, &link))
            .collect()
    }

    /// Disconnects a peer in order, by its [number](PeerView::id); tells whether it was there. What it is to be told first is written.
    /// Nothing keeps it from connecting again.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the peer is disconnected all the same.
    pub async fn disconnect(&self, peer: u64) -> bool {
        match self.shared.core.link_of(peer) {
            Some(link) => {
                link.close_telling("the server has disconnected this client")
                    .await;
                true
            }
            None => false,
        }
    }

    /// Shows where it listens, who is connected, and what they have.
    #[must_use]
    pub fn inspect(&self) -> ServerInspection {
        ServerInspection {
            addresses: self.shared.core.addresses.clone(),
            peers: self.peers(),
            under_way: self.shared.core.under_way.count(),
        }
    }

    /// Lets nobody in any more, and begins nothing more for those who are there: requests, senders and listeners are refused. Tells whether it
    /// did until now. Events still come and go.
    pub fn close(&self) -> bool {
        self.shared.core.close()
    }

    /// Waits until no request of a peer, or to one, is under way.
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn idle(&self) {
        self.shared.core.under_way.none().await;
    }

    /// Ends it in order: [closes](Self::close) it at once, waits until nothing is [under way](Self::idle), then has each peer told what it is to be
    /// told and disconnects it. With a [`timeout`](Stop::timeout), what is under way is waited for no longer than that. When it is ready, nobody
    /// listens any more: another server can at the same address.
    pub fn stop(&self) -> Stop<V> {
        self.close();
        Stop::new(Arc::clone(&self.shared))
    }
}

impl<V> ServerRouter<V> {
    /// The router that it serves: for senders, listeners and requests of this process.
    #[must_use]
    pub fn router(&self) -> &Router<V> {
        &self.shared.core.router
    }

    /// Where it listens, each as its listener says.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.shared.core.addresses
    }

    /// A handle that does not keep the server.
    #[must_use]
    pub fn downgrade(&self) -> WeakServerRouter<V> {
        WeakServerRouter {
            shared: Arc::downgrade(&self.shared),
        }
    }
}

impl<V> Clone for ServerRouter<V> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<V> fmt::Debug for ServerRouter<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerRouter")
            .field("addresses", &self.addresses())
            .finish_non_exhaustive()
    }
}

/// A handle that does not keep its server, for listeners and handlers that use it. Made by [`ServerRouter::downgrade`].
pub struct WeakServerRouter<V> {
    shared: Weak<Handle<V>>,
}

impl<V> WeakServerRouter<V> {
    /// The server, if somebody keeps it.
    #[must_use]
    pub fn upgrade(&self) -> Option<ServerRouter<V>> {
        let shared = self.shared.upgrade()?;
        Some(ServerRouter { shared })
    }
}

impl<V> Clone for WeakServerRouter<V> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<V> fmt::Debug for WeakServerRouter<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakServerRouter")
            .field("is_alive", &(self.shared.strong_count() > 0))
            .finish()
    }
}

// As the router.
impl<V> UnwindSafe for ServerRouter<V> {}
impl<V> RefUnwindSafe for ServerRouter<V> {}
impl<V> UnwindSafe for WeakServerRouter<V> {}
impl<V> RefUnwindSafe for WeakServerRouter<V> {}
