//! What the server is to have a listener of, for as long as somebody is about to listen.

use futures_lite::future::or;

use super::handle::Handle;
use super::places::{Heard, Source};
use super::unheard::{ListenError, ListenProblem};
use crate::sync::Arc;

/// What is held: the server keeps its listeners of it, whether anybody listens here or not.
pub(super) struct Held<V: Send + Sync + 'static> {
    handle: Arc<Handle<V>>,
    held: Vec<(Source, Heard)>,
}

impl<V: Send + Sync + 'static> Held<V> {
    /// Ready when the server has a listener of each.
    ///
    /// # Errors
    /// It has not taken one of them, was not connected to in time, or the client is closed.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, nothing is held.
    pub(super) async fn all(
        handle: &Arc<Handle<V>>,
        sources: impl IntoIterator<Item = Source>,
    ) -> Result<Self, ListenError> {
        let held = {
            let mut state = handle.core.state.hold();
            let held = sources.into_iter().map(|source| {
                let heard = state.places.hold(&source);
                (source, heard)
            });
            held.collect()
        };
        Self::wait(handle, held).await
    }

    /// The same of what is held already.
    pub(super) async fn wait(
        handle: &Arc<Handle<V>>,
        held: Vec<(Source, Heard)>,
    ) -> Result<Self, ListenError> {
        let core = &handle.core;
        let this = Self {
            handle: Arc::clone(handle),
            held,
        };
        core.ring();
        let sleep = core.timer.sleep(core.limits.request_timeout);
        let all = async {
            for (_, heard) in &this.held {
                heard.promise.wait().await.clone()?;
            }
            Ok(())
        };
        let late = async {
            sleep.await;
            this.missing(ListenProblem::Offline)
        };
        let closed = async {
            core.closed.wait().await;
            this.missing(ListenProblem::Closed)
        };
        or(all, or(closed, late)).await?;
        Ok(this)
    }

    /// The first of which nothing is known.
    fn missing(&self, problem: ListenProblem) -> Result<(), ListenError> {
        let mut held = self.held.iter();
        let missing = held.find(|(_, heard)| heard.promise.get().is_none());
        match missing {
            Some((source, _)) => Err(ListenError::new(problem, source.shown())),
            None => Ok(()),
        }
    }
}

impl<V: Send + Sync + 'static> Drop for Held<V> {
    fn drop(&mut self) {
        let core = &self.handle.core;
        {
            let mut state = core.state.hold();
            for (source, heard) in &self.held {
                state.places.release(source, heard);
            }
        }
        core.ring();
    }
}
