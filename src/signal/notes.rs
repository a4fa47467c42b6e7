//! What a thread is in the middle of.

use std::cell::{Cell, RefCell};
use std::mem::{self, ManuallyDrop};

/// As many as are noted without allocating.
const FEW: usize = 32;

/// The addresses of what a thread is in the middle of, outermost first. For a thread-local: without a destructor, so that it
/// costs no registration and is there to the very end of the thread.
pub(crate) struct Notes {
    depth: Cell<usize>,
    few: [Cell<usize>; FEW],
    /// Those beyond. Let go of when it becomes empty, as it is when a thread ends.
    deeper: ManuallyDrop<RefCell<Vec<usize>>>,
}

impl Notes {
    pub(crate) const fn new() -> Self {
        Self {
            depth: Cell::new(0),
            few: [const { Cell::new(0) }; FEW],
            deeper: ManuallyDrop::new(RefCell::new(Vec::new())),
        }
    }

    #[inline]
    pub(crate) fn begin(&self, address: usize) {
        let depth = self.depth.get();
        self.depth.set(depth + 1);
        match self.few.get(depth) {
            Some(note) => note.set(address),
            None => self.deeper.borrow_mut().push(address),
        }
    }

    /// Of what was begun last.
    #[inline]
    pub(crate) fn end(&self) {
        let depth = self.depth.get() - 1;
        self.depth.set(depth);
        if depth >= FEW {
            self.end_deep();
        }
    }

    #[cold]
    fn end_deep(&self) {
        let mut deeper = self.deeper.borrow_mut();
        deeper.pop();
        if deeper.is_empty() {
            drop(mem::take(&mut *deeper));
        }
    }

    /// How often this thread is in the middle of that.
    pub(crate) fn count(&self, address: usize) -> usize {
        let few = self.few.iter().take(self.depth.get()).map(Cell::get);
        let deeper = self.deeper.borrow();
        let all = few.chain(deeper.iter().copied());
        all.filter(|noted| *noted == address).count()
    }
}
