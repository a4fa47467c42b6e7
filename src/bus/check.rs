//! Whether everything that is asked for can be made, and in which order.

use std::any::TypeId;

use hashbrown::{HashMap, HashSet};

use super::handler::Registration;
use super::inject::Need;
use super::problems::StartProblem;
use super::provide::{Provision, Way};

/// An order in which each provision comes after what it needs. What keeps it from being one is added to the problems.
pub(super) fn order_of(
    provisions: &[Provision],
    registrations: &[Registration],
    problems: &mut Vec<StartProblem>,
) -> Vec<usize> {
    let graph = Graph::new(provisions, problems);
    for registration in registrations {
        let who = || format!("handler `{}`", registration.name);
        graph.check_needs(&registration.needs, who, problems);
    }
    for provision in provisions {
        let who = || format!("{} `{}`", provision.way.word(), provision.name);
        graph.check_needs(&provision.needs, who, problems);
        if provision.way == Way::Singleton {
            graph.check_singleton(provision, problems);
        }
    }
    let mut walk = Walk::new(&graph);
    for place in 0..provisions.len() {
        walk.visit(place);
    }
    problems.extend(
        walk.cycles
            .into_iter()
            .map(|way| StartProblem::Cycle { way }),
    );
    walk.order
}

/// What is provided, by type.
struct Graph<'a> {
    provisions: &'a [Provision],
    /// Where the first of each type is.
    places: HashMap<TypeId, usize>,
}

impl<'a> Graph<'a> {
    fn new(provisions: &'a [Provision], problems: &mut Vec<StartProblem>) -> Self {
        let mut places = HashMap::new();
        let mut counts: HashMap<TypeId, usize> = HashMap::new();
        for (place, provision) in provisions.iter().enumerate() {
            places.entry(provision.id).or_insert(place);
            *counts.entry(provision.id).or_default() += 1;
        }
        for (place, provision) in provisions.iter().enumerate() {
            let count = counts[&provision.id];
            if count > 1 && places[&provision.id] == place {
                problems.push(StartProblem::Duplicate {
                    dependency: provision.name,
                    count,
                });
            }
        }
        Self { provisions, places }
    }

    fn check_needs(
        &self,
        needs: &[Need],
        who: impl Fn() -> String,
        problems: &mut Vec<StartProblem>,
    ) {
        let mut told = HashSet::new();
        for need in needs {
            let Need::Dependency {
                id,
                name,
                is_optional: false,
            } = need
            else {
                continue;
            };
            if !self.places.contains_key(id) && told.insert(*id) {
                problems.push(StartProblem::Missing {
                    dependency: name,
                    needed_by: who(),
                    instead: self.meant(name),
                });
            }
        }
    }

    /// What is provided and is a `Result` or an `Arc` of what is not.
    fn meant(&self, name: &str) -> Option<&'static str> {
        let names = self.provisions.iter().map(|provision| provision.name);
        names.into_iter().find(|provided| {
            provided
                .strip_prefix("core::result::Result<")
                .is_some_and(|rest| {
                    rest.strip_prefix(name)
                        .is_some_and(|rest| rest.starts_with(','))
                })
                || provided
                    .strip_prefix("alloc::sync::Arc<")
                    .is_some_and(|rest| rest.strip_prefix(name) == Some(">"))
        })
    }

    /// Where the things are that a provision needs and somebody provides.
    fn needed(&self, provision: &'a Provision) -> impl Iterator<Item = usize> {
        provision.needs.iter().filter_map(|need| match need {
            Need::Dependency { id, .. } => self.places.get(id).copied(),
            Need::OfMessage(_) => None,
        })
    }

    /// A singleton, and the factories that make something for it, ask for nothing of a message.
    fn check_singleton(&self, singleton: &Provision, problems: &mut Vec<StartProblem>) {
        let mut seen = HashSet::new();
        let mut left = vec![singleton];
        while let Some(provision) = left.pop() {
            for need in &provision.needs {
                match need {
                    Need::OfMessage(argument) => {
                        let problem = StartProblem::OfMessage {
                            singleton: singleton.name,
                            argument,
                        };
                        if !problems.contains(&problem) {
                            problems.push(problem);
                        }
                    }
                    Need::Dependency { id, .. } => {
                        let further = self.places.get(id).map(|place| &self.provisions[*place]);
                        let further = further.filter(|further| further.way == Way::Factory);
                        left.extend(further.filter(|further| seen.insert(further.id)));
                    }
                }
            }
        }
    }
}

/// A walk from each provision to what it needs, deepest first. It keeps its own stack, so that no chain is too long.
struct Walk<'a> {
    graph: &'a Graph<'a>,
    states: Vec<State>,
    order: Vec<usize>,
    cycles: Vec<Vec<&'static str>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// It is on the way that leads to where the walk is.
    Open,
    Done,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a Graph<'a>) -> Self {
        Self {
            graph,
            states: vec![State::New; graph.provisions.len()],
            order: Vec::new(),
            cycles: Vec::new(),
        }
    }

    fn visit(&mut self, first: usize) {
        if self.states[first] != State::New {
            return;
        }
        let mut way = vec![(first, self.needed(first))];
        self.states[first] = State::Open;
        while let Some((place, needed)) = way.last_mut() {
            let Some(next) = needed.pop() else {
                self.states[*place] = State::Done;
                self.order.push(*place);
                way.pop();
                continue;
            };
            match self.states[next] {
                State::Done => {}
                State::New => {
                    self.states[next] = State::Open;
                    let needed = self.needed(next);
                    way.push((next, needed));
                }
                State::Open => {
                    let names = way
                        .iter()
                        .map(|(place, _)| *place)
                        .skip_while(|place| *place != next)
                        .chain([next])
                        .map(|place| self.graph.provisions[place].name);
                    self.cycles.push(names.collect());
                }
            }
        }
    }

    fn needed(&self, place: usize) -> Vec<usize> {
        let provision = &self.graph.provisions[place];
        let mut needed: Vec<_> = self.graph.needed(provision).collect();
        needed.reverse();
        needed
    }
}
