//! Which lists this thread is walking: the part of `disconnect_and_wait` that costs a send almost nothing.
//!
//! A sync callback, and the first poll of an async one in the sender's task, runs while its send walks a published list.
//! So a connection that has left its lists is not being called any more once every published copy it stood in has been
//! let go of: nothing has to be counted for each call. A thread that waits from inside a callback is walking itself; it
//! must not wait for its own walks, so each thread notes which copies it walks.

use super::notes::Notes;

thread_local! {
    static WALKS: Notes = const { Notes::new() };
}

/// Notes that this thread walks a copy, until it is dropped, before any that was begun earlier.
#[must_use]
pub(crate) struct Walk(());

impl Walk {
    #[inline]
    pub(crate) fn begin(copy: *const ()) -> Self {
        WALKS.with(|walks| walks.begin(copy.addr()));
        Self(())
    }
}

impl Drop for Walk {
    #[inline]
    fn drop(&mut self) {
        WALKS.with(Notes::end);
    }
}

/// How many walks of a copy are this thread's own.
pub(crate) fn own_walks<T: ?Sized>(copy: *const T) -> usize {
    WALKS.with(|walks| walks.count(copy.addr()))
}
