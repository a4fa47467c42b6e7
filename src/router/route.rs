//! Where a message comes from, and what a listener listens to.

use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use compact_str::CompactString;

use crate::signal::Turns;
use crate::sync::{Arc, OnceLock};

/// How the name of an event begins that all senders share who declare it.
const CHANNEL: char = '#';
/// The event that tells that a sender has come: every sender has it, and the router sends it.
pub const CONNECT: &str = "#connect";
/// The event that tells that a sender has gone: every sender has it, and the router sends it.
pub const DISCONNECT: &str = "#disconnect";

/// A sender and an event, or any of either: what a listener listens to, and what its [`Connection`](crate::Connection) has as a
/// key. A message has one that names both.
///
/// Nothing in a name has a meaning, but for a leading `#`.
///
/// # Examples
/// ```
/// use fanfare::router::{Message, Route, Router};
///
/// let router = Router::<f64>::new();
/// let listener = router.connect_sync(|m: &Message<f64>| println!("{}", m.route())).sender("thermometer").now();
/// listener.add_keys([Route::channel("alarm"), Route::new("barometer", "pressure")]);
/// listener.remove_keys([Route::of_sender("thermometer")]);
/// ```
#[derive(Clone)]
pub struct Route(Kind);

#[derive(Clone)]
enum Kind {
    /// Any event of any sender.
    Any,
    Of(Arc<Place>),
}

struct Place {
    sender: Option<CompactString>,
    event: Option<CompactString>,
    /// Of both, so that who looks for it hashes one word.
    hash: u64,
    /// Of a message's: what else is called for it, in order. Here, so that a send makes no keys.
    wider: Option<[Route; 3]>,
}

impl Route {
    /// Any event of any sender.
    #[must_use]
    pub fn any() -> Self {
        Self(Kind::Any)
    }

    /// Any event of this sender.
    #[must_use]
    pub fn of_sender(sender: impl AsRef<str>) -> Self {
        Self::of(Some(sender.as_ref()), None)
    }

    /// This event, whoever sends it: of a [channel](Self::channel), or of senders that happen to have one of this name.
    #[must_use]
    pub fn of_event(event: impl AsRef<str>) -> Self {
        Self::of(None, Some(event.as_ref()))
    }

    /// This event of this sender.
    #[must_use]
    pub fn new(sender: impl AsRef<str>, event: impl AsRef<str>) -> Self {
        Self::of(Some(sender.as_ref()), Some(event.as_ref()))
    }

    /// A channel: an event that all senders share who declare it. Its name begins with `#`, which is put there where it is missing.
    #[must_use]
    pub fn channel(name: impl AsRef<str>) -> Self {
        Self::of(None, Some(&channel_name(name.as_ref())))
    }

    pub(super) fn of(sender: Option<&str>, event: Option<&str>) -> Self {
        if sender.is_none() && event.is_none() {
            return Self::any();
        }
        Self::of_place(sender, event, None)
    }

    /// That of messages.
    pub(crate) fn of_messages(sender: &str, event: &str) -> Self {
        let wider = [Self::any(), Self::of_sender(sender), Self::of_event(event)];
        Self::of_place(Some(sender), Some(event), Some(wider))
    }

    fn of_place(sender: Option<&str>, event: Option<&str>, wider: Option<[Self; 3]>) -> Self {
        let (sender, event) = (
            sender.map(CompactString::from),
            event.map(CompactString::from),
        );
        Self(Kind::Of(Arc::new(Place {
            hash: hasher().hash_one((&sender, &event)),
            sender,
            event,
            wider,
        })))
    }

    /// The sender's name; `None` where it is any.
    #[must_use]
    pub fn sender(&self) -> Option<&str> {
        match &self.0 {
            Kind::Any => None,
            Kind::Of(place) => place.sender.as_deref(),
        }
    }

