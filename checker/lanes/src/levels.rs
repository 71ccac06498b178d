//! How much waits, and where: between two stages, before the first, after the last.

use crate::{Level, flight};
use std::collections::{BTreeMap, HashMap};
use verdict::{Span, Verdict};

/// The levels that a run lets see. One that does not fit what was counted, or that is always nothing, is no level.
pub(crate) fn of(verdict: &Verdict) -> Vec<Level> {
    let (spans, trace) = (&verdict.spans, &verdict.trace);
    let probes = flight::probes(spans);
    let links: Vec<(&str, &str)> = probes.windows(2).map(|two| (two[0], two[1])).collect();
    let links: Vec<_> = links.into_iter().filter(|(first, second)| follows(spans, first, second)).collect();
    let firsts: Vec<_> = probes.iter().filter(|probe| links.iter().all(|link| link.1 != **probe)).collect();
    let lasts: Vec<_> = probes.iter().filter(|probe| links.iter().all(|link| link.0 != **probe)).collect();
    let starts =
        |probe: &str| spans.iter().filter(|span| span.probe == probe).map(|span| span.start).collect::<Vec<_>>();
    let ends = |probe: &str, all: bool| {
        let of = spans.iter().filter(|span| span.probe == probe && (all || span.finished));
        of.map(|span| span.end).collect::<Vec<_>>()
    };
    // A passing run has nothing left at its end, unless something was cut off: what is left was not counted rightly.
    let whole = verdict.passed() && trace.moments.is_empty();
    let mut levels = Vec::new();
    let mut add = |name: String, curve: Option<Vec<(u64, usize)>>| {
        let curve = curve.filter(|curve| !whole || curve.last().is_some_and(|last| last.1 == 0));
        if let Some(curve) = curve.filter(|curve| curve.iter().any(|(_, level)| *level > 0)) {
            levels.push(Level { name, curve });
        }
    };
    if let ([first], false) = (&firsts[..], trace.taken.is_empty()) {
        add("queued".into(), difference(&trace.taken, &starts(first)));
    }
    for (first, second) in &links {
        add(format!("before {second}"), difference(&ends(first, false), &starts(second)));
    }
    // A test that has received nothing may not say what it receives.
    if let ([last], false) = (&lasts[..], trace.received.is_empty()) {
        let finished = difference(&ends(last, false), &trace.received);
        // The loss of an item may be a result, too.
        add("unread".into(), finished.or_else(|| difference(&ends(last, true), &trace.received)));
    }
    levels
}

/// Whether the second probe works on what the first has finished.
fn follows(spans: &[Span], first: &str, second: &str) -> bool {
    let mut finished: HashMap<u64, u64> = HashMap::new();
    for span in spans.iter().filter(|span| span.probe == first && span.finished) {
        finished.entry(span.item).or_insert(span.end);
    }
    let mut seconds = spans.iter().filter(|span| span.probe == second).peekable();
    seconds.peek().is_some() && seconds.all(|span| finished.get(&span.item).is_some_and(|end| *end <= span.start))
}

/// How many more have come than gone, over time; nothing if more have gone than came.
fn difference(come: &[u64], gone: &[u64]) -> Option<Vec<(u64, usize)>> {
    let mut changes: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    come.iter().for_each(|at| changes.entry(*at).or_default().0 += 1);
    gone.iter().for_each(|at| changes.entry(*at).or_default().1 += 1);
    let mut level: usize = 0;
    let mut curve = Vec::new();
    for (at, (come, gone)) in changes {
        level = (level + come).checked_sub(gone)?;
        curve.push((at, level));
    }
    curve.dedup_by_key(|(_, level)| *level);
    Some(curve)
}

#[cfg(test)]
mod tests {
    use super::*;
    use verdict::{Kind, Trace};

    fn span(probe: &str, item: u64, start: u64, end: u64) -> Span {
        Span { probe: probe.into(), item, lane: 0, start, end, finished: true }
    }

    fn run(kind: Kind, taken: &[u64], received: &[u64]) -> Verdict {
        let spans =
            vec![span("fetch", 1, 0, 10), span("fetch", 2, 0, 10), span("parse", 1, 10, 30), span("parse", 2, 30, 50)];
        let trace = Trace { taken: taken.into(), received: received.into(), ..Trace::default() };
        Verdict { spans, trace: Box::new(trace), ..Verdict::new(kind, "") }
    }

    fn named(verdict: &Verdict) -> Vec<(String, Vec<(u64, usize)>)> {
        of(verdict).into_iter().map(|level| (level.name, level.curve)).collect()
    }

    #[test]
    fn what_waits_is_counted_between_the_stages_and_at_both_ends() {
        let levels = named(&run(Kind::Pass, &[0, 0], &[40, 60]));
        let between = ("before parse".to_owned(), vec![(10, 1), (30, 0)]);
        let after = ("unread".to_owned(), vec![(30, 1), (40, 0), (50, 1), (60, 0)]);
        assert_eq!(levels, [between.clone(), after]);
        // A third was taken, and waits.
        let levels = named(&run(Kind::Stuck, &[0, 0, 20], &[40]));
        let before = ("queued".to_owned(), vec![(0, 0), (20, 1)]);
        assert_eq!(levels, [before, between, ("unread".to_owned(), vec![(30, 1), (40, 0), (50, 1)])]);
    }

    #[test]
    fn what_cannot_be_is_not_drawn() {
        // More received than done: other results than these.
        let levels = named(&run(Kind::Pass, &[], &[1, 2, 3]));
        assert_eq!(levels.len(), 1);
        // Left over in a run that passed.
        assert_eq!(named(&run(Kind::Pass, &[0, 0, 0], &[40])).len(), 1);
    }
}
