//! Tells `tracing` what sends do: a span a send, an event a call and a failure, all with the target `fanfare`.
//!
//! Without the feature the same functions are empty and their types have no size: not one instruction is left, as long as
//! what they are given is read and not made. What has to be made is given as a closure.
//!
//! A subscriber is code of the user's: never under a lock. Who calls in the middle of a send catches its panics.

#[cfg(not(feature = "tracing"))]
mod disabled;
#[cfg(feature = "tracing")]
mod enabled;
#[cfg(all(test, feature = "tracing"))]
mod tests;

#[cfg(not(feature = "tracing"))]
pub(crate) use disabled::{LaterSpan, called, failed, failure_lost, here, is_on, send};
#[cfg(feature = "tracing")]
pub(crate) use enabled::{LaterSpan, called, failed, failure_lost, here, is_on, send};

#[cfg(test)]
mod shape {
    //! The same for both: a test by compiling.

    use static_assertions::{assert_impl_all, assert_not_impl_any};

    #[cfg(not(feature = "tracing"))]
    use super::disabled::SendSpan;
    #[cfg(feature = "tracing")]
    use super::enabled::SendSpan;
    use super::*;
    use crate::signal::event::{SignalId, SignalInfo};
    use crate::signal::failure::{Cause, ConnectionId, Failure};
    use crate::signal::inspect::ConnectionKind;
    use crate::sync::Lock;

    /// Held by each test that tells something. What `tracing` remembers of who listens where is the process's: a thread
    /// without a subscriber that is the first to tell something can leave it untold to others.
    pub(super) static ALONE: Lock<()> = Lock::new(());

    // Held across an await, the span would be entered on whatever runs on that thread meanwhile.
    assert_not_impl_any!(SendSpan: Send);
    assert_impl_all!(SendSpan: Sync);
    // It lies in futures.
    assert_impl_all!(LaterSpan: Clone, Send, Sync, Unpin, std::panic::UnwindSafe, std::panic::RefUnwindSafe);

    #[test]
    fn without_a_subscriber_all_of_it_does_nothing() {
        let _alone = ALONE.hold();
        let signal = SignalInfo::new(SignalId(7), None);
        let failure = Failure::new(ConnectionId(1), None, Cause::Aborted);
        let span: SendSpan = send(&signal);
        called(
            ConnectionId(1),
            || unreachable!("nobody listens"),
            ConnectionKind::SyncCallback,
        );
        failed(&signal, &failure);
        failure_lost(&signal, &failure);
        let later: LaterSpan = here();
        drop(span);
        assert_eq!(later.clone().within(|| 5), 5);
    }
}
