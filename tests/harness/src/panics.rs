//! What panicked, and in whose code.

use crate::sites::{self, Owner};
use crate::trace;
use std::backtrace::Backtrace;
use std::panic::{PanicHookInfo, catch_unwind, panic_any};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use verdict::{Kind, Site, Verdict};
use workbook::PlannedPanic;

/// The first panic of the run that nobody planned.
static FIRST: Mutex<Option<Verdict>> = Mutex::new(None);

/// What a test of the learner's panicked with while it was tried: its findings, and none of the run's.
static ASIDE: Mutex<Option<Vec<Verdict>>> = Mutex::new(None);
/// More of them tell nothing more.
const MOST_ASIDE: usize = 8;

/// What a check of the test found first, whoever catches it: a closure of the test's may run inside the subject's code.
static FOUND: Mutex<Option<Verdict>> = Mutex::new(None);

/// The hook has met a [`Roll`].
static PRESENT: AtomicBool = AtomicBool::new(false);

/// The payload of a panic that asks whether the hook is still there.
struct Roll;

/// A task dump is being taken: it polls every task, under a scheduler that no wake may reach.
static DUMPING: AtomicBool = AtomicBool::new(false);
/// A task went on when the dump polled it, and the wake that followed panicked inside the scheduler.
static WENT_ON: AtomicBool = AtomicBool::new(false);

/// Runs one poll of a task dump. `None` if it panicked: a task that is not parked wakes itself, which the scheduler does
/// not expect in the middle of a dump.
pub(crate) fn while_dumping<T>(poll: impl FnOnce() -> T) -> Option<T> {
    DUMPING.store(true, Relaxed);
    let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(poll)).ok();
    DUMPING.store(false, Relaxed);
    polled
}

/// Whether a task that was parked could go on as soon as it was polled: then nobody had woken it.
pub(crate) fn went_on() -> bool {
    WENT_ON.load(Relaxed)
}

/// From now on a panic is noted instead of printed.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        if info.payload().is::<Roll>() {
            PRESENT.store(true, Relaxed);
        } else if DUMPING.load(Relaxed) {
            WENT_ON.store(true, Relaxed);
        } else if let Some(finding) = info.payload().downcast_ref::<Verdict>() {
            found(finding);
        } else if let Some(PlannedPanic(item)) = info.payload().downcast_ref().filter(|_| !by_the_subject(info)) {
            trace::panicked(Some(*item));
        } else {
            note(judge(info));
        }
    }));
}

/// Whether a panic of the subject's is seen: `None` while the hook is there, or one that hands on to it.
pub(crate) fn hook_is_gone() -> Option<Verdict> {
    PRESENT.store(false, Relaxed);
    let _ = catch_unwind(|| panic_any(Roll));
    let gone = "the panic hook was replaced, so that no panic is seen";
    (!PRESENT.load(Relaxed)).then(|| {
        Verdict::new(Kind::Crash, gone).usually("`std::panic::set_hook`: a hook is the program's, not a library's")
    })
}

/// The subject may use the payload of a planned panic for one of its own.
fn by_the_subject(info: &PanicHookInfo<'_>) -> bool {
    info.location().is_some_and(|location| matches!(sites::owner(location.file()), Owner::Subject | Owner::Foreign))
}

/// What fails while a test of the learner's is tried is that test's.
fn found(finding: &Verdict) {
    if ASIDE.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
        FOUND.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| finding.clone());
    }
}

/// What a check found first.
pub(crate) fn finding() -> Option<Verdict> {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn note(verdict: Verdict) {
    match &mut *ASIDE.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(aside) => {
            // The first and the last ones tell most.
            aside.truncate(MOST_ASIDE - 1);
            aside.push(verdict);
        }
        None => {
            trace::panicked(None);
            FIRST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(verdict);
        }
    }
}

/// From now on panics are set aside.
pub(crate) fn set_aside() {
    *ASIDE.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
}

/// The panics that were set aside, in their order. Further ones still are.
pub(crate) fn aside() -> Vec<Verdict> {
    ASIDE.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(std::mem::take).unwrap_or_default()
}

