//! An inspection as a graph.

use std::fmt::{self, Write};

use super::words::quoted;
use super::{ConnectionInfo, ConnectionKind, Inspection};
use crate::signal::event::SignalId;

impl Inspection {
    /// The signal and its connections as a graph for Graphviz: `dot -Tsvg`.
    ///
    /// The edges say which sends a connection gets: `every`, or how many keys and senders it listens to. Blocked
    /// connections are dashed. Nodes are called after their numbers (`s7`, `s7c1`), so that graphs of several signals of one
    /// process can be put together.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut text = String::new();
        let written = self.write_dot(&mut text);
        debug_assert!(written.is_ok(), "a string takes whatever is written");
        text
    }

    fn write_dot(&self, to: &mut String) -> fmt::Result {
        let id = self.id;
        let mut label = format!("signal {id}");
        if let Some(name) = &self.name {
            write!(label, "\n{name}")?;
        }
        if self.is_closed {
            label.push_str("\nclosed");
        }
        let label = quoted(&label);
        writeln!(to, "digraph signal_{id} {{")?;
        writeln!(to, "    rankdir=LR;")?;
        writeln!(to, "    s{id} [shape=ellipse, label={label}];")?;
        for connection in &self.connections {
            connection.write_dot(to, id)?;
        }
        to.write_str("}\n")
    }
}

impl ConnectionInfo {
    fn write_dot(&self, to: &mut String, signal: SignalId) -> fmt::Result {
        let Self { id, kind, .. } = *self;
        let shape = match kind {
            ConnectionKind::SyncCallback | ConnectionKind::AsyncCallback => "box",
            ConnectionKind::EventStream => "cylinder",
        };
        let mut label = match &self.name {
            Some(name) => format!("{id} {name}\n"),
            None => format!("{id}\n"),
        };
        label.push_str(kind.word());
        for policy in &self.policies {
            write!(label, "\n{policy}")?;
        }
        let style = if self.is_blocked {
            ", style=dashed"
        } else {
            ""
        };
        let label = quoted(&label);
        let filters = quoted(&self.filters());
        writeln!(
            to,
            "    s{signal}c{id} [shape={shape}, label={label}{style}];"
        )?;
        writeln!(
            to,
            "    s{signal} -> s{signal}c{id} [label={filters}{style}];"
        )
    }
}
