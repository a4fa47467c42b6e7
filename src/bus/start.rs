//! How a builder becomes a bus.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::assembly::Parts;
use super::builder::BusBuilder;
use super::check::order_of;
use super::core::Core;
use super::gate::Gate;
use super::handle::Bus;
use super::message::MessageKind;
use super::problems::StartError;
use super::provide::{Container, Provision};
use super::running::Running;
use crate::signal::SignalBuilder;
use crate::sync::Arc;

/// A bus that is being started. `.await` starts it, [`now`](Self::now) does so from sync code. Made by
/// [`BusBuilder::start`].
///
/// # Cancel safety
/// The first poll starts it and is ready. Before it nothing has happened.
#[must_use = "no bus is started until `.await` or `.now()`"]
pub struct Start(Option<Box<BusBuilder>>);

impl Start {
    pub(super) fn new(builder: BusBuilder) -> Self {
        Self(Some(Box::new(builder)))
    }

    /// Starts the bus. What `.await` does, from sync code.
    ///
    /// # Errors
    /// Every mistake of its configuration, all at once.
    pub fn now(self) -> Result<Bus, StartError> {
        match self.0 {
            Some(builder) => start(*builder),
            None => unreachable!("it is taken when it is polled, and not given back"),
        }
    }
}

impl Future for Start {
    type Output = Result<Bus, StartError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let builder = self.0.take().expect("polled after it was ready");
        Poll::Ready(start(*builder))
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Start").field(&self.0).finish()
    }
}

fn start(mut builder: BusBuilder) -> Result<Bus, StartError> {
    let provisions = mem::take(&mut builder.provisions);
    let registrations = mem::take(&mut builder.registrations);

    let mut problems = Vec::new();
    let order = order_of(&provisions, &registrations, &mut problems);
    let kinds = mem::take(&mut builder.kinds);
    let mut parts = Vec::with_capacity(kinds.len());
    for (kind, settings) in MessageKind::ALL.into_iter().zip(kinds) {
        parts.push(Parts::new(kind, settings, builder.spawner.as_ref()));
    }
    for registration in registrations {
        parts[registration.kind as usize].add(registration);
    }
    for parts in &parts {
        parts.check(&mut problems);
    }
    if !problems.is_empty() {
        return Err(StartError::new(problems));
    }

    let container = put_together(provisions, &order);
    let sections: Vec<_> = parts
        .into_iter()
        .map(|parts| parts.finish(&container, &builder))
        .collect();
    let Ok(sections) = sections.try_into() else {
        unreachable!("there are as many sections as kinds")
    };
    let mut failures = SignalBuilder::without_defaults();
    if let Some(spawner) = &builder.spawner {
        failures = failures.spawner(Arc::clone(spawner));
    }
    if let Some(name) = &builder.name {
        failures = failures.name(format!("{name}.failures"));
    }
    let core = Arc::new(Core {
        sections,
        container,
        gate: Gate::new(),
        running: Running::default(),
        ending: Arc::default(),
        failures: failures.build(),
        name: builder.name,
        timer: builder.timer,
    });
    #[cfg(feature = "signals")]
    if let Some(deadline) = builder.stops_on_signals {
        super::os_signals::listen(&core, deadline)
            .map_err(|error| StartError::of_signals(&error))?;
    }
    Ok(Bus::of(core))
}

/// Everything that is provided, each after what it needs.
fn put_together(provisions: Vec<Provision>, order: &[usize]) -> Container {
    let mut container = Container::new();
    container.shown = provisions.iter().map(Provision::info).collect();
    let mut provisions: Vec<Option<Provision>> = provisions.into_iter().map(Some).collect();
    for place in order {
        if let Some(provision) = provisions[*place].take() {
            provision.finish(&mut container);
        }
    }
    container
}
