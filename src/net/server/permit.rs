//! The list of rights that holds now.

use arc_swap::ArcSwap;

use crate::net::acl::{Acl, Right};
use crate::net::carrier::Identity;
use crate::sync::{Arc, AtomicBool, Ordering};

/// Looked at for each message, and swapped as a whole.
pub(super) struct Permits {
    acl: ArcSwap<Acl>,
    /// Whether it permits everything. Written after the list where it does not any more, and before it otherwise: who finds it set while
    /// it changes goes by the list of before, as one does who came a moment earlier. Those are reviewed.
    permits_everything: AtomicBool,
}

impl Permits {
    pub(super) fn new(acl: Acl) -> Self {
        Self {
            permits_everything: AtomicBool::new(acl.permits_everything()),
            acl: ArcSwap::from_pointee(acl),
        }
    }

    pub(super) fn set(&self, acl: Acl) {
        let everything = acl.permits_everything();
        self.acl.store(Arc::new(acl));
        self.permits_everything.store(everything, Ordering::SeqCst);
    }

    pub(super) fn get(&self) -> Acl {
        Acl::clone(&self.acl.load())
    }

    pub(super) fn permit_everything(&self) -> bool {
        self.permits_everything.load(Ordering::SeqCst)
    }

    pub(super) fn permits(
        &self,
        who: Option<&Identity>,
        right: Right,
        sender: &str,
        name: &str,
    ) -> bool {
        self.permit_everything() || self.acl.load().permits(who, right, sender, name)
    }

    pub(super) fn may_permit(
        &self,
        who: Option<&Identity>,
        right: Right,
        sender: Option<&str>,
        name: Option<&str>,
    ) -> bool {
        self.permit_everything() || self.acl.load().may_permit(who, right, sender, name)
    }
}
