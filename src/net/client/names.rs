//! The senders of a client, and which of them the server has.

use std::collections::{HashMap, HashSet};

use super::sender::Live;
use crate::sync::{Arc, Weak};

/// The senders of this client by name, and for each whether the server has it.
pub(super) struct Names<V> {
    names: HashMap<String, Name<V>>,
    /// Which have to be looked at.
    changed: HashSet<String>,
    adding: usize,
}

struct Name<V> {
    /// Who has the name here.
    here: Option<Weak<Live<V>>>,
    /// The number of that one.
    number: u64,
    remote: Remote,
}

#[derive(Clone, Copy)]
enum Remote {
    No,
    /// The server was asked.
    Adding,
    /// It has that one.
    Yes(u64),
}

/// What the server is to be told.
pub(super) enum Change<V> {
    Add {
        sender: String,
        live: Weak<Live<V>>,
        number: u64,
    },
    Remove(String),
}

impl<V> Names<V> {
    pub(super) fn new() -> Self {
        Self {
            names: HashMap::new(),
            changed: HashSet::new(),
            adding: 0,
        }
    }

    /// It has its name from now on; tells whether nobody had it.
    pub(super) fn take(&mut self, live: &Arc<Live<V>>) -> bool {
        let name = self.names.entry(live.name().to_owned()).or_insert(Name {
            here: None,
            number: 0,
            remote: Remote::No,
        });
        if name.here.is_some() {
            return false;
        }
        name.here = Some(Arc::downgrade(live));
        name.number = live.number;
        self.changed.insert(live.name().to_owned());
        true
    }

    /// It does not have its name any more; tells whether it did until now.
    pub(super) fn leave(&mut self, sender: &str, number: u64) -> bool {
        let Some(name) = self.names.get_mut(sender) else {
            return false;
        };
        if name.number != number || name.here.take().is_none() {
            return false;
        }
        self.changed.insert(sender.to_owned());
        true
    }

    pub(super) fn get(&self, sender: &str) -> Option<Arc<Live<V>>> {
        self.names.get(sender)?.here.as_ref()?.upgrade()
    }

    pub(super) fn all(&self) -> Vec<Arc<Live<V>>> {
        let here = self.names.values().filter_map(|name| name.here.as_ref());
        here.filter_map(Weak::upgrade).collect()
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
            // Not upgraded: what is dropped under the lock might be the last.
            let here = name.here.clone().filter(|live| live.strong_count() > 0);
            if let Remote::Yes(number) = name.remote {
                if here.is_some() && number == name.number {
                    continue;
                }
                name.remote = Remote::No;
                removed.push(Change::Remove(sender.clone()));
            }
            match (name.remote, here) {
                // Looked at again when there is a reply.
                (Remote::Adding, _) => {}
                (_, Some(live)) => {
                    let number = name.number;
                    name.remote = Remote::Adding;
                    self.adding += 1;
                    added.push(Change::Add {
                        sender,
                        live,
                        number,
                    });
                }
                (_, None) => {
                    if name.here.is_none() {
                        self.names.remove(&sender);
                    }
                }
            }
        }
        removed.append(&mut added);
        removed
    }

    /// There is a reply: whether the server has the one of this number.
    pub(super) fn replied(&mut self, sender: &str, number: u64, has_it: bool) {
        self.adding = self.adding.saturating_sub(1);
        if let Some(name) = self.names.get_mut(sender) {
            name.remote = if has_it {
                Remote::Yes(number)
            } else {
                Remote::No
            };
            self.changed.insert(sender.to_owned());
        }
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
        let Remote::Yes(number) = name.remote else {
            return None;
        };
        name.remote = Remote::No;
        let live = if name.number == number {
            name.here.take().and_then(|live| live.upgrade())
        } else {
            None
        };
        self.changed.insert(sender.to_owned());
        live
    }

    /// The connection is lost: the server has none of them.
    pub(super) fn lost(&mut self) {
        self.adding = 0;
        for (sender, name) in &mut self.names {
            name.remote = Remote::No;
            self.changed.insert(sender.clone());
        }
    }
}
