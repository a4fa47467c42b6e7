//! What is being made, and for the sake of what.

use std::any::TypeId;

use super::error::DependencyError;

/// The providers that are at work, the outermost first: each for the sake of the one before it.
#[derive(Debug, Clone, Default)]
pub(in crate::bus) struct Making {
    frames: Vec<Frame>,
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
        Self { frames: Vec::new() }
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
        if let Some(place) = self.frames.iter().position(|frame| frame.id == id) {
            let mut way: Vec<_> = self.frames[place..].iter().map(|f| f.name).collect();
            way.push(name);
            return Err(DependencyError::cycle::<T>(way));
        }
        let mut frames = self.frames.clone();
        frames.push(Frame {
            id,
            name,
            is_singleton,
        });
        Ok(Self { frames })
    }

    /// The innermost singleton that is being made: who waits, waits for its sake.
    pub(in crate::bus) fn singleton(&self) -> Option<(TypeId, &'static str)> {
        let mut frames = self.frames.iter().rev();
        let frame = frames.find(|frame| frame.is_singleton)?;
        Some((frame.id, frame.name))
    }
}
