//! One kind of message, until the bus starts.

use std::any::TypeId;

use hashbrown::HashMap;

use super::builder::BusBuilder;
use super::core::Target;
use super::engine::Engine;
use super::handed::{Answer, Message};
use super::handler::{Accept, Registration};
use super::info::Subject;
use super::inject::Need;
use super::message::MessageKind;
use super::problems::StartProblem;
use super::provide::Container;
use super::router::{HandlerId, HandlerInfo, Router, one_where_one_is_wanted};
use super::section::{Line, Placed, Section};
use super::settings::KindSettings;
use crate::signal::{Quiet, Signal, SignalBuilder};
use crate::spawn::Spawner;
use crate::sync::Arc;

/// One kind of message, until the bus starts.
pub(super) struct Parts {
    kind: MessageKind,
    engine: Box<dyn Engine>,
    router: Option<Box<dyn Router>>,
    lines: Vec<Line>,
    by_type: HashMap<TypeId, usize>,
    by_name: HashMap<Box<str>, usize>,
    /// Each with its line.
    handlers: Vec<(usize, HandlerInfo, Registration)>,
}

impl Parts {
    pub(super) fn new(
        kind: MessageKind,
        settings: KindSettings,
        spawner: Option<&Arc<dyn Spawner>>,
    ) -> Self {
        let (engine, router) = settings.into_parts(spawner);
        Self {
            kind,
            engine,
            router,
            lines: Vec::new(),
            by_type: HashMap::new(),
            by_name: HashMap::new(),
            handlers: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, registration: Registration) {
        let new = self.lines.len();
        let line = match &registration.subject {
            Subject::Type(_) => {
                let id = registration.of.map(|(id, _)| id);
                *self
                    .by_type
                    .entry(id.unwrap_or(TypeId::of::<()>()))
                    .or_insert(new)
            }
            Subject::Name(name) => *self.by_name.entry((**name).into()).or_insert(new),
        };
        let is_named = matches!(registration.subject, Subject::Name(_));
        if line == new {
            self.lines
                .push(Line::new(registration.subject.clone(), registration.accept));
        }
        let info = HandlerInfo {
            id: HandlerId(u32::try_from(self.handlers.len()).unwrap_or(u32::MAX)),
            name: Arc::clone(&registration.name),
            message: registration.subject.text().into(),
            is_named,
            body: registration.of.filter(|_| is_named).map(|(id, _)| id),
        };
        let Line {
            handlers,
            copier,
            body,
            ..
        } = &mut self.lines[line];
        handlers.push(info.clone());
        *copier = copier.or(registration.plan.copier);
        if is_named {
            *body = body.or(registration.of);
        }
        self.handlers.push((line, info, registration));
    }

    pub(super) fn check(&self, problems: &mut Vec<StartProblem>) {
        for (number, line) in self.lines.iter().enumerate() {
            let checked = match &self.router {
                Some(router) => router.check(self.kind, &line.handlers),
                None => one_where_one_is_wanted(self.kind, &line.handlers),
            };
            problems.extend(checked.err().map(StartProblem::Handlers));
            if let (Subject::Name(name), None) = (&line.subject, &self.router) {
                self.check_bodies(number, name, problems);
            }
        }
    }

    fn check_bodies(&self, line: usize, name: &str, problems: &mut Vec<StartProblem>) {
        let mut bodies: Vec<(&'static str, String)> = Vec::new();
        let mut ids = Vec::new();
        for (of, _, registration) in &self.handlers {
            match registration.of {
                Some((id, body)) if *of == line && !ids.contains(&id) => {
                    ids.push(id);
                    bodies.push((body, registration.name.to_string()));
                }
                _ => {}
            }
        }
        if bodies.len() > 1 {
            let name = name.to_owned();
            problems.push(StartProblem::Bodies { name, bodies });
        }
    }

    /// Connects the handlers.
    pub(super) fn finish(self, container: &Container, builder: &BusBuilder) -> Section {
        let retries = self.handlers.iter().any(|(_, _, r)| r.plan.retries());
        let signal = signal(self.kind, builder, retries);
        let calls_are_looked_at =
            retries || builder.counts_calls || !builder.dispatchers.is_empty();
        let (mut lines, mut by_name) = (self.lines, self.by_name);
        let mut any_name = None;
        if self.router.is_some() && !by_name.is_empty() {
            by_name.clear();
            any_name = Some(lines.len());
            let mut line = Line::new(Subject::Name("".into()), Accept::OWNED);
            let named = self.handlers.iter().filter(|(_, info, _)| info.is_named);
            line.handlers = named.map(|(_, info, _)| info.clone()).collect();
            lines.push(line);
        }
        let mut handlers = Vec::with_capacity(self.handlers.len());
        for (line, info, mut registration) in self.handlers {
            let plan = std::mem::take(&mut registration.plan);
            let is_plain = plan.is_plain() && self.router.is_none() && !calls_are_looked_at;
            let needs = registration.needs.iter().map(Need::name).collect();
            let made = registration.finish(&container.sources());
            let targets = [Target::Line(line), Target::Handler(info.id)];
            let connection = plan.connect(&signal, &made.any, targets, &info.name);
            handlers.push(Placed {
                info,
                needs,
                connection,
            });
            if is_plain {
                lines[line].plain = made.plain;
            }
        }
        Section {
            kind: self.kind,
            signal,
            lines,
            by_type: self.by_type,
            by_name,
            any_name,
            handlers,
            runs_in_place: self.engine.runs_in_place(),
            engine: Quiet::new(self.engine),
            router: self.router.map(Quiet::new),
        }
    }
}

/// The signal that handlers of one kind are connected to.
fn signal(
    kind: MessageKind,
    builder: &BusBuilder,
    retries: bool,
) -> Signal<Message, Answer, Target> {
    let of_kind = match kind {
        MessageKind::Event => "events",
        MessageKind::Command => "commands",
        MessageKind::Query => "queries",
    };
    let name = match &builder.name {
        Some(name) => format!("{name}.{of_kind}"),
        None => of_kind.to_owned(),
    };
    let mut signal = SignalBuilder::without_defaults().name(name);
    if let Some(spawner) = &builder.spawner {
        signal = signal.spawner(Arc::clone(spawner));
    }
    if let Some(timer) = &builder.timer {
        signal = signal.timer(Arc::clone(timer));
    }
    for dispatcher in &builder.dispatchers {
        signal = signal.dispatcher(Arc::clone(dispatcher));
    }
    if builder.counts_calls {
        signal = signal.stats();
    }
    let mut signal = signal.reply::<Answer>().key::<Target>();
    if retries || builder.counts_calls {
        // Whoever calls again has to know what has failed. Others look at answers themselves.
        signal = signal.error_of(|answer: &Answer| answer.error.clone());
    }
    signal.build()
}
