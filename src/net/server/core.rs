//! A server, as its tasks, its peers and its handles share it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::door::Door;
use super::exports::Exports;
use super::peers::Peers;
use super::permit::Permits;
use super::seats::Seats;
use super::status::ServerStatus;
use crate::net::acl::Acl;
use crate::net::flag::Flag;
use crate::net::limits::Limits;
use crate::net::link::{Link, LinkBuilder};
use crate::net::under_way::UnderWay;
use crate::router::{Notice, Presence, Route, Router};
use crate::signal::{Connection, Signal, capture};
use crate::spawn::{Spawner, Timer};
use crate::sync::{Arc, Lock, OnceLock};

pub(super) struct Core<V> {
    pub(super) router: Router<V>,
    /// What links of peers are made with; the handler in it is nobody's.
    pub(super) links: LinkBuilder<V>,
    pub(super) limits: Limits,
    pub(super) spawner: Arc<dyn Spawner>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) door: Door,
    pub(super) permits: Arc<Permits>,
    pub(super) seats: Arc<Seats>,
    /// Those who are told that there is no place for them.
    pub(super) turned_away: Arc<Seats>,
    /// Requests, in either direction.
    pub(super) under_way: Arc<UnderWay>,
    /// The signals that it exports. No other lock is taken under it.
    pub(super) exports: Lock<Exports<V>>,
    /// Tasks that accept.
    pub(super) listening: Arc<UnderWay>,
    /// Where it listens.
    pub(super) addresses: Vec<String>,
    pub(super) peers: Lock<Peers<V>>,
    /// Tells who comes and goes.
    pub(super) status: Signal<ServerStatus>,
    /// Held while the list of rights is changed, so that what holds and what was reviewed last are the same.
    reviewing: Lock<()>,
    /// Nobody is let in any more, and nothing more is begun.
    pub(super) closed: Flag,
    /// What tells it of the router. Written once, when it begins.
    watches: OnceLock<[Connection; 2]>,
}

/// What a [`Core`] begins with.
pub(super) struct Parts<V> {
    pub(super) router: Router<V>,
    pub(super) links: LinkBuilder<V>,
    pub(super) limits: Limits,
    pub(super) spawner: Arc<dyn Spawner>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) door: Door,
    pub(super) acl: Acl,
    pub(super) addresses: Vec<String>,
}

/// How many at a time are told that there is no place for them; others are not told.
const TURNED_AWAY: usize = 64;

impl<V> Core<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    pub(super) fn begin(parts: Parts<V>) -> Arc<Self> {
        let status = Signal::builder(ServerStatus::Closed)
            .spawner(Arc::clone(&parts.spawner))
            .timer(Arc::clone(&parts.timer))
            .build();
        let core = Arc::new(Self {
            seats: Seats::new(parts.limits.max_connections()),
            turned_away: Seats::new(TURNED_AWAY),
            permits: Arc::new(Permits::new(parts.acl)),
            under_way: Arc::default(),
            listening: Arc::default(),
            peers: Lock::new(Peers::new()),
            status,
            reviewing: Lock::new(()),
            closed: Flag::default(),
            watches: OnceLock::new(),
            router: parts.router,
            links: parts.links,
            limits: parts.limits,
            spawner: parts.spawner,
            timer: parts.timer,
            door: parts.door,
            addresses: parts.addresses,
            exports: Lock::new(Exports::new()),
        });
        let watching = Arc::downgrade(&core);
        let notices = core.router.watch(move |notice| {
            if let (Some(core), Notice::Detached { route, reason, .. }) =
                (watching.upgrade(), notice)
            {
                core.route_ended(route, &reason.to_string());
            }
        });
        let watching = Arc::downgrade(&core);
        let gone = move |presence: &Presence| {
            if let (Some(core), Presence::Disconnected(info)) = (watching.upgrade(), presence) {
                core.sender_gone(info.name());
            }
        };
        let presence = core.router.presence();
        let presence = presence.connect_sync(move |event| gone(event)).now();
        // Nobody else writes it.
        let _ = core.watches.set([notices, presence]);
        core
    }

    /// From now on this holds, and what is there that has no right to be, ends.
    pub(super) fn set_acl(&self, acl: Acl) {
        {
            let _one_at_a_time = self.reviewing.hold();
            self.permits.set(acl);
        }
        for peer in self.all_peers() {
            peer.review_listeners();
            peer.review_imports();
            peer.review_senders();
        }
    }

    fn route_ended(&self, route: &Route, reason: &str) {
        for peer in self.all_peers() {
            peer.route_ended(route, reason);
        }
    }

    fn sender_gone(&self, name: &str) {
        if let Some(owner) = self.owner_of(name) {
            owner.sender_gone(name);
        }
    }
}

impl<V: Send + Sync + 'static> Core<V> {
    /// Told by whoever finds out. Who listens may panic, and nobody is waited for.
    pub(super) fn tell(&self, status: ServerStatus) {
        drop(capture(|| {
            drop(self.status.send().with(status).now_where_there_is_room());
        }));
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_set()
    }

    /// Lets nobody in any more, and begins nothing more; tells whether it did until now.
    pub(super) fn close(&self) -> bool {
        self.closed.set()
    }

    /// Lets go of all links: what waits is written, and the peers are told.
    pub(super) fn let_go(&self) -> Vec<Link<V>> {
        self.close();
        let (links, is_news) = self.peers.hold().end();
        if let Some(watches) = self.watches.get() {
            for watch in watches {
                watch.disconnect();
            }
        }
        if is_news {
            self.tell(ServerStatus::Closed);
        }
        links
    }
}
