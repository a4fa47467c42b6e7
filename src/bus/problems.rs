//! What keeps a bus from starting.

use std::fmt;

/// Every mistake in the configuration of a bus, all at once. Nothing was started.
///
/// # Examples
/// ```
/// use fanfare::Bus;
/// use fanfare::bus::{Command, Dep};
///
/// struct Save;
/// impl Command for Save { type Reply = (); }
/// struct Disk;
///
/// async fn save(_: Save, disk: Dep<Disk>) { drop(disk) }
/// async fn save_again(_: Save) {}
///
/// let error = Bus::builder().command(save).command(save_again).start().now().unwrap_err();
/// assert_eq!(error.problems().len(), 2); // nobody provides the disk, and a command has one handler
/// println!("{error}");
/// ```
pub struct StartError(Vec<StartProblem>);

/// One mistake in the configuration of a bus. Shows as what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartProblem {
    /// Something that nobody provides.
    Missing {
        /// What is asked for, by the name of its type.
        dependency: &'static str,
        /// The handler, or what is provided, that asks for it.
        needed_by: String,
        /// What is provided and may have been meant.
        instead: Option<&'static str>,
    },
    /// Something is provided several times.
    Duplicate {
        /// By the name of its type.
        dependency: &'static str,
        /// How often.
        count: usize,
    },
    /// Things need each other to be made.
    Cycle {
        /// Each needs the next, and the last is the first again.
        way: Vec<&'static str>,
    },
    /// A singleton asks for something of a message, and none is being handled when it is made.
    OfMessage {
        /// The singleton.
        singleton: &'static str,
        /// What it asks for, or a factory that it asks for does.
        argument: &'static str,
    },
    /// A router's [`check`](super::Router::check) refuses: the usual one, where a command or a query has several handlers.
    Handlers(String),
    /// The handlers of one name take different bodies.
    Bodies {
        /// The name.
        name: String,
        /// The bodies, each with a handler that takes it.
        bodies: Vec<(&'static str, String)>,
    },
    /// The signals of the system cannot be listened to.
    Signals(String),
}

impl StartError {
    pub(super) fn new(problems: Vec<StartProblem>) -> Self {
        Self(problems)
    }

    #[cfg(feature = "signals")]
    pub(super) fn of_signals(error: &std::io::Error) -> Self {
        Self(vec![StartProblem::Signals(error.to_string())])
    }

    /// Each of them.
    #[must_use]
    pub fn problems(&self) -> &[StartProblem] {
        &self.0
    }
}

impl fmt::Display for StartProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing {
                dependency,
                needed_by,
                instead,
            } => {
                write!(f, "{needed_by} needs `{dependency}`, which nobody provides")?;
                match instead {
                    Some(instead) if instead.starts_with("core::result::Result<") => write!(
                        f,
                        "; there is a `{instead}`: a provider that may fail is for `.try_singleton(..)` and `.try_factory(..)`"
                    ),
                    Some(instead) => write!(
                        f,
                        "; there is a `{instead}`: what is in an `Arc` already is for `.provide_arc(..)`"
                    ),
                    None => {
                        f.write_str("; `.provide(..)`, `.singleton(..)` or `.factory(..)` would")
                    }
                }
            }
            Self::Duplicate { dependency, count } => write!(
                f,
                "`{dependency}` is provided {count} times; a type of its own around one of them tells them apart"
            ),
            Self::Cycle { way } => write!(
                f,
                "things need each other to be made: `{}`; one of them can ask for the other when it is used, with `Deps`",
                way.join("` needs `")
            ),
            Self::OfMessage {
                singleton,
                argument,
            } => write!(
                f,
                "singleton `{singleton}` asks for `{argument}`, which is of a message, and is made for all messages; a factory is made for each call"
            ),
            Self::Handlers(problem) => f.write_str(problem),
            Self::Bodies { name, bodies } => {
                write!(f, "the handlers of `{name}` take different bodies:")?;
                for (place, (body, handler)) in bodies.iter().enumerate() {
                    let comma = if place > 0 { "," } else { "" };
                    write!(f, "{comma} `{handler}` takes `{body}`")?;
                }
                Ok(())
            }
            Self::Signals(error) => {
                write!(
                    f,
                    "the signals of the system cannot be listened to: {error}"
                )
            }
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bus was not started:")?;
        for problem in &self.0 {
            write!(f, "\n- {problem}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StartError({self})")
    }
}

impl std::error::Error for StartError {}
