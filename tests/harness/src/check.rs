//! What a test asks.
//!
//! Each check returns an [`Outcome`], which fails the test only once it is told the usual cause:
//! `check::items(&seen, &expected).usually("…")`. A message then always has what was seen, where, and why.
//!
//! What is generic here is compiled again with each subject's tests, so it is no more than what must be: the rest asks
//! through `dyn`.

use crate::{diagnosis, judge, memory, program, quiet, sites, tasks, trace};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt::{Arguments, Debug, Display};
use std::time::Duration;
use tokio::time::Instant;
use verdict::{Kind, Verdict};
use workbook::Work;

/// What a check found.
#[must_use = "say the usual cause: `.usually(\"…\")`"]
#[derive(Debug)]
pub struct Outcome(Result<(), Box<Verdict>>);

impl Outcome {
    pub(crate) fn holds() -> Outcome {
        Outcome(Ok(()))
    }

    pub(crate) fn found(finding: Verdict) -> Outcome {
        Outcome(Err(Box::new(finding)))
    }

    fn when(broken: bool, finding: impl FnOnce() -> Verdict) -> Outcome {
        Outcome(if broken { Err(Box::new(finding())) } else { Ok(()) })
    }

    /// Ends the test if the check found something, with the usual cause of it.
    pub fn usually(self, cause: &str) {
        if let Err(mut finding) = self.0 {
            trace::found(&finding);
            finding.usually = Some(cause.to_owned());
            std::panic::panic_any(*finding);
        }
    }

    /// Ends the test if the check found something, with the cause that the check itself found.
    pub fn or_fail(self) {
        if let Err(finding) = self.0 {
            trace::found(&finding);
            std::panic::panic_any(*finding);
        }
    }
}

/// Any condition. `seen` says what was seen instead, in a sentence.
pub fn that(holds: bool, seen: impl Display) -> Outcome {
    fails(!holds, format_args!("{seen}"))
}

/// Two values are equal. `what` is a noun: `check::equal("lines written", lines, 1000)`.
pub fn equal<T: PartialEq + Debug>(what: &str, seen: T, expected: T) -> Outcome {
    fails(seen != expected, format_args!("{what}: {seen:?}, expected {expected:?}"))
}

fn fails(broken: bool, seen: Arguments<'_>) -> Outcome {
    Outcome::when(broken, || Verdict::new(Kind::Fail, seen.to_string()))
}

/// A bound on what is buffered, queued or taken: broken, the verdict is `bound`.
pub fn at_most(what: &str, seen: u64, bound: u64) -> Outcome {
    Outcome::when(seen > bound, || {
        trace::finding(None, &format!("{seen}, at most {bound}"));
        Verdict::new(Kind::Bound, format!("{what}: {seen}, at most {bound} allowed{}", at_that_time()))
    })
}

/// Exactly these items, in this order: else the first one that is lost, extra, repeated or out of place. Those that are
/// not equal are told apart by their `Debug`.
pub fn items<T: PartialEq + Debug>(seen: &[T], expected: &[T]) -> Outcome {
    let same = |at: usize| seen[at] == expected[at];
    let (seen_at, expected_at) = (|at: usize| &seen[at] as &dyn Debug, |at: usize| &expected[at] as &dyn Debug);
    compared(&same, List(seen.len(), &seen_at), List(expected.len(), &expected_at))
}

/// Exactly these items, each as often as expected, in any order.
pub fn same_items<T: Ord + Debug>(seen: &[T], expected: &[T]) -> Outcome {
    let of_seen = sorted(seen.len(), &|a, b| seen[a].cmp(&seen[b]));
    let of_expected = sorted(expected.len(), &|a, b| expected[a].cmp(&expected[b]));
    let same = |at: usize| seen[of_seen[at]] == expected[of_expected[at]];
    let seen_at = |at: usize| &seen[of_seen[at]] as &dyn Debug;
    let expected_at = |at: usize| &expected[of_expected[at]] as &dyn Debug;
    compared(&same, List(seen.len(), &seen_at), List(expected.len(), &expected_at))
}

