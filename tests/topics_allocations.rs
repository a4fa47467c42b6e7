//! How often topics and patterns allocate, exactly.
//!
//! One test, alone in its process, for the counts are the whole process's.

use std::alloc::System;
use std::hint::black_box;

use fanfare::hub::{Pattern, Topic};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn allocations<T>(call: impl Fn() -> T) -> usize {
    let region = Region::new(ALLOCATOR);
    black_box(call());
    let change = region.change();
    change.allocations + change.reallocations
}

#[test]
fn handles_cost_nothing_and_short_topics_one_piece_of_memory() {
    let topic = Topic::from(["plant", "north", "temperature"]);
    let pattern = Pattern::from(["plant"]).one().part("temperature");
    let exact = Pattern::from(&topic);

    assert_eq!(allocations(|| topic.clone()), 0);
    assert_eq!(allocations(|| pattern.clone()), 0);
    assert_eq!(allocations(|| Pattern::from(&topic)), 0);
    assert_eq!(allocations(|| exact.as_topic()), 0);
    assert_eq!(allocations(|| exact.prefix()), 0);
    assert_eq!(
        allocations(|| (pattern.matches(&topic), exact.is_subset_of(&pattern))),
        0
    );
    assert_eq!(
        allocations(|| topic.parts().map(str::len).sum::<usize>()),
        0
    );
    assert_eq!(
        allocations(|| (topic == exact.as_topic().unwrap(), topic.cmp(&topic))),
        0
    );

    // Up to six parts, of 24 bytes together.
    assert_eq!(allocations(|| Topic::new("plant.north.temperature")), 1);
    assert_eq!(
        allocations(|| Topic::new(["plant", "north", "temperature"])),
        1
    );
    assert_eq!(allocations(|| Pattern::new("plant.*.temperature")), 1);
    assert_eq!(allocations(|| topic.child("mean")), 2); // 25 bytes
}
