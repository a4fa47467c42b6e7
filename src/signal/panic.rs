//! Panics caught at the border between user code and the dispatch.

use std::any::Any;
use std::fmt;
use std::mem;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::sync::{Arc, Lock};

/// A panic of a callback, caught.
///
/// Clones are one panic. Boxed: outcomes pass through the send by the thousand, panics hardly ever.
#[derive(Clone)]
pub struct Panic(Arc<Caught>);

struct Caught {
    message: Box<str>,
    /// Locked only so that the report that holds it can be shared; taken once, by `into_payload`.
    payload: Lock<Payload>,
}

type Payload = Box<dyn Any + Send>;

impl Panic {
    #[cold]
    pub(crate) fn new(payload: Payload) -> Self {
        let message = match (
            payload.downcast_ref::<&str>(),
            payload.downcast_ref::<String>(),
        ) {
            (Some(text), _) => (*text).into(),
            (_, Some(text)) => text.as_str().into(),
            _ => "a panic without a message".into(),
        };
        Self(Arc::new(Caught {
            message,
            payload: Lock::new(payload),
        }))
    }

    /// What the panic said, if it was a string, as panics usually are.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the callback panicked with. Of several clones, the first that is asked has it; the others get a `()`.
    #[must_use]
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        mem::replace(&mut *self.0.payload.hold(), Box::new(()))
    }

    /// Goes on panicking, here.
    pub fn resume(self) -> ! {
        resume_unwind(self.into_payload())
    }
}

impl Drop for Caught {
    fn drop(&mut self) {
        drop_quietly(mem::replace(self.payload.get_mut(), Box::new(())));
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Panic").field(&self.0.message).finish()
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

/// Runs user code. Nothing of ours is borrowed mutably across it that its unwinding could leave half-changed.
#[inline]
pub(crate) fn capture<T>(user_code: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(user_code)).map_err(Panic::new)
}

/// Drops what belongs to the user where nobody is left to be told of a panic.
pub(crate) fn drop_quietly<T>(value: T) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        // A payload that panics on drop as well is let go of, as the standard library does.
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            mem::forget(again);
        }
    }
}

/// A value of the user's whose drop must not take down whoever happens to be last to hold it.
pub(crate) struct Quiet<T>(Option<T>);

impl<T> Quiet<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    pub(crate) fn into_inner(mut self) -> T {
        match self.0.take() {
            Some(value) => value,
            None => unreachable!("only drop takes it"),
        }
    }
}

impl<T> Deref for Quiet<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match &self.0 {
            Some(value) => value,
            None => unreachable!("only drop takes it"),
        }
    }
}

impl<T> Drop for Quiet<T> {
    fn drop(&mut self) {
        if mem::needs_drop::<T>() {
            drop_quietly(self.0.take());
        }
    }
}
