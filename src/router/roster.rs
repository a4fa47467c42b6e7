//! The names of senders: who has them, and who listens for whom.

use std::collections::{HashMap, VecDeque};

use async_lock::OnceCell;
use compact_str::CompactString;

use super::desk::Desk;
use super::info::{Presence, SenderInfo};
use super::route::{Route, is_of_router};
use super::sender::Live;
use crate::sync::{Arc, Lock, Weak};

/// Who is there. Nothing of the user's runs under its lock, and no other lock is taken under it. Names may come from the network: the
/// hasher is keyed.
pub(super) struct Roster<V> {
    seats: Lock<Seats<V>>,
}

type Seats<V> = HashMap<CompactString, Seat<V>>;

/// One name. It is there as long as somebody has it, listens to it or is being told of it.
struct Seat<V> {
    taken: Option<Taken<V>>,
    /// The events of this very sender that somebody listens to, and how many do.
    heard: HashMap<CompactString, usize>,
    /// What is to be told of it, in order.
    news: VecDeque<News>,
    /// Whether a thread is telling it. One at a time, so that nobody hears that a sender has come before its predecessor went.
    is_told: bool,
}

struct Taken<V> {
    desk: Arc<Desk>,
    handle: Weak<Live<V>>,
}

/// A sender has come or gone.
pub(super) struct News {
    pub(super) presence: Presence,
    /// By which it goes as a message.
    pub(super) route: Route,
    /// Set when it was told.
    pub(super) told: Told,
}

pub(super) type Told = Arc<OnceCell<()>>;

impl<V> Roster<V> {
    pub(super) fn new() -> Self {
        Self {
            seats: Lock::new(Seats::new()),
        }
    }

    /// Gives a sender its name, if nobody has it: then what tells that all were told of it, and the routes that were listened to
    /// and that it does not declare.
    pub(super) fn claim(&self, live: &Arc<Live<V>>) -> Option<(Told, Vec<Route>)> {
        let desk = live.desk();
        let mut seats = self.seats.hold();
        let seat = seats.entry(desk.name().into()).or_insert_with(Seat::new);
        if seat.taken.is_some() {
            return None;
        }
        seat.taken = Some(Taken {
            desk: Arc::clone(desk),
            handle: Arc::downgrade(live),
        });
        let told = Told::default();
        seat.news.push_back(News {
            presence: Presence::Connected(desk.info.clone()),
            route: desk.connect.clone(),
            told: Arc::clone(&told),
        });
        let undeclared = seat.heard.keys().filter(|event| !declares(desk, event));
        let routes = undeclared.map(|event| Route::new(desk.name(), event));
        Some((told, routes.collect()))
    }

    /// Takes a sender's name from it; tells whether it had it until now.
    pub(super) fn leave(&self, desk: &Arc<Desk>) -> bool {
        let mut seats = self.seats.hold();
        let Some(seat) = seats.get_mut(desk.name()) else {
            return false;
        };
        let is_it = |taken: &mut Taken<V>| Arc::ptr_eq(&taken.desk, desk);
        if seat.taken.take_if(is_it).is_none() {
            return false;
        }
        seat.news.push_back(News {
            presence: Presence::Disconnected(desk.info.clone()),
            route: desk.disconnect.clone(),
            told: Told::default(),
        });
        true
    }

    /// What is to be told next of this name, for one thread at a time: it becomes the one that tells with the first that it is
    /// given, and is so until it is given none.
    pub(super) fn next_news(&self, name: &str, tells: &mut bool) -> Option<News> {
        let mut seats = self.seats.hold();
        let seat = seats.get_mut(name)?;
        if seat.is_told && !*tells {
            return None;
        }
        let news = seat.news.pop_front();
        *tells = news.is_some();
        seat.is_told = *tells;
        if seat.is_empty() {
            seats.remove(name);
        }
        news
    }

    /// The sender of this name that is there.
    pub(super) fn desk(&self, name: &str) -> Option<Arc<Desk>> {
        let seats = self.seats.hold();
        let taken = seats.get(name)?.taken.as_ref()?;
        Some(Arc::clone(&taken.desk))
    }

    /// A handle of it.
    pub(super) fn handle(&self, name: &str) -> Option<Arc<Live<V>>> {
        let seats = self.seats.hold();
        seats.get(name)?.taken.as_ref()?.handle.upgrade()
    }

    /// All that are there, by name.
    pub(super) fn senders(&self) -> Vec<SenderInfo> {
        let seats = self.seats.hold();
        let taken = seats.values().filter_map(|seat| seat.taken.as_ref());
        let mut senders: Vec<_> = taken.map(|taken| taken.desk.info.clone()).collect();
        drop(seats);
        senders.sort_unstable_by(|one, other| one.name().cmp(other.name()));
        senders
    }

    /// So many listen to this very event of this very sender now; tells whether that is there, and does not declare it.
    pub(super) fn note(&self, sender: &str, event: &str, listeners: usize) -> bool {
        let mut seats = self.seats.hold();
        if listeners == 0 {
            if let Some(seat) = seats.get_mut(sender) {
                seat.heard.remove(event);
                if seat.is_empty() {
                    seats.remove(sender);
                }
            }
            return false;
        }
        let seat = seats.entry(sender.into()).or_insert_with(Seat::new);
        seat.heard.insert(event.into(), listeners);
        let taken = seat.taken.as_ref();
        taken.is_some_and(|taken| !declares(&taken.desk, event))
    }

    #[cfg(test)]
    pub(super) fn seats(&self) -> usize {
        self.seats.hold().len()
    }
}

fn declares(desk: &Desk, event: &str) -> bool {
    is_of_router(event) || desk.route(event).is_some()
}

impl<V> Seat<V> {
    fn new() -> Self {
        Self {
            taken: None,
            heard: HashMap::new(),
            news: VecDeque::new(),
            is_told: false,
        }
    }

    fn is_empty(&self) -> bool {
        self.taken.is_none() && self.heard.is_empty() && self.news.is_empty() && !self.is_told
    }
}

#[cfg(test)]
mod tests {
    use crate::router::Router;

    /// What comes and goes leaves nothing, in whichever order it goes.
    #[test]
    fn a_name_is_forgotten_when_nobody_has_it_or_listens_to_it() {
        let router = Router::<u32>::new();
        let roster = &router.shared.heard.roster;
        for name in ["s", "t"] {
            let listen = || router.connect_sync(|_| ()).sender(name).events(["a", "b"]);
            let (first, listener) = (listen().now(), listen().now());
            let any = router.connect_sync(|_| ()).sender(name).now();
            assert_eq!(roster.seats(), 1, "who listens to any event waits for none");
            assert!(first.disconnect());
            let sender = router.sender(name).event("a").register().now();
            let sender = sender.expect("the name is free");
            if name == "s" {
                drop(sender);
                assert_eq!(roster.seats(), 1);
                assert!(listener.disconnect());
            } else {
                assert!(listener.disconnect());
                assert_eq!(roster.seats(), 1);
                drop(sender);
            }
            assert_eq!(roster.seats(), 0);
            assert!(any.is_connected());
        }
    }
}
