//! What a server shows.

use std::fmt;

use super::peer::Peer;
use crate::net::carrier::Identity;
use crate::net::link::{Link, LinkStats};
use crate::signal::{Column, short, write_grid};
use crate::sync::Ordering;

/// One who is connected to a server, as he was when it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerView {
    /// His number: the server has given none of these twice.
    pub id: u64,
    /// What his end is called: an address, say.
    pub address: String,
    /// Who he is, if that is known: by a token, or by a certificate.
    pub identity: Option<Identity>,
    /// Whether he has not said hello, as those of the original.
    pub is_plain: bool,
    /// The senders that he has, by name.
    pub senders: Vec<String>,
    /// How many listeners he has, and imports of signals.
    pub listeners: usize,
    /// Messages that he should have heard of and that could not be written for him: larger than he takes, or none that the codec can write.
    pub unsent: u64,
    /// What his link has done, and what waits.
    pub link: LinkStats,
}

impl PeerView {
    pub(super) fn of<V: Send + Sync + 'static>(peer: &Peer<V>, link: &Link<V>) -> Self {
        let (mut senders, listeners) = {
            let state = peer.state.hold();
            let senders: Vec<_> = state.senders.keys().cloned().collect();
            (senders, state.listeners.len() + state.imports.len())
        };
        senders.sort_unstable();
        Self {
            id: peer.id,
            address: peer.info.peer().to_owned(),
            identity: peer.who().cloned(),
            is_plain: link.is_plain(),
            senders,
            listeners,
            unsent: peer.unsent.load(Ordering::Relaxed),
            link: link.stats(),
        }
    }
}

pub(super) fn write_peer(
    f: &mut fmt::Formatter<'_>,
    id: u64,
    who: Option<&Identity>,
    address: &str,
) -> fmt::Result {
    write!(f, "peer {id}")?;
    if let Some(who) = who {
        write!(f, " ({})", who.names().join(", "))?;
    }
    write!(f, " at {address}")
}

/// As text: its number, who it is, and where.
impl fmt::Display for PeerView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            address,
            identity,
            ..
        } = self;
        write_peer(f, *id, identity.as_ref(), address)
    }
}

/// Where a server listens, and who is connected. As text, a table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerInspection {
    /// Where it listens.
    pub addresses: Vec<String>,
    /// Who is connected, in the order in which they came.
    pub peers: Vec<PeerView>,
    /// How many requests are under way, of peers and to peers.
    pub under_way: usize,
}

const COLUMNS: [Column; 9] = [
    ("peer", true),
    ("address", false),
    ("who", false),
    ("senders", true),
    ("listeners", true),
    ("queued", true),
    ("sent", true),
    ("received", true),
    ("lost", true),
];

impl fmt::Display for ServerInspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            addresses,
            peers,
            under_way,
        } = self;
        writeln!(
            f,
            "server at {}: {} peers, {under_way} requests under way",
            addresses.join(", "),
            peers.len()
        )?;
        let rows: Vec<_> = peers.iter().map(row).collect();
        write_grid(f, &COLUMNS, &rows)
    }
}

fn row(peer: &PeerView) -> [String; 9] {
    let who = match &peer.identity {
        Some(who) => who.names().join(", "),
        None if peer.is_plain => "(plain)".to_owned(),
        None => "-".to_owned(),
    };
    [
        peer.id.to_string(),
        short(&peer.address).into_owned(),
        short(&who).into_owned(),
        peer.senders.len().to_string(),
        peer.listeners.to_string(),
        peer.link.queued.to_string(),
        peer.link.sent.to_string(),
        peer.link.received.to_string(),
        (peer.link.dropped + peer.unsent).to_string(),
    ]
}
