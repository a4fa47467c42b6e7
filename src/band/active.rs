//! Which band is active: of this thread's scopes the innermost, or else the process's.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use arc_swap::ArcSwapOption;
use pin_project_lite::pin_project;

use super::handle::{Band, Shared};
use crate::sync::{Arc, AtomicBool, OnceLock, Ordering};

static GLOBAL: OnceLock<Band> = OnceLock::new();

/// The band that was made active for the process, if one was and it is not the global one.
static PROCESS: ArcSwapOption<Shared> = ArcSwapOption::const_empty();

/// Whether `PROCESS` has ever been written: most programs never do, and do not look there.
static HAS_PROCESS: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The scopes this thread is in, the innermost last, each with its number on this thread.
    static SCOPES: RefCell<Scopes> = const { RefCell::new(Scopes { last: 0, bands: Vec::new() }) };
}

struct Scopes {
    last: u64,
    bands: Vec<(u64, Band)>,
}

pub(super) fn global() -> &'static Band {
    GLOBAL.get_or_init(Band::new)
}

/// Whether the global band is active, where that can be told at once.
#[inline]
pub(super) fn is_plainly_global() -> bool {
    let is_in_scope = SCOPES.try_with(|scopes| !scopes.borrow().bands.is_empty());
    !is_in_scope.unwrap_or(false) && !HAS_PROCESS.load(Ordering::Acquire)
}

/// Does something with the active band.
pub(super) fn with<T>(does: impl FnOnce(&Band) -> T) -> T {
    // Cloned, since what is done may be the user's, and enter other scopes.
    let innermost = SCOPES.try_with(|scopes| {
        let scopes = scopes.borrow();
        scopes.bands.last().map(|(_, band)| band.clone())
    });
    if let Ok(Some(band)) = innermost {
        return does(&band);
    }
    if HAS_PROCESS.load(Ordering::Acquire) {
        if let Some(shared) = PROCESS.load_full() {
            return does(&Band { shared });
        }
    }
    does(global())
}

impl Band {
    /// The band that is active here: of the scopes that this thread is in the innermost, or else the one that was
    /// [activated](Self::activate) for the process, or else the [global](Self::global) one.
    #[must_use]
    pub fn active() -> Self {
        with(Band::clone)
    }

    /// Makes the band active in the whole process, scopes aside. `Band::global().activate()` goes back to the global one.
    ///
    /// `use_band` in `bands`, which has no scopes.
    pub fn activate(&self) {
        let process = (!self.is_same(global())).then(|| Arc::clone(&self.shared));
        // What it replaces is dropped where nothing is held.
        let replaced = PROCESS.swap(process);
        HAS_PROCESS.store(true, Ordering::Release);
        drop(replaced);
    }

    /// Makes the band active within a future, whichever threads poll it, and however often scopes are nested. Tasks that it
    /// spawns are outside, and so are receivers that run on an executor.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::{Band, band};
    ///
    /// let ours = Band::new();
    /// let heard = ours.scope(async {
    ///     band::channel::<u32, u32>("double")?.connect_sync(|ev| **ev * 2).await;
    ///     Ok::<_, band::TypeConflict>(band::send("double", 4u32).await.unwrap().count())
    /// });
    /// assert_eq!(heard.await?, 1);
    /// assert_eq!(band::send("double", 4u32).await.unwrap().count(), 0); // another band
    /// # Ok::<(), band::TypeConflict>(()) }).unwrap();
    /// ```
    pub fn scope<F: Future>(&self, future: F) -> Scoped<F> {
        Scoped {
            future,
            band: self.clone(),
        }
    }

    /// Makes the band active on this thread until the guard is dropped, by a panic too.
    ///
    /// Not for async code, where a thread goes on with other tasks at each `.await`: that is what [`scope`](Self::scope) is for,
    /// and the guard is not `Send`.
    ///
    /// # Examples
    /// ```
    /// use fanfare::Band;
    ///
    /// let (outer, inner) = (Band::new(), Band::new());
    /// let _in_outer = outer.enter();
    /// {
    ///     let _in_inner = inner.enter();
    ///     assert_eq!(Band::active(), inner);
    /// }
    /// assert_eq!(Band::active(), outer);
    /// ```
    pub fn enter(&self) -> EnteredBand {
        let entered = SCOPES.try_with(|scopes| {
            let mut scopes = scopes.borrow_mut();
            scopes.last += 1;
            let number = scopes.last;
            scopes.bands.push((number, self.clone()));
            number
        });
        EnteredBand {
            // A thread that is ending is in no scope any more.
            number: entered.ok(),
            not_send: PhantomData,
        }
    }
}

/// Keeps a band active on this thread. Made by [`Band::enter`].
#[must_use = "the band is active until this is dropped"]
pub struct EnteredBand {
    number: Option<u64>,
    not_send: PhantomData<*const ()>,
}

/// Leaves its own scope, in whatever order guards are dropped.
impl Drop for EnteredBand {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let left = SCOPES.try_with(|scopes| {
            let mut scopes = scopes.borrow_mut();
            let place = scopes
                .bands
                .iter()
                .rposition(|(known, _)| *known == number)?;
            Some(scopes.bands.remove(place))
        });
        // Dropped out here: it may be the last handle of its band.
        drop(left);
    }
}

impl fmt::Debug for EnteredBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnteredBand").finish_non_exhaustive()
    }
}

pin_project! {
    /// A future within which a band is active. Made by [`Band::scope`].
    ///
    /// # Cancel safety
    /// That of the future inside.
    #[must_use = "futures do nothing unless awaited"]
    pub struct Scoped<F> {
        #[pin]
        future: F,
        band: Band,
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.band.enter();
        this.future.poll(cx)
    }
}

impl<F> fmt::Debug for Scoped<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped")
            .field("band", &self.band)
            .finish_non_exhaustive()
    }
}
