//! Everything that is provided, found by its type.

use std::any::{Any, TypeId};
use std::fmt;

use hashbrown::HashMap;

use super::entry::Entry;
use crate::bus::inject::DependencyError;
use crate::bus::inspect::ProvidedInfo;
use crate::signal::Quiet;
use crate::sync::{Arc, Lock};

/// Everything that is provided. It does not change once the bus has started.
pub(in crate::bus) struct Container {
    entries: Entries,
    /// What was put in, in the order of the builder.
    pub(in crate::bus) shown: Vec<ProvidedInfo>,
    /// Which singleton waits for which to be made. Written by who waits, for as long as that lasts; read by who is about to.
    waits: Lock<Vec<(TypeId, TypeId)>>,
}

/// `Arc<Entry<T>>` by the `TypeId` of `T`.
type Entries = HashMap<TypeId, Quiet<Box<dyn Any + Send + Sync>>>;

/// What is provided, as far as it has been put together when somebody looks for what it needs.
pub struct Sources<'a>(&'a Container);

impl Container {
    pub(in crate::bus) fn new() -> Self {
        Self {
            entries: HashMap::new(),
            shown: Vec::new(),
            waits: Lock::new(Vec::new()),
        }
    }

    pub(in crate::bus) fn add(&mut self, id: TypeId, entry: Box<dyn Any + Send + Sync>) {
        self.entries.insert(id, Quiet::new(entry));
    }

    pub(in crate::bus) fn sources(&self) -> Sources<'_> {
        Sources(self)
    }

    pub(in crate::bus) fn find<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<Entry<T>>> {
        let entry = self.entries.get(&TypeId::of::<T>())?;
        entry.downcast_ref::<Arc<Entry<T>>>().cloned()
    }

    /// Notes that one singleton waits for another to be made.
    ///
    /// # Errors
    /// Where that one waits for it already, directly or not: both would wait for ever. Each of them is known to be at work to whoever
    /// makes it, and to nobody else, so that alone would not show it.
    pub(super) fn wait<T: ?Sized + 'static>(
        &self,
        (waiter, waiter_name): (TypeId, &'static str),
        name: &'static str,
    ) -> Result<Wait<'_>, DependencyError> {
        let edge = (waiter, TypeId::of::<T>());
        let mut waits = self.waits.hold();
        if leads(&waits, edge.1, waiter) {
            return Err(DependencyError::cycle::<T>(vec![name, waiter_name, name]));
        }
        waits.push(edge);
        drop(waits);
        Ok(Wait {
            container: self,
            edge,
        })
    }
}

/// Whether one thing waits for another, directly or not. It ends, since what is let in makes no cycle.
fn leads(waits: &[(TypeId, TypeId)], from: TypeId, to: TypeId) -> bool {
    from == to
        || waits
            .iter()
            .filter(|(waiter, _)| *waiter == from)
            .any(|(_, waited)| leads(waits, *waited, to))
}

/// A wait that lasts.
pub(super) struct Wait<'a> {
    container: &'a Container,
    edge: (TypeId, TypeId),
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut waits = self.container.waits.hold();
        if let Some(place) = waits.iter().position(|edge| *edge == self.edge) {
            waits.swap_remove(place);
        }
    }
}

impl Sources<'_> {
    pub(in crate::bus) fn find<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<Entry<T>>> {
        self.0.find()
    }
}

impl fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").finish_non_exhaustive()
    }
}
