//! What a provider gives: at once or later, and with `try_`, or not at all.

use std::fmt;
use std::future::Future;

/// Of a provider that gives at once.
#[derive(Debug, Clone, Copy)]
pub struct Now(());

/// Of a provider that gives later.
#[derive(Debug, Clone, Copy)]
pub struct Later(());

/// What a provider gives: a value, or the future of one. Of an async function or closure it is always the future's.
///
/// The two are told apart by `Unpin`, which futures of async code never are, and what is provided nearly always is. One that is not goes
/// into a `Box`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be provided",
    label = "this is not something to be shared by handlers",
    note = "what is provided is `Send + Sync + 'static`, or comes from an async function or closure whose future is `Send`"
)]
pub trait Made<M>: Send {
    /// What is provided.
    type Value: Send + Sync + 'static;

    #[doc(hidden)]
    fn finish(self) -> impl Future<Output = Self::Value> + Send;
}

#[diagnostic::do_not_recommend]
impl<T: Unpin + Send + Sync + 'static> Made<Now> for T {
    type Value = T;

    async fn finish(self) -> T {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<F: Future<Output: Send + Sync + 'static> + Send> Made<Later> for F {
    type Value = F::Output;

    fn finish(self) -> impl Future<Output = F::Output> + Send {
        self
    }
}

/// What a provider gives that may fail: a `Result`, or the future of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Result` of something that can be provided",
    label = "not a `Result`, nor the future of one",
    note = "`.singleton(..)` and `.factory(..)` take providers that cannot fail",
    note = "what is provided is `Send + Sync + 'static`, and the error is `Display`"
)]
pub trait TryMade<M>: Send {
    /// What is provided.
    type Value: Send + Sync + 'static;

    #[doc(hidden)]
    fn finish(self) -> impl Future<Output = Result<Self::Value, String>> + Send;
}

#[diagnostic::do_not_recommend]
impl<T, E> TryMade<Now> for Result<T, E>
where
    T: Send + Sync + 'static,
    E: fmt::Display + Send,
{
    type Value = T;

    async fn finish(self) -> Result<T, String> {
        self.map_err(|error| error.to_string())
    }
}

#[diagnostic::do_not_recommend]
impl<F, T, E> TryMade<Later> for F
where
    F: Future<Output = Result<T, E>> + Send,
    T: Send + Sync + 'static,
    E: fmt::Display,
{
    type Value = T;

    async fn finish(self) -> Result<T, String> {
        self.await.map_err(|error| error.to_string())
    }
}
