//! Connecting until it succeeds.

use std::fmt;
use std::time::Duration;

use super::{Carrier, CarrierError, Dialer};
use crate::net::frame::Framing;
use crate::net::limits::Limits;
use crate::net::within::within;
use crate::signal::Backoff;
use crate::spawn::{AmbientTimer, Timer};
use crate::sync::Arc;

/// Connects, and where that fails tries again after pauses that grow from 50 ms to 5 s, with chance in them: those who were
/// disconnected together do not come back together.
///
/// # Examples
/// ```no_run
/// # async fn example() -> Result<(), fanfare::net::CarrierError> {
/// use fanfare::net::{Framing, Redialer, tcp};
///
/// let mut redialer = Redialer::new(tcp::dial("127.0.0.1:4333"));
/// loop {
///     let carrier = redialer.connect(Framing::objects()).await?;
///     // .. until it is lost; what was heard shows that it worked:
///     redialer.succeeded();
/// #   drop(carrier);
/// }
/// # }
/// ```
pub struct Redialer {
    dialer: Arc<dyn Dialer>,
    timer: Arc<dyn Timer>,
    backoff: Backoff,
    limits: Limits,
    /// How many connections in a row have failed, or were made and came to nothing.
    failed: u32,
    last: Option<CarrierError>,
}

/// An attempt that has failed.
pub(in crate::net) enum Attempt {
    /// There may be another one.
    Failed(CarrierError),
    /// There will be none: they are used up, or would come to nothing.
    Last(CarrierError),
}

impl Redialer {
    /// One that goes on for as long as it is awaited.
    pub fn new(dialer: impl Dialer) -> Self {
        Self {
            dialer: Arc::new(dialer),
            timer: AmbientTimer::shared(),
            backoff: Backoff::new(Duration::from_millis(50))
                .max(Duration::from_secs(5))
                .attempts(u32::MAX),
            limits: Limits::default(),
            failed: 0,
            last: None,
        }
    }

    /// Other pauses, and how many attempts there are.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// What pauses are measured by.
    #[must_use]
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.timer = Arc::new(timer);
        self
    }

    /// How long an attempt may take: see [`Limits::handshake`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How many attempts in a row have come to nothing.
    #[must_use]
    pub fn failed(&self) -> u32 {
        self.failed
    }

    /// Why the last attempt failed that did.
    #[must_use]
    pub fn last_error(&self) -> Option<&CarrierError> {
        self.last.as_ref()
    }

    /// That the connection was of use: the next pause is a short one again. Without it, one that is made and then closed at once,
    /// over and over, is taken for another that has failed.
    pub fn succeeded(&mut self) {
        self.failed = 0;
    }

    /// Connects. The first time it does so at once, later after a pause, until [`succeeded`](Self::succeeded) was called.
    ///
    /// # Errors
    /// The error of the last attempt, where no more are to be made: they are used up, or it
    /// [cannot come to anything](CarrierError::is_refused).
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it is not connected, and remembers what has failed.
    pub async fn connect(&mut self, framing: Framing) -> Result<Arc<dyn Carrier>, CarrierError> {
        loop {
            match self.attempt(framing).await {
                Ok(carrier) => return Ok(carrier),
                Err(Attempt::Failed(_)) => {}
                Err(Attempt::Last(error)) => return Err(error),
            }
        }
    }

    /// Tries once, after a pause where it is not the first time.
    pub(in crate::net) async fn attempt(
        &mut self,
        framing: Framing,
    ) -> Result<Arc<dyn Carrier>, Attempt> {
        if self.failed > 0 {
            match (self.backoff.delay(self.failed), &self.last) {
                (Some(pause), _) => self.timer.sleep(pause).await,
                (None, Some(last)) => return Err(Attempt::Last(last.clone())),
                (None, None) => return Err(Attempt::Last(CarrierError::ended())),
            }
        }
        // Counted before, so that it has failed unless somebody says otherwise.
        self.failed = self.failed.saturating_add(1);
        let dialing = self.dialer.dial(framing);
        let dialed = within(self.limits.handshake, &*self.timer, dialing).await;
        dialed.map_err(|error| {
            if error.is_refused() {
                return Attempt::Last(error);
            }
            self.last = Some(error.clone());
            Attempt::Failed(error)
        })
    }
}

impl fmt::Debug for Redialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redialer")
            .field("failed", &self.failed)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}
