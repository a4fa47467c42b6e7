//! What a connect may say beside its filters.

use std::any::Any;

use smallvec::SmallVec;

use crate::signal::event::Event;
use crate::signal::panic::{Panic, Quiet, capture, drop_quietly};
use crate::signal::target::Object;
use crate::sync::{Arc, AtomicUsize, Ordering};

pub(crate) type Predicate<P, K> = Box<dyn Fn(&Event<P, K>) -> bool + Send + Sync>;

/// Options of a later connect of the same callback replace these.
pub(crate) struct Options<P, K> {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) priority: i32,
    /// All must hold.
    pub(crate) when: Vec<Quiet<Predicate<P, K>>>,
    /// How many calls are left. Counted down by sends, without a lock.
    pub(crate) times: Option<AtomicUsize>,
    /// All must live; each is kept alive for the length of a call.
    pub(crate) track: Vec<Object>,
    /// What a strong method keeps alive.
    pub(crate) keep: Option<Quiet<Arc<dyn Any + Send + Sync>>>,
}

/// What the options say to one event.
pub(super) enum Guarded {
    Granted(Held),
    /// Granted, and never again.
    Last(Held),
    Refused,
    /// A tracked object has died.
    Gone,
    Failed(Panic),
}

impl<P, K> Options<P, K> {
    pub(crate) fn new() -> Self {
        Self {
            name: None,
            priority: 0,
            when: Vec::new(),
            times: None,
            track: Vec::new(),
            keep: None,
        }
    }

    /// Whether they say anything at all.
    pub(super) fn is_default(&self) -> bool {
        !self.is_guarded() && self.name.is_none() && self.keep.is_none()
    }

    /// Whether a send has to ask them.
    pub(super) fn is_guarded(&self) -> bool {
        !self.when.is_empty() || self.times.is_some() || !self.track.is_empty()
    }

    pub(super) fn is_born_spent(&self) -> bool {
        self.times
            .as_ref()
            .is_some_and(|times| times.load(Ordering::Relaxed) == 0)
    }

    /// Whether all tracked objects are there.
    pub(super) fn is_supported(&self) -> bool {
        self.track.iter().all(|object| object.strong_count() > 0)
    }

    pub(super) fn admit(&self, event: &Event<P, K>) -> Guarded {
        let mut held = Held::default();
        for object in &self.track {
            match object.upgrade() {
                Some(object) => held.0.push(object),
                None => return Guarded::Gone,
            }
        }
        for when in &self.when {
            match capture(|| when(event)) {
                Ok(true) => {}
                Ok(false) => return Guarded::Refused,
                Err(panic) => return Guarded::Failed(panic),
            }
        }
        let Some(times) = &self.times else {
            return Guarded::Granted(held);
        };
        match times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        }) {
            Ok(1) => Guarded::Last(held),
            Ok(_) => Guarded::Granted(held),
            Err(_) => Guarded::Refused,
        }
    }
}

/// Tracked objects, kept alive for the length of a call.
#[derive(Default)]
pub(crate) struct Held(SmallVec<[Arc<dyn Any + Send + Sync>; 1]>);

impl Drop for Held {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            drop_quietly(std::mem::take(&mut self.0));
        }
    }
}
