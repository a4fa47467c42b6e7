//! The senders of a client, and which of them the server has.

use std::collections::HashMap;

use super::sender::{Live, Own};
use crate::sync::{Arc, Weak};

/// The senders of this client by name, and for each whether the server has it.
pub(super) struct Names<V> {
    names: HashMap<String, Name<V>>,
    /// Which have to be looked at, in the order in which they have changed: the server hears of them in that order.
    changed: Vec<String>,
    adding: usize,
}

struct Name<V> {
    /// Who has the name here.
    here: Option<Here<V>>,
    remote: Remote,
    /// Whether it is among those that have changed.
    is_changed: bool,
}

/// One who has a name, and what his handles share.
struct Here<V> {
    live: Arc<Live<V>>,
    own: Weak<Own<V>>,
}

impl<V> Name<V> {
    fn note(&mut self, sender: &str, changed: &mut Vec<String>) {
        if !std::mem::replace(&mut self.is_changed, true) {
            changed.push(sender.to_owned());
        }
    }
}

/// The number of no sender.
const NOBODY: u64 = 0;

#[derive(Clone, Copy)]
enum Remote {
    No,
    /// The server was asked. In doubt, it has said that it has ended one of this name, which may be this one or the one before.
    Adding {
        in_doubt: bool,
    },
    /// It has that one.
    Yes(u64),
}

/// What the server is to be told.
pub(super) enum Change<V> {
    Add(Arc<Live<V>>),
    Remove(String),
}

impl<V> Names<V> {
    pub(super) fn new() -> Self {
        Self {
            names: HashMap::new(),
            changed: Vec::new(),
            adding: 0,
        }
    }

    /// It has its name from now on; tells whether nobody had it.
    pub(super) fn take(&mut self, own: &Arc<Own<V>>) -> bool {
        let live = &own.live;
        let name = self.names.entry(live.name().to_owned()).or_insert(Name {
            here: None,
            remote: Remote::No,
            is_changed: false,
        });
        if name.here.is_some() {
            return false;
        }
        name.here = Some(Here {
            live: Arc::clone(live),
            own: Arc::downgrade(own),
        });
        name.note(live.name(), &mut self.changed);
        true
    }

    /// It does not have its name any more; gives it, to be dropped outside of the lock, if it did until now.
    pub(super) fn leave(&mut self, sender: &str, number: u64) -> Option<Arc<Live<V>>> {
        let name = self.names.get_mut(sender)?;
        let here = name.here.take_if(|here| here.live.number == number)?;
        name.note(sender, &mut self.changed);
        Some(here.live)
    }

    /// Its handle, once more.
    pub(super) fn get(&self, sender: &str) -> Option<Arc<Own<V>>> {
        self.names.get(sender)?.here.as_ref()?.own.upgrade()
    }

    pub(super) fn all(&self) -> Vec<Arc<Live<V>>> {
        let here = self.names.values().filter_map(|name| name.here.as_ref());
        here.map(|here| Arc::clone(&here.live)).collect()
    }

    pub(super) fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Whether the server has been asked and has not replied.
    pub(super) fn is_adding(&self) -> bool {
        self.adding > 0
    }

    /// What the server is to be told of what has changed: first what is removed.
    pub(super) fn changes(&mut self) -> Vec<Change<V>> {
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for sender in std::mem::take(&mut self.changed) {
            let Some(name) = self.names.get_mut(&sender) else {
                continue;
            };
            name.is_changed = false;
            let here = name.here.as_ref().map(|here| &here.live);
            if let Remote::Yes(number) = name.remote {
                if here.is_some_and(|live| live.number == number) {
                    continue;
                }
                name.remote = Remote::No;
                removed.push(Change::Remove(sender.clone()));
            }
            match (name.remote, here) {
                // Looked at again when there is a reply.
                (Remote::Adding { .. }, _) => {}
                (_, Some(live)) => {
                    added.push(Change::Add(Arc::clone(live)));
                    name.remote = Remote::Adding { in_doubt: false };
                    self.adding += 1;
                }
                (_, None) => {
                    self.names.remove(&sender);
                }
            }
        }
        removed.append(&mut added);
        removed
    }

    /// There is a reply: whether the server has the one of this number. Tells whether that is certain; where it is not, it is told again.
    pub(super) fn replied(&mut self, sender: &str, number: u64, has_it: bool) -> bool {
        self.adding = self.adding.saturating_sub(1);
        let Some(name) = self.names.get_mut(sender) else {
            return true;
        };
        let is_certain = !matches!(name.remote, Remote::Adding { in_doubt: true });
        name.remote = if has_it && !is_certain {
            // Whichever it has is to make way for this one.
            Remote::Yes(NOBODY)
        } else if has_it {
            Remote::Yes(number)
        } else {
            Remote::No
        };
        let here = name.here.as_ref().map(|here| here.live.number);
        // What is as it should be has not changed, or it would be told of before what has.
        if !has_it || !is_certain || here != Some(number) {
            name.note(sender, &mut self.changed);
        }
        is_certain
    }

    /// As [`replied`](Self::replied), where the next connection is to bring it.
    pub(super) fn put_off(&mut self, sender: &str) {
        self.adding = self.adding.saturating_sub(1);
        if let Some(name) = self.names.get_mut(sender) {
            name.remote = Remote::No;
        }
    }

    /// The server has ended it; gives it.
    pub(super) fn ended(&mut self, sender: &str) -> Option<Arc<Live<V>>> {
        let name = self.names.get_mut(sender)?;
        let number = match &mut name.remote {
            Remote::Yes(number) => *number,
            Remote::Adding { in_doubt } => {
                *in_doubt = true;
                return None;
            }
            Remote::No => return None,
        };
        name.remote = Remote::No;
        name.note(sender, &mut self.changed);
        let here = name.here.take_if(|here| here.live.number == number)?;
        Some(here.live)
    }

    /// The connection is lost: the server has none of them.
    pub(super) fn lost(&mut self) {
        self.adding = 0;
        for (sender, name) in &mut self.names {
            name.remote = Remote::No;
            name.note(sender, &mut self.changed);
        }
    }
}
