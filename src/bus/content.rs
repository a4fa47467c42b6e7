//! What a message says, its type forgotten.

use std::any::{Any, TypeId};
use std::fmt;

use crate::signal::{Quiet, drop_quietly};
use crate::sync::{Arc, Lock};

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
        body: Seat,
        /// Where a handler may be called again, it is given a copy.
        copier: Option<Copier>,
    },
}

/// Where an owned body is until it is taken.
pub(super) struct Seat(Lock<Option<OwnedBody>>);

impl Drop for Seat {
    fn drop(&mut self) {
        drop_quietly(self.0.get_mut().take());
    }
}

impl Content {
    pub(super) fn of_event<E: Send + Sync + 'static>(event: Arc<E>) -> Self {
        Self::Shared(Quiet::new(event))
    }

    pub(super) fn of_request(body: OwnedBody, copier: Option<Copier>) -> Self {
        let body = Seat(Lock::new(Some(body)));
        Self::Owned { body, copier }
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
        let taken = body.0.hold().take()?;
        let given = match copier {
            None => taken,
            Some(copier) => {
                let back = GiveBack(&body.0, Some(taken));
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
                let taken = body.0.hold().take()?;
                let back = GiveBack(&body.0, Some(taken));
                back.1.as_ref()?.downcast_ref().map(look)
            }
        }
    }

    /// Takes it for good, whatever it is.
    pub(super) fn into_body(self) -> Option<OwnedBody> {
        match self {
            Self::Shared(_) => None,
            Self::Owned { body, .. } => body.0.hold().take(),
        }
    }

    /// Takes it for good, if it is a `T` and nobody else has it.
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
