//! The part of a run that tells most.

use verdict::{Span, Trace};

/// So many runs of usual length find room beside each other.
const RUNS: u64 = 20;
/// Of these, so many after the moment that is looked at.
const AFTER: u64 = 5;

/// The beginning of a run that went well, the time around the finding of one that did not; nothing where all of it
/// finds room.
pub(crate) fn telling(spans: &[Span], trace: &Trace) -> Option<(u64, u64)> {
    let findings = || trace.moments.iter().filter(|moment| moment.finding);
    let first = spans.iter().map(|span| span.start).min().unwrap_or(0);
    let last = spans.iter().filter(|span| span.finished || span.end < trace.end).map(|span| span.end.max(span.start));
    let last = last.chain(spans.iter().map(|span| span.start)).chain(trace.moments.iter().map(|moment| moment.at));
    let last = last.max().unwrap_or(0);
    let usual = usual(spans).max(1);
    let long = last.saturating_sub(first) / usual > RUNS * 3 / 2;
    let moment = findings().chain(&trace.moments).map(|moment| moment.at).next();
    // Where a task waits is written behind its bars.
    let after = if trace.left.is_empty() { AFTER } else { RUNS / 2 };
    match moment {
        Some(moment) if long => {
            let from = moment.saturating_sub((RUNS - after) * usual);
            let to = from + RUNS * usual;
            let moves = |at: u64| (from..=to).contains(&at) && at < trace.end.max(1);
            // Where nothing moves any more, how it came to that is more to see.
            let still = !spans.iter().any(|span| moves(span.start) || moves(span.end));
            Some(if still { (first, moment + (moment - first.min(moment)).div_ceil(8)) } else { (from, to) })
        }
        Some(_) => {
            let shown = last.max(1);
            Some((0, shown + (shown * after).div_ceil(RUNS - after)))
        }
        None if long => Some((first, first + RUNS * usual)),
        None => None,
    }
}

/// How long a run takes, in the middle of all that take any time.
fn usual(spans: &[Span]) -> u64 {
    let mut lengths: Vec<u64> =
        spans.iter().map(|span| span.end.saturating_sub(span.start)).filter(|l| *l > 0).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use verdict::{Left, Moment};

    fn runs(count: u64) -> Vec<Span> {
        let span = |item| Span {
            probe: "work".into(),
            item,
            lane: 0,
            start: item * 1000,
            end: item * 1000 + 1000,
            finished: true,
        };
        (0..count).map(span).collect()
    }

    fn found(at: u64) -> Trace {
        let moments = vec![Moment { at, label: "found".into(), finding: true }];
        Trace { end: 3_600_000_000, moments, ..Trace::default() }
    }

    #[test]
    fn a_short_run_is_shown_whole() {
        assert_eq!(telling(&runs(10), &Trace::default()), None);
        assert_eq!(telling(&runs(10), &found(10_000)), Some((0, 13_334)));
        assert_eq!(telling(&[], &Trace::default()), None);
    }

    #[test]
    fn of_a_long_run_the_beginning_is_shown_or_the_moment() {
        assert_eq!(telling(&runs(1000), &Trace::default()), Some((0, 20_000)));
        assert_eq!(telling(&runs(1000), &found(500_000)), Some((485_000, 505_000)));
        assert_eq!(telling(&runs(1000), &found(3_000)), Some((0, 20_000)));
    }

    #[test]
    fn a_moment_long_after_the_work_is_shown_with_it() {
        assert_eq!(telling(&runs(100), &found(1_000_000)), Some((0, 1_125_000)));
    }

    #[test]
    fn what_waits_for_ever_has_room_for_its_words() {
        let left = vec![Left { lanes: vec![0], since: 9000, waits: "Sender::send at src/lib.rs:7".into() }];
        assert_eq!(telling(&runs(10), &Trace { left, ..found(10_000) }), Some((0, 20_000)));
    }
}
