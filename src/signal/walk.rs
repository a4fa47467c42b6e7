//! Which lists this thread is walking: the part of `disconnect_and_wait` that costs a send almost nothing.
//!
//! A sync callback, and the first poll of an async one in the sender's task, runs while its send walks a published list.
//! So a connection that has left its lists is not being called any more once every published copy it stood in has been
//! let go of: nothing has to be counted for each call. A thread that waits from inside a callback is walking itself; it
//! must not wait for its own walks, so each thread notes which copies it walks.

use std::cell::{Cell, RefCell};

/// As many nested walks as are noted without allocating.
const FEW: usize = 32;

/// The walks of one thread.
struct Walks {
    depth: Cell<usize>,
    /// The addresses of the copies, outermost first.
    few: [Cell<usize>; FEW],
}

thread_local! {
    /// Without a destructor, so that it costs no registration.
    static WALKS: Walks = const {
        Walks {
            depth: Cell::new(0),
            few: [const { Cell::new(0) }; FEW],
        }
    };
    /// Those beyond: for sends nested in callbacks nested in sends that deep.
    static DEEPER: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Notes that this thread walks a copy, until it is dropped, before any that was begun earlier.
#[must_use]
pub(crate) struct Walk(());

impl Walk {
    #[inline]
    pub(crate) fn begin(copy: *const ()) -> Self {
        WALKS.with(|walks| {
            let depth = walks.depth.get();
            walks.depth.set(depth + 1);
            match walks.few.get(depth) {
                Some(noted) => noted.set(copy.addr()),
                None => DEEPER.with_borrow_mut(|deeper| deeper.push(copy.addr())),
            }
        });
        Self(())
    }
}

impl Drop for Walk {
    #[inline]
    fn drop(&mut self) {
        WALKS.with(|walks| {
            let depth = walks.depth.get() - 1;
            walks.depth.set(depth);
            if depth >= FEW {
                DEEPER.with_borrow_mut(Vec::pop);
            }
        });
    }
}

/// How many walks of a copy are this thread's own.
pub(crate) fn own_walks<T: ?Sized>(copy: *const T) -> usize {
    let own = |noted: usize| usize::from(noted == copy.addr());
    let few: usize = WALKS.with(|walks| {
        let noted = walks.few.iter().take(walks.depth.get());
        noted.map(|noted| own(noted.get())).sum()
    });
    few + DEEPER.with_borrow(|deeper| deeper.iter().map(|noted| own(*noted)).sum::<usize>())
}
