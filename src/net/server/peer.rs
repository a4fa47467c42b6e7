//! One who is connected to a server, as the server knows him.

use std::collections::HashMap;
use std::mem;

use super::caller::Caller;
use super::core::Core;
use super::imports::Imports;
use super::listened::Listeners;
use super::permit::Permits;
use super::seats::Seat;
use super::status::ServerStatus;
use super::view::PeerView;
use crate::net::acl::Right;
use crate::net::carrier::{Identity, PeerInfo};
use crate::net::limits::Limits;
use crate::net::link::Link;
use crate::net::under_way::UnderWay;
use crate::net::wire::{Call, Code, RemoteError, SenderEntry, Token};
use crate::router::{CONNECT, DISCONNECT, Router, Sender, SenderInfo};
use crate::sync::{Arc, AtomicBool, AtomicU64, Lock, OnceLock, Ordering, Weak};

/// A peer: the handler of its link, which has what the peer has with the server.
///
/// Calls come one after the other, so each kind of change has one thread at a time that makes it. Rights that are taken back, senders that
/// cease to declare an event and the end come from anywhere: all of that changes the state under its lock, and looks whether the peer has
/// gone. Nothing of the user's runs under it.
pub(super) struct Peer<V> {
    pub(super) id: u64,
    pub(super) router: Router<V>,
    pub(super) permits: Arc<Permits>,
    pub(super) limits: Limits,
    pub(super) under_way: Arc<UnderWay>,
    pub(super) server: Weak<Core<V>>,
    /// Who it is. Written once, by who reads, when it says hello; before that, it is whom its carrier has proved.
    pub(super) who: OnceLock<Option<Identity>>,
    /// Who asks, for handlers. Written once, by who reads, after it is known who it is.
    caller: OnceLock<Arc<Caller>>,
    pub(super) info: PeerInfo,
    /// Whether it was told that it is there. Relaxed: by who reads alone, who does one thing after the other.
    pub(super) is_announced: AtomicBool,
    pub(super) state: Lock<State<V>>,
    /// Messages that could not be written for this peer, or were too large for it. Relaxed: a figure.
    pub(super) unsent: AtomicU64,
}

pub(super) struct State<V> {
    /// Nothing is added any more.
    pub(super) is_gone: bool,
    /// Its link, which is not kept by this. Taken out with the end: the link has the peer as its handler.
    pub(super) link: Option<Link<V>>,
    pub(super) session: Option<Token>,
    /// Links of the same one of before, which may not be over: their threads may be at taking its senders away.
    pub(super) before: Vec<Link<V>>,
    /// By their names, which come from the network: the hasher is keyed.
    pub(super) senders: HashMap<String, Owned<V>>,
    pub(super) last_sender: u64,
    pub(super) listeners: Listeners,
    pub(super) imports: Imports,
    /// How much of [`Limits::subscriptions`] is taken.
    pub(super) weight: usize,
    /// Its place, as long as it is there.
    seat: Option<Seat>,
}

/// A sender of a peer.
pub(super) struct Owned<V> {
    pub(super) sender: Sender<V>,
    /// Which of those that the peer has had.
    pub(super) order: u64,
}

