//! One thing that is provided.

use std::any::{TypeId, type_name};
use std::fmt;

use async_lock::OnceCell;

use crate::bus::inject::{About, Call, DependencyError};
use crate::signal::Quiet;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// Where a `T` comes from.
pub struct Entry<T: ?Sized> {
    from: From<T>,
}

enum From<T: ?Sized> {
    Value(Quiet<Arc<T>>),
    /// Made by the first who asks; others who ask meanwhile wait for it. What fails is tried again by the next.
    Singleton {
        made: OnceCell<Quiet<Arc<T>>>,
        maker: Box<dyn Maker<T>>,
    },
    Factory(Box<dyn Maker<T>>),
}

/// Makes a `T`.
pub(super) trait Maker<T: ?Sized>: Send + Sync {
    fn make<'c>(&'c self, call: &'c Call<'_>) -> BoxFuture<'c, Result<Arc<T>, DependencyError>>;
}

impl<T: ?Sized + Send + Sync + 'static> Entry<T> {
    pub(super) fn value(value: Arc<T>) -> Self {
        Self {
            from: From::Value(Quiet::new(value)),
        }
    }

    pub(super) fn singleton(maker: Box<dyn Maker<T>>) -> Self {
        Self {
            from: From::Singleton {
                made: OnceCell::new(),
                maker,
            },
        }
    }

    pub(super) fn factory(maker: Box<dyn Maker<T>>) -> Self {
        Self {
            from: From::Factory(maker),
        }
    }

    #[inline]
    pub(in crate::bus) async fn get(&self, call: &Call<'_>) -> Result<Arc<T>, DependencyError> {
        match self.at_hand() {
            Some(value) => Ok(value),
            None => self.make(call).await,
        }
    }

    #[inline]
    fn at_hand(&self) -> Option<Arc<T>> {
        match &self.from {
            From::Value(value) => Some(Arc::clone(value)),
            From::Singleton { made, .. } => made.get().map(|value| Arc::clone(value)),
            From::Factory(_) => None,
        }
    }

    /// Boxed: hardly any call comes here, and a call is as large as its largest part.
    #[cold]
    fn make<'c>(&'c self, call: &'c Call<'_>) -> BoxFuture<'c, Result<Arc<T>, DependencyError>> {
        Box::pin(async move {
            match &self.from {
                From::Value(value) => Ok(Arc::clone(value)),
                From::Singleton { made, maker } => Self::make_once(made, &**maker, call).await,
                From::Factory(maker) => Self::make_for(&**maker, call).await,
            }
        })
    }

    async fn make_once(
        made: &OnceCell<Quiet<Arc<T>>>,
        maker: &dyn Maker<T>,
        call: &Call<'_>,
    ) -> Result<Arc<T>, DependencyError> {
        let name = type_name::<T>();
        let (making, _at_work) = call.of_what().and::<T>(name, true)?;
        let container = &call.core().container;
        let waiter = call.of_what().singleton();
        let _wait = waiter
            .map(|waiter| container.wait::<T>(waiter, name))
            .transpose()?;
        let making = Call::new(call.core(), About::Nothing, making);
        let value = made
            .get_or_try_init(async || maker.make(&making).await.map(Quiet::new))
            .await?;
        Ok(Arc::clone(value))
    }

    async fn make_for(maker: &dyn Maker<T>, call: &Call<'_>) -> Result<Arc<T>, DependencyError> {
        let id = TypeId::of::<T>();
        if let Some(value) = call.made::<Arc<T>>(id) {
            return Ok(value);
        }
        let (making, _at_work) = call.of_what().and::<T>(type_name::<T>(), false)?;
        let value = maker.make(&call.further(making)).await?;
        call.keep(id, Arc::clone(&value));
        Ok(value)
    }
}

impl<T: ?Sized> fmt::Debug for Entry<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.from {
            From::Value(_) => "Entry(value)",
            From::Singleton { .. } => "Entry(singleton)",
            From::Factory(_) => "Entry(factory)",
        })
    }
}
