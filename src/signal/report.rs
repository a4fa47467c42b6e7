//! What came of a send.

use std::any::{Any, TypeId};
use std::{fmt, iter, mem};

use super::failure::Failure;

/// What each callback of a send did: one entry a callback, in the order in which they matched.
///
/// For `R = ()` a report without failures takes no memory of its own, however many callbacks ran.
#[must_use = "a report tells which callbacks failed"]
pub struct Report<R> {
    /// The replies of those that did not fail, in match order.
    replies: Vec<R>,
    /// The others, each with its place in match order.
    failures: Vec<(usize, Failure)>,
    /// How many places are kept for outcomes that come later: none in a report that is given away.
    kept: usize,
    /// What kept the send itself from happening.
    unsent: Option<Failure>,
}

/// Nothing in it is ever pinned.
impl<R> Unpin for Report<R> {}

impl<R> Report<R> {
    pub(crate) fn new() -> Self {
        Self {
            replies: Vec::new(),
            failures: Vec::new(),
            kept: 0,
            unsent: None,
        }
    }

    /// Of a send that did not happen.
    pub(crate) fn of_unsent(failure: Failure) -> Self {
        Self {
            unsent: Some(failure),
            ..Self::new()
        }
    }

    /// With this many places kept, and nothing else.
    pub(crate) fn of_kept(count: usize) -> Self {
        Self {
            kept: count,
            ..Self::new()
        }
    }

    /// How many callbacks matched.
    #[must_use]
    pub fn count(&self) -> usize {
        self.replies.len() + self.failures.len() + self.kept
    }

    /// Whether every callback replied.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.failures.is_empty() && self.unsent.is_none()
    }

    /// The replies of the callbacks that did not fail, in match order.
    #[must_use]
    pub fn replies(&self) -> &[R] {
        &self.replies
    }

    /// What failed, in match order.
    ///
    /// Where nothing was sent, because `.update(..)` panicked, the signal is closed, or the send's time was up while it waited,
    /// that is the only failure, of no connection.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.unsent
            .iter()
            .chain(self.failures.iter().map(|(_, failure)| failure))
    }

    /// Every callback's outcome, in match order.
    pub fn iter(&self) -> impl Iterator<Item = Result<&R, &Failure>> {
        let failures = self
            .failures
            .iter()
            .map(|(place, failure)| (*place, failure));
        in_order(self.replies.iter(), failures)
    }

    /// The replies of the callbacks that did not fail; [`into_results`](Self::into_results) keeps the failures too.
    #[must_use]
    pub fn into_replies(self) -> Vec<R> {
        self.replies
    }

    /// Every callback's outcome, in match order.
    #[must_use]
    pub fn into_results(self) -> Vec<Result<R, Failure>> {
        in_order(self.replies.into_iter(), self.failures.into_iter()).collect()
    }

    /// The same, with something else in the place of each reply.
    pub fn map<T>(self, change: impl FnMut(R) -> T) -> Report<T> {
        Report {
            replies: self.replies.into_iter().map(change).collect(),
            failures: self.failures,
            kept: self.kept,
            unsent: self.unsent,
        }
    }

    /// Adds the next callback's outcome.
    #[inline]
    pub(crate) fn push(&mut self, outcome: Result<R, Failure>) {
        match outcome {
            Ok(reply) => self.replies.push(reply),
            Err(failure) => self.failures.push((self.count(), failure)),
        }
    }

    pub(crate) fn replies_mut(&mut self) -> &mut [R] {
        &mut self.replies
    }

    /// Whether replies are all alike, so that counting them is enough.
    #[inline]
    pub(crate) fn counts() -> bool
    where
        R: 'static,
    {
        TypeId::of::<R>() == TypeId::of::<()>()
    }

    /// What adds replies, if they are all alike.
    pub(crate) fn adder() -> Option<fn(&mut Self, usize)>
    where
        R: 'static,
    {
        Self::counts().then_some(Self::add)
    }

    /// Adds that many replies, if they are all alike.
    #[inline]
    pub(crate) fn add(&mut self, replies: usize)
    where
        R: 'static,
    {
        let vec: &mut dyn Any = &mut self.replies;
        if let Some(units) = vec.downcast_mut::<Vec<()>>() {
            units.resize(units.len() + replies, ());
        }
    }

    /// How many outcomes are in their places.
    pub(crate) fn finished(&self) -> usize {
        self.count() - self.kept
    }

    /// Keeps the next place for an outcome that comes later.
    pub(crate) fn keep_place(&mut self) {
        self.kept += 1;
    }

    /// Puts outcomes that came later into the places that were kept for them.
    pub(crate) fn with_late(mut self, late: Late<R>) -> Self {
        let Late {
            mut replies,
            alike,
            failures,
            add,
        } = late;
        let kept = mem::take(&mut self.kept);
        self.replies.extend(alike);
        if let Some(add) = add {
            add(&mut self, kept - failures.len());
        }
        if !failures.is_empty() {
            self.failures.extend(failures);
            self.failures.sort_unstable_by_key(|(place, _)| *place);
        }
        if !replies.is_empty() {
            replies.sort_unstable_by_key(|(place, _)| *place);
            self.merge(replies);
        }
        self
    }

    fn merge(&mut self, late: Vec<(usize, R)>) {
        let mut early = mem::take(&mut self.replies).into_iter();
        let mut failed = self.failures.iter().map(|(place, _)| *place).peekable();
        self.replies.reserve_exact(early.len() + late.len());
        let mut next = 0;
        for (place, reply) in late {
            let others = (next..place).filter(|place| failed.next_if_eq(place).is_none());
            self.replies.extend(early.by_ref().take(others.count()));
            self.replies.push(reply);
            next = place + 1;
        }
        self.replies.extend(early);
    }
}

