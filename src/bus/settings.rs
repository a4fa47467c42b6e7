//! What is said of one kind of message.

use std::fmt;

use super::engine::{Engine, Unlimited, Workers};
use super::router::Router;
use crate::spawn::Spawner;
use crate::sync::Arc;

/// What is said of one kind of message: `Bus::builder().commands(|commands| commands.workers(3))`.
#[derive(Default)]
#[must_use = "settings are given back to the builder"]
pub struct KindSettings {
    engine: Option<Choice>,
    pub(super) router: Option<Box<dyn Router>>,
}

enum Choice {
    Workers(usize),
    Own(Box<dyn Engine>),
}

impl KindSettings {
    /// Has this many workers; 0 counts as 1. See [`BusBuilder::workers`](super::BusBuilder::workers).
    pub fn workers(mut self, count: usize) -> Self {
        self.engine = Some(Choice::Workers(count));
        self
    }

    /// Has messages run by an engine of one's own.
    pub fn engine(mut self, engine: impl Engine) -> Self {
        self.engine = Some(Choice::Own(Box::new(engine)));
        self
    }

    /// Has handlers chosen by a router of one's own.
    pub fn router(mut self, router: impl Router) -> Self {
        self.router = Some(Box::new(router));
        self
    }

    pub(super) fn into_parts(
        self,
        spawner: Option<&Arc<dyn Spawner>>,
    ) -> (Box<dyn Engine>, Option<Box<dyn Router>>) {
        let engine: Box<dyn Engine> = match self.engine {
            None => Box::new(Unlimited::new(spawner)),
            Some(Choice::Workers(count)) => Box::new(Workers::new(count, spawner)),
            Some(Choice::Own(engine)) => engine,
        };
        (engine, self.router)
    }
}

impl fmt::Debug for KindSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let engine = match &self.engine {
            None => "unlimited".to_owned(),
            Some(Choice::Workers(count)) => format!("{count} workers"),
            Some(Choice::Own(_)) => "of one's own".to_owned(),
        };
        f.debug_struct("KindSettings")
            .field("engine", &engine)
            .field("has_router", &self.router.is_some())
            .finish()
    }
}
