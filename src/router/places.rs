//! What the builders of listeners are told of senders and events.

use compact_str::CompactString;

use super::route::{Route, channel_name};

/// The senders and events that a builder names. Nothing said of one of them means any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    senders: Option<Vec<CompactString>>,
    events: Option<Vec<CompactString>>,
    routes: Option<Vec<Route>>,
}

impl Places {
    pub(crate) fn add_senders<S: AsRef<str>>(&mut self, senders: impl IntoIterator<Item = S>) {
        let senders = senders
            .into_iter()
            .map(|one| CompactString::from(one.as_ref()));
        self.senders.get_or_insert_default().extend(senders);
    }

    pub(crate) fn add_events<S: AsRef<str>>(&mut self, events: impl IntoIterator<Item = S>) {
        let events = events
            .into_iter()
            .map(|one| CompactString::from(one.as_ref()));
        self.events.get_or_insert_default().extend(events);
    }

    pub(crate) fn add_channel(&mut self, name: &str) {
        self.events.get_or_insert_default().push(channel_name(name));
    }

    pub(crate) fn add_routes(&mut self, routes: impl IntoIterator<Item = Route>) {
        self.routes.get_or_insert_default().extend(routes);
    }

    /// What was named; `None` where nothing was.
    pub(super) fn named(self) -> Option<Vec<Route>> {
        let Self {
            senders,
            events,
            routes,
        } = self;
        if senders.is_none() && events.is_none() {
            return routes;
        }
        let mut named = routes.unwrap_or_default();
        let any = || vec![None];
        let each = |names: Option<Vec<CompactString>>| {
            names.map_or_else(any, |names| names.into_iter().map(Some).collect())
        };
        let events = each(events);
        for sender in each(senders) {
            let of_sender = events
                .iter()
                .map(|event| Route::of(sender.as_deref(), event.as_deref()));
            named.extend(of_sender);
        }
        Some(named)
    }

    /// What somebody who says this listens to: everything, if nothing was said.
    pub(crate) fn heard(self) -> Vec<Route> {
        self.named().unwrap_or_else(|| vec![Route::any()])
    }
}

/// `.sender .senders .event .events .channel .route .routes`, alike on every builder.
macro_rules! place_methods {
    ($does:literal) => {
        #[doc = concat!($does, " what this sender sends. Said of several senders, of each of them.")]
        pub fn sender(self, name: impl AsRef<str>) -> Self {
            self.senders([name])
        }

        #[doc = concat!($does, " what any of these senders sends. An empty list is none of them.")]
        pub fn senders<I>(mut self, names: I) -> Self
        where
            I: IntoIterator<Item: AsRef<str>>,
        {
            self.places.add_senders(names);
            self
        }

        #[doc = concat!($does, " this event: of the senders named, or of any sender. Said of several events, each of them.")]
        pub fn event(self, name: impl AsRef<str>) -> Self {
            self.events([name])
        }

        #[doc = concat!($does, " any of these events. An empty list is none of them.")]
        pub fn events<I>(mut self, names: I) -> Self
        where
            I: IntoIterator<Item: AsRef<str>>,
        {
            self.places.add_events(names);
            self
        }

        #[doc = concat!($does, " a channel: the event of this name, with a leading `#` that is put there where it is missing.")]
        pub fn channel(mut self, name: impl AsRef<str>) -> Self {
            self.places.add_channel(name.as_ref());
            self
        }

        #[doc = concat!($does, " this route, beside what the senders and events that are named come to.")]
        pub fn route(self, route: Route) -> Self {
            self.routes([route])
        }

        #[doc = concat!($does, " each of these routes, beside what the senders and events that are named come to.")]
        pub fn routes<I>(mut self, routes: I) -> Self
        where
            I: IntoIterator<Item = Route>,
        {
            self.places.add_routes(routes);
            self
        }
    };
}
#[cfg(feature = "net")]
pub(crate) use place_methods;
#[cfg(not(feature = "net"))]
pub(super) use place_methods;
