//! What a message says, its type forgotten.

use std::any::{Any, TypeId};
use std::fmt;

use crate::signal::{Quiet, drop_quietly};
use crate::sync::{Arc, AtomicBool, Lock, Ordering};

/// Shared by all who handle it.
pub(super) type SharedBody = Arc<dyn Any + Send + Sync>;

/// For one who handles it.
pub(super) type OwnedBody = Box<dyn Any + Send>;

/// Makes another of what is in the box, which is of the type that it was made for.
pub(super) type Copier = fn(&(dyn Any + Send)) -> OwnedBody;

/// What a message says.
///
/// The last to hold it may be anybody, whom a panic of its drop must not take down.
pub(super) enum Content {
    Shared(Quiet<SharedBody>),
    Owned {
        body: Arc<Seat>,
        /// Where a handler may be called again, it is given a copy.
        copier: Option<Copier>,
    },
}

/// Where an owned body is until it is taken.
pub(super) struct Seat {
    body: Lock<Option<OwnedBody>>,
    /// Whether a handler was given it, or a copy. Written by that, before the body is gone.
    is_given: AtomicBool,
}

impl Drop for Seat {
    fn drop(&mut self) {
        drop_quietly(self.body.get_mut().take());
    }
}

impl Content {
    pub(super) fn of_event<E: Send + Sync + 'static>(event: Arc<E>) -> Self {
        Self::Shared(Quiet::new(event))
    }

    pub(super) fn of_request(body: OwnedBody, copier: Option<Copier>) -> Self {
        let body = Seat {
            body: Lock::new(Some(body)),
            is_given: AtomicBool::new(false),
        };
        let body = Arc::new(body);
        Self::Owned { body, copier }
    }

    /// The same again, for who gives it back if no handler was given it.
    pub(super) fn again(&self) -> Option<Self> {
        let Self::Owned { body, copier } = self else {
            return None;
        };
        Some(Self::Owned {
            body: Arc::clone(body),
            copier: *copier,
        })
    }

    /// Whether a handler was given it.
    pub(super) fn is_given(&self) -> bool {
        match self {
            Self::Shared(_) => false,
            Self::Owned { body, .. } => body.is_given.load(Ordering::SeqCst),
        }
    }

    /// What all who handle it share.
    pub(super) fn shared<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        match self {
            Self::Shared(body) => Arc::clone(body).downcast().ok(),
            Self::Owned { .. } => None,
        }
    }

    /// Whether who takes such a body can take it.
    pub(super) fn fits(&self, body: Option<TypeId>) -> bool {
        match self {
            Self::Shared(own) => body.is_none_or(|body| (***own).type_id() == body),
            Self::Owned { .. } => true,
        }
    }

    /// What one handler gets: itself, or a copy where there may be another call.
    pub(super) fn take<T: 'static>(&self) -> Option<T> {
        let Self::Owned { body, copier } = self else {
            return None;
        };
        let taken = body.body.hold().take()?;
        body.is_given.store(true, Ordering::SeqCst);
        let given = match copier {
            None => taken,
            Some(copier) => {
                let back = GiveBack(&body.body, Some(taken));
                copier(&**back.1.as_ref()?)
            }
        };
        given.downcast().ok().map(|body| *body)
    }

    /// Shows it, if it is a `T` and nobody has taken it.
    pub(super) fn show<T: 'static, U>(&self, look: impl FnOnce(&T) -> U) -> Option<U> {
        match self {
            Self::Shared(body) => body.downcast_ref().map(look),
            Self::Owned { body, .. } => {
                let taken = body.body.hold().take()?;
                let back = GiveBack(&body.body, Some(taken));
                back.1.as_ref()?.downcast_ref().map(look)
            }
        }
    }

    /// Whether it is a `T`, for one who handles it.
    pub(super) fn is_owned<T: 'static>(&self) -> bool {
        let Self::Owned { body, .. } = self else {
            return false;
        };
        let body = body.body.hold();
        body.as_ref().is_some_and(|body| body.is::<T>())
    }

    /// Takes it for good, whatever it is, if no handler was given it.
    pub(super) fn into_body(self) -> Option<OwnedBody> {
        match self {
            Self::Shared(_) => None,
            Self::Owned { body, .. } if body.is_given.load(Ordering::SeqCst) => None,
            Self::Owned { body, .. } => body.body.hold().take(),
        }
    }

    /// Takes it for good, if it is a `T` and no handler was given it.
    pub(super) fn into_inner<T: Send + 'static>(self) -> Option<T> {
        self.into_body()?.downcast().ok().map(|body| *body)
    }

    /// The same, of what could be shared.
    pub(super) fn into_shared_inner<T: Send + Sync + 'static>(self) -> Option<T> {
        match self {
            Self::Shared(body) => Arc::into_inner(body.into_inner().downcast().ok()?),
            owned @ Self::Owned { .. } => owned.into_inner(),
        }
    }
}

/// Lends what is in the lock to code of the user's, which does not run under it, and may panic.
struct GiveBack<'a>(&'a Lock<Option<OwnedBody>>, Option<OwnedBody>);

impl Drop for GiveBack<'_> {
    fn drop(&mut self) {
        *self.0.hold() = self.1.take();
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(..)")
    }
}
