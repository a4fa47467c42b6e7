//! What is being made, and for the sake of what.

use std::any::TypeId;

use super::error::DependencyError;
use crate::sync::{Arc, Weak};

/// The providers that are at work, the outermost first: each for the sake of the one before it. Whoever keeps this for later may have some
/// that have finished meanwhile.
///
/// Boxed, since nothing is made in most calls.
#[derive(Debug, Clone, Default)]
pub(in crate::bus) struct Making {
    #[expect(clippy::box_collection, reason = "it is empty, and is to be small")]
    frames: Option<Box<Vec<Frame>>>,
}

#[derive(Debug, Clone)]
struct Frame {
    id: TypeId,
    name: &'static str,
    is_singleton: bool,
    work: Weak<()>,
}

impl Frame {
    fn is_at_work(&self) -> bool {
        self.work.strong_count() > 0
    }
}

/// A provider is at work for as long as this is there.
pub(in crate::bus) struct AtWork(#[expect(dead_code, reason = "its count is read")] Arc<()>);

impl Making {
    #[inline]
    pub(in crate::bus) fn nothing() -> Self {
        Self { frames: None }
    }

    /// This one more, for as long as it is at work.
    ///
    /// # Errors
    /// Where it is at work already: it would need itself.
    pub(in crate::bus) fn and<T: ?Sized + 'static>(
        &self,
        name: &'static str,
        is_singleton: bool,
    ) -> Result<(Self, AtWork), DependencyError> {
        let id = TypeId::of::<T>();
        let at_work = self.frames().iter().filter(|frame| frame.is_at_work());
        let mut frames: Vec<_> = at_work.cloned().collect();
        if let Some(place) = frames.iter().position(|frame| frame.id == id) {
            let mut way: Vec<_> = frames[place..].iter().map(|f| f.name).collect();
            way.push(name);
            return Err(DependencyError::cycle::<T>(way));
        }
        let work = Arc::new(());
        frames.push(Frame {
            id,
            name,
            is_singleton,
            work: Arc::downgrade(&work),
        });
        let frames = Some(Box::new(frames));
        Ok((Self { frames }, AtWork(work)))
    }

    fn frames(&self) -> &[Frame] {
        self.frames.as_ref().map_or(&[], |frames| frames)
    }

    /// The innermost singleton that is being made: who waits, waits for its sake.
    pub(in crate::bus) fn singleton(&self) -> Option<(TypeId, &'static str)> {
        let mut frames = self.frames().iter().rev();
        let frame = frames.find(|frame| frame.is_singleton && frame.is_at_work())?;
        Some((frame.id, frame.name))
    }
}
