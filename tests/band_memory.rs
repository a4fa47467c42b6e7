//! What a million parents and a million names leave behind: nothing.
//!
//! One test, alone in its process, for the counts are the whole process's.

use std::alloc::System;
use std::sync::Arc;

use fanfare::{Band, Event};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MILLION: usize = 1_000_000;

/// Allocations and bytes that are live now.
fn live() -> (isize, isize) {
    let stats = ALLOCATOR.stats();
    let difference = |made: usize, freed: usize| made as isize - freed as isize;
    (
        difference(stats.allocations, stats.deallocations),
        difference(stats.bytes_allocated, stats.bytes_deallocated),
    )
}

/// Asserts that rounds beyond the first few leave next to nothing, in the end and at any time before it.
fn leaves_nothing(what: &str, rounds: usize, mut round: impl FnMut(usize)) {
    // Tables and thread-locals grow to their size first.
    (0..20_000).for_each(&mut round);
    let before = live();
    let mut most = (0, 0);
    for number in 20_000..rounds {
        round(number);
        if number % 10_000 == 0 {
            let now = live();
            most = (most.0.max(now.0 - before.0), most.1.max(now.1 - before.1));
        }
    }
    // Which of the last few stand, and how long their names are, is not always the same.
    assert!(
        most.0 <= 4 && most.1 <= 500,
        "{what}: {} allocations and {} bytes more at times",
        most.0,
        most.1
    );
}

struct Component {
    number: usize,
}

impl Component {
    fn sync(&self, ev: &Event<usize>) -> usize {
        self.number + **ev
    }

    async fn later(self: Arc<Self>, ev: Arc<Event<usize>>) -> usize {
        self.number + **ev
    }
}

/// Each with a receiver that nobody disconnects, some with a send.
fn parents_come_and_go() {
    let band = Band::new();
    let all = band.channel::<usize, usize>("component").unwrap();
    let stays = all.connect_sync(|ev| **ev).now();
    leaves_nothing("parents", MILLION, |number| {
        let this = Arc::new(Component { number });
        let own = all.bound(&this);
        match number % 3 {
            0 => own.connect_method_sync(&this, Component::sync).now(),
            1 => own.connect_method(&this, Component::later).now(),
            _ => own.connect_sync(move |ev| **ev + number).now(),
        };
        if number % 4 == 0 {
            let mut sum = 0;
            let fold = own.send(1).fold((), |(), reply| sum += reply);
            futures_lite::future::block_on(fold);
            assert_eq!(sum, number + 2);
        }
    });
    assert_eq!(all.receiver_count(), 1);
    let this = Arc::new(Component { number: 0 });
    assert_eq!(all.bound(&this).receiver_count(), 0);
    assert_eq!(band.inspect()[0].connections.len(), 1, "no entry is left");
    assert!(stays.is_connected());
}

/// The same with a channel of the band asked for by name each time, and the name's types in the band alone.
fn names_come_and_go(receives: bool) {
    let band = Band::new();
    let stays = band.channel::<u32, ()>("stays").unwrap();
    let what = if receives {
        "names, with receivers"
    } else {
        "names"
    };
    let rounds = if receives { MILLION / 5 } else { MILLION };
    leaves_nothing(what, rounds, |number| {
        let job = band.channel::<u32, ()>(format!("job-{number}")).unwrap();
        if receives {
            let connection = job.connect_sync(|_| ()).now();
            assert_eq!(band.send(job.identifier(), 1u32).now().unwrap().count(), 1);
            let this = Arc::new(number);
            job.bound(&this).connect_sync(|_| ()).now();
            assert!(connection.disconnect());
        }
    });
    let left = band.identifiers().len();
    assert!(left <= 4, "{left} names");
    drop(stays);
}

/// One name, for one type and then for another.
fn a_name_is_taken_again() {
    let band = Band::new();
    leaves_nothing("a name taken again", MILLION / 10, |_| {
        drop(band.channel::<u8, ()>("name").unwrap());
        drop(band.channel::<u16, ()>("name").unwrap());
    });
    assert_eq!(band.identifiers(), ["name"]);
}

#[test]
fn what_comes_and_goes_leaves_nothing_behind() {
    parents_come_and_go();
    names_come_and_go(false);
    names_come_and_go(true);
    a_name_is_taken_again();
}
