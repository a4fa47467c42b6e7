//! What the calls of a send came to, for who is told of it afterwards.

use std::any::Any;
use std::fmt;

use crate::signal::failure::Failure;
use crate::signal::report::Report;

/// What each call of a send came to, in match order, as [`Dispatcher::after`](super::Dispatcher::after) is told.
pub struct Results<'a>(Vec<Result<Reply<'a>, &'a Failure>>);

/// A reply, its type forgotten.
#[derive(Clone, Copy)]
pub struct Reply<'a>(Option<&'a dyn Any>);

impl<'a> Reply<'a> {
    /// The reply, if it is an `R`; `None` also where a fold, or `.first()`, has taken it already.
    #[must_use]
    pub fn downcast_ref<R: 'static>(self) -> Option<&'a R> {
        self.0?.downcast_ref()
    }
}

impl<'a> Results<'a> {
    pub(super) fn of<R: 'static>(report: &'a Report<R>) -> Self {
        let shown = |reply: &'a R| Reply(Some(reply));
        Self(report.iter().map(|outcome| outcome.map(shown)).collect())
    }

    /// Of a send whose replies somebody has taken.
    pub(super) fn of_taken(report: &'a Report<()>) -> Self {
        let taken = |(): &()| Reply(None);
        Self(report.iter().map(|outcome| outcome.map(taken)).collect())
    }

    /// How many calls there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there was none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What each came to, in match order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Result<Reply<'a>, &'a Failure>> {
        self.0.iter().copied()
    }

    /// The replies that are `R`s, in match order.
    pub fn replies<R: 'static>(&self) -> impl Iterator<Item = &'a R> {
        self.iter()
            .filter_map(|outcome| outcome.ok()?.downcast_ref())
    }

    /// What did not reply, in match order.
    pub fn failures(&self) -> impl Iterator<Item = &'a Failure> {
        self.iter().filter_map(Result::err)
    }
}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Reply(..)"
        } else {
            "Reply(taken)"
        })
    }
}

impl fmt::Debug for Results<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