/// The virtual time since `start` is `expected`, and at most `slack` more.
pub fn took(start: Instant, expected: Duration, slack: Duration) -> Outcome {
    let took = start.elapsed();
    Outcome::when(took < expected || took > expected + slack, || {
        trace::finding(Some(start + expected), "expected end");
        let or_more = if slack.is_zero() { String::new() } else { format!(" to {}", time(expected + slack)) };
        Verdict::new(Kind::Fail, format!("took {} of virtual time, expected {}{or_more}", time(took), time(expected)))
    })
}

/// The virtual time since `start` is at most `limit`.
pub fn took_at_most(start: Instant, limit: Duration) -> Outcome {
    let took = start.elapsed();
    Outcome::when(took > limit, || {
        trace::finding(Some(start + limit), "latest end");
        Verdict::new(Kind::Fail, format!("took {} of virtual time, at most {} allowed", time(took), time(limit)))
    })
}

/// Never more than `bound` items were in flight in this work: broken, the verdict is `bound`.
pub fn in_flight_at_most(work: &Work, bound: usize) -> Outcome {
    trace::bound(work.name(), bound);
    let Some(peak) = work.peak().filter(|peak| peak.in_flight > bound) else { return Outcome::holds() };
    trace::finding(Some(peak.when), &format!("{} in flight, bound {bound}", peak.in_flight));
    let first = peak.items.first().copied().unwrap_or_default();
    let last = peak.items.last().copied().unwrap_or_default();
    let at = work.records().first().map_or(peak.when, |record| record.start);
    let began = peak.when.saturating_duration_since(at);
    let mut finding = Verdict::new(
        Kind::Bound,
        format!(
            "{} in flight{}, bound {bound}, {} after the first began, items {first}…{last}",
            peak.in_flight,
            in_which(work),
            time(began)
        ),
    );
    let spawned = work.records().iter().rev().filter_map(|record| record.task).find_map(tasks::spawned_at);
    let spawned = spawned.and_then(subjects);
    if let Some(site) = &spawned {
        finding = finding.with(format!("run by tasks spawned at {site}"));
    }
    Outcome(Err(Box::new(finding.at(subjects(peak.at).or(spawned)))))
}

/// So many runs of this work in all, each to its end: work that is begun and dropped is not done. `what` is a noun, as
/// for [`equal`].
pub fn runs(what: &str, work: &Work, expected: usize) -> Outcome {
    let records = work.records();
    let finished = records.iter().filter(|run| run.finished).count();
    Outcome::when(finished != expected || records.len() != expected, || {
        let dropped = match records.len() - finished {
            0 => String::new(),
            dropped => format!(", {dropped} of them dropped before their end"),
        };
        Verdict::new(Kind::Fail, format!("{what}: {}{dropped}, expected {expected}", records.len()))
    })
}

/// At some moment `width` items were in flight in this work.
pub fn in_flight_reached(work: &Work, width: usize) -> Outcome {
    let peak = work.peak();
    let seen = peak.as_ref().map_or(0, |peak| peak.in_flight);
    Outcome::when(seen < width, || {
        let which = in_which(work);
        Verdict::new(Kind::Fail, format!("never more than {seen} in flight{which} at once, expected {width}"))
            .at(peak.and_then(|peak| subjects(peak.at)))
    })
}

/// Where a test has several works, each has a name of its own: which one it is.
fn in_which(work: &Work) -> String {
    match work.name() {
        "work" => String::new(),
        name => format!(" in `{name}`"),
    }
}

/// The site, if the line is the subject's: a test may run the work itself, in what it hands to the subject.
fn subjects(location: &std::panic::Location<'_>) -> Option<verdict::Site> {
    (sites::owner(location.file()) == sites::Owner::Subject).then(|| sites::located(location))
}

/// Nothing of the subject is polled while virtual time passes: what waits is parked, not polling.
pub async fn parked_for(time_to_pass: Duration) -> Outcome {
    quiet::quiescent().await;
    let before = tasks::living();
    let polls = tasks::polls();
    quiet::pass(time_to_pass).await;
    let extra = tasks::polls() - polls;
    if extra == 0 {
        return Outcome::holds();
    }
    let polled =
        |id: &tokio::task::Id, task: &tasks::Task| before.get(id).map_or(task.polls, |known| task.polls - known.polls);
    let busiest = tasks::living().into_iter().max_by_key(|(id, task)| polled(id, task));
    let mut finding = Verdict::new(
        Kind::Spin,
        format!("{extra} polls in {} of virtual time in which nothing could move", time(time_to_pass)),
    );
    if let Some((id, task)) = busiest {
        finding = finding
            .with(format!("{} of them of the task spawned at {}", polled(&id, &task), sites::located(task.spawned_at)))
            .at(subjects(task.spawned_at));
    }
    Outcome(Err(Box::new(finding)))
}

