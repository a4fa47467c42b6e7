//! The places of a row: each is of one connection, or of a group, of which one is called.

use std::hash::Hash;
use std::ops::ControlFlow;

use event_listener::Event as Told;
use hashbrown::HashMap;

use super::once::{Noting, Once};
use crate::signal::bar::Bar;
use crate::signal::end::End;
use crate::signal::event::Event;
use crate::signal::registry::{Booking, Claim, Member, Offer, Order, Ranked, Slot};
use crate::signal::visit::{Shareable, look_closer};
use crate::sync::Arc;

/// Whom a send calls at one place of its row, and what it has got hold of before it began.
pub(in crate::signal) enum Post<P, R, K> {
    One(Arc<Slot<P, R, K>>, Option<Booking<P, K>>),
    /// Where the first of those stands that match.
    Group(Box<Shift<P, R, K>>),
}

/// Those of a group that match.
pub(in crate::signal) struct Shift<P, R, K> {
    /// In order; at least one.
    members: Vec<Member<P, R, K>>,
    /// The one that was found to have room.
    chosen: Option<Chosen<P, K>>,
    /// The one whose call will be reported, as it stood when all were asked.
    called: Option<usize>,
}

struct Chosen<P, K> {
    member: usize,
    booking: Booking<P, K>,
    claim: Claim<P, K>,
}

/// As many posts as there are connections and groups, each where its first connection stands.
pub(super) fn arrange<P, R, K>(slots: Vec<Arc<Slot<P, R, K>>>) -> Vec<Post<P, R, K>> {
    let mut posts = Vec::with_capacity(slots.len());
    let mut places = HashMap::new();
    for slot in slots {
        let member = match Member::of(slot) {
            Ok(member) => member,
            Err(slot) => {
                posts.push(Post::one(slot));
                continue;
            }
        };
        let place = *places
            .entry(Arc::as_ptr(member.group()))
            .or_insert(posts.len());
        match posts.get_mut(place) {
            Some(Post::Group(shift)) => shift.members.push(member),
            _ => posts.push(Post::Group(Box::new(Shift {
                members: vec![member],
                chosen: None,
                called: None,
            }))),
        }
    }
    posts
}

/// How the connections of a row are called.
pub(super) struct Manner<'a> {
    /// Where a callback may come several times.
    pub(super) once: Option<&'a mut Once>,
    /// Whether no list that is being walked leads to them.
    pub(super) is_apart: bool,
}

impl<P, R, K> Post<P, R, K> {
    /// Of a connection, of which nothing was booked.
    pub(in crate::signal) fn one(slot: Arc<Slot<P, R, K>>) -> Self {
        Self::One(slot, None)
    }

    /// Where it stands, a group where its first connection does.
    pub(in crate::signal) fn priority(&self) -> i32 {
        let slot = match self {
            Self::One(slot, _) => slot,
            Self::Group(shift) => &shift.members[0].slot,
        };
        slot.rank().priority()
    }

    /// Who will be called there, as it stood when it was asked.
    pub(in crate::signal) fn called(&self) -> Option<&Arc<Slot<P, R, K>>> {
        match self {
            Self::One(slot, booking) => {
                let is_called = booking.as_ref().is_some_and(Booking::is_called);
                is_called.then_some(slot)
            }
            Self::Group(shift) => Some(&shift.members[shift.called?].slot),
        }
    }

    /// Whether a place of these was got hold of.
    pub(in crate::signal) fn has_place_of(&self, room: &Arc<Told>) -> bool {
        let booking = match self {
            Self::One(_, booking) => booking.as_ref(),
            Self::Group(shift) => shift.chosen.as_ref().map(|chosen| &chosen.booking),
        };
        booking.is_some_and(|booking| booking.is_of(room))
    }
}

impl<P, R, K> Post<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Gets hold of what a send would have to wait for there. `Err`: it is not there yet.
    pub(in crate::signal) fn book(
        &mut self,
        event: &Event<P, K>,
        asks_all: bool,
    ) -> Result<(), Bar> {
        match self {
            Self::One(slot, booking) => {
                if asks_all || slot.holds_up() {
                    *booking = Some(slot.book(event)?);
                }
                Ok(())
            }
            Self::Group(shift) => {
                if asks_all || shift.members.iter().any(|member| member.slot.holds_up()) {
                    shift.book(event)?;
                }
                Ok(())
            }
        }
    }

    /// Calls who stands there; of a group, one.
    pub(super) fn call(
        self,
        event: &mut impl Shareable<P, K>,
        manner: &mut Manner<'_>,
        end: &mut impl End<P, R, K>,
    ) -> ControlFlow<()> {
        match self {
            Self::One(slot, booking) if manner.once.is_none() => {
                let _apart = manner.is_apart.then(|| slot.apart());
                look_closer(&slot, event, booking, end)
            }
            Self::One(slot, booking) => {
                manner.call(&slot, event, booking, end)?;
                ControlFlow::Continue(())
            }
            Self::Group(shift) => shift.call(event, manner, end),
        }
    }
}

