//! What is to be provided, until the bus starts.

use std::any::{Any, TypeId, type_name};
use std::marker::PhantomData;

use super::container::{Container, Sources};
use super::entry::{Entry, Maker};
use super::made::{Made, TryMade};
use super::provider::Provider;
use crate::bus::inject::{Argument, Call, DependencyError, Need, Needs};
use crate::bus::inspect::ProvidedInfo;
use crate::signal::Quiet;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// Something that is to be provided.
pub(in crate::bus) struct Provision {
    pub(in crate::bus) id: TypeId,
    pub(in crate::bus) name: &'static str,
    pub(in crate::bus) way: Way,
    pub(in crate::bus) needs: Vec<Need>,
    finish: Box<Finish>,
}

type Finish = dyn FnOnce(&Sources<'_>) -> Box<dyn Any + Send + Sync> + Send + Sync;

/// How it is provided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bus) enum Way {
    Value,
    Singleton,
    Factory,
}

impl Way {
    pub(in crate::bus) fn word(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Singleton => "singleton",
            Self::Factory => "factory",
        }
    }

    fn entry<T: Send + Sync + 'static>(self, maker: Box<dyn Maker<T>>) -> Entry<T> {
        match self {
            Self::Factory => Entry::factory(maker),
            Self::Value | Self::Singleton => Entry::singleton(maker),
        }
    }
}

impl Provision {
    fn new<T: ?Sized + Send + Sync + 'static>(
        way: Way,
        needs: Vec<Need>,
        finish: impl FnOnce(&Sources<'_>) -> Entry<T> + Send + Sync + 'static,
    ) -> Self {
        Self {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
            way,
            needs,
            finish: Box::new(|sources| Box::new(Arc::new(finish(sources)))),
        }
    }

    pub(in crate::bus) fn value<T: ?Sized + Send + Sync + 'static>(value: Arc<T>) -> Self {
        Self::new(Way::Value, Vec::new(), |_| Entry::value(value))
    }

    pub(in crate::bus) fn made<F, A, M>(way: Way, provider: F) -> Self
    where
        F: Provider<A, Gives: Made<M>>,
        A: 'static,
        M: 'static,
    {
        Self::new(way, Needs::of(F::Args::needs), move |sources| {
            let maker: Making<F, A, Sure<M>> = Making::new(provider, sources);
            way.entry(Box::new(maker))
        })
    }

    pub(in crate::bus) fn try_made<F, A, M>(way: Way, provider: F) -> Self
    where
        F: Provider<A, Gives: TryMade<M>>,
        A: 'static,
        M: 'static,
    {
        Self::new(way, Needs::of(F::Args::needs), move |sources| {
            let maker: Making<F, A, Fallible<M>> = Making::new(provider, sources);
            way.entry(Box::new(maker))
        })
    }

    /// As it is shown.
    pub(in crate::bus) fn info(&self) -> ProvidedInfo {
        ProvidedInfo {
            dependency: self.name,
            way: self.way.word(),
            needs: self.needs.iter().map(Need::name).collect(),
        }
    }

    /// Puts it together, from what it needs.
    pub(in crate::bus) fn finish(self, container: &mut Container) {
        let entry = (self.finish)(&container.sources());
        container.add(self.id, entry);
    }
}

/// A provider, with what it takes.
struct Making<F: Provider<A>, A, M> {
    provider: Quiet<F>,
    sources: <F::Args as Argument>::Source,
    types: PhantomData<fn(A, M)>,
}

impl<F: Provider<A>, A, M> Making<F, A, M> {
    fn new(provider: F, sources: &Sources<'_>) -> Self {
        Self {
            provider: Quiet::new(provider),
            sources: F::Args::source(sources),
            types: PhantomData,
        }
    }

    async fn gives(&self, call: &Call<'_>) -> Result<F::Gives, DependencyError> {
        let args = F::Args::get(&self.sources, call).await?;
        Ok(self.provider.call(args))
    }
}

/// Of a provider that cannot fail, and of one that may.
struct Sure<M>(PhantomData<M>);
struct Fallible<M>(PhantomData<M>);

impl<F, A, M> Maker<<F::Gives as Made<M>>::Value> for Making<F, A, Sure<M>>
where
    F: Provider<A, Gives: Made<M>>,
{
    fn make<'c>(
        &'c self,
        call: &'c Call<'_>,
    ) -> BoxFuture<'c, Result<Arc<<F::Gives as Made<M>>::Value>, DependencyError>> {
        Box::pin(async move { Ok(Arc::new(self.gives(call).await?.finish().await)) })
    }
}

impl<F, A, M> Maker<<F::Gives as TryMade<M>>::Value> for Making<F, A, Fallible<M>>
where
    F: Provider<A, Gives: TryMade<M>>,
{
    fn make<'c>(
        &'c self,
        call: &'c Call<'_>,
    ) -> BoxFuture<'c, Result<Arc<<F::Gives as TryMade<M>>::Value>, DependencyError>> {
        Box::pin(async move {
            let made = self.gives(call).await?.finish().await;
            made.map(Arc::new)
                .map_err(DependencyError::failed::<<F::Gives as TryMade<M>>::Value>)
        })
    }
}