impl<V: Send + Sync + 'static> Peer<V> {
    pub(super) fn new(id: u64, core: &Arc<Core<V>>, info: PeerInfo, seat: Seat) -> Self {
        Self {
            id,
            router: core.router.clone(),
            permits: Arc::clone(&core.permits),
            limits: core.limits.clone(),
            under_way: Arc::clone(&core.under_way),
            server: Arc::downgrade(core),
            who: OnceLock::new(),
            caller: OnceLock::new(),
            info,
            state: Lock::new(State {
                is_gone: false,
                link: None,
                session: None,
                before: Vec::new(),
                senders: HashMap::new(),
                last_sender: 0,
                listeners: Listeners::default(),
                imports: Imports::default(),
                weight: 0,
                seat: Some(seat),
            }),
            is_announced: AtomicBool::new(false),
            unsent: AtomicU64::new(0),
        }
    }

    pub(super) fn who(&self) -> Option<&Identity> {
        match self.who.get() {
            Some(who) => who.as_ref(),
            None => self.info.identity(),
        }
    }

    pub(super) fn caller(&self) -> Arc<Caller> {
        let caller = || {
            Arc::new(Caller {
                peer: self.id,
                address: self.info.peer().to_owned(),
                identity: self.who().cloned(),
            })
        };
        Arc::clone(self.caller.get_or_init(caller))
    }

    /// What its connections are called, for failures and logs.
    pub(super) fn shown(&self) -> String {
        format!("peer {} at {}", self.id, self.info.peer())
    }

    pub(super) fn permits(&self, right: Right, sender: &str, name: &str) -> bool {
        self.permits.permits(self.who(), right, sender, name)
    }

    /// Has the link known, unless the peer has gone.
    pub(super) fn set_link(&self, link: &Link<V>) {
        let mut state = self.state.hold();
        if !state.is_gone && state.link.is_none() {
            state.link = Some(link.borrowed());
        }
    }

    /// Its link, unless the peer has gone or has none yet.
    pub(super) fn link(&self) -> Option<Link<V>> {
        self.state.hold().link.as_ref().map(Link::borrowed)
    }

    /// Tells, once, that it is there.
    pub(super) fn announce(&self, link: &Link<V>) {
        if self.is_announced.load(Ordering::Relaxed) {
            return;
        }
        self.set_link(link);
        self.is_announced.store(true, Ordering::Relaxed);
        if let Some(server) = self.server.upgrade() {
            server.tell(ServerStatus::Connected(PeerView::of(self, link)));
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        self.state.hold().is_gone
    }

    /// Tells the peer something that it has to know.
    pub(super) fn tell(&self, call: &Call<V>) {
        if let Some(link) = self.link() {
            link.tell(call);
        }
    }

    /// It has gone: what it had goes, too.
    pub(super) fn leave(&self) {
        let (link, senders, connections, endings, seat) = {
            let mut state = self.state.hold();
            state.is_gone = true;
            let connections = state.listeners.take_connections();
            (
                state.link.take(),
                mem::take(&mut state.senders),
                connections,
                state.imports.take_endings(),
                state.seat.take(),
            )
        };
        // Its listeners first: nobody hears of his own end.
        for connection in connections {
            connection.disconnect();
        }
        for end in endings {
            end();
        }
        // In the order in which they came.
        let mut all: Vec<_> = senders.values().collect();
        all.sort_unstable_by_key(|owned| owned.order);
        for owned in all {
            owned.sender.disconnect();
        }
        // Who sees that it has gone finds its place free.
        drop(seat);
        if let Some(server) = self.server.upgrade() {
            server.forget(self, senders.into_keys());
        }
        drop(link);
    }

    /// Who is there that it has some right to know of.
    pub(super) fn senders(&self, list_events: bool) -> Vec<SenderEntry> {
        let may = |right, sender: &SenderInfo| {
            let who = self.who();
            self.permits
                .may_permit(who, right, Some(sender.name()), None)
        };
        let all = self.router.senders().into_iter();
        let known = all.filter(|sender| may(Right::Listen, sender) || may(Right::Request, sender));
        known
            .map(|sender| {
                let mut entry = SenderEntry::new(sender.name());
                if list_events {
                    let events = [CONNECT, DISCONNECT].into_iter().chain(sender.events());
                    entry.events = Some(events.map(|event| Some(event.to_owned())).collect());
                }
                entry
            })
            .collect()
    }

    /// Whether nothing more is begun for it, since the server ends.
    pub(super) fn refuses_more(&self) -> Option<RemoteError> {
        let is_closed = self
            .server
            .upgrade()
            .is_none_or(|server| server.is_closed());
        is_closed.then(|| RemoteError::failed(Code::Gone, "the server is about to end"))
    }
}