impl Manner<'_> {
    /// Calls one, unless its callback has been; tells whether it has taken the event.
    fn call<P, R, K>(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: &mut impl Shareable<P, K>,
        booking: Option<Booking<P, K>>,
        end: &mut impl End<P, R, K>,
    ) -> ControlFlow<(), bool>
    where
        P: Send + Sync + 'static,
        R: Send + 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        let looked = self.once.as_ref().map(|once| once.look(slot));
        let Ok(callback) = looked.transpose() else {
            return ControlFlow::Continue(false);
        };
        let _apart = self.is_apart.then(|| slot.apart());
        let mut noting = Noting::new(end);
        let flow = look_closer(slot, event, booking, &mut noting);
        let Noting { called, taken, .. } = noting;
        if let Some(once) = self.once.as_mut().filter(|_| called) {
            once.note(callback.flatten());
        }
        flow.map_continue(|()| taken)
    }
}

impl<P, R, K> Shift<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Chooses the first in order that has room, and keeps its place. `Err`: there is none, and sends wait for some of them.
    fn book(&mut self, event: &Event<P, K>) -> Result<(), Bar> {
        let Err(bar) = self.try_book(event) else {
            return Ok(());
        };
        drop(bar);
        // One that comes, or is unblocked, may have room as well: look, listen, look again.
        let news = self.members[0].group().listen();
        self.try_book(event)
            .map_err(|bar| bar.or(Bar::of_news(news)))
    }

    fn try_book(&mut self, event: &Event<P, K>) -> Result<(), Bar> {
        let mut order = Order::of(&self.members);
        let mut bars: Option<Bar> = None;
        self.called = None;
        while let Some((member, claim)) = order.next(&self.members) {
            match self.members[member].slot.offer(event) {
                Offer::Passed => {}
                Offer::Full(_, bar) => {
                    let is_called = self.members[member].slot.stream().is_none();
                    let called = is_called.then_some(member);
                    self.called = self.called.or(called);
                    bars = match (bars, bar) {
                        (Some(bars), Some(bar)) => Some(bars.or(bar)),
                        (bars, bar) => bars.or(bar),
                    };
                }
                Offer::Room(booking) => {
                    self.called = booking.is_called().then_some(member);
                    self.chosen = Some(Chosen {
                        member,
                        booking,
                        claim,
                    });
                    return Ok(());
                }
            }
        }
        bars.map_or(Ok(()), Err)
    }

    /// Calls the one that was chosen, or the first in order that has room; if none has, the first whose policy lets it take
    /// the event all the same.
    fn call(
        mut self,
        event: &mut impl Shareable<P, K>,
        manner: &mut Manner<'_>,
        end: &mut impl End<P, R, K>,
    ) -> ControlFlow<()> {
        let chosen = self.chosen.take();
        let mut asked = None;
        if let Some(Chosen {
            member,
            booking,
            claim,
        }) = chosen
        {
            if self.call_one(member, claim, Some(booking), event, manner, end)? {
                return ControlFlow::Continue(());
            }
            asked = Some(member);
        }
        let mut order = Order::of(&self.members);
        if let Some(asked) = asked {
            order.skip(asked);
        }
        let mut full = Vec::new();
        while let Some((member, claim)) = order.next(&self.members) {
            match self.members[member].slot.offer(event.get()) {
                Offer::Passed => {}
                Offer::Full(booking, _) => full.push((member, claim, booking)),
                Offer::Room(booking) => {
                    if self.call_one(member, claim, Some(booking), event, manner, end)? {
                        return ControlFlow::Continue(());
                    }
                }
            }
        }
        for (member, claim, booking) in full {
            if self.call_one(member, claim, booking, event, manner, end)? {
                break;
            }
        }
        ControlFlow::Continue(())
    }

    /// Tells whether it has taken the event. Its turn is used up then.
    fn call_one(
        &self,
        member: usize,
        claim: Claim<P, K>,
        booking: Option<Booking<P, K>>,
        event: &mut impl Shareable<P, K>,
        manner: &mut Manner<'_>,
        end: &mut impl End<P, R, K>,
    ) -> ControlFlow<(), bool> {
        let flow = manner.call(&self.members[member].slot, event, booking, end);
        if !matches!(flow, ControlFlow::Continue(false)) {
            claim.use_up();
        }
        flow
    }
}
