//! A server, as its tasks, its peers and its handles share it.

use std::collections::HashMap;
use std::mem;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::door::Door;
use super::exports::Exports;
use super::peer::{Peer, Serves};
use super::permit::Permits;
use super::seats::{Seat, Seats};
use crate::net::acl::Acl;
use crate::net::carrier::Carrier;
use crate::net::flag::Flag;
use crate::net::limits::Limits;
use crate::net::link::{Link, LinkBuilder};
use crate::net::under_way::UnderWay;
use crate::net::wire::Token;
use crate::router::{Notice, Presence, Route, Router};
use crate::signal::Connection;
use crate::spawn::{Spawner, Timer};
use crate::sync::{Arc, AtomicU64, Lock, OnceLock, next_number};

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
    peers: Lock<Peers<V>>,
    last_peer: AtomicU64,
    /// Held while the list of rights is changed, so that what holds and what was reviewed last are the same.
    reviewing: Lock<()>,
    /// Nobody is let in any more, and nothing more is begun.
    pub(super) closed: Flag,
    /// What tells it of the router. Written once, when it begins.
    watches: OnceLock<[Connection; 2]>,
}

/// By keyed hashers: names and secrets come from the network.
struct Peers<V> {
    by_id: HashMap<u64, Entry<V>>,
    /// Which peer it is that calls itself so.
    sessions: HashMap<String, u64>,
    /// Whose each sender is.
    owners: HashMap<String, u64>,
    /// None is taken in any more.
    is_over: bool,
}

struct Entry<V> {
    peer: Arc<Peer<V>>,
    /// This keeps the link.
    link: Link<V>,
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
        let core = Arc::new(Self {
            seats: Seats::new(parts.limits.max_connections()),
            turned_away: Seats::new(TURNED_AWAY),
            permits: Arc::new(Permits::new(parts.acl)),
            under_way: Arc::default(),
            listening: Arc::default(),
            peers: Lock::new(Peers {
                by_id: HashMap::new(),
                sessions: HashMap::new(),
                owners: HashMap::new(),
                is_over: false,
            }),
            last_peer: AtomicU64::new(0),
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

    /// Has a link with who is at the other end.
    pub(super) fn take_in(self: &Arc<Self>, carrier: Arc<dyn Carrier>, seat: Seat) {
        let id = next_number(&self.last_peer);
        let peer = Arc::new(Peer::new(id, self, carrier.info(), seat));
        let handler = Arc::new(Serves(Arc::clone(&peer)));
        let link = self.links.with_handler(handler).accept(carrier);
        peer.set_link(&link);
        let entry = Entry {
            peer: Arc::clone(&peer),
            link,
        };
        let refused = {
            let mut peers = self.peers.hold();
            if peers.is_over {
                Some(entry)
            } else {
                peers.by_id.insert(id, entry)
            }
        };
        drop(refused);
        // It may have gone before it was there.
        if peer.is_gone() {
            self.forget(&peer, []);
        }
    }

    /// Each peer that is there, by number.
    pub(super) fn peers(&self) -> Vec<(Arc<Peer<V>>, Link<V>)> {
        let peers = self.peers.hold();
        let all = peers.by_id.values();
        let mut all: Vec<_> = all
            .map(|entry| (Arc::clone(&entry.peer), entry.link.borrowed()))
            .collect();
        drop(peers);
        all.sort_unstable_by_key(|(peer, _)| peer.id);
        all
    }

    pub(super) fn link_of(&self, id: u64) -> Option<Link<V>> {
        let peers = self.peers.hold();
        peers.by_id.get(&id).map(|entry| entry.link.borrowed())
    }

    /// From now on this holds, and what is there that has no right to be, ends.
    pub(super) fn set_acl(&self, acl: Acl) {
        {
            let _one_at_a_time = self.reviewing.hold();
            self.permits.set(acl);
        }
        for (peer, _) in self.peers() {
            peer.review_listeners();
            peer.review_imports();
            peer.review_senders();
        }
    }

    fn route_ended(&self, route: &Route, reason: &str) {
        for (peer, _) in self.peers() {
            peer.route_ended(route, reason);
        }
    }

    fn sender_gone(&self, name: &str) {
        let owner = {
            let peers = self.peers.hold();
            let owner = peers.owners.get(name).and_then(|id| peers.by_id.get(id));
            owner.map(|entry| Arc::clone(&entry.peer))
        };
        if let Some(owner) = owner {
            owner.sender_gone(name);
        }
    }
}

impl<V: Send + Sync + 'static> Core<V> {
    /// It has gone, and had these senders.
    pub(super) fn forget(&self, peer: &Peer<V>, senders: impl IntoIterator<Item = String>) {
        let session = peer.state.hold().session.take();
        let entry = {
            let mut peers = self.peers.hold();
            for sender in senders {
                if peers.owners.get(&sender) == Some(&peer.id) {
                    peers.owners.remove(&sender);
                }
            }
            if let Some(session) = session {
                if peers.sessions.get(session.reveal()) == Some(&peer.id) {
                    peers.sessions.remove(session.reveal());
                }
            }
            peers.by_id.remove(&peer.id)
        };
        drop(entry);
    }

    /// It goes on with what another began that was the same one, whose link is lost without anybody having noticed here: that one makes
    /// way, if it is known that both are one.
    pub(super) fn continue_session(&self, peer: &Peer<V>, session: &Token) {
        let before = {
            let mut peers = self.peers.hold();
            let id = peers.sessions.get(session.reveal()).copied();
            let entry = id.and_then(|id| peers.by_id.get(&id));
            let before = entry.map(|entry| (Arc::clone(&entry.peer), entry.link.borrowed()));
            if before
                .as_ref()
                .is_some_and(|(before, _)| before.who() != peer.who())
            {
                // Somebody else has come by its secret, or it has become somebody else.
                return;
            }
            peers.sessions.insert(session.reveal().to_owned(), peer.id);
            before
        };
        peer.state.hold().session = Some(session.clone());
        if let Some((before, link)) = before {
            link.abort();
            before.leave();
            let mut links = mem::take(&mut before.state.hold().before);
            links.push(link);
            links.retain(|link| !link.is_over());
            peer.state.hold().before = links;
        }
        if peer.is_gone() {
            self.forget(peer, []);
        }
    }

    /// Whose sender that is, so that its owner can be told when it goes.
    pub(super) fn own(&self, id: u64, sender: &str, owns: bool) {
        let mut peers = self.peers.hold();
        if owns {
            peers.owners.insert(sender.to_owned(), id);
        } else if peers.owners.get(sender) == Some(&id) {
            peers.owners.remove(sender);
        }
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
        let entries = {
            let mut peers = self.peers.hold();
            peers.is_over = true;
            mem::take(&mut peers.by_id)
        };
        if let Some(watches) = self.watches.get() {
            for watch in watches {
                watch.disconnect();
            }
        }
        entries.into_values().map(|entry| entry.link).collect()
    }
}
