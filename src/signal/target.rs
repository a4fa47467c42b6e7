//! What a connection calls, its type erased: functions, closures, methods, callbacks with state.

use std::any::Any;
use std::task::Context;

use super::async_target::Started;
use super::board::Desk;
use super::event::Event;
use super::failure::Cause;
use super::panic::Panic;
use super::registry::{Held, Slot};
use super::stream::StreamTarget;
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Weak};

/// How an event comes to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It is called.
    Sync,
    /// It is started.
    Async,
    /// It takes the event.
    Stream,
}

/// One callable. `None` from a call: the object of a weak method is gone.
pub(crate) trait Target<P, R, K>: Send + Sync {
    fn kind(&self) -> Kind;

    fn call(&self, _event: &Event<P, K>) -> Option<R> {
        unreachable!("async callbacks are started")
    }

    /// As `call`, for a callable that can say more than that it is gone. Such a one leaves `call` at `None`.
    fn attempt(&self, event: &Event<P, K>) -> Result<R, Missed> {
        self.call(event).ok_or(Missed::Gone)
    }

    /// Calls an async callback within a send, for its future, and polls that once. Panics are caught. Gives the reply, or
    /// leaves in `unready`, which comes as `Gone`, why there is none.
    ///
    /// Two ways, so that a reply goes by in a register.
    fn begin(
        &self,
        _event: Arc<Event<P, K>>,
        _cx: &mut Context<'_>,
        _unready: &mut Unready<R>,
    ) -> Option<R> {
        unreachable!("sync callbacks are called")
    }

    /// A task that calls an async callback on an executor. From parts that go by in registers, so that each is written
    /// once, where it stays.
    fn job(
        &self,
        _slot: Arc<Slot<P, R, K>>,
        _event: Arc<Event<P, K>>,
        _held: Option<Box<Held>>,
        _desk: Desk<R>,
        _place: usize,
    ) -> BoxFuture<'static, ()> {
        unreachable!("sync callbacks are called")
    }

    /// For the task alone, which knows the type of the future: calls the callback and leaves its future in `future`, an
    /// `Option` of that type.
    fn start(&self, _event: Arc<Event<P, K>>, _future: &mut dyn Any) {
        unreachable!("sync callbacks are called")
    }

    /// False once the object of a weak method is gone, or who reads a stream.
    fn is_alive(&self) -> bool;

    /// The stream that takes events, if it is one.
    fn stream(&self) -> Option<&StreamTarget<P, K>> {
        None
    }
}

/// Why a sync call gave no reply.
pub(crate) enum Missed {
    /// What it depends on is gone.
    Gone,
    Failed(Cause),
}

/// Why the first poll of an async callback gave no reply.
pub(crate) enum Unready<R> {
    /// The object of a weak method is gone.
    Gone,
    Waits(Started<R>),
    Failed(Panic),
}

pub(crate) type Object = Weak<dyn Any + Send + Sync>;

/// What a callable cannot do without.
pub(crate) trait Dependence: Send + Sync {
    fn is_alive(&self) -> bool;
}

/// Nothing.
impl Dependence for () {
    #[inline]
    fn is_alive(&self) -> bool {
        true
    }
}

/// The object of a weak method.
impl<T: Send + Sync> Dependence for Weak<T> {
    #[inline]
    fn is_alive(&self) -> bool {
        self.strong_count() > 0
    }
}

/// A sync callable.
pub(crate) struct SyncTarget<F, D> {
    pub(crate) call: F,
    pub(crate) needs: D,
}

impl<P, R, K, F, D> Target<P, R, K> for SyncTarget<F, D>
where
    F: Fn(&D, &Event<P, K>) -> Option<R> + Send + Sync,
    D: Dependence,
{
    fn kind(&self) -> Kind {
        Kind::Sync
    }

    #[inline]
    fn call(&self, event: &Event<P, K>) -> Option<R> {
        (self.call)(&self.needs, event)
    }

    fn is_alive(&self) -> bool {
        self.needs.is_alive()
    }
}
