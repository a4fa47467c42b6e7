//! A handle that does not keep the bus.

use std::fmt;

use super::core::Core;
use super::handle::Bus;
use super::inject::{Argument, Call, DependencyError, Needs};
use super::provide::Sources;
use crate::sync::{Arc, Weak};

/// A handle that does not keep the bus: for what is provided, which the bus keeps. It can be an argument of handlers and providers.
#[derive(Clone)]
pub struct WeakBus(Weak<Core>);

impl WeakBus {
    pub(super) fn new(core: &Arc<Core>) -> Self {
        Self(Arc::downgrade(core))
    }

    /// The bus, if anybody still has it.
    #[must_use]
    pub fn upgrade(&self) -> Option<Bus> {
        self.0.upgrade().map(Bus::of)
    }
}

impl Argument for WeakBus {
    type Source = ();

    fn needs(_: &mut Needs) {}

    fn source(_: &Sources<'_>) {}

    async fn get((): &(), call: &Call<'_>) -> Result<Self, DependencyError> {
        Ok(Self::new(call.core()))
    }
}

impl fmt::Debug for WeakBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakBus")
            .field("is_alive", &(self.0.strong_count() > 0))
            .finish()
    }
}
