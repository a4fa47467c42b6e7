//! Those who are connected to a server.

use std::collections::HashMap;
use std::mem;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::core::Core;
use super::peer::Peer;
use super::seats::Seat;
use super::serves::Serves;
use crate::net::carrier::Carrier;
use crate::net::link::Link;
use crate::net::wire::Token;
use crate::sync::Arc;

/// A peer, and its link if it has one.
type Known<V> = (Arc<Peer<V>>, Option<Link<V>>);

/// Those who are connected to a server. By keyed hashers: names and secrets come from the network.
pub(super) struct Peers<V> {
    by_id: HashMap<u64, Entry<V>>,
    last: u64,
    /// Which peer it is that calls itself so.
    sessions: HashMap<String, u64>,
    /// Whose each sender is.
    owners: HashMap<String, u64>,
    /// None is taken in any more.
    is_over: bool,
}

struct Entry<V> {
    peer: Arc<Peer<V>>,
    /// This keeps the link. Missing for the moment in which it is made.
    link: Option<Link<V>>,
}

impl<V> Peers<V> {
    pub(super) fn new() -> Self {
        Self {
            by_id: HashMap::new(),
            last: 0,
            sessions: HashMap::new(),
            owners: HashMap::new(),
            is_over: false,
        }
    }

    /// Takes nobody in any more; gives the links of those that there are, and whether somebody could come until now.
    pub(super) fn end(&mut self) -> (Vec<Link<V>>, bool) {
        let was_over = mem::replace(&mut self.is_over, true);
        let entries = mem::take(&mut self.by_id).into_values();
        (entries.filter_map(|entry| entry.link).collect(), !was_over)
    }
}

impl<V> Core<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Has a link with who is at the other end. The peer is in the table before it can say anything: whatever changes for all peers finds it.
    pub(super) fn take_in(self: &Arc<Self>, carrier: Arc<dyn Carrier>, seat: Seat) {
        let info = carrier.info();
        let peer = {
            let mut peers = self.peers.hold();
            if peers.is_over {
                return;
            }
            peers.last += 1;
            let peer = Arc::new(Peer::new(peers.last, self, info, seat));
            let entry = Entry {
                peer: Arc::clone(&peer),
                link: None,
            };
            peers.by_id.insert(peer.id, entry);
            peer
        };
        let handler = Arc::new(Serves(Arc::clone(&peer)));
        let link = self.links.with_handler(handler).accept(carrier);
        peer.set_link(&link);
        let late = {
            let mut peers = self.peers.hold();
            match peers.by_id.get_mut(&peer.id) {
                Some(entry) => entry.link.replace(link),
                // It has gone, or all have.
                None => Some(link),
            }
        };
        drop(late);
        // It may have gone without the table having known it.
        if peer.is_gone() {
            self.forget(&peer, []);
        }
    }

    /// Each peer that has a link, by number. One that goes is among them until nothing is left of it.
    pub(super) fn peers(&self) -> Vec<(Arc<Peer<V>>, Link<V>)> {
        let all = self.entries().into_iter();
        all.filter_map(|(peer, link)| {
            let link = link.or_else(|| peer.link())?;
            Some((peer, link))
        })
        .collect()
    }

    /// Each, by number.
    pub(super) fn all_peers(&self) -> impl Iterator<Item = Arc<Peer<V>>> + use<V> {
        self.entries().into_iter().map(|(peer, _)| peer)
    }

    fn entries(&self) -> Vec<Known<V>> {
        let peers = self.peers.hold();
        let all = peers.by_id.values();
        let all = all.map(|Entry { peer, link }| {
            let link = link.as_ref().map(Link::borrowed);
            (Arc::clone(peer), link)
        });
        let mut all: Vec<_> = all.collect();
        drop(peers);
        all.sort_unstable_by_key(|(peer, _)| peer.id);
        all
    }

    pub(super) fn link_of(&self, id: u64) -> Option<Link<V>> {
        let mut all = self.peers().into_iter();
        all.find_map(|(peer, link)| (peer.id == id).then_some(link))
    }

    /// Whose sender it is, if it is a peer's.
    pub(super) fn owner_of(&self, sender: &str) -> Option<Arc<Peer<V>>> {
        let peers = self.peers.hold();
        let id = peers.owners.get(sender)?;
        peers.by_id.get(id).map(|entry| Arc::clone(&entry.peer))
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
            // The peer may have given its link up, which may still be clearing away.
            let before = entry.map(|entry| {
                let link = entry.link.as_ref().map(Link::borrowed);
                (Arc::clone(&entry.peer), link)
            });
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
            if let Some(link) = &link {
                link.abort();
            }
            before.leave();
            let mut links = mem::take(&mut before.state.hold().before);
            links.extend(link);
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
}
