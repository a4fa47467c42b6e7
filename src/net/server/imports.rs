//! What one peer imports.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::exported::{Ending, Wanted};
use super::exports::Numbered;
use super::peer::Peer;
use super::senders::weight_of_names;
use super::to_peer::ToPeer;
use crate::net::acl::Right;
use crate::net::link::Link;
use crate::net::wire::{Call, Code, RemoteError, Response};
use crate::sync::Arc;

/// What one peer imports, by the numbers of its listeners. An import whose signal is not exported waits until one is.
#[derive(Default)]
pub(super) struct Imports {
    by_id: HashMap<u64, Import>,
}

struct Import {
    wanted: Arc<Wanted>,
    /// The export that it is connected to, or is about to be.
    from: Option<u64>,
    /// What ends that. Missing as long as it is about to be.
    ending: Option<Ending>,
    /// Whether the peer has yet to be told that it is there.
    is_new: bool,
    /// Why it has ended, if it has before the peer was told.
    ended: Option<String>,
}

impl Imports {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn take_endings(&mut self) -> Vec<Ending> {
        let all = std::mem::take(&mut self.by_id).into_values();
        all.filter_map(|import| import.ending).collect()
    }

    fn ids_of(&self, is_meant: impl Fn(&Import) -> bool) -> Vec<u64> {
        let meant = self.by_id.iter().filter(|(_, import)| is_meant(import));
        meant.map(|(id, _)| *id).collect()
    }
}

/// How much of what a peer may have an import takes.
fn weight_of(wanted: &Wanted) -> usize {
    let keys = wanted.keys.iter().flatten().map(weight_of_key);
    let senders = wanted.senders.iter().flatten();
    let senders = senders.map(|name| weight_of_names(name.len()));
    weight_of_names(wanted.signal.len()) + keys.chain(senders).sum::<usize>()
}

