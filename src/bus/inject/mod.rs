//! What handlers take beside their message.

mod argument;
mod call;
mod dep;
mod deps;
mod emissions;
mod emit;
mod emits;
mod error;
mod extension;
mod making;
mod needs;

pub use argument::{Argument, Inject};
pub use call::Call;
pub(super) use call::{About, Within};
pub use dep::Dep;
pub use deps::Deps;
pub use emissions::Emissions;
pub(super) use emissions::{Emitted, Followers};
pub use emit::Emit;
pub use emits::{Emits, Emittable};
pub use error::DependencyError;
pub use extension::Extension;
pub(super) use making::Making;
pub(super) use needs::Need;
pub use needs::Needs;
