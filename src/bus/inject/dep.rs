//! What was provided.

use std::fmt;
use std::ops::Deref;

use super::argument::Argument;
use super::call::Call;
use super::error::DependencyError;
use super::needs::Needs;
use crate::bus::provide::{Entry, Sources};
use crate::sync::Arc;

/// What the bus was given as a `T`, injected. It derefs to the `T`, and clones share it.
///
/// It comes from a value ([`provide`](crate::bus::BusBuilder::provide)), a singleton
/// ([`singleton`](crate::bus::BusBuilder::singleton)) or a factory ([`factory`](crate::bus::BusBuilder::factory)). An
/// `Option<Dep<T>>` is `None` where nobody provides it; a `Dep<T>` that nobody provides is an error of
/// [`start`](crate::bus::BusBuilder::start).
///
/// # Examples
/// A handler is a function, and a test of it calls it:
/// ```
/// use fanfare::bus::Dep;
///
/// async fn greet(name: &str, greeting: Dep<String>) -> String {
///     format!("{greeting} {name}")
/// }
///
/// let greeting = Dep::new("Hello".to_owned());
/// assert_eq!(futures_lite::future::block_on(greet("Ada", greeting)), "Hello Ada");
/// ```
pub struct Dep<T: ?Sized>(Arc<T>);

impl<T> Dep<T> {
    /// One of this value, for who calls a handler himself.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T: ?Sized> Dep<T> {
    /// What it shares.
    #[must_use]
    pub fn into_arc(self) -> Arc<T> {
        self.0
    }
}

impl<T: ?Sized> From<Arc<T>> for Dep<T> {
    fn from(value: Arc<T>) -> Self {
        Self(value)
    }
}

impl<T: ?Sized> Deref for Dep<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized> AsRef<T> for Dep<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized> Clone for Dep<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Dep<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Dep<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dep").field(&&self.0).finish()
    }
}

impl<T: ?Sized + Send + Sync + 'static> Argument for Dep<T> {
    type Source = Arc<Entry<T>>;

    fn needs(needs: &mut Needs) {
        needs.dependency::<T>(false);
    }

    fn source(sources: &Sources<'_>) -> Self::Source {
        match sources.find() {
            Some(entry) => entry,
            None => unreachable!("what is missing is found before"),
        }
    }

    #[inline]
    async fn get(source: &Self::Source, call: &Call<'_>) -> Result<Self, DependencyError> {
        source.get(call).await.map(Self)
    }
}

impl<T: ?Sized + Send + Sync + 'static> Argument for Option<Dep<T>> {
    type Source = Option<Arc<Entry<T>>>;

    fn needs(needs: &mut Needs) {
        needs.dependency::<T>(true);
    }

    fn source(sources: &Sources<'_>) -> Self::Source {
        sources.find()
    }

    async fn get(source: &Self::Source, call: &Call<'_>) -> Result<Self, DependencyError> {
        match source {
            Some(entry) => entry.get(call).await.map(|value| Some(Dep(value))),
            None => Ok(None),
        }
    }
}
