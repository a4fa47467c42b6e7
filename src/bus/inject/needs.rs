//! What arguments ask for, to be looked at when the bus starts.

use std::any::{TypeId, type_name};

/// What a handler or a provider asks for.
#[derive(Debug, Default)]
pub struct Needs(Vec<Need>);

/// One thing that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bus) enum Need {
    /// Something that is provided.
    Dependency {
        id: TypeId,
        name: &'static str,
        is_optional: bool,
    },
    /// Something of the message that is being handled: there is none when a singleton is made.
    OfMessage(&'static str),
}

impl Need {
    /// What is asked for, by name.
    pub(in crate::bus) fn name(&self) -> &'static str {
        match self {
            Self::Dependency { name, .. } | Self::OfMessage(name) => name,
        }
    }
}

impl Needs {
    pub(in crate::bus) fn of(list: fn(&mut Self)) -> Vec<Need> {
        let mut needs = Self::default();
        list(&mut needs);
        needs.0
    }

    pub(super) fn dependency<T: ?Sized + 'static>(&mut self, is_optional: bool) {
        self.0.push(Need::Dependency {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
            is_optional,
        });
    }

    pub(in crate::bus) fn of_message(&mut self, name: &'static str) {
        self.0.push(Need::OfMessage(name));
    }
}
