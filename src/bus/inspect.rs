//! What a bus shows of itself.

use std::fmt::{self, Write};

use super::handle::Bus;
use super::message::MessageKind;
use super::section::Section;
use crate::signal::{CallCounts, Column, ConnectionInfo, count, quoted, short, time, write_grid};

/// A bus, its handlers and what is provided to them, as they were at one moment.
///
/// Plain data, which prints as a table:
///
/// ```text
/// bus shop: open, 3 handlers, 1 dependency, 2 messages in flight
/// kind     message           handler           needs        policies     running  calls  failures
/// event    shop::UserCreated shop::welcome     shop::Mailer -                  1      -         -
/// command  shop::CreateUser  shop::create_user shop::Users  timeout 1s         0      -         -
/// query    find              shop::find        shop::Users  -                  0      -         -
/// ```
///
/// [`to_dot`](Self::to_dot) draws it as a graph, and with feature `serde`, `to_json` writes it as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BusInspection {
    /// The name it was built with.
    pub name: Option<String>,
    /// Whether it accepts nothing more.
    pub is_closed: bool,
    /// How many messages were accepted and are not finished.
    pub in_flight: usize,
    /// The handlers: of events, of commands, of queries, and in the order of the builder.
    pub handlers: Vec<HandlerInspection>,
    /// What is provided, in the order of the builder.
    pub provided: Vec<ProvidedInfo>,
}

/// A handler, as it was at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct HandlerInspection {
    /// What it handles: events, commands or queries.
    pub kind: MessageKind,
    /// The full name of the message's type, or the message's name.
    pub message: String,
    /// The handler's name.
    pub handler: String,
    /// What it asks for beside the message, by the names of the types.
    pub needs: Vec<&'static str>,
    /// What was said of how it is called, in words: `timeout 1s`.
    pub policies: Vec<String>,
    /// How many of its calls are under way. Calls that run in the task that waits for them, and that nothing stands in front of, are not
    /// counted.
    pub running: usize,
    /// How many messages wait for it to have room.
    pub queued: usize,
    /// What was counted of its calls, if the bus was built to [count](super::BusBuilder::stats) them.
    pub counts: Option<CallCounts>,
}

/// Something that is provided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ProvidedInfo {
    /// The name of its type.
    pub dependency: &'static str,
    /// `value`, `singleton` or `factory`.
    pub way: &'static str,
    /// What it needs to be made, by the names of the types.
    pub needs: Vec<&'static str>,
}

impl Bus {
    /// Shows the bus, its handlers and what is provided to them, as they are now: data that prints as a table.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Bus;
    /// use fanfare::bus::{Dep, Query};
    ///
    /// struct Now;
    /// impl Query for Now { type Reply = u64; }
    /// async fn now(_: Now, clock: Dep<u64>) -> u64 { *clock }
    ///
    /// let bus = Bus::builder().name("clock").provide(7u64).query(now).stats().start().await?;
    /// bus.query(Now).await?;
    ///
    /// let shown = bus.inspect();
    /// assert_eq!(shown.handlers[0].needs, ["u64"]);
    /// assert_eq!(shown.handlers[0].counts.unwrap().calls, 1);
    /// println!("{shown}");
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn inspect(&self) -> BusInspection {
        let core = &self.core;
        BusInspection {
            name: core.name.clone(),
            is_closed: self.is_closed(),
            in_flight: self.in_flight(),
            handlers: core.sections.iter().flat_map(handlers_of).collect(),
            provided: core.container.shown.clone(),
        }
    }
}

fn handlers_of(section: &Section) -> Vec<HandlerInspection> {
    let connections = section.signal.inspect().connections;
    let shown = section.handlers.iter().map(|placed| {
        let mut connections = connections.iter();
        let connection: Option<&ConnectionInfo> =
            connections.find(|connection| connection.id == placed.connection);
        HandlerInspection {
            kind: section.kind,
            message: placed.info.message().to_owned(),
            handler: placed.info.name().to_owned(),
            needs: placed.needs.clone(),
            policies: connection.map_or_else(Vec::new, |shown| shown.policies.clone()),
            running: connection.map_or(0, |shown| shown.running),
            queued: connection.map_or(0, |shown| shown.queued),
            counts: connection.and_then(|shown| shown.counts),
        }
    });
    shown.collect()
}

const COLUMNS: [Column; 10] = [
    ("kind", false),
    ("message", false),
    ("handler", false),
    ("needs", false),
    ("policies", false),
    ("running", true),
    ("queued", true),
    ("calls", true),
    ("failures", true),
    ("total", true),
];

