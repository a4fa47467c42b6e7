//! All of one kind: who handles what, who chooses, and who runs it.

use std::any::{Any, TypeId};

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::content::Copier;
use super::core::Target;
use super::engine::Engine;
use super::error::Problem;
use super::handed::{Answer, Message};
use super::handler::{Accept, PlainHandler};
use super::info::Subject;
use super::message::MessageKind;
use super::router::{HandlerInfo, Router};
use crate::signal::{ConnectionId, Quiet, Signal, capture};
use crate::sync::Arc;

/// All of one kind. It does not change once the bus has started.
pub(super) struct Section {
    pub(super) kind: MessageKind,
    /// The handlers, as connections.
    pub(super) signal: Signal<Message, Answer, Target>,
    pub(super) lines: Vec<Line>,
    pub(super) by_type: HashMap<TypeId, usize>,
    pub(super) by_name: HashMap<Box<str>, usize>,
    /// Where the router reads names: all that have a name.
    pub(super) any_name: Option<usize>,
    pub(super) handlers: Vec<Placed>,
    pub(super) engine: Quiet<Box<dyn Engine>>,
    pub(super) runs_in_place: bool,
    pub(super) router: Option<Quiet<Box<dyn Router>>>,
}

/// A handler where it is, to be shown.
pub(super) struct Placed {
    pub(super) info: HandlerInfo,
    pub(super) needs: Vec<&'static str>,
    pub(super) connection: ConnectionId,
}

/// All of one message type, or of one name.
pub(super) struct Line {
    pub(super) subject: Subject,
    /// For a name: what body its handlers take, if any of them takes it.
    pub(super) body: Option<(TypeId, &'static str)>,
    pub(super) accept: Accept,
    pub(super) copier: Option<Copier>,
    /// Who was registered for it.
    pub(super) handlers: Vec<HandlerInfo>,
    /// An `Arc<dyn PlainHandler<M, R>>`, where nothing has to be looked at to call the one handler.
    pub(super) plain: Option<Box<dyn Any + Send + Sync>>,
}

impl Line {
    pub(super) fn new(subject: Subject, accept: Accept) -> Self {
        Self {
            subject,
            body: None,
            accept,
            copier: None,
            handlers: Vec::new(),
            plain: None,
        }
    }
}

/// Whom a message is sent to.
pub(super) type Targets = SmallVec<[Target; 1]>;

impl Section {
    #[inline]
    pub(super) fn of_type(&self, id: TypeId) -> Option<usize> {
        self.by_type.get(&id).copied()
    }

    /// Who handles messages of this name, with this body.
    ///
    /// # Errors
    /// Where that is nobody, and where the handlers take another body.
    pub(super) fn of_body(
        &self,
        name: &str,
        (of, given): (TypeId, &'static str),
    ) -> Result<usize, Problem> {
        let line = self.by_name.get(name).copied().or(self.any_name);
        let line = line.ok_or(Problem::Unhandled)?;
        match self.lines[line].body {
            Some((expected, name)) if expected != of => Err(Problem::WrongBody {
                expected: name,
                given,
            }),
            _ => Ok(line),
        }
    }

    /// The one handler of a command or query that can be called as it is.
    #[inline]
    pub(super) fn plain<M: 'static, R: 'static>(
        &self,
        line: usize,
    ) -> Option<&Arc<dyn PlainHandler<M, R>>> {
        self.lines[line].plain.as_ref()?.downcast_ref()
    }

    /// Whom a message goes to, and how many they are.
    ///
    /// # Errors
    /// Where that is nobody, or too many, or the router panics.
    pub(super) fn targets(
        &self,
        line: usize,
        message: &Message,
    ) -> Result<(Targets, usize), Problem> {
        let handlers = &self.lines[line].handlers;
        let (targets, count) = match &self.router {
            None => {
                let target = Target::Line(line);
                (Targets::from_elem(target, 1), handlers.len())
            }
            Some(router) => {
                let able: Vec<HandlerInfo>;
                let handlers = if self.any_name == Some(line) {
                    let is_able = |handler: &&HandlerInfo| message.content.fits(handler.body);
                    able = handlers.iter().filter(is_able).cloned().collect();
                    &able
                } else {
                    handlers
                };
                let chosen = capture(|| router.route(message, handlers));
                let mut chosen = chosen.map_err(Problem::Router)?;
                // Each once, and nobody who could not take it.
                chosen.sort_unstable();
                chosen.dedup();
                chosen.retain(|id| handlers.iter().any(|handler| handler.id == *id));
                let count = chosen.len();
                (chosen.into_iter().map(Target::Handler).collect(), count)
            }
        };
        match count {
            0 => Err(Problem::Unhandled),
            1 => Ok((targets, 1)),
            _ if self.kind == MessageKind::Event => Ok((targets, count)),
            _ => Err(Problem::Ambiguous(count)),
        }
    }
}