/// Outcomes that came later than their turn, with their places.
pub(crate) struct Late<R> {
    replies: Vec<(usize, R)>,
    /// Where all replies are of size 0, no place makes a difference, and they take no memory.
    alike: Vec<R>,
    failures: Vec<(usize, Failure)>,
    /// Adds those replies that were not even stored, because they are all alike.
    add: Option<fn(&mut Report<R>, usize)>,
}

impl<R> Late<R> {
    pub(crate) fn new() -> Self {
        Self {
            replies: Vec::new(),
            alike: Vec::new(),
            failures: Vec::new(),
            add: None,
        }
    }

    pub(crate) fn push(&mut self, place: usize, outcome: Result<R, Failure>) {
        match outcome {
            Ok(reply) if size_of::<R>() == 0 => self.alike.push(reply),
            Ok(reply) => self.replies.push((place, reply)),
            Err(failure) => self.failures.push((place, failure)),
        }
    }

    /// With this for the replies that are missing.
    pub(crate) fn filled_with(mut self, add: Option<fn(&mut Report<R>, usize)>) -> Self {
        self.add = add;
        self
    }

    pub(crate) fn count(&self) -> usize {
        self.replies.len() + self.alike.len() + self.failures.len()
    }
}

/// Replies and failures as one row: each failure stands at its place, the replies fill the rest.
fn in_order<R, F>(
    mut replies: impl Iterator<Item = R>,
    failures: impl Iterator<Item = (usize, F)>,
) -> impl Iterator<Item = Result<R, F>> {
    let mut failures = failures.peekable();
    let mut place = 0;
    iter::from_fn(move || {
        let failed = failures
            .next_if(|(at, _)| *at == place)
            .map(|(_, failure)| Err(failure));
        place += 1;
        failed.or_else(|| replies.next().map(Ok))
    })
}

impl<R: fmt::Debug> fmt::Debug for Report<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        if let Some(unsent) = &self.unsent {
            list.entry(unsent);
        }
        list.entries(self.iter()).finish()
    }
}
