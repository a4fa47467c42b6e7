//! The band itself.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use compact_str::CompactString;
use hashbrown::HashMap;

use super::active;
use super::builder::{BandBuilder, Settings};
use super::channel::Channel;
use super::entry::{AnyChannels, Entry};
use super::error::TypeConflict;
use super::named::NamedSend;
use crate::signal::Channels;
use crate::sync::{Arc, AtomicBool, Lock, Ordering};

/// A set of channels, isolated from every other: what is sent in one band is not heard in another.
///
/// Clones are one band. It keeps its channels' receivers as long as one of its handles is there, or a handle of the channel: a
/// receiver that has one of them in it keeps itself alive. One band for each application, or for each library, is a good
/// rule.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::Band;
///
/// let (ours, theirs) = (Band::new(), Band::new());
/// ours.channel::<u32, u32>("double")?.connect_sync(|ev| **ev * 2).await;
///
/// let replies = ours.channel::<u32, u32>("double")?.send(21).join().await.into_replies();
/// assert_eq!(replies, [42]);
/// assert_eq!(theirs.channel::<u32, u32>("double")?.send(21).join().await.count(), 0);
/// # Ok::<(), fanfare::band::TypeConflict>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Band {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    settings: Settings,
    book: Lock<Book>,
    /// Set once, under the lock on the book, before the channels are closed.
    is_closed: AtomicBool,
}

/// The names of a band.
#[derive(Default)]
struct Book {
    entries: HashMap<CompactString, Entry>,
    entries_made: u64,
    /// The same names, in the order in which they will be looked at: each new one looks at two, so those that nothing is
    /// left of go at twice the rate at which new ones come. Some may have been forgotten otherwise meanwhile.
    watched: VecDeque<(CompactString, u64)>,
}

impl Band {
    /// A new band, with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A band with more to be said: dispatchers, spawner, timer.
    pub fn builder() -> BandBuilder {
        BandBuilder::new()
    }

    pub(super) fn from_settings(settings: Settings) -> Self {
        Self {
            shared: Arc::new(Shared {
                settings,
                book: Lock::new(Book::default()),
                is_closed: AtomicBool::new(false),
            }),
        }
    }

    /// The band that is active where no other was made so; it is there as long as the program.
    ///
    /// `DEFAULT_BAND` in `bands`.
    #[must_use]
    pub fn global() -> Self {
        active::global().clone()
    }

    /// The channel of this name, unbound. Its first mention settles the types of its payload and reply.
    ///
    /// # Errors
    /// Where the channel of this name carries other types, which [`TypeConflict`] names. A channel that has neither a handle
    /// nor a receiver is forgotten, its types with it.
    ///
    /// # Examples
    /// ```
    /// use fanfare::Band;
    ///
    /// let band = Band::new();
    /// let level = band.channel::<u8, ()>("level")?;
    /// let conflict = band.channel::<String, ()>("level").unwrap_err();
    /// assert_eq!(
    ///     conflict.to_string(),
    ///     "channel `level` has payload `u8`, reply `()`; it was asked for with payload `alloc::string::String`, reply `()`: \
    ///      give one of them another name, or another band",
    /// );
    /// # drop(level);
    /// # Ok::<(), fanfare::band::TypeConflict>(())
    /// ```
    pub fn channel<P, R>(&self, identifier: impl AsRef<str>) -> Result<Channel<P, R>, TypeConflict>
    where
        P: Send + Sync + 'static,
        R: Send + 'static,
    {
        let identifier = identifier.as_ref();
        self.channels(identifier).map(Channel::unbound_of)
    }

    pub(super) fn channels<P, R>(&self, identifier: &str) -> Result<Channels<P, R>, TypeConflict>
    where
        P: Send + Sync + 'static,
        R: Send + 'static,
    {
        if let Some(known) = self.find(identifier, |entry| entry.typed(identifier).cloned())? {
            return Ok(known);
        }
        // Made where no lock is held.
        let channels: Channels<P, R> = self.make_channels(identifier);
        let mut book = self.shared.book.hold();
        if let Some(entry) = book.entries.get(identifier) {
            // Somebody else was faster.
            let known = entry.typed(identifier).cloned();
            drop(book);
            return known;
        }
        if self.is_closed() {
            // Before anybody can find it; nobody is told, since it is new.
            channels.close();
        }
        book.entries_made += 1;
        let number = book.entries_made;
        let entry = Entry::new(number, channels.clone());
        book.entries.insert(identifier.into(), entry);
        book.watched.push_back((identifier.into(), number));
        let old = [book.watched.pop_front(), book.watched.pop_front()];
        drop(book);
        for (name, number) in old.into_iter().flatten() {
            self.sweep(name, number);
        }
        Ok(channels)
    }

