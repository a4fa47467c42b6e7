//! What could not be injected.

use std::any::type_name;
use std::error::Error;
use std::fmt;

use crate::sync::Arc;

/// Something that a handler asks for could not be made or found. Clones are one error.
///
/// What nobody provides is found when the bus starts. This is what is found later: a provider has failed, an
/// [`Extension`](super::Extension) was not added, or something was asked for by [`Deps`](super::Deps).
#[derive(Clone)]
pub struct DependencyError(Arc<What>);

struct What {
    dependency: &'static str,
    why: Why,
}

enum Why {
    Missing,
    Failed(String),
    Cycle(Vec<&'static str>),
    NotAdded,
    OfMessage,
    Gone,
}

impl DependencyError {
    fn new<T: ?Sized>(why: Why) -> Self {
        let dependency = type_name::<T>();
        Self(Arc::new(What { dependency, why }))
    }

    pub(in crate::bus) fn failed<T: ?Sized>(error: String) -> Self {
        Self::new::<T>(Why::Failed(error))
    }

    pub(in crate::bus) fn cycle<T: ?Sized>(way: Vec<&'static str>) -> Self {
        Self::new::<T>(Why::Cycle(way))
    }

    pub(super) fn missing<T: ?Sized>() -> Self {
        Self::new::<T>(Why::Missing)
    }

    pub(super) fn not_added<T: ?Sized>() -> Self {
        Self::new::<T>(Why::NotAdded)
    }

    pub(in crate::bus) fn of_message<T: ?Sized>() -> Self {
        Self::new::<T>(Why::OfMessage)
    }

    pub(super) fn gone<T: ?Sized>() -> Self {
        Self::new::<T>(Why::Gone)
    }

    /// The name of the type that was asked for.
    #[must_use]
    pub fn dependency(&self) -> &str {
        self.0.dependency
    }

    /// Whether nobody provides it.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self.0.why, Why::Missing | Why::NotAdded)
    }

    /// Whether it would need itself to be made.
    #[must_use]
    pub fn is_cycle(&self) -> bool {
        matches!(self.0.why, Why::Cycle(_))
    }

    /// Whether its provider has failed.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self.0.why, Why::Failed(_))
    }
}

impl fmt::Display for DependencyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let What { dependency, why } = &*self.0;
        match why {
            Why::Missing => write!(
                f,
                "nobody provides `{dependency}`; `.provide(..)`, `.singleton(..)` and `.factory(..)` of the builder do"
            ),
            Why::Failed(error) => write!(f, "`{dependency}` could not be made: {error}"),
            Why::Cycle(way) => write!(f, "`{dependency}` needs itself: {}", way.join(" needs ")),
            Why::NotAdded => write!(
                f,
                "no `{dependency}` was added to the message; a dispatcher does, with `message.extend(..)`"
            ),
            Why::OfMessage => write!(
                f,
                "`{dependency}` is of a message, and none is being handled here"
            ),
            Why::Gone => write!(f, "`{dependency}` cannot be had: the bus is gone"),
        }
    }
}

impl fmt::Debug for DependencyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DependencyError({self})")
    }
}

impl Error for DependencyError {}
