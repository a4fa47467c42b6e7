//! A handle that does not keep its router alive.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::handle::{Router, Shared};
use crate::sync::{Arc, Weak};

/// A handle of a router that does not keep it alive, for listeners and handlers that use their router. Made by [`Router::downgrade`].
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::Router;
///
/// let router = Router::<u32>::new();
/// let valve = router.sender("valve").event("moved");
/// let valve = valve.on_request_with("move", router.downgrade(), |router, call| async move {
///     let valve = router.upgrade().and_then(|router| router.get_sender(call.sender()));
///     valve.ok_or("it is gone")?.send("moved", **call).await.map_err(|error| error.to_string())?;
///     Ok::<_, fanfare::router::HandlerError>(**call)
/// });
/// let valve = valve.register().await?;
/// let mut moved = router.subscribe().sender("valve").event("moved").await;
/// router.request("valve", "move", 7).await?;
/// assert_eq!(**moved.recv().await?, 7);
/// # drop(valve);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct WeakRouter<V> {
    shared: Weak<Shared<V>>,
}

impl<V> WeakRouter<V> {
    pub(super) fn new(shared: &Arc<Shared<V>>) -> Self {
        Self {
            shared: Arc::downgrade(shared),
        }
    }

    /// The router, if it is still there.
    #[must_use]
    pub fn upgrade(&self) -> Option<Router<V>> {
        let shared = self.shared.upgrade()?;
        Some(Router { shared })
    }
}

impl<V> Clone for WeakRouter<V> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<V> fmt::Debug for WeakRouter<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakRouter")
            .field("is_alive", &(self.shared.strong_count() > 0))
            .finish()
    }
}

impl<V> UnwindSafe for WeakRouter<V> {}
impl<V> RefUnwindSafe for WeakRouter<V> {}
