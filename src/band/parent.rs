//! What a channel can be bound to.

use crate::signal::SenderId;
use crate::sync::Arc;

/// What a channel can be bound to: an `&Arc` of any object, or a [`SenderId`], which stands for an `Arc<dyn Trait>`
/// ([`SenderId::of_arc`]) or is a token of its own ([`SenderId::unique`]) and then never dies.
#[diagnostic::on_unimplemented(
    message = "a channel cannot be bound to `{Self}`",
    label = "neither `&Arc<T>` nor a `SenderId`",
    note = "a parent is passed as a reference to its `Arc`: `channel.bound(&parent)`",
    note = "an `Arc<dyn Trait>` is passed as `SenderId::of_arc(&parent)`"
)]
pub trait Parent: sealed::Sealed {
    #[doc(hidden)]
    fn into_parent(self) -> SenderId;
}

impl<T: Send + Sync + 'static> Parent for &Arc<T> {
    fn into_parent(self) -> SenderId {
        SenderId::of_object(self)
    }
}

impl Parent for SenderId {
    fn into_parent(self) -> SenderId {
        self
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for &crate::sync::Arc<T> {}
    impl Sealed for crate::signal::SenderId {}
}
