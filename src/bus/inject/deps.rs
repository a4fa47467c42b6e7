//! Whatever is provided, asked for by type.

use std::fmt;

use super::argument::Argument;
use super::call::{About, Call};
use super::dep::Dep;
use super::error::DependencyError;
use super::making::Making;
use super::needs::Needs;
use crate::bus::core::Core;
use crate::bus::provide::Sources;
use crate::sync::{Arc, Weak};

/// Gives whatever is provided, asked for by its type when it is needed.
///
/// What is asked for here is not known when the bus starts, so a missing one, or one that needs itself, is found only now. Where a
/// type is needed always, let it be an argument: a [`Dep`].
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::Bus;
/// use fanfare::bus::{Deps, Query};
///
/// struct Price { is_foreign: bool }
/// impl Query for Price { type Reply = Result<f64, fanfare::bus::DependencyError>; }
/// struct Rates(f64);
///
/// let bus = Bus::builder()
///     .singleton(async || Rates(1.08)) // made when somebody asks for a foreign price
///     .query(async |price: Price, deps: Deps| {
///         Ok(if price.is_foreign { 10.0 * deps.get::<Rates>().await?.0 } else { 10.0 })
///     })
///     .start().await?;
/// assert_eq!(bus.query(Price { is_foreign: false }).await??, 10.0);
/// assert_eq!(bus.query(Price { is_foreign: true }).await??, 10.8);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Deps {
    /// Weak: what is made with it may keep it, and is kept by the bus.
    core: Weak<Core>,
    making: Making,
}

impl Deps {
    /// What is provided as a `T`. What a factory makes is made for this call of `get` alone.
    ///
    /// # Errors
    /// Where nobody provides it, where it needs itself, and where its provider fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves a singleton unmade, to be made by the next who asks.
    pub async fn get<T: ?Sized + Send + Sync + 'static>(&self) -> Result<Dep<T>, DependencyError> {
        let core = self.core.upgrade().ok_or_else(DependencyError::gone::<T>)?;
        let entry = core.container.find::<T>();
        let entry = entry.ok_or_else(DependencyError::missing::<T>)?;
        let call = Call::new(&core, About::Nothing, self.making.clone());
        entry.get(&call).await.map(Dep::from)
    }
}

impl Argument for Deps {
    type Source = ();

    fn needs(_: &mut Needs) {}

    fn source(_: &Sources<'_>) {}

    async fn get((): &(), call: &Call<'_>) -> Result<Self, DependencyError> {
        Ok(Self {
            core: Arc::downgrade(call.core()),
            making: call.of_what().clone(),
        })
    }
}

impl fmt::Debug for Deps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deps").finish_non_exhaustive()
    }
}