/// Each part of it takes memory. It is no deeper than a message may be.
fn weight_of_key(key: &Value) -> usize {
    match key {
        Value::String(text) => weight_of_names(text.len()),
        Value::Array(parts) => 1 + parts.iter().map(weight_of_key).sum::<usize>(),
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields =
                fields.map(|(name, value)| weight_of_names(name.len()) + weight_of_key(value));
            1 + fields.sum::<usize>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

impl<V> Peer<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    pub(super) fn add_import(
        self: &Arc<Self>,
        link: &Link<V>,
        wanted: Wanted,
    ) -> Result<Response<V>, RemoteError> {
        let wanted = Arc::new(wanted);
        let id = {
            let mut state = self.state.hold();
            if state.is_gone {
                return Err(RemoteError::failed(Code::Gone, "the link has ended"));
            }
            state.take_weight(weight_of(&wanted), &self.limits)?;
            let id = state.listeners.next_id();
            let import = Import {
                wanted: Arc::clone(&wanted),
                from: None,
                ending: None,
                is_new: true,
                ended: None,
            };
            state.imports.by_id.insert(id, import);
            id
        };
        // Looked at after it is in its place: rights, and exports, that change meanwhile are looked at in that order, too.
        if !self.may_import(&wanted) {
            self.drop_import(id);
            let message = format_args!("this peer may not listen to `{}`", wanted.signal);
            return Err(RemoteError::failed(Code::Refused, message));
        }
        let server = self.server.upgrade();
        if let Some(export) = server.and_then(|server| server.exported(&wanted.signal)) {
            self.connect_import(link, id, &export);
        }
        let ended = {
            let mut state = self.state.hold();
            state.imports.by_id.get_mut(&id).map(|import| {
                import.is_new = false;
                import.ended.take()
            })
        };
        match ended {
            Some(None) => Ok(Response::Listener(id)),
            Some(Some(reason)) => {
                self.drop_import(id);
                Err(RemoteError::failed(Code::UnknownEvent, reason))
            }
            None => Err(RemoteError::failed(Code::Gone, "the link has ended")),
        }
    }

    fn may_import(&self, wanted: &Wanted) -> bool {
        let may = |key: Option<&str>| {
            let (who, signal) = (self.who(), Some(&*wanted.signal));
            self.permits.may_permit(who, Right::Listen, signal, key)
        };
        match &wanted.keys {
            None => may(None),
            Some(keys) => keys.iter().all(|key| may(Some(&name_of(key)))),
        }
    }

    /// Whether it may hear of an event with these keys.
    pub(super) fn may_hear(&self, signal: &str, keys: &[Value]) -> bool {
        if self.permits.permit_everything() {
            return true;
        }
        if keys.is_empty() {
            return self.permits(Right::Listen, signal, "");
        }
        let mut keys = keys.iter();
        keys.all(|key| self.permits(Right::Listen, signal, &name_of(key)))
    }

    /// Has it get what the export sends, unless it does.
    fn connect_import(self: &Arc<Self>, link: &Link<V>, id: u64, export: &Numbered<V>) {
        let (number, exported) = export;
        let (wanted, before) = {
            let mut state = self.state.hold();
            let Some(import) = state.imports.by_id.get_mut(&id) else {
                return;
            };
            if import.from.is_some_and(|from| from >= *number) {
                return;
            }
            import.from = Some(*number);
            (Arc::clone(&import.wanted), import.ending.take())
        };
        if let Some(end) = before {
            end();
        }
        let to = ToPeer {
            peer: Arc::clone(self),
            link: Arc::new(link.borrowed()),
            wanted: Arc::clone(&wanted),
        };
        let ending = match exported.connect(&wanted, to) {
            Ok(ending) => ending,
            Err(error) => return self.end_imports(vec![id], error.message()),
        };
        let late = {
            let mut state = self.state.hold();
            match state.imports.by_id.get_mut(&id) {
                Some(import) if import.from == Some(*number) => import.ending.replace(ending),
                _ => Some(ending),
            }
        };
        if let Some(end) = late {
            end();
        }
        // It may have ended before it was known that this has it.
        let server = self.server.upgrade();
        let there = server.and_then(|server| server.exported(&wanted.signal));
        if there.is_none_or(|(there, _)| there != *number) {
            self.export_ended(&wanted.signal, *number);
        }
    }

    /// A signal is exported by this name from now on.
    pub(super) fn exported(self: &Arc<Self>, link: &Link<V>, name: &str, export: &Numbered<V>) {
        let waiting = {
            let state = self.state.hold();
            state.imports.ids_of(|import| import.wanted.signal == name)
        };
        for id in waiting {
            self.connect_import(link, id, export);
        }
    }

    /// It is not any more: who imports it waits for the next.
    pub(super) fn export_ended(&self, name: &str, number: u64) {
        let endings: Vec<_> = {
            let mut state = self.state.hold();
            let all = state.imports.by_id.values_mut();
            let from = all.filter(|import| import.wanted.signal == name);
            // Its number stays, so that who connects it just now finds out.
            from.filter(|import| import.from == Some(number))
                .filter_map(|import| {
                    import.from = None;
                    import.ending.take()
                })
                .collect()
        };
        for end in endings {
            end();
        }
    }

    /// Tells whether it was there.
    pub(super) fn drop_import(&self, id: u64) -> bool {
        let import = {
            let mut state = self.state.hold();
            let import = state.imports.by_id.remove(&id);
            if let Some(import) = &import {
                state.weight -= weight_of(&import.wanted);
            }
            import
        };
        let was_there = import.is_some();
        if let Some(end) = import.and_then(|import| import.ending) {
            end();
        }
        was_there
    }

    /// They have ended, for this reason: the peer is told of those that it knows of.
    fn end_imports(&self, ids: Vec<u64>, reason: &str) {
        for id in ids {
            let is_new = {
                let mut state = self.state.hold();
                match state.imports.by_id.get_mut(&id) {
                    Some(import) if import.is_new => {
                        import.ended = Some(reason.to_owned());
                        true
                    }
                    _ => false,
                }
            };
            if !is_new && self.drop_import(id) {
                self.tell(&Call::ListenerEnded {
                    listener_id: id,
                    reason: reason.to_owned(),
                });
            }
        }
    }

    /// Rights have changed.
    pub(super) fn review_imports(&self) {
        let all: Vec<_> = {
            let state = self.state.hold();
            let all = state.imports.by_id.iter();
            all.map(|(id, import)| (*id, Arc::clone(&import.wanted)))
                .collect()
        };
        for (id, wanted) in all {
            if !self.may_import(&wanted) {
                let signal = &wanted.signal;
                let reason = format!("the right to listen to `{signal}` was taken back");
                self.end_imports(vec![id], &reason);
            }
        }
    }
}

/// What a key is called in rules.
fn name_of(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
