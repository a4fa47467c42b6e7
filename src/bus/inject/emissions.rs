//! What a handler has emitted, until it is known what becomes of it.

use std::any::{TypeId, type_name};
use std::fmt;
use std::mem;

use crate::bus::content::{Content, SharedBody};
use crate::bus::core::Core;
use crate::bus::error::Problem;
use crate::bus::info::{CausedBy, MessageInfo, Subject};
use crate::bus::message::{Event, MessageKind};
use crate::bus::section::Section;
use crate::signal::{Key, Quiet};
use crate::sync::{Arc, Lock, Weak};

/// What one call of a handler has emitted.
///
/// The handler adds, through its [`Emit`](super::Emit); whoever learns what came of the call ends it, once, and takes what is there.
/// Both under the lock, so nothing is added to what has been taken.
pub struct Emissions {
    cause: CausedBy,
    /// Of the message: that of its events, unless they have their own.
    key: Option<Key>,
    core: Weak<Core>,
    stage: Lock<Stage>,
}

enum Stage {
    /// The call runs.
    Open(Vec<Emitted>),
    Succeeded,
    Failed,
}

/// An event that is to follow.
pub(in crate::bus) struct Emitted {
    subject: Subject,
    of: TypeId,
    of_name: &'static str,
    body: Quiet<SharedBody>,
    key: Option<Key>,
}

impl Emitted {
    pub(super) fn of<E: Event>(event: E, key: Option<Key>) -> Self {
        Self::new(Subject::Type(type_name::<E>()), event, key)
    }

    pub(super) fn named<B: Send + Sync + 'static>(name: &str, body: B, key: Option<Key>) -> Self {
        Self::new(Subject::Name(name.into()), body, key)
    }

    fn new<T: Send + Sync + 'static>(subject: Subject, value: T, key: Option<Key>) -> Self {
        Self {
            subject,
            of: TypeId::of::<T>(),
            of_name: type_name::<T>(),
            body: Quiet::new(Arc::new(value)),
            key,
        }
    }

    pub(in crate::bus) fn into_content(self) -> Content {
        Content::Shared(self.body)
    }

    pub(in crate::bus) fn info(&self, emissions: &Emissions) -> MessageInfo {
        let key = self.key.as_ref().or(emissions.key.as_ref());
        MessageInfo::new(
            MessageKind::Event,
            self.subject.clone(),
            key.cloned(),
            Some(emissions.cause.clone()),
        )
    }

    /// Whose it is.
    pub(in crate::bus) fn line(&self, events: &Section) -> Result<usize, Problem> {
        match &self.subject {
            Subject::Type(_) => events.of_type(self.of).ok_or(Problem::Unhandled),
            Subject::Name(name) => events.of_body(name, (self.of, self.of_name)),
        }
    }
}

impl Emissions {
    pub(super) fn new(core: &Arc<Core>, cause: CausedBy, key: Option<Key>) -> Self {
        Self {
            cause,
            key,
            core: Arc::downgrade(core),
            stage: Lock::new(Stage::Open(Vec::new())),
        }
    }

    pub(in crate::bus) fn add(&self, emitted: Emitted) {
        let mut stage = self.stage.hold();
        let has_succeeded = match &mut *stage {
            Stage::Open(all) => return all.push(emitted),
            Stage::Succeeded => true,
            Stage::Failed => false,
        };
        drop(stage);
        let Some(core) = self.core.upgrade() else {
            return;
        };
        if has_succeeded {
            core.follow_late(emitted, self);
        } else {
            core.tell_unfollowed(emitted, self);
        }
    }

    /// Leaves the first stage; gives what was added until then.
    fn leave(&self, next: Stage) -> Vec<Emitted> {
        let mut stage = self.stage.hold();
        match &mut *stage {
            Stage::Open(all) => {
                let all = mem::take(all);
                *stage = next;
                all
            }
            Stage::Succeeded | Stage::Failed => Vec::new(),
        }
    }
}

/// Whoever has this says what becomes of what was emitted: unless it follows, it has not happened.
pub(in crate::bus) struct Followers(Arc<Emissions>);

impl Followers {
    pub(super) fn new(emissions: Arc<Emissions>) -> Self {
        Self(emissions)
    }

    /// The call has succeeded: what it has emitted is dispatched.
    pub(in crate::bus) fn follow(self, core: &Arc<Core>) {
        for emitted in self.0.leave(Stage::Succeeded) {
            core.follow(emitted, &self.0);
        }
    }
}

impl Drop for Followers {
    fn drop(&mut self) {
        drop(self.0.leave(Stage::Failed));
    }
}

impl fmt::Debug for Emissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emissions").finish_non_exhaustive()
    }
}

impl fmt::Debug for Emitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emitted")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}
