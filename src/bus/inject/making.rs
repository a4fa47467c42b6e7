//! What is being made, and for the sake of what.

use std::any::TypeId;

use super::error::DependencyError;

/// The providers that are at work, the outermost first: each for the sake of the one before it.
///
/// Boxed, since nothing is made in most calls.
#[derive(Debug, Clone, Default)]
pub(in crate::bus) struct Making {
    #[expect(clippy::box_collection, reason = "it is empty, and is to be small")]
    frames: Option<Box<Vec<Frame>>>,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    id: TypeId,
    name: &'static str,
    is_singleton: bool,
}

impl Making {
    #[inline]
    pub(in crate::bus) fn nothing() -> Self {
        Self { frames: None }
    }

    /// This one more.
    ///
    /// # Errors
    /// Where it is at work already: it would need itself.
    pub(in crate::bus) fn and<T: ?Sized + 'static>(
        &self,
        name: &'static str,
        is_singleton: bool,
    ) -> Result<Self, DependencyError> {
        let id = TypeId::of::<T>();
        let frames = self.frames();
        if let Some(place) = frames.iter().position(|frame| frame.id == id) {
            let mut way: Vec<_> = frames[place..].iter().map(|f| f.name).collect();
            way.push(name);
            return Err(DependencyError::cycle::<T>(way));
        }
        let mut frames = frames.to_vec();
        frames.push(Frame {
            id,
            name,
            is_singleton,
        });
        Ok(Self {
            frames: Some(Box::new(frames)),
        })
    }

    fn frames(&self) -> &[Frame] {
        self.frames.as_ref().map_or(&[], |frames| frames)
    }

    /// The innermost singleton that is being made: who waits, waits for its sake.
    pub(in crate::bus) fn singleton(&self) -> Option<(TypeId, &'static str)> {
        let mut frames = self.frames().iter().rev();
        let frame = frames.find(|frame| frame.is_singleton)?;
        Some((frame.id, frame.name))
    }
}
