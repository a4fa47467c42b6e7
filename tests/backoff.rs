//! The delays of a `Backoff`: that they grow, stop growing and end, whatever it was given.

use std::time::Duration;

use fanfare::Backoff;
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);
const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

fn exact(first: Duration) -> Backoff {
    Backoff::new(first).jitter(0.0)
}

/// All delays, as many as it has.
fn delays(backoff: &Backoff) -> Vec<Duration> {
    (1..).map_while(|failed| backoff.delay(failed)).collect()
}

fn seconds(numbers: &[u64]) -> Vec<Duration> {
    numbers.iter().copied().map(Duration::from_secs).collect()
}

#[test]
fn it_doubles_up_to_half_a_minute() {
    assert_eq!(delays(&exact(SECOND)), seconds(&[1, 2, 4, 8]));
    assert_eq!(
        delays(&exact(SECOND).attempts(9)),
        seconds(&[1, 2, 4, 8, 16, 30, 30, 30])
    );
    let tenth = Duration::from_millis(100);
    assert_eq!(
        delays(&Backoff::default().jitter(0.0)),
        [tenth, tenth * 2, tenth * 4, tenth * 8]
    );
}

#[test]
fn factor_and_max_are_kept_to() {
    let backoff = exact(SECOND).factor(3.0).max(Duration::from_secs(10));
    assert_eq!(delays(&backoff), seconds(&[1, 3, 9, 10]));
    assert_eq!(delays(&exact(SECOND).max(SECOND / 2)), [SECOND / 2; 4]);
    assert_eq!(
        delays(&exact(SECOND).max(Duration::ZERO)),
        [Duration::ZERO; 4]
    );
}

#[test]
fn attempts_count_the_first_call() {
    for (attempts, count) in [(0, 0), (1, 0), (2, 1), (7, 6)] {
        assert_eq!(
            delays(&exact(SECOND).attempts(attempts)).len(),
            count,
            "{attempts}"
        );
    }
    assert_eq!(exact(SECOND).attempts(u32::MAX).delay(u32::MAX), None);
    assert_eq!(exact(SECOND).delay(0), Some(SECOND));
}

#[test]
fn what_is_no_growth_counts_as_none() {
    for factor in [f64::NAN, 0.5, 0.0, -2.0, f64::NEG_INFINITY] {
        assert_eq!(
            delays(&exact(SECOND).factor(factor)),
            [SECOND; 4],
            "{factor}"
        );
    }
}

#[test]
fn growth_without_bounds_ends_at_the_longest_delay() {
    let backoff = exact(SECOND)
        .factor(f64::INFINITY)
        .max(Duration::MAX)
        .attempts(4);
    assert_eq!(delays(&backoff), [SECOND, Duration::MAX, Duration::MAX]);
    let backoff = exact(CENTURY).max(Duration::MAX).attempts(u32::MAX);
    assert_eq!(backoff.delay(u32::MAX - 1), Some(Duration::MAX));
    let nothing = exact(Duration::ZERO).factor(f64::INFINITY);
    assert_eq!(delays(&nothing), [Duration::ZERO; 4]);
}

#[test]
fn jitter_that_is_no_part_counts_as_the_nearest() {
    for (given, meant) in [
        (f64::NAN, 0.0),
        (-1.0, 0.0),
        (f64::NEG_INFINITY, 0.0),
        (2.0, 1.0),
        (f64::INFINITY, 1.0),
    ] {
        let backoff = |part| Backoff::new(SECOND).seed(1).jitter(part);
        assert_eq!(backoff(given), backoff(meant), "{given}");
    }
}

#[test]
fn a_seed_is_a_course() {
    let with = |seed| delays(&Backoff::new(SECOND).attempts(20).seed(seed));
    assert_eq!(with(7), with(7));
    assert_ne!(with(7), with(8));
    // Two failures are not left to one and the same chance.
    let steady = Backoff::new(SECOND).factor(1.0).seed(7);
    assert_ne!(steady.delay(1), steady.delay(2));
}

#[test]
fn without_a_seed_delays_differ() {
    let backoff = Backoff::new(SECOND);
    let first = backoff.delay(1);
    assert!((0..100).any(|_| backoff.delay(1) != first));
}

#[test]
fn full_jitter_uses_all_of_the_delay() {
    let drawn = |part: f64| -> Vec<Duration> {
        let of = |seed| {
            Backoff::new(SECOND)
                .jitter(part)
                .seed(seed)
                .delay(1)
                .expect("the first")
        };
        (0..1000).map(of).collect()
    };
    let full = drawn(1.0);
    assert!(full.iter().any(|delay| *delay < SECOND / 10));
    assert!(full.iter().any(|delay| *delay > SECOND * 9 / 10));
    let equal = drawn(0.5);
    assert!(equal.iter().all(|delay| *delay >= SECOND / 2));
    assert!(equal.iter().any(|delay| *delay < SECOND * 6 / 10));
}

fn any_duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        Just(Duration::MAX),
        (0..u64::MAX, 0..1_000_000_000_u32).prop_map(|(s, n)| Duration::new(s, n)),
        (0..100_000_000_000_u64).prop_map(Duration::from_nanos),
    ]
}

proptest! {
    #[test]
    fn whatever_it_is_given_delays_grow_up_to_max(
        first in any_duration(),
        max in any_duration(),
        factor in proptest::num::f64::ANY,
        attempts in any::<u32>(),
        start in any::<u32>(),
    ) {
        let backoff = exact(first).max(max).factor(factor).attempts(attempts);
        let mut last = Duration::ZERO;
        for failed in (1..20).chain(start..=start.saturating_add(20)) {
            let Some(delay) = backoff.delay(failed) else {
                prop_assert!(failed >= attempts.max(1));
                continue;
            };
            prop_assert!(failed < attempts);
            prop_assert!(delay <= max);
            if failed > 1 && start > 20 {
                prop_assert!(delay >= last, "{delay:?} after {last:?}");
            }
            last = delay;
        }
    }

    #[test]
    fn jitter_takes_off_no_more_than_its_part(
        first in any_duration(),
        max in any_duration(),
        part in 0.0..=1.0,
        seed in any::<u64>(),
        failed in 1..10_u32,
    ) {
        let backoff = exact(first).max(max).attempts(10);
        let (whole, jittered) = (backoff.delay(failed), backoff.jitter(part).seed(seed).delay(failed));
        let (Some(whole), Some(jittered)) = (whole, jittered) else {
            prop_assert_eq!((whole, jittered, failed), (None, None, 10));
            return Ok(());
        };
        prop_assert!(jittered <= whole);
        let least = whole.as_secs_f64() * (1.0 - part);
        // A nanosecond, and what `f64` cannot tell apart.
        prop_assert!(jittered.as_secs_f64() >= least * (1.0 - 1e-12) - 1e-9);
    }
}
