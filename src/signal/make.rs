//! Callables of each kind, as connections and [`Callback`](super::callback::Callback)s hold them.

use super::async_target::AsyncTarget;
use super::event::Event;
use super::reply::{CallbackFuture, SyncReply};
use super::target::{SyncTarget, Target};
use crate::sync::{Arc, Weak};

pub(crate) fn function<P, R, K, F, Fut>(callback: F) -> impl Target<P, R, K> + 'static
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Send + Sync + 'static,
    F: Fn(Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
    Fut: CallbackFuture<Output = R> + Send + 'static,
{
    AsyncTarget::new(move |(): &(), event| Some(callback(event)), ())
}

pub(crate) fn sync<P, R, K, F, O, M>(callback: F) -> impl Target<P, R, K> + 'static
where
    F: Fn(&Event<P, K>) -> O + Send + Sync + 'static,
    O: SyncReply<R, M>,
{
    let call = move |(): &(), event: &Event<P, K>| Some(callback(event).into_reply());
    SyncTarget { call, needs: () }
}

pub(crate) fn method<P, R, K, T, F, Fut>(
    object: &Arc<T>,
    method: F,
) -> impl Target<P, R, K> + 'static
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Send + Sync + 'static,
    T: Send + Sync + 'static,
    F: Fn(Arc<T>, Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
    Fut: CallbackFuture<Output = R> + Send + 'static,
{
    let start = move |object: &Weak<T>, event| Some(method(object.upgrade()?, event));
    AsyncTarget::new(start, Arc::downgrade(object))
}

pub(crate) fn method_sync<P, R, K, T, F, O, M>(
    object: &Arc<T>,
    method: F,
) -> impl Target<P, R, K> + 'static
where
    T: Send + Sync + 'static,
    F: Fn(&T, &Event<P, K>) -> O + Send + Sync + 'static,
    O: SyncReply<R, M>,
{
    let call = move |object: &Weak<T>, event: &Event<P, K>| {
        let object = object.upgrade()?;
        Some(method(&object, event).into_reply())
    };
    SyncTarget {
        call,
        needs: Arc::downgrade(object),
    }
}

pub(crate) fn with<P, R, K, S, F, Fut>(state: S, callback: F) -> impl Target<P, R, K> + 'static
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Send + Sync + 'static,
    S: Clone + Send + Sync + 'static,
    F: Fn(S, Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
    Fut: CallbackFuture<Output = R> + Send + 'static,
{
    let start = move |(): &(), event| Some(callback(state.clone(), event));
    AsyncTarget::new(start, ())
}

pub(crate) fn with_sync<P, R, K, S, F, O, M>(
    state: S,
    callback: F,
) -> impl Target<P, R, K> + 'static
where
    S: Send + Sync + 'static,
    F: Fn(&S, &Event<P, K>) -> O + Send + Sync + 'static,
    O: SyncReply<R, M>,
{
    let call = move |(): &(), event: &Event<P, K>| Some(callback(&state, event).into_reply());
    SyncTarget { call, needs: () }
}