/// From now on a panic is the run's again.
pub(crate) fn none_aside() {
    *ASIDE.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// What the first unplanned panic means.
pub(crate) fn first() -> Option<Verdict> {
    FIRST.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn judge(info: &PanicHookInfo<'_>) -> Verdict {
    let message = info.payload_as_str().unwrap_or("a panic without a message");
    let message = message.trim_end();
    let Some(location) = info.location() else {
        return Verdict::new(Kind::Crash, format!("panicked: {message}"));
    };
    match sites::owner(location.file()) {
        Owner::Subject => by_subject(message, Some(sites::located(location))),
        // The future may be the test's, and whoever polls it once too often the subject.
        Owner::Test if message.contains(POLLED_AGAIN) => {
            by_subject(message, sites::any_subject_frame(&Backtrace::force_capture()))
        }
        Owner::Test => Verdict::new(Kind::Fail, first_lines(message)).at(Some(sites::located(location))),
        // What the learner-visible crate refuses is its caller's fault, if that is the subject.
        Owner::Harness => match sites::subject_frame(&Backtrace::force_capture()) {
            Some(site) if sites::learner_visible(location.file()) => by_subject(message, Some(site)),
            _ => Verdict::new(Kind::Infra, format!("the judge panicked at {location}: {message}")),
        },
        Owner::Foreign => by_subject(message, sites::subject_frame(&Backtrace::force_capture())),
    }
}

fn by_subject(message: &str, site: Option<Site>) -> Verdict {
    if let Some(what) = message.strip_prefix("not yet implemented") {
        let what = what.trim_start_matches(':').trim();
        let seen =
            if what.is_empty() { "nothing is written here yet".to_owned() } else { format!("still to write: {what}") };
        return Verdict::new(Kind::Unstarted, seen).at(site);
    }
    let verdict = Verdict::new(Kind::Crash, format!("panicked: {}", without_id(&first_lines(message)))).at(site);
    match usual(message) {
        Some(cause) => verdict.usually(cause),
        None => verdict,
    }
}

/// What the compiler's futures say when they are polled after their end.
const POLLED_AGAIN: &str = "resumed after completion";

/// What the commonest panics of concurrent code come from.
fn usual(message: &str) -> Option<&'static str> {
    if message.contains("SendError") {
        Some("the receiver is gone: that is how a consumer says it wants no more; end the stage instead of unwrapping")
    } else if message.contains("mpsc bounded channel requires buffer > 0") {
        Some("Tokio has no channel of capacity 0: the smallest bounded channel holds one item")
    } else if message.contains("Cannot start a runtime from within a runtime") {
        Some("`block_on` inside async code: await the future instead")
    } else if message.contains("Cannot block the current thread from within a runtime") {
        Some("a `blocking_…` call inside async code: await its async sibling, or move it into `spawn_blocking`")
    } else if message.contains("can call blocking only when running on the multi-threaded runtime") {
        Some("`block_in_place` needs a multi-thread runtime: `spawn_blocking` works on every one")
    } else if message.contains("no reactor running") || message.contains("must be called from the context of a Tokio") {
        Some(
            "a task or timer started on a thread of one's own: spawn on the runtime instead; or made outside the `async` \
             block that `block_on` gets",
        )
    } else if message.contains("JoinError::Panic(") {
        Some(
            "the panic of one task, unwrapped where it is joined, becomes that of another: look at what `join` returns",
        )
    } else if message.contains("JoinError::Cancelled(") {
        Some("a task that was aborted has no result: look at what `join` returns instead of unwrapping it")
    } else if message.contains(POLLED_AGAIN) {
        Some("a future that is over is polled again: after a `select!` with `&mut`, note which one has ended")
    } else if message.contains("PoisonError") {
        Some("a thread panicked while it held the lock; `into_inner` of the error gives what the lock guards")
    } else {
        None
    }
}

/// A `JoinError` without the id of its task, which says nothing to a reader.
fn without_id(text: &str) -> String {
    let Some((before, after)) = text.split_once("JoinError::") else { return text.to_owned() };
    let Some((kind, rest)) = after.split_once("(Id(") else { return text.to_owned() };
    let rest = rest.trim_start_matches(|character: char| character.is_ascii_digit());
    match (rest.strip_prefix("))"), rest.strip_prefix("), ")) {
        (Some(rest), _) => format!("{before}JoinError::{kind}{rest}"),
        (None, Some(rest)) => format!("{before}JoinError::{kind}({rest}"),
        (None, None) => text.to_owned(),
    }
}

/// The first lines as one, with short paths.
fn first_lines(message: &str) -> String {
    const LINES: usize = 4;
    let mut text = String::new();
    for line in message.lines().take(LINES) {
        if !text.is_empty() {
            text.push_str(if text.ends_with(':') { " " } else { "; " });
        }
        let words: Vec<String> = line.split_whitespace().map(short).collect();
        text.push_str(&words.join(" "));
    }
    if message.lines().count() > LINES {
        text.push_str("; …");
    }
    text.chars().take(400).collect()
}

/// `/home/me/workbook/exercises/…/src/lib.rs:7:5` as `src/lib.rs:7:5`; any other word as it is.
fn short(word: &str) -> String {
    match word.split_once(".rs:") {
        Some((path, place)) if path.contains('/') => {
            format!("{}:{place}", sites::site(&format!("{path}.rs"), 0).file)
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{first_lines, without_id};

    #[test]
    fn a_tasks_id_is_left_out() {
        let said = "called `Result::unwrap()` on an `Err` value: JoinError::";
        for (seen, shown) in [("Panic(Id(7), \"no\", ...)", "Panic(\"no\", ...)"), ("Cancelled(Id(12))", "Cancelled")] {
            assert_eq!(without_id(&format!("{said}{seen}")), format!("{said}{shown}"));
        }
        for own in ["UserId(7) is gone", "JoinError::Panic", "JoinError::Panic("] {
            assert_eq!(without_id(own), own);
        }
    }

    #[test]
    fn a_message_is_one_line_with_short_paths() {
        let message =
            "2 leaked:\n  1 × spawned at /w/tests/fan-out/12-leak/fan_outs.rs:7:5\n  at ex/src/lib.rs:8\na\nb";
        assert_eq!(first_lines(message), "2 leaked: 1 × spawned at fan_outs.rs:7:5; at src/lib.rs:8; a; …");
    }
}
