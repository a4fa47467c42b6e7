//! What is left where nobody can listen: nothing.

use std::marker::PhantomData;

use crate::signal::event::SignalInfo;
use crate::signal::failure::{ConnectionId, Failure};
use crate::signal::inspect::ConnectionKind;
use crate::sync::{Arc, MutexGuard};

/// Not `Send`, so that what would be wrong with the feature does not compile without it.
#[must_use = "the span is left when it is dropped"]
pub(crate) struct SendSpan(PhantomData<MutexGuard<'static, ()>>);

#[inline(always)]
pub(crate) fn send(_signal: &SignalInfo) -> SendSpan {
    SendSpan(PhantomData)
}

#[inline(always)]
pub(crate) fn here() -> LaterSpan {
    LaterSpan(())
}

/// Not `Copy`, so that what is cloned with the feature is cloned without it.
#[derive(Clone)]
pub(crate) struct LaterSpan(());

impl LaterSpan {
    #[inline(always)]
    pub(crate) fn within<T>(&self, poll: impl FnOnce() -> T) -> T {
        poll()
    }
}

#[inline(always)]
pub(crate) fn called(
    _id: ConnectionId,
    _name: impl FnOnce() -> Option<Arc<str>>,
    _kind: ConnectionKind,
) {
}

#[inline(always)]
pub(crate) fn failed(_signal: &SignalInfo, _failure: &Failure) {}

#[inline(always)]
pub(crate) fn failure_lost(_signal: &SignalInfo, _failure: &Failure) {}

/// Whether anybody may listen.
#[inline]
pub(crate) fn is_on() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::mem::needs_drop;

    use super::*;

    #[test]
    fn nothing_is_held() {
        assert_eq!(size_of::<(SendSpan, LaterSpan)>(), 0);
        assert!(!needs_drop::<(SendSpan, LaterSpan)>());
    }
}
