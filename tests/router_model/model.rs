//! The rules, written down anew, as simply as can be.

use std::collections::BTreeMap;

/// A sender and an event, or any of either.
pub(crate) type Place = (Option<String>, Option<String>);

/// A listener.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) number: usize,
    pub(crate) priority: i32,
    pub(crate) places: Vec<Place>,
}

/// A sender that is there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct There {
    pub(crate) events: Vec<String>,
    /// With `*` for any.
    pub(crate) methods: Option<Vec<String>>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Registered {
    /// Who heard of it.
    Told(Vec<usize>),
    Taken,
    Nothing,
}

/// What comes of a send or a request.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer<T> {
    Done(T),
    NobodyThere,
    /// Of a sender that replies to no requests.
    Unsupported,
    /// An event that is not declared, or a method without a handler.
    Unknown,
    Failed,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) listeners: Vec<Known>,
    pub(crate) senders: BTreeMap<String, There>,
}

fn is_of_router(event: &str) -> bool {
    event == "#connect" || event == "#disconnect"
}

impl Model {
    /// Whether nothing can come to this place, now that this sender is there.
    fn is_dead(&self, (sender, event): &Place) -> bool {
        let (Some(sender), Some(event)) = (sender, event) else {
            return false;
        };
        let there = self.senders.get(sender);
        !is_of_router(event) && there.is_some_and(|there| !there.events.contains(event))
    }

    /// Adds places to a listener; tells which of them it was not taken off again.
    pub(crate) fn listen(&mut self, number: usize, places: &[Place]) -> Vec<bool> {
        let stays: Vec<_> = places.iter().map(|place| !self.is_dead(place)).collect();
        let known = self.known(number);
        for place in places {
            if !known.places.contains(place) {
                known.places.push(place.clone());
            }
        }
        self.detach();
        stays
    }

    pub(crate) fn known(&mut self, number: usize) -> &mut Known {
        let at = self.listeners.iter().position(|one| one.number == number);
        let at = at.unwrap_or_else(|| {
            self.listeners.push(Known {
                number,
                priority: 0,
                places: Vec::new(),
            });
            self.listeners.len() - 1
        });
        &mut self.listeners[at]
    }

    /// Takes a listener off a place.
    pub(crate) fn unlisten(&mut self, number: usize, place: &Place) -> bool {
        let mut listeners = self.listeners.iter_mut();
        let Some(known) = listeners.find(|one| one.number == number) else {
            return false;
        };
        let before = known.places.len();
        known.places.retain(|one| one != place);
        known.places.len() < before
    }

    pub(crate) fn end(&mut self, number: usize) -> bool {
        let before = self.listeners.len();
        self.listeners.retain(|one| one.number != number);
        self.listeners.len() < before
    }

    /// Listeners end with the last place that they are taken off.
    fn detach(&mut self) {
        let mut listeners = std::mem::take(&mut self.listeners);
        listeners.retain_mut(|known| {
            let before = known.places.len();
            known.places.retain(|place| !self.is_dead(place));
            before == known.places.len() || !known.places.is_empty()
        });
        self.listeners = listeners;
    }

    pub(crate) fn register(&mut self, name: &str, declared: Option<There>) -> Registered {
        let Some(there) = declared else {
            return Registered::Nothing;
        };
        if self.senders.contains_key(name) {
            return Registered::Taken;
        }
        self.senders.insert(name.to_owned(), there);
        self.detach();
        Registered::Told(self.heard(name, "#connect"))
    }

    /// Who heard that it went, and what it had declared.
    pub(crate) fn disconnect(&mut self, name: &str) -> Option<(Vec<usize>, There)> {
        let there = self.senders.remove(name)?;
        Some((self.heard(name, "#disconnect"), there))
    }

    pub(crate) fn send(&self, sender: &str, event: &str) -> Answer<Vec<usize>> {
        match self.senders.get(sender) {
            None => Answer::NobodyThere,
            Some(there) if !there.events.iter().any(|known| known == event) => Answer::Unknown,
            Some(_) => Answer::Done(self.heard(sender, event)),
        }
    }

    /// Who hears an event, in order: by priority, then turn by turn, then in the order of connecting; each once.
    fn heard(&self, sender: &str, event: &str) -> Vec<usize> {
        let (sender, event) = (Some(sender.to_owned()), Some(event.to_owned()));
        let turns = [
            (None, None),
            (sender.clone(), None),
            (None, event.clone()),
            (sender, event),
        ];
        let mut heard: Vec<&Known> = Vec::new();
        for turn in &turns {
            for known in &self.listeners {
                let is_new = heard.iter().all(|one| one.number != known.number);
                if is_new && known.places.contains(turn) {
                    heard.push(known);
                }
            }
        }
        heard.sort_by_key(|known| -known.priority);
        heard.iter().map(|known| known.number).collect()
    }

    pub(crate) fn request(&self, sender: &str, method: &str, number: u32) -> Answer<String> {
        let Some(there) = self.senders.get(sender) else {
            return Answer::NobodyThere;
        };
        let Some(methods) = &there.methods else {
            return Answer::Unsupported;
        };
        let has = |method: &str| methods.iter().any(|known| known == method);
        if has(method) && method == "fail" {
            Answer::Failed
        } else if has(method) {
            Answer::Done(format!("{method}:{number}"))
        } else if has("*") {
            Answer::Done(format!("any {method}:{number}"))
        } else {
            Answer::Unknown
        }
    }
}
