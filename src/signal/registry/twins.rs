//! Callbacks that are connected to several channels of one signal.

use hashbrown::HashMap;

use super::Registry;
use super::status::{TWINS, TWINS_ACROSS};
use crate::signal::callback::{CallbackId, Name};

/// How many connections each callback has, of those that can be named. Kept where there are channels alone; written under
/// the registry's lock.
#[derive(Default)]
pub(super) struct Twins {
    known: HashMap<CallbackId, Channels>,
    /// How many callbacks have more than one.
    several: usize,
    /// How many of these have one on the unbound channel.
    across: usize,
}

#[derive(Default)]
struct Channels {
    bound: usize,
    unbound: usize,
}

impl Channels {
    fn are_several(&self) -> usize {
        usize::from(self.bound + self.unbound > 1)
    }

    fn are_across(&self) -> usize {
        usize::from(self.bound > 0 && self.unbound > 0)
    }

    fn of(&mut self, name: &Name) -> &mut usize {
        if name.channel.is_some() {
            &mut self.bound
        } else {
            &mut self.unbound
        }
    }
}

impl Twins {
    pub(super) fn add(&mut self, name: &Name) {
        self.change(name, |count| *count += 1);
    }

    pub(super) fn remove(&mut self, name: &Name) {
        self.change(name, |count| *count = count.saturating_sub(1));
    }

    fn change(&mut self, name: &Name, change: impl FnOnce(&mut usize)) {
        let channels = self.known.entry(name.callback).or_default();
        self.several -= channels.are_several();
        self.across -= channels.are_across();
        change(channels.of(name));
        self.several += channels.are_several();
        self.across += channels.are_across();
        if channels.bound + channels.unbound == 0 {
            self.known.remove(&name.callback);
        }
    }

    /// The bits of the status that tell of them.
    pub(super) fn bits(&self) -> usize {
        let across = if self.across > 0 { TWINS_ACROSS } else { 0 };
        if self.several > 0 { TWINS | across } else { 0 }
    }
}

impl<P, R, K> Registry<P, R, K> {
    /// Whether a send to a channel may meet a callback twice, or a priority. One to a bound channel meets two lists alone.
    #[inline]
    pub(crate) fn is_uneven(&self, is_bound: bool) -> bool {
        self.status().is_uneven(is_bound)
    }
}

#[cfg(test)]
mod tests {
    use super::{TWINS, TWINS_ACROSS, Twins};
    use crate::signal::callback::{Callback, Name};
    use crate::signal::sender::SenderId;

    #[test]
    fn counts_callbacks_by_where_they_are() {
        let callback = |_: &crate::Event<()>| ();
        let (one, other) = (
            Callback::<()>::sync(callback),
            Callback::<()>::sync(callback),
        );
        let (a, b) = (SenderId::unique(), SenderId::unique());
        let name = |callback: &Callback<()>, parent| Name::on_channel(callback.id(), parent);
        let mut twins = Twins::default();

        twins.add(&name(&one, None));
        twins.add(&name(&other, Some(&a)));
        assert_eq!(twins.bits(), 0);
        twins.add(&name(&other, Some(&b)));
        assert_eq!(twins.bits(), TWINS);
        twins.add(&name(&one, Some(&a)));
        assert_eq!(twins.bits(), TWINS | TWINS_ACROSS);
        twins.remove(&name(&other, Some(&a)));
        twins.remove(&name(&one, None));
        assert_eq!(twins.bits(), 0);
        twins.remove(&name(&other, Some(&b)));
        twins.remove(&name(&one, Some(&a)));
        assert!(twins.known.is_empty());
    }
}
