//! A send whose async callbacks are with an executor.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::board::Board;
use super::report::Report;
use crate::sync::Arc;

/// What a send gives: how many callbacks matched, and a way to wait for them or to stop them.
///
/// Dropping it detaches: the callbacks go on.
pub struct Delivery<R = ()> {
    report: Report<R>,
    board: Option<Arc<Board<R>>>,
}

impl<R> Delivery<R> {
    /// One that nobody has been called for yet.
    #[inline]
    pub(crate) fn new() -> Self {
        Self {
            report: Report::new(),
            board: None,
        }
    }

    #[inline]
    pub(super) fn report(&mut self) -> &mut Report<R> {
        &mut self.report
    }

    /// Where callbacks leave their outcomes that have not finished.
    pub(super) fn wait_for(&mut self, board: Option<Arc<Board<R>>>) {
        self.board = board;
    }

    /// How many callbacks matched, each counted once.
    #[must_use]
    pub fn count(&self) -> usize {
        self.report.count()
    }

    /// Waits until every callback has finished, and tells what each of them did.
    ///
    /// # Cancel safety
    /// Dropping the future detaches: the callbacks go on, and the report is lost.
    pub fn join(self) -> DeliveryJoin<R> {
        DeliveryJoin {
            report: self.report,
            board: self.board,
        }
    }

    /// Stops what has not finished: each such callback's future is dropped where it waits, and reported as aborted.
    ///
    /// Returns at once. [`join`](Self::join) afterwards waits until all have stopped.
    pub fn abort(&self) {
        if let Some(board) = &self.board {
            board.abort();
        }
    }

    /// Whether every callback has finished.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.board.as_ref().is_none_or(|board| board.is_done())
    }
}

impl<R> fmt::Debug for Delivery<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("count", &self.count())
            .field("is_done", &self.is_done())
            .finish_non_exhaustive()
    }
}

/// Waits for the callbacks of a [`Delivery`]. Made by [`Delivery::join`].
#[must_use = "futures do nothing unless awaited"]
pub struct DeliveryJoin<R = ()> {
    report: Report<R>,
    board: Option<Arc<Board<R>>>,
}

/// Nothing in it is ever pinned.
impl<R> Unpin for DeliveryJoin<R> {}

impl<R> Future for DeliveryJoin<R> {
    type Output = Report<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Report<R>> {
        let Self { report, board } = &mut *self;
        match board {
            None => Poll::Ready(mem::replace(report, Report::new())),
            Some(board) => board.poll_outcomes(report, cx),
        }
    }
}

impl<R> fmt::Debug for DeliveryJoin<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryJoin").finish_non_exhaustive()
    }
}
