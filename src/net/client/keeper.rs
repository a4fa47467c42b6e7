//! The task of a client: it connects, has the server know what it has to know, and connects again.

use std::time::{Duration, Instant};

use futures_lite::StreamExt;
use futures_lite::future::{or, pending};
use futures_util::stream::FuturesUnordered;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::core::Core;
use super::inbound::Inbound;
use super::status::Status;
use super::telling::{Told, settle, tell_changes, tell_names};
use crate::net::carrier::{Attempt, Redialer};
use crate::net::link::{CloseReason, ConnectError, Link, RequestError};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A connection that has lasted as long was of use: if it is lost, it is made again without a pause.
const USEFUL: Duration = Duration::from_secs(5);

/// What the server has been told and has not replied to.
pub(super) type Telling<V> = FuturesUnordered<BoxFuture<'static, Told<V>>>;

/// How a connection came to its end.
enum End {
    Lost(CloseReason),
    /// On this side.
    Closed,
}

/// What others have not heard, and what was not heard of others.
#[derive(Default)]
struct Gap {
    /// Whether it was there before.
    was_connected: bool,
    /// When it was lost.
    since: Option<Instant>,
    unconfirmed: u64,
}

impl Gap {
    fn begin(&mut self, now: Instant, unconfirmed: u64) {
        self.since.get_or_insert(now);
        self.unconfirmed += unconfirmed;
    }

    fn end(&mut self, now: Instant) -> Status {
        let Self {
            was_connected,
            since,
            unconfirmed,
        } = std::mem::replace(
            self,
            Self {
                was_connected: true,
                ..Self::default()
            },
        );
        if !was_connected {
            return Status::Connected;
        }
        let gap = since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        Status::Resumed { unconfirmed, gap }
    }
}

/// Whatever becomes of the task, the client has ended with it.
struct Over<'a, V: Send + Sync + 'static>(&'a Core<V>);

impl<V: Send + Sync + 'static> Drop for Over<'_, V> {
    fn drop(&mut self) {
        self.0.close();
        self.0.let_go();
        self.0.tell(Status::Closed);
        self.0.over.set();
    }
}

/// Sees to it that the server is connected to, until the client is closed.
pub(super) async fn keep<V>(core: Arc<Core<V>>, mut redialer: Redialer, first: Option<Link<V>>)
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let _over = Over(&core);
    let mut gap = Gap::default();
    let mut first = first;
    loop {
        let link = match first.take() {
            Some(link) => Some(link),
            None => {
                let closed = async {
                    core.closed.wait().await;
                    None
                };
                or(closed, connect(&core, &mut redialer)).await
            }
        };
        let Some(link) = link else {
            return;
        };
        let begun = core.timer.now();
        let end = keep_link(&core, &link, &mut gap).await;
        let was_restored = core.lose_link();
        let reason = match end {
            End::Lost(reason) => reason,
            End::Closed => return close(&core, &link).await,
        };
        let (now, unconfirmed) = (core.timer.now(), link.stats().unconfirmed);
        if now.saturating_duration_since(begun) >= USEFUL {
            redialer.succeeded();
        }
        gap.begin(now, unconfirmed);
        core.tell(if was_restored {
            Status::Disconnected {
                reason,
                unconfirmed,
            }
        } else {
            Status::Failed {
                error: ConnectError::Failed(RequestError::Closed(reason)),
                attempts: redialer.failed(),
            }
        });
    }
}

/// In order; where that does not come about, what may be lost is told.
async fn close<V: Send + Sync + 'static>(core: &Core<V>, link: &Link<V>) {
    link.close().await;
    let unconfirmed = link.stats().unconfirmed;
    match link.close_reason() {
        None | Some(CloseReason::Closed) => {}
        Some(reason) if unconfirmed > 0 => core.tell(Status::Disconnected {
            reason: reason.clone(),
            unconfirmed,
        }),
        Some(_) => {}
    }
}

/// Both have said hello; `None` if there will not be another attempt.
async fn connect<V>(core: &Arc<Core<V>>, redialer: &mut Redialer) -> Option<Link<V>>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let links = core.links.with_handler(Arc::new(Inbound(Arc::clone(core))));
    loop {
        let (error, is_last) = match redialer.attempt(links.connect_framing()).await {
            Ok(carrier) => match links.connect(carrier).await {
                Ok(link) => return Some(link),
                Err(error) => (error, false),
            },
            Err(Attempt::Failed(error)) => (ConnectError::Carrier(error), false),
            Err(Attempt::Last(error)) => (ConnectError::Carrier(error), true),
        };
        core.tell(Status::Failed {
            error,
            attempts: redialer.failed(),
        });
        if is_last {
            return None;
        }
    }
}

/// Has the server know what it has to know, until the link or the client ends.
async fn keep_link<V>(core: &Arc<Core<V>>, link: &Link<V>, gap: &mut Gap) -> End
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    core.take_link(link);
    let mut telling = Telling::new();
    loop {
        let news = core.news.listen();
        // First: what was lost is told, even if it was closed meanwhile.
        if let Some(reason) = link.close_reason() {
            return End::Lost(reason.clone());
        }
        if core.closed.is_set() {
            // What has gone before has gone first.
            tell_names(core, link, &mut telling).await;
            return End::Closed;
        }
        tell_changes(core, link, &mut telling).await;
        if core.is_newly_restored() {
            core.tell(gap.end(core.timer.now()));
            core.note_told();
        }
        let told = async {
            match telling.next().await {
                Some(told) => Some(told),
                None => pending().await,
            }
        };
        let news = async {
            news.await;
            None
        };
        let ended = async {
            link.closed().await;
            None
        };
        if let Some(told) = or(told, or(news, ended)).await {
            settle(core, link, told);
        }
    }
}