    /// Channels that nobody can find yet.
    pub(super) fn make_channels<P, R>(&self, identifier: &str) -> Channels<P, R>
    where
        P: Send + Sync + 'static,
        R: Send + 'static,
    {
        self.shared.settings.channels(identifier)
    }

    pub(super) fn has_dispatchers(&self) -> bool {
        self.shared.settings.has_dispatchers()
    }

    /// Looks for the channels of a name, under the lock. Where they do not fit, but nothing is left of them, there are none.
    pub(super) fn find<T>(
        &self,
        identifier: &str,
        look: impl Fn(&Entry) -> Result<T, TypeConflict>,
    ) -> Result<Option<T>, TypeConflict> {
        loop {
            let Some((number, found)) =
                self.with_entry(identifier, |entry| (entry.number, look(entry)))
            else {
                return Ok(None);
            };
            match found {
                Err(_) if self.forget(identifier, number) => {}
                found => return found.map(Some),
            }
        }
    }

    /// Forgets a name that nothing is left of; tells whether it is forgotten.
    ///
    /// Receivers are looked at where no lock is held: those that have lost their parent are dropped.
    fn forget(&self, identifier: &str, number: u64) -> bool {
        let look_for_receivers = self.with_entry(identifier, |entry| {
            (entry.number == number).then(|| entry.look_for_receivers())
        });
        let Some(look_for_receivers) = look_for_receivers.flatten() else {
            return true;
        };
        if look_for_receivers() {
            return false;
        }
        let mut book = self.shared.book.hold();
        let (is_forgotten, entry) = match book.entries.get(identifier) {
            Some(entry) if entry.number != number => (true, None),
            Some(entry) if entry.is_unused() => (true, book.entries.remove(identifier)),
            Some(_) => (false, None),
            None => (true, None),
        };
        drop(book);
        drop(entry);
        is_forgotten
    }

    /// Looks after a name, unless nothing is left of it.
    fn sweep(&self, identifier: CompactString, number: u64) {
        if self.forget(&identifier, number) {
            return;
        }
        let mut book = self.shared.book.hold();
        let entry = book.entries.get(&identifier);
        if entry.is_some_and(|entry| entry.number == number) {
            book.watched.push_back((identifier, number));
        }
    }

    /// Begins a send by name, to the channels of whatever band this is: what only a name is known of, a message from outside
    /// say. A name that nobody has declared reaches nobody, and is no error.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Band;
    ///
    /// let band = Band::new();
    /// band.channel::<String, String>("alert")?.connect_sync(|message| message.to_uppercase()).await;
    ///
    /// assert_eq!(band.send("alert", "alert!!".to_owned()).replies::<String>().await?, ["ALERT!!"]);
    /// assert_eq!(band.send("alarm", 7).await?.count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn send<P>(&self, identifier: impl AsRef<str>, payload: P) -> NamedSend<P>
    where
        P: Send + Sync + 'static,
    {
        NamedSend::new(self.clone(), identifier.as_ref(), payload)
    }

    /// The names of the channels that are there, sorted.
    #[must_use]
    pub fn identifiers(&self) -> Vec<String> {
        let book = self.shared.book.hold();
        let mut names: Vec<_> = book.entries.keys().map(ToString::to_string).collect();
        drop(book);
        names.sort_unstable();
        names
    }

    /// Whether the names are of one band.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Does something short with the channels of a name, under the lock.
    fn with_entry<T>(&self, identifier: &str, does: impl FnOnce(&Entry) -> T) -> Option<T> {
        let book = self.shared.book.hold();
        let done = book.entries.get(identifier).map(does);
        drop(book);
        done
    }

    /// Handles of all channels, by name.
    pub(super) fn all(&self) -> Vec<Box<dyn AnyChannels>> {
        let book = self.shared.book.hold();
        let mut all: Vec<_> = book
            .entries
            .iter()
            .map(|(name, entry)| (name.clone(), entry.keep()))
            .collect();
        drop(book);
        all.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        all.into_iter().map(|(_, channels)| channels).collect()
    }

    /// Has channels that are made from now on closed; tells whether that is news.
    pub(super) fn set_closed(&self) -> bool {
        let _book = self.shared.book.hold();
        !self.shared.is_closed.swap(true, Ordering::Relaxed)
    }

    /// Whether it has been closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed.load(Ordering::Relaxed)
    }
}

impl Default for Band {
    fn default() -> Self {
        Self::new()
    }
}

/// Equal handles are of one band.
impl PartialEq for Band {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other)
    }
}

impl Eq for Band {}

impl fmt::Debug for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Band")
            .field("channels", &self.identifiers())
            .finish_non_exhaustive()
    }
}

// User code runs with its panics caught and under no lock: a band that one unwound through is as it was.
impl UnwindSafe for Band {}
impl RefUnwindSafe for Band {}