type Row = [String; COLUMNS.len()];

/// A line for the bus and, if it has handlers, a heading and a line for each. No line break at the end. Paths of types are left out,
/// since they are long and mostly the same.
impl fmt::Display for BusInspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bus")?;
        if let Some(name) = &self.name {
            write!(f, " {}", short(name))?;
        }
        let state = if self.is_closed { "closed" } else { "open" };
        let handlers = count(self.handlers.len() as u64, "handler");
        let messages = count(self.in_flight as u64, "message");
        let provided = match self.provided.len() {
            1 => "1 dependency".to_owned(),
            some => format!("{some} dependencies"),
        };
        write!(f, ": {state}, {handlers}, {provided}, {messages} in flight")?;
        if self.handlers.is_empty() {
            return Ok(());
        }
        let rows: Vec<Row> = self.handlers.iter().map(row).collect();
        f.write_str("\n")?;
        write_grid(f, &COLUMNS, &rows)
    }
}

fn row(handler: &HandlerInspection) -> Row {
    let list = |all: Vec<String>| match all.is_empty() {
        true => "-".to_owned(),
        false => all.join(", "),
    };
    let needs = handler.needs.iter().map(|name| bare(name)).collect();
    let [calls, failures, total] = match &handler.counts {
        Some(counts) => [
            counts.calls.to_string(),
            counts.failures.to_string(),
            time(counts.total),
        ],
        None => std::array::from_fn(|_| "-".to_owned()),
    };
    [
        handler.kind.to_string(),
        short(&bare(&handler.message)).into_owned(),
        short(&bare(&handler.handler)).into_owned(),
        list(needs),
        list(handler.policies.clone()),
        handler.running.to_string(),
        handler.queued.to_string(),
        calls,
        failures,
        total,
    ]
}

/// The name of a type, or of a function, without the paths in it.
fn bare(name: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut bare = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(start) = rest.find(is_word) {
        bare.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        // What is in braces belongs to a closure, which has no name of its own.
        let last = word
            .trim_end_matches(':')
            .rfind("::")
            .map_or(word, |at| &word[at + 2..]);
        bare.push_str(last);
        rest = &rest[end..];
    }
    bare.push_str(rest);
    bare
}

impl BusInspection {
    /// The bus as a graph for Graphviz: `dot -Tsvg`. From each message an edge leads to its handlers, and from these and from what is
    /// provided to what they need.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut text = String::new();
        let written = self.write_dot(&mut text);
        debug_assert!(written.is_ok(), "a string takes whatever is written");
        text
    }

    fn write_dot(&self, to: &mut String) -> fmt::Result {
        writeln!(to, "digraph bus {{")?;
        writeln!(to, "    rankdir=LR;")?;
        for provided in &self.provided {
            let (id, label) = (node("d", provided.dependency), bare(provided.dependency));
            let label = quoted(&format!("{label}\n{}", provided.way));
            writeln!(to, "    {id} [shape=cylinder, label={label}];")?;
            edges(to, &id, &provided.needs, &self.provided)?;
        }
        for (number, handler) in self.handlers.iter().enumerate() {
            let message = node(handler.kind.word(), &handler.message);
            let label = quoted(&format!("{}\n{}", handler.kind, bare(&handler.message)));
            writeln!(to, "    {message} [shape=ellipse, label={label}];")?;
            let mut label = bare(&handler.handler);
            for policy in &handler.policies {
                write!(label, "\n{policy}")?;
            }
            let (id, label) = (format!("h{number}"), quoted(&label));
            writeln!(to, "    {id} [shape=box, label={label}];")?;
            writeln!(to, "    {message} -> {id};")?;
            edges(to, &id, &handler.needs, &self.provided)?;
        }
        to.write_str("}\n")
    }

    /// The inspection as one JSON object, on one line. Times are in nanoseconds.
    #[cfg(feature = "serde")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    #[must_use]
    pub fn to_json(&self) -> String {
        match serde_json::to_string(self) {
            Ok(json) => json,
            Err(error) => unreachable!("all of it has a place in JSON: {error}"),
        }
    }
}

/// The same for what is called the same.
fn node(prefix: &str, name: &str) -> String {
    quoted(&format!("{prefix} {name}"))
}

/// To what is provided of what is needed.
fn edges(
    to: &mut String,
    from: &str,
    needs: &[&'static str],
    provided: &[ProvidedInfo],
) -> fmt::Result {
    for need in needs {
        if provided.iter().any(|provided| provided.dependency == *need) {
            writeln!(to, "    {from} -> {};", node("d", need))?;
        }
    }
    Ok(())
}
