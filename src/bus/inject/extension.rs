//! What a dispatcher has added to a message.

use std::any::type_name;
use std::fmt;
use std::ops::Deref;

use super::argument::Argument;
use super::call::Call;
use super::error::DependencyError;
use super::needs::Needs;
use crate::bus::handed::Message;
use crate::bus::provide::Sources;
use crate::sync::Arc;

/// What a dispatcher has added to the message that is being handled, with
/// [`Message::extend`](crate::bus::Message::extend): a transaction, who is logged in. It derefs to the `T`.
///
/// Where no dispatcher has added a `T`, the call fails with a [`DependencyError`].
pub struct Extension<T>(Arc<T>);

impl<T> Extension<T> {
    /// One of this value, for who calls a handler himself.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// What it shares.
    #[must_use]
    pub fn into_arc(self) -> Arc<T> {
        self.0
    }
}

impl<T> Deref for Extension<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Extension<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Extension<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Extension").field(&self.0).finish()
    }
}

impl<T: Send + Sync + 'static> Argument for Extension<T> {
    type Source = ();

    fn needs(needs: &mut Needs) {
        needs.of_message(type_name::<Self>());
    }

    fn source(_: &Sources<'_>) {}

    async fn get((): &(), call: &Call<'_>) -> Result<Self, DependencyError> {
        let added = call.message().and_then(Message::extension);
        added
            .map(Self)
            .ok_or_else(|| DependencyError::not_added::<T>())
    }
}