/// No task of the subject is alive: else the verdict is `leak`, with where each was spawned and waits.
///
/// A virtual clock does not move during this check, so a sleep before it is the time that the tasks have. On the
/// wall clock they get a moment to end.
pub async fn all_tasks_gone() -> Outcome {
    Outcome(judge::leak().await.map_or(Ok(()), |verdict| Err(Box::new(verdict))))
}

/// How many tasks of the subject are alive.
pub fn living_tasks() -> usize {
    tasks::living().len()
}

/// Where the subject's living tasks wait, a line each, for evidence in a message of a test's own.
pub async fn where_parked() -> Vec<String> {
    diagnosis::grouped(&diagnosis::parked().await.0)
}

/// A program ended by itself with this code. What it wrote to standard error is the evidence.
pub fn exit_code(run: &std::process::Output, expected: i32) -> Outcome {
    program::assert_started(run);
    if run.status.code() == Some(expected) {
        return Outcome::holds();
    }
    ended(run, format!("the program ended with {}, expected code {expected}", run.status))
}

/// A program that should go on has ended, as this says. What it wrote to standard error is the evidence.
pub fn goes_on(run: &std::process::Output) -> Outcome {
    program::assert_started(run);
    ended(run, format!("the program ended by itself, with {}", run.status))
}

fn ended(run: &std::process::Output, seen: String) -> Outcome {
    let errors = String::from_utf8_lossy(&run.stderr);
    let said: Vec<&str> =
        errors.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("note: ")).collect();
    if errors.contains("not yet implemented") {
        return Outcome(Err(Box::new(Verdict::new(Kind::Unstarted, "the program meets a `todo!()`"))));
    }
    let mut finding = Verdict::new(Kind::Fail, seen);
    finding.evidence = said.iter().take(4).map(|line| line.chars().take(200).collect()).collect();
    Outcome(Err(Box::new(finding)))
}

/// At most `bytes` were allocated at one moment: broken, the verdict is `memory`.
pub fn peak_memory(peak: &memory::Peak, bytes: usize) -> Outcome {
    Outcome::when(peak.bytes() > bytes, || {
        Verdict::new(
            Kind::Memory,
            format!("{} KiB allocated at one moment, at most {} KiB allowed", peak.bytes() >> 10, bytes >> 10),
        )
    })
}

/// A bound on memory that was measured in another way, in bytes: broken, the verdict is `memory`.
pub fn memory_at_most(what: &str, seen: u64, bound: u64) -> Outcome {
    Outcome::when(seen > bound, || {
        Verdict::new(Kind::Memory, format!("{what}: {} KiB, at most {} KiB allowed", seen >> 10, bound >> 10))
    })
}

/// Virtual time since the runtime began, for messages. The wall's says nothing, and a model has none.
fn at_that_time() -> String {
    match tasks::RUN_BEGAN.get().filter(|_| !tasks::real()) {
        Some(began) => format!(", at t = {}", time(began.elapsed())),
        None => String::new(),
    }
}

/// A duration as a reader wants it: whole milliseconds, seconds from one on.
fn time(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1e3;
    if milliseconds >= 1e3 && milliseconds % 1e3 == 0.0 {
        format!("{} s", milliseconds / 1e3)
    } else if milliseconds >= 1e4 {
        format!("{:.1} s", milliseconds / 1e3)
    } else {
        format!("{milliseconds:.0} ms")
    }
}

/// How many items, and each of them.
struct List<'a>(usize, &'a dyn Fn(usize) -> &'a dyn Debug);

impl List<'_> {
    fn texts(&self) -> Vec<String> {
        (0..self.0).map(|at| format!("{:?}", self.1(at))).collect()
    }
}

/// The places of so many items in the order of the items.
fn sorted(count: usize, order: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|&one, &other| order(one, other));
    places
}

