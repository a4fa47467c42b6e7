//! What `tracing` is told of a router, beside what its signals tell.

use super::notice::DetachReason;
use super::route::Route;

/// Listeners were taken off a route.
#[cfg(feature = "tracing")]
pub(super) fn detached(
    router: Option<&str>,
    route: &Route,
    listeners: usize,
    reason: &DetachReason,
) {
    // Whoever listens may panic, and that stays here.
    drop(crate::signal::capture(|| {
        tracing::event!(
            name: "detached",
            target: "fanfare",
            tracing::Level::WARN,
            {
                signal.name = router,
                route = %route,
                listeners,
            },
            "{reason}"
        );
    }));
}

#[cfg(not(feature = "tracing"))]
pub(super) fn detached(_: Option<&str>, _: &Route, _: usize, _: &DetachReason) {}
