//! Channels whose reply nobody has named.

use std::fmt;

use crate::signal::{AnyReply, Channels, Delivery, Report, SenderId, Unsent};
use crate::spawn::BoxFuture;

/// The channels of one name, whatever their receivers reply.
pub(super) trait Nameless<P>: Send + Sync {
    fn send_now(&self, payload: P, parent: Option<SenderId>) -> Result<NamedDelivery, Unsent<P>>;
    fn send(
        self: Box<Self>,
        payload: P,
        parent: Option<SenderId>,
    ) -> BoxFuture<'static, NamedDelivery>;
    fn join(
        self: Box<Self>,
        payload: P,
        parent: Option<SenderId>,
    ) -> BoxFuture<'static, Report<AnyReply>>;
}

impl<P, R> Nameless<P> for Channels<P, R>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
{
    fn send_now(&self, payload: P, parent: Option<SenderId>) -> Result<NamedDelivery, Unsent<P>> {
        self.send_on(parent.as_ref(), payload)
            .now()
            .map(NamedDelivery::of)
    }

    fn send(
        self: Box<Self>,
        payload: P,
        parent: Option<SenderId>,
    ) -> BoxFuture<'static, NamedDelivery> {
        Box::pin(async move { NamedDelivery::of(self.send_on(parent.as_ref(), payload).await) })
    }

    fn join(
        self: Box<Self>,
        payload: P,
        parent: Option<SenderId>,
    ) -> BoxFuture<'static, Report<AnyReply>> {
        Box::pin(async move {
            let report = self.send_on(parent.as_ref(), payload).join().await;
            report.map(AnyReply::of)
        })
    }
}

/// What a send by name gives: how many receivers matched, and a way to wait for them or to stop them. As [`Delivery`], of
/// replies whose type nobody has named.
///
/// Dropping it detaches: the receivers go on.
pub struct NamedDelivery(Box<dyn AnyDelivery>);

trait AnyDelivery: Send {
    fn count(&self) -> usize;
    fn is_done(&self) -> bool;
    fn abort(&self);
    fn join(self: Box<Self>) -> BoxFuture<'static, Report<AnyReply>>;
}

impl<R: Send + 'static> AnyDelivery for Delivery<R> {
    fn count(&self) -> usize {
        Delivery::count(self)
    }

    fn is_done(&self) -> bool {
        Delivery::is_done(self)
    }

    fn abort(&self) {
        Delivery::abort(self);
    }

    fn join(self: Box<Self>) -> BoxFuture<'static, Report<AnyReply>> {
        Box::pin(async move { Delivery::join(*self).await.map(AnyReply::of) })
    }
}

impl NamedDelivery {
    fn of<R: Send + 'static>(delivery: Delivery<R>) -> Self {
        Self(Box::new(delivery))
    }

    pub(super) fn of_nobody() -> Self {
        Self::of(Delivery::<()>::new())
    }

    /// How many receivers matched, each counted once.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.count()
    }

    /// Waits until every receiver has finished, and tells what each of them did.
    ///
    /// # Cancel safety
    /// Dropping the future detaches: the receivers go on, and the report is lost.
    pub async fn join(self) -> Report<AnyReply> {
        self.0.join().await
    }

    /// Stops what has not finished. See [`Delivery::abort`].
    pub fn abort(&self) {
        self.0.abort();
    }

    /// Whether every receiver has finished.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.0.is_done()
    }
}

impl fmt::Debug for NamedDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedDelivery")
            .field("count", &self.count())
            .field("is_done", &self.is_done())
            .finish()
    }
}
