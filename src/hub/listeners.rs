//! The listeners of a subscriber.

use std::collections::BTreeMap;

use super::pattern::Pattern;
use crate::signal::{Connection, ConnectionId, SenderId};
use crate::sync::{Arc, Lock, Weak};

/// The listeners of a subscriber. They end with it.
pub(super) struct Listeners {
    known: Lock<Known>,
    /// Whose they are: a callback that can be named is another one for each subscriber.
    owner: SenderId,
}

struct Known {
    /// Those that stand, and those of which calls may be running. In the order of connecting.
    listeners: BTreeMap<ConnectionId, Connection<Pattern>>,
    /// How many there were after those that are gone were swept out. It is done again when there are twice as many.
    swept: usize,
}

/// Listeners, by who will have one.
pub(super) struct Its {
    pub(super) owner: SenderId,
    listeners: Weak<Listeners>,
}

impl Its {
    /// Notes a listener that was made; ends it, if the subscriber has gone, and with it everything that is its own.
    pub(super) fn add(&self, listener: &Connection<Pattern>) {
        match self.listeners.upgrade() {
            Some(listeners) => listeners.add(listener),
            None => drop(listener.disconnect()),
        }
    }
}

impl Listeners {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            known: Lock::new(Known {
                listeners: BTreeMap::new(),
                swept: 0,
            }),
            owner: SenderId::unique(),
        })
    }

    pub(super) fn its(self: &Arc<Self>) -> Its {
        Its {
            owner: self.owner.clone(),
            listeners: Arc::downgrade(self),
        }
    }

    pub(super) fn owner(&self) -> &SenderId {
        &self.owner
    }

    fn add(&self, listener: &Connection<Pattern>) {
        let mut known = self.known.hold();
        if known.listeners.len() >= 2 * known.swept.max(4) {
            // Those that have ended stay as long as somebody calls them: who removes all of them waits for that.
            known.listeners.retain(|_, one| !one.is_gone());
            known.swept = known.listeners.len();
        }
        known.listeners.insert(listener.id(), listener.clone());
    }

    /// The one that this is a handle of, if it is one of them.
    pub(super) fn find(&self, listener: &Connection<Pattern>) -> Option<Connection<Pattern>> {
        let known = self.known.hold();
        // Numbers are of one signal: responders have some, too, and so has every other hub.
        let same = known.listeners.get(&listener.id())?;
        same.is(listener).then(|| same.clone())
    }

    pub(super) fn all(&self) -> Vec<Connection<Pattern>> {
        self.known.hold().listeners.values().cloned().collect()
    }

    /// Forgets those that have ended.
    pub(super) fn forget(&self, ended: &[Connection<Pattern>]) {
        let mut known = self.known.hold();
        for one in ended {
            known.listeners.remove(&one.id());
        }
    }
}

/// The last handle is gone.
impl Drop for Listeners {
    fn drop(&mut self) {
        for listener in self.all() {
            listener.disconnect();
        }
    }
}
