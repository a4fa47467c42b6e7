//! Values as handlers.

use std::future::Future;
use std::marker::PhantomData;

use super::function::IntoHandler;
use super::takes::Takes;
use crate::bus::inject::Argument;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A value that handles messages. `M` is the message as a handler [takes](Takes) it: a command or a query, an `Arc` of an event.
///
/// An `Arc` of a handler is one, so that a value can handle several messages: each time it is registered, say which, with [`Of`].
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use fanfare::Bus;
/// use fanfare::bus::{Command, Dep, Handler};
///
/// struct NextTicket;
/// impl Command for NextTicket { type Reply = String; }
///
/// struct Counter { next: AtomicU64 }
///
/// impl Handler<NextTicket> for Counter {
///     type Needs = (Dep<String>,);
///     type Output = String;
///
///     async fn handle(&self, _: NextTicket, (prefix,): Self::Needs) -> String {
///         format!("{prefix}{}", self.next.fetch_add(1, Ordering::Relaxed))
///     }
/// }
///
/// let bus = Bus::builder()
///     .provide(String::from("A-"))
///     .command(Counter { next: AtomicU64::new(7) })
///     .start().await?;
/// assert_eq!(bus.execute(NextTicket).await?, "A-7");
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub trait Handler<M>: Send + Sync + 'static {
    /// What it takes beside the message: an [`Argument`], or a tuple of up to eight; `()` for nothing.
    type Needs: Argument;

    /// What it replies: as a function's return value.
    type Output: Send + 'static;

    /// Handles a message.
    fn handle(&self, message: M, needs: Self::Needs) -> impl Future<Output = Self::Output> + Send;
}

impl<M, H: Handler<M>> Handler<M> for Arc<H> {
    type Needs = H::Needs;
    type Output = H::Output;

    fn handle(&self, message: M, needs: H::Needs) -> impl Future<Output = H::Output> + Send {
        (**self).handle(message, needs)
    }
}

/// The shape of a value that [handles](Handler) an `M`. Nobody has to name it unless a value handles several messages:
///
/// ```
/// use std::sync::Arc;
/// use fanfare::Bus;
/// use fanfare::bus::{Command, Event, Handler, Of};
///
/// struct Open;
/// impl Command for Open { type Reply = (); }
/// struct Opened;
/// impl Event for Opened {}
///
/// struct Door;
/// impl Handler<Open> for Door {
///     type Needs = ();
///     type Output = ();
///
///     async fn handle(&self, _: Open, (): ()) {}
/// }
/// impl Handler<Arc<Opened>> for Door {
///     type Needs = ();
///     type Output = ();
///
///     async fn handle(&self, _: Arc<Opened>, (): ()) {}
/// }
///
/// let door = Arc::new(Door);
/// let builder = Bus::builder()
///     .command::<_, Of<Open>, _>(Arc::clone(&door))
///     .event::<_, Of<Arc<Opened>>>(door);
/// # drop(builder);
/// ```
#[derive(Debug)]
pub struct Of<M>(PhantomData<M>);

#[diagnostic::do_not_recommend]
impl<K, H, M> IntoHandler<K, Of<M>> for H
where
    H: Handler<M>,
    M: Takes<K>,
{
    type Taken = M;
    type Args = H::Needs;
    type Returned = BoxFuture<'static, H::Output>;

    fn call(this: &Arc<Self>, taken: M, args: H::Needs) -> Self::Returned {
        let this = Arc::clone(this);
        Box::pin(async move { this.handle(taken, args).await })
    }
}
