//! What is provided to handlers: values, singletons and factories.

mod container;
mod entry;
mod made;
mod provider;
mod provision;

pub(super) use container::Container;
pub use container::Sources;
pub use entry::Entry;
pub use made::{Made, TryMade};
pub use provider::Provider;
pub(super) use provision::{Provision, Way};
