//! A future, and no longer than this.

use std::future::Future;
use std::time::Duration;

use futures_lite::future::or;

use super::carrier::CarrierError;
use crate::spawn::Timer;

/// What the future gives, or that the time was up.
pub(super) async fn within<T>(
    limit: Duration,
    timer: &dyn Timer,
    future: impl Future<Output = Result<T, CarrierError>>,
) -> Result<T, CarrierError> {
    let time = timer.sleep(limit);
    or(future, async {
        time.await;
        Err(CarrierError::timed_out(limit))
    })
    .await
}
