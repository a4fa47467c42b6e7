//! What callbacks return, as traits whose compiler messages name the mistake.
//!
//! Both could be plain bounds (`Future<Output = R>`, `-> R`); the messages could not.

use std::future::Future;

/// What an async callback returns: any future. Implemented for all of them.
#[diagnostic::on_unimplemented(
    message = "an async callback returns a future, `{Self}` is none",
    label = "this callback is not async",
    note = "a callback that is not async goes to `connect_sync` (or `connect_method_sync`, `connect_with_sync`, `Callback::sync`)"
)]
pub trait CallbackFuture: Future {}

#[diagnostic::do_not_recommend]
impl<F: Future> CallbackFuture for F {}

/// What a sync callback returns: the signal's reply `R`, or nothing ever (`!`). `M` tells the compiler which.
#[diagnostic::on_unimplemented(
    message = "callbacks of this signal reply `{R}`, this one returns `{Self}`",
    label = "this callback returns `{Self}`",
    note = "an async callback goes to `connect` (or `connect_method`, `connect_with`, `Callback::new`)",
    note = "another reply type is chosen with `Signal::builder(..).reply::<..>()`, or `channel::<Payload, Reply>(..)` in a band"
)]
pub trait SyncReply<R, M> {
    #[doc(hidden)]
    fn into_reply(self) -> R;
}

/// Marks callbacks that return the reply.
#[derive(Debug)]
pub enum Returns {}

/// Marks callbacks that never return, such as `|_| panic!()`.
#[derive(Debug)]
pub enum Diverges {}

#[diagnostic::do_not_recommend]
impl<R> SyncReply<R, Returns> for R {
    fn into_reply(self) -> R {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<R> SyncReply<R, Diverges> for Never {
    fn into_reply(self) -> R {
        self
    }
}

/// `!`, which cannot be written as a type argument yet, read off a function that returns it.
type Never = <fn() -> ! as Returned>::Type;

#[doc(hidden)]
pub trait Returned {
    type Type;
}

impl<T> Returned for fn() -> T {
    type Type = T;
}