    /// The event's name; `None` where it is any.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        match &self.0 {
            Kind::Any => None,
            Kind::Of(place) => place.event.as_deref(),
        }
    }

    /// Whether its event is one that all senders share who declare it.
    #[must_use]
    pub fn is_channel(&self) -> bool {
        self.event().is_some_and(|event| event.starts_with(CHANNEL))
    }

    /// Whether all that goes this way, goes that way as well.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let covers = |other: Option<&str>, own| other.is_none() || other == own;
        covers(other.sender(), self.sender()) && covers(other.event(), self.event())
    }

    /// Whether it is about senders that come or go.
    pub(super) fn is_of_router(&self) -> bool {
        self.event().is_some_and(is_of_router)
    }

    /// Who is called for a message, in the order in which they are: listeners of any sender, of the sender, of the channel or of the
    /// event whoever sends it, and then the event's own.
    pub(crate) fn turns(&self) -> Turns<'_, Self> {
        let wider = match &self.0 {
            Kind::Of(place) => place.wider.as_ref().map_or(&[][..], |wider| wider),
            Kind::Any => &[],
        };
        wider.iter().chain([self]).collect()
    }

    fn hash_word(&self) -> u64 {
        match &self.0 {
            Kind::Any => 0,
            Kind::Of(place) => place.hash,
        }
    }
}

/// Whether it is the router alone that sends this event.
pub(super) fn is_of_router(event: &str) -> bool {
    event == CONNECT || event == DISCONNECT
}

/// With the `#`.
pub(super) fn channel_name(name: &str) -> CompactString {
    if name.starts_with(CHANNEL) {
        return name.into();
    }
    compact_str::format_compact!("{CHANNEL}{name}")
}

/// One for the process: routes of one router are looked for in no other, but may be compared with those of another. Keyed, since names
/// may come from the network: nobody can choose some that collide.
fn hasher() -> &'static RandomState {
    static HASHER: OnceLock<RandomState> = OnceLock::new();
    HASHER.get_or_init(RandomState::new)
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::Any, Kind::Any) => true,
            (Kind::Of(one), Kind::Of(other)) => {
                Arc::ptr_eq(one, other)
                    || (one.hash, &one.sender, &one.event)
                        == (other.hash, &other.sender, &other.event)
            }
            _ => false,
        }
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash_word());
    }
}

impl Default for Route {
    fn default() -> Self {
        Self::any()
    }
}

/// As text for people: `temperature of thermometer`, `any event of thermometer`, `#alarm of any sender`.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.event() {
            Some(event) => f.write_str(event)?,
            None => f.write_str("any event")?,
        }
        match self.sender() {
            Some(sender) => write!(f, " of {sender}"),
            None => f.write_str(" of any sender"),
        }
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Route({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_messages_route_falls_under_four_in_the_order_of_the_original() {
        let route = Route::of_messages("s", "#e");
        let turns: Vec<_> = route.turns().into_iter().cloned().collect();
        let expected = [
            Route::any(),
            Route::of_sender("s"),
            Route::channel("e"),
            Route::new("s", "#e"),
        ];
        assert_eq!(turns, expected);
        assert!(turns.iter().all(|turn| route.is_within(turn)));
        assert_eq!(
            Route::new("s", "#e").turns().len(),
            1,
            "one that somebody listens to stands for itself"
        );
    }

    #[test]
    fn what_is_made_alike_is_alike() {
        assert_eq!(Route::of(None, None), Route::default());
        assert_eq!(Route::channel("#a"), Route::of_event("#a"));
        assert_eq!(Route::of_messages("s", "e"), Route::new("s", "e"));
        let different = [
            Route::any(),
            Route::of_sender("a"),
            Route::of_event("a"),
            Route::new("a", "a"),
            Route::new("", ""),
            Route::of_sender(""),
            Route::channel("a"),
        ];
        for (at, one) in different.iter().enumerate() {
            for (other_at, other) in different.iter().enumerate() {
                assert_eq!(one == other, at == other_at, "{one} {other}");
            }
        }
    }
}
