//! What handlers return.

use std::fmt;
use std::future::Future;

use crate::bus::handed::Answer;
use crate::bus::inject::{Call, Emits, Emittable};
use crate::bus::reply::Reply;

/// What a handler returns: a future.
#[diagnostic::on_unimplemented(
    message = "a handler is async, and this one returns `{Self}`, which is not a future",
    label = "not async",
    note = "write `async fn`, or `async |..|` for a closure",
    note = "what blocks for long goes to a thread of its own: `blocking::unblock`, `tokio::task::spawn_blocking`"
)]
pub trait HandlerFuture {
    /// What it comes to.
    type Output;

    #[doc(hidden)]
    fn finish(self) -> impl Future<Output = Self::Output> + Send
    where
        Self: Send;
}

#[diagnostic::do_not_recommend]
impl<F: Future> HandlerFuture for F {
    type Output = F::Output;

    fn finish(self) -> impl Future<Output = F::Output> + Send
    where
        Self: Send,
    {
        self
    }
}

/// The markers of outputs: the reply alone, the reply with events, and a `Result` of a reply with events.
#[derive(Debug)]
pub struct Bare(());
#[derive(Debug)]
pub struct WithEvents(());
#[derive(Debug)]
pub struct ResultWithEvents(());

/// What a handler of a command or a query comes to: its reply, or that with events that follow, in [`Emits`].
#[diagnostic::on_unimplemented(
    message = "the reply of this message is `{R}`, and its handler gives `{Self}`",
    label = "not what the message's `Reply` says",
    note = "a handler may also give an `Emits<Reply, Event>`, or where the reply is a `Result<T, E>`, a `Result<Emits<T, Event>, E>`"
)]
pub trait RequestOutput<R, X>: Send + 'static {
    #[doc(hidden)]
    fn split(self, call: &Call<'_>) -> R;
}

#[diagnostic::do_not_recommend]
impl<R: Send + 'static> RequestOutput<R, Bare> for R {
    #[inline]
    fn split(self, _: &Call<'_>) -> R {
        self
    }
}

impl<R: Send + 'static, E: Emittable> RequestOutput<R, WithEvents> for Emits<R, E> {
    fn split(self, call: &Call<'_>) -> R {
        Self::split(self, call)
    }
}

impl<T, Er, E> RequestOutput<Result<T, Er>, ResultWithEvents> for Result<Emits<T, E>, Er>
where
    T: Send + 'static,
    Er: Send + 'static,
    E: Emittable,
{
    fn split(self, call: &Call<'_>) -> Result<T, Er> {
        self.map(|emits| emits.split(call))
    }
}

/// What a handler of an event comes to: nothing, or a `Result` of nothing; each with events that follow, if there are any, in [`Emits`].
#[diagnostic::on_unimplemented(
    message = "a handler of an event gives nothing, and this one `{Self}`",
    label = "neither `()` nor a `Result<(), E>`",
    note = "events that follow come in an `Emits<(), Event>`, or a `Result<Emits<(), Event>, E>`",
    note = "the error of a `Result` has to be `Display`"
)]
pub trait EventOutput: Send + 'static {
    #[doc(hidden)]
    fn answer(self, call: &Call<'_>) -> Answer;
}

impl EventOutput for () {
    fn answer(self, _: &Call<'_>) -> Answer {
        Answer::new(())
    }
}

impl<E: Emittable> EventOutput for Emits<(), E> {
    fn answer(self, call: &Call<'_>) -> Answer {
        self.split(call);
        Answer::new(())
    }
}

impl<Er: fmt::Display + Send + 'static> EventOutput for Result<(), Er> {
    fn answer(self, _: &Call<'_>) -> Answer {
        Answer::of_event(self)
    }
}

impl<E: Emittable, Er: fmt::Display + Send + 'static> EventOutput for Result<Emits<(), E>, Er> {
    fn answer(self, call: &Call<'_>) -> Answer {
        Answer::of_event(self.map(|emits| emits.split(call)))
    }
}

/// What a handler of a named command or query comes to: a [`Reply`] of any type, or that with events that follow.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known as a reply",
    label = "not a reply",
    note = "for a type of yours, write `impl fanfare::bus::Reply for {Self} {{}}`"
)]
pub trait NamedOutput<X>: Send + 'static {
    #[doc(hidden)]
    fn answer(self, call: &Call<'_>) -> Answer;
}

#[diagnostic::do_not_recommend]
impl<R: Reply + Unpin> NamedOutput<Bare> for R {
    fn answer(self, _: &Call<'_>) -> Answer {
        Answer::new(self)
    }
}

#[diagnostic::do_not_recommend]
impl<R: Reply, E: Emittable> NamedOutput<WithEvents> for Emits<R, E> {
    fn answer(self, call: &Call<'_>) -> Answer {
        Answer::new(self.split(call))
    }
}

#[diagnostic::do_not_recommend]
impl<T, Er, E> NamedOutput<ResultWithEvents> for Result<Emits<T, E>, Er>
where
    T: Send + 'static,
    Er: fmt::Display + Send + 'static,
    E: Emittable,
{
    fn answer(self, call: &Call<'_>) -> Answer {
        Answer::new(self.map(|emits| emits.split(call)))
    }
}