/// Two lists, whose items at a place that both have are the same or not.
fn compared(same: &dyn Fn(usize) -> bool, seen: List<'_>, expected: List<'_>) -> Outcome {
    let both = seen.0.min(expected.0);
    let at = (0..both).find(|&at| !same(at)).unwrap_or(both);
    let differ = at < seen.0.max(expected.0);
    Outcome::when(differ, || Verdict::new(Kind::Fail, difference(at, &seen.texts(), &expected.texts())))
}

/// How two lists differ that do so first at this place, in words, with its neighbours.
fn difference(at: usize, seen: &[String], expected: &[String]) -> String {
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for item in expected {
        *counts.entry(item).or_default() += 1;
    }
    for item in seen {
        *counts.entry(item).or_default() -= 1;
    }
    let lost: Vec<&String> = expected.iter().filter(|item| counts[item.as_str()] > 0).collect();
    let extra: Vec<&String> = seen.iter().filter(|item| counts[item.as_str()] < 0).collect();
    let place = || format!("position {}: {}", at + 1, around(seen, at));
    match (lost.first(), extra.first()) {
        (Some(first), None) => {
            format!("{} of {} items lost, the first is {first}; {}", lost.len(), expected.len(), place())
        }
        (None, Some(first)) if expected.contains(first) => {
            format!("{first} arrived more than once, {} too many in all; {}", seen.len() - expected.len(), place())
        }
        (_, Some(first)) if !expected.contains(first) => {
            format!("{first} is none of the expected items; {}", place())
        }
        (Some(lost), Some(extra)) => format!("{lost} is lost and {extra} arrived more than once; {}", place()),
        _ => format!("out of order at {}, expected {}", place(), around(expected, at)),
    }
}

/// An item and its neighbours: `… 6, 8, [12], 10 …`.
fn around(items: &[String], at: usize) -> String {
    let (from, to) = (at.saturating_sub(2), (at + 2).min(items.len()));
    let mut shown: Vec<String> = (from..to)
        .map(|index| if index == at { format!("[{}]", items[index]) } else { items[index].clone() })
        .collect();
    if at >= items.len() {
        shown.push("[the end]".to_owned());
    }
    let text = shown.join(", ");
    let text = if from > 0 { format!("… {text}") } else { text };
    if to < items.len() { format!("{text} …") } else { text }
}

#[cfg(test)]
mod tests {
    use super::{items, same_items, time};
    use std::time::Duration;

    #[test]
    fn the_first_difference_is_named() {
        let expected = [2, 4, 6, 8, 10, 12];
        for (seen, text) in [
            (&[2, 4, 8, 10, 12][..], "1 of 6 items lost, the first is 6; position 3: 2, 4, [8], 10 …"),
            (&[2, 4, 6, 8, 10], "1 of 6 items lost, the first is 12; position 6: … 8, 10, [the end]"),
            (&[2, 4, 6, 6, 8, 10, 12], "6 arrived more than once, 1 too many in all; position 4: … 4, 6, [6], 8 …"),
            (&[2, 4, 6, 10, 8, 12], "out of order at position 4: … 4, 6, [10], 8 …, expected … 4, 6, [8], 10 …"),
            (&[2, 4, 7, 8, 10, 12], "7 is none of the expected items; position 3: 2, 4, [7], 8 …"),
            (&[2, 4, 4, 8, 10, 12], "6 is lost and 4 arrived more than once; position 3: 2, 4, [4], 8 …"),
            (&[], "6 of 6 items lost, the first is 2; position 1: [the end]"),
        ] {
            let finding = items(seen, &expected).0.expect_err("they differ");
            assert_eq!(finding.seen, text);
        }
        assert!(items(&expected, &expected).0.is_ok());
        assert!(same_items(&[8, 2, 12, 4, 10, 6], &expected).0.is_ok());
        let finding = same_items(&[8, 2, 12, 2, 10, 6], &expected).0.expect_err("they differ");
        assert_eq!(finding.seen, "4 is lost and 2 arrived more than once; position 2: 2, [2], 6 …");
    }

    #[test]
    fn times_are_short() {
        assert_eq!(time(Duration::from_millis(125)), "125 ms");
        assert_eq!(time(Duration::from_millis(1250)), "1250 ms");
        assert_eq!(time(Duration::from_secs(10)), "10 s");
        assert_eq!(time(Duration::from_millis(12_345)), "12.3 s");
    }
}
