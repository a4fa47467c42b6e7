//! One call of a handler, as what is injected sees it.

use std::any::{Any, TypeId};
use std::fmt;

use super::emissions::{Emissions, Followers};
use super::making::Making;
use crate::bus::core::Core;
use crate::bus::handed::Message;
use crate::bus::info::{CausedBy, MessageInfo, Subject};
use crate::bus::message::MessageKind;
use crate::sync::{Arc, AtomicBool, Lock, OnceLock, Ordering};

/// One call of a handler, or the making of what is provided.
pub struct Call<'a> {
    core: &'a Arc<Core>,
    about: About<'a>,
    kept: Kept<'a>,
    /// What is being made, and for the sake of what.
    making: Making,
}

/// What a call is about.
#[derive(Clone, Copy)]
pub(in crate::bus) enum About<'a> {
    /// No message: a singleton is made.
    Nothing,
    Message {
        message: &'a Message,
        handler: &'a Arc<str>,
    },
    /// A message without a key, of which nothing is written down yet.
    Plain {
        kind: MessageKind,
        message: &'static str,
        cause: Option<&'a CausedBy>,
        handler: &'a Arc<str>,
    },
}

/// What is made in the course of few calls: each when it is first asked for.
#[derive(Default)]
struct InCourse {
    info: OnceLock<MessageInfo>,
    emissions: OnceLock<Arc<Emissions>>,
    within: OnceLock<Arc<Within>>,
    /// What factories have made: each makes one a call.
    made: Lock<Vec<(TypeId, Box<dyn Any + Send + Sync>)>>,
}

/// The making of something for a call is part of that call. Apart, since most calls never look there.
enum Kept<'a> {
    Own(OnceLock<Box<InCourse>>),
    Of(&'a InCourse),
}

impl<'a> Call<'a> {
    #[inline]
    pub(in crate::bus) fn new(core: &'a Arc<Core>, about: About<'a>, making: Making) -> Self {
        Self {
            core,
            about,
            kept: Kept::Own(OnceLock::new()),
            making,
        }
    }

    /// The making of what a factory makes, in this call.
    pub(in crate::bus) fn further(&self, making: Making) -> Call<'_> {
        Call {
            core: self.core,
            about: self.about,
            kept: Kept::Of(self.kept()),
            making,
        }
    }

    fn kept(&self) -> &InCourse {
        match &self.kept {
            Kept::Own(kept) => kept.get_or_init(Box::default),
            Kept::Of(kept) => kept,
        }
    }

    pub(in crate::bus) fn core(&self) -> &'a Arc<Core> {
        self.core
    }

    pub(in crate::bus) fn of_what(&self) -> &Making {
        &self.making
    }

    pub(super) fn message(&self) -> Option<&'a Message> {
        match self.about {
            About::Message { message, .. } => Some(message),
            About::Nothing | About::Plain { .. } => None,
        }
    }

    fn handler(&self) -> Option<&'a Arc<str>> {
        match self.about {
            About::Message { handler, .. } | About::Plain { handler, .. } => Some(handler),
            About::Nothing => None,
        }
    }

    pub(in crate::bus) fn info(&self) -> Option<&MessageInfo> {
        let About::Plain {
            kind,
            message,
            cause,
            ..
        } = self.about
        else {
            return self.message().map(|message| &message.info);
        };
        let new = || MessageInfo::new(kind, Subject::Type(message), None, cause.cloned());
        Some(self.kept().info.get_or_init(new))
    }

    fn as_cause(&self) -> Option<CausedBy> {
        Some(self.info()?.as_cause(self.handler()?))
    }

    pub(super) fn emissions(&self) -> Option<Arc<Emissions>> {
        let kept = &self.kept().emissions;
        if let Some(emissions) = kept.get() {
            return Some(Arc::clone(emissions));
        }
        let (cause, key) = (self.as_cause()?, self.info()?.key().cloned());
        let new = || Arc::new(Emissions::new(self.core, cause, key));
        Some(Arc::clone(kept.get_or_init(new)))
    }

    /// The right to send further messages for this one's sake, as long as the call lasts.
    pub(in crate::bus) fn within(&self) -> Option<Arc<Within>> {
        let kept = &self.kept().within;
        if let Some(within) = kept.get() {
            return Some(Arc::clone(within));
        }
        let within = Within {
            cause: self.as_cause()?,
            lasts: AtomicBool::new(true),
        };
        Some(Arc::clone(kept.get_or_init(|| Arc::new(within))))
    }

    /// What a factory has made for this call.
    pub(in crate::bus) fn made<T: Clone + 'static>(&self, id: TypeId) -> Option<T> {
        let made = self.kept().made.hold();
        let (_, made) = made.iter().find(|(of, _)| *of == id)?;
        made.downcast_ref().cloned()
    }

    pub(in crate::bus) fn keep<T: Send + Sync + 'static>(&self, id: TypeId, value: T) {
        self.kept().made.hold().push((id, Box::new(value)));
    }

    /// What its handler has emitted; it is the caller's to say what becomes of that.
    #[inline]
    pub(in crate::bus) fn take_followers(&mut self) -> Option<Followers> {
        match &mut self.kept {
            Kept::Own(kept) => kept.get_mut()?.emissions.take().map(Followers::new),
            Kept::Of(_) => None,
        }
    }
}

/// The call is over. What it has emitted and nobody has taken has not happened, and nothing more can be sent for its sake.
impl Drop for InCourse {
    #[inline]
    fn drop(&mut self) {
        if let Some(within) = self.within.get() {
            // Before the message is not counted any more: see `Core::enter`.
            within.lasts.store(false, Ordering::SeqCst);
        }
        if let Some(emissions) = self.emissions.take() {
            drop(Followers::new(emissions));
        }
    }
}

/// A message that is being handled, for what is sent for its sake.
#[derive(Debug)]
pub(in crate::bus) struct Within {
    pub(in crate::bus) cause: CausedBy,
    /// Written once, by the end of the call.
    lasts: AtomicBool,
}

impl Within {
    pub(in crate::bus) fn lasts(&self) -> bool {
        self.lasts.load(Ordering::SeqCst)
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
