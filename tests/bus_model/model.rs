//! What the rules say.

use crate::plans::{Ends, Plan, Plans};
use crate::real::Entry;
use crate::{End, Tag, What};

/// A call of a handler.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) what: What,
    pub(crate) tag: Tag,
    pub(crate) key: Option<&'static str>,
    pub(crate) handler: usize,
    /// The handler that emitted the message.
    pub(crate) by: Option<usize>,
}

/// A message on its way.
struct Message {
    what: What,
    tag: Tag,
    key: Option<&'static str>,
    by: Option<usize>,
    /// Whether somebody waits for it, and whether he may have given up.
    is_awaited: bool,
    may_end: bool,
    /// Whether somebody is told that nobody handles it.
    is_heard: bool,
}

/// All calls, and what is told of by nobody's waiting: the tag or the handler's name.
pub(crate) fn expected(
    plans: &Plans,
    sent: &[(What, Tag, Option<&'static str>, End)],
    log: &[Entry],
) -> (Vec<Came>, Vec<String>) {
    let (mut came, mut failures) = (Vec::new(), Vec::new());
    let mut left: Vec<Message> = sent
        .iter()
        .map(|(what, tag, key, end)| Message {
            what: *what,
            tag: tag.clone(),
            key: *key,
            by: None,
            is_awaited: !matches!(end, End::Detached)
                // An event that was handed over is nobody's any more.
                && !matches!((end, what), (End::Handle, What::Event(_))),
            may_end: matches!(end, End::GiveUp(_)),
            is_heard: !matches!(end, End::Detached),
        })
        .collect();
    while let Some(message) = left.pop() {
        let handlers: Vec<&Plan> = plans.of(message.what).collect();
        if handlers.is_empty() && !message.is_heard {
            failures.push(format!("nobody {:?}", message.what));
        }
        for plan in handlers {
            let of_it = |entry: &&Entry| entry.tag == message.tag && entry.handler == plan.number;
            let entries: Vec<&Entry> = log.iter().filter(of_it).collect();
            let has_begun = entries.iter().any(|entry| entry.is_begin);
            let has_ended = entries.iter().any(|entry| !entry.is_begin);
            if message.may_end && !has_begun {
                continue;
            }
            came.push(Came {
                what: message.what,
                tag: message.tag.clone(),
                key: message.key,
                handler: plan.number,
                by: message.by,
            });
            if message.may_end && !has_ended {
                continue;
            }
            if plan.ends != Ends::Well {
                if !message.is_awaited {
                    failures.push(format!("h{} {:?}", plan.number, plan.ends));
                }
                continue;
            }
            left.extend(
                plan.emits
                    .iter()
                    .enumerate()
                    .map(|(place, (event, has_own_key))| {
                        let is_named = *event == crate::EVENTS - 1;
                        Message {
                            what: What::Event(*event),
                            tag: child(&message.tag, plan.number, place),
                            // Those with a name have no key of their own.
                            key: if *has_own_key && !is_named {
                                Some("own")
                            } else {
                                message.key
                            },
                            by: Some(plan.number),
                            is_awaited: false,
                            may_end: false,
                            is_heard: false,
                        }
                    }),
            );
        }
    }
    failures.sort();
    (came, failures)
}

pub(crate) fn child(tag: &Tag, handler: usize, place: usize) -> Tag {
    let mut tag = tag.clone();
    tag.extend([handler, place]);
    tag
}
