//! What a connection calls, its type erased: functions, closures, methods, callbacks with state.

use std::any::Any;
use std::future::Future;

use super::event::Event;
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Weak};

/// One callable. `None` from a call: the object of a weak method is gone.
pub(crate) trait Target<P, R, K>: Send + Sync {
    /// Whether it is to be started, and not called.
    fn is_async(&self) -> bool;

    fn call(&self, _event: &Event<P, K>) -> Option<R> {
        unreachable!("async callbacks are started")
    }

    fn start(&self, _event: Arc<Event<P, K>>) -> Option<BoxFuture<'static, R>> {
        unreachable!("sync callbacks are called")
    }

    /// False once the object of a weak method is gone.
    fn is_alive(&self) -> bool;
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

/// An async callable.
pub(crate) struct AsyncTarget<F, D> {
    pub(crate) start: F,
    pub(crate) needs: D,
}

impl<P, R, K, F, D> Target<P, R, K> for SyncTarget<F, D>
where
    F: Fn(&D, &Event<P, K>) -> Option<R> + Send + Sync,
    D: Dependence,
{
    fn is_async(&self) -> bool {
        false
    }

    #[inline]
    fn call(&self, event: &Event<P, K>) -> Option<R> {
        (self.call)(&self.needs, event)
    }

    fn is_alive(&self) -> bool {
        self.needs.is_alive()
    }
}

impl<P, R, K, F, D, Fut> Target<P, R, K> for AsyncTarget<F, D>
where
    F: Fn(&D, Arc<Event<P, K>>) -> Option<Fut> + Send + Sync,
    Fut: Future<Output = R> + Send + 'static,
    D: Dependence,
{
    fn is_async(&self) -> bool {
        true
    }

    #[inline]
    fn start(&self, event: Arc<Event<P, K>>) -> Option<BoxFuture<'static, R>> {
        Some(Box::pin((self.start)(&self.needs, event)?))
    }

    fn is_alive(&self) -> bool {
        self.needs.is_alive()
    }
}
