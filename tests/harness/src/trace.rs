//! What a run's picture shows beside the work: moments, what was taken and received, who was left.
//!
//! Nothing is noted unless the picture is asked for.

use crate::channel;
use crate::diagnosis::Parked;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::task::Id;
use tokio::time::Instant;
use verdict::{Bound, Kind, Left, Moment, Trace, Verdict};

/// More moments than this, and none could be read.
const MOST_MOMENTS: usize = 12;
/// So many of them for items whose panic the test has planned.
const MOST_PANICS: usize = 3;
/// More items are not counted: the picture's beginning is what is looked at.
const MOST_COUNTED: usize = 100_000;
/// A label is no message.
const LABEL: usize = 40;

#[derive(Default)]
struct Notes {
    moments: Vec<(Instant, String, bool)>,
    panics: usize,
    bounds: Vec<Bound>,
    taken: Vec<Instant>,
    received: Vec<Instant>,
    left: Vec<(Id, Instant, String)>,
    end: Option<Instant>,
}

static NOTES: Mutex<Option<Notes>> = Mutex::new(None);

/// Whether anybody wants the picture.
pub(crate) fn wanted() -> bool {
    channel::order().spans
}

fn note(what: impl FnOnce(&mut Notes)) {
    if wanted() {
        what(notes().get_or_insert_default());
    }
}

fn notes() -> MutexGuard<'static, Option<Notes>> {
    NOTES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does something that the picture points out: `marked("cancel", || token.cancel())`. The label is a word or two.
pub fn marked<T>(label: &str, act: impl FnOnce() -> T) -> T {
    note(|notes| notes.moment(Instant::now(), label, false));
    act()
}

/// Counts the item that the test receives, if it is one: what is done and not received is a level in the picture.
/// `received(output.recv()).await` is `output.recv().await`.
///
/// # Cancel safety
///
/// As that of `receiving`: nothing is lost besides.
pub async fn received<T>(receiving: impl Future<Output = Option<T>>) -> Option<T> {
    let item = receiving.await?;
    note(|notes| notes.count(|notes| &mut notes.received));
    Some(item)
}

/// An item was taken from the test's source.
pub(crate) fn taken() {
    note(|notes| notes.count(|notes| &mut notes.taken));
}

/// A bound that the test asks for.
pub(crate) fn bound(probe: &str, most: usize) {
    note(|notes| notes.bounds.push(Bound { probe: probe.to_owned(), most }));
}

/// What the verdict is about was at this moment.
pub(crate) fn finding(at: Option<Instant>, label: &str) {
    note(|notes| notes.moment(at.unwrap_or_else(Instant::now), label, true));
}

/// A check found something just now, unless it has said when.
pub(crate) fn found(verdict: &Verdict) {
    let label = match verdict.kind {
        Kind::Leak => "left behind",
        Kind::Spin => "polled, though nothing can move",
        Kind::Stuck => "waits for ever",
        Kind::Memory => "too much memory",
        _ => "the check fails",
    };
    note(|notes| {
        if !notes.moments.iter().any(|(_, _, finding)| *finding) {
            notes.moment(Instant::now(), label, true);
        }
    });
}

/// A panic, which a test may have planned for an item.
pub(crate) fn panicked(item: Option<u64>) {
    // Elsewhere the clock is another.
    if tokio::runtime::Handle::try_current().is_ok() {
        note(|notes| match item {
            Some(item) => {
                notes.panics += 1;
                if notes.panics <= MOST_PANICS {
                    notes.moment(Instant::now(), &format!("{item} panics"), false);
                }
            }
            None => notes.moment(Instant::now(), "panic", true),
        });
    }
}

/// These tasks are parked or left behind. The picture ends at `end`, if it is given, for nothing moves from then on.
pub(crate) fn left(parked: &[Parked], end: Option<Instant>) {
    note(|notes| {
        notes.left = parked.iter().map(|task| (task.id, task.since, waits(task))).collect();
        notes.end = end;
    });
}

/// Where a task waits, in a few words.
fn waits(task: &Parked) -> String {
    let leaf = task.wait.leaf.as_deref().map(|leaf| {
        // `mpsc::Sender::send` as `Sender::send`.
        let mut parts: Vec<&str> = leaf.rsplitn(3, "::").take(2).collect();
        parts.reverse();
        parts.join("::")
    });
    match (leaf, &task.wait.at) {
        (Some(leaf), Some(at)) => format!("{leaf} at {at}"),
        (Some(leaf), None) => leaf,
        (None, Some(at)) => format!("waits at {at}"),
        (None, None) => format!("spawned at {}", task.spawned),
    }
}

impl Notes {
    fn moment(&mut self, at: Instant, label: &str, finding: bool) {
        let label = match label.char_indices().nth(LABEL) {
            Some((cut, _)) => format!("{} …", &label[..cut].trim_end()),
            None => label.to_owned(),
        };
        if self.moments.len() < MOST_MOMENTS && !self.moments.iter().any(|known| (known.0, &known.1) == (at, &label)) {
            self.moments.push((at, label, finding));
        }
    }

    fn count(&mut self, of: impl FnOnce(&mut Notes) -> &mut Vec<Instant>) {
        let counted = of(self);
        if counted.len() < MOST_COUNTED {
            counted.push(Instant::now());
        }
    }
}

/// All that was noted, on the run's clock. `lanes` tells in which lanes a task has worked.
pub(crate) fn collect(began: Instant, ended: Instant, lanes: impl Fn(Id) -> Vec<usize>) -> Trace {
    if !wanted() {
        return Trace::default();
    }
    let notes = notes().take().unwrap_or_default();
    let micros = |at: Instant| at.saturating_duration_since(began).as_micros() as u64;
    let moment = |(at, label, finding)| Moment { at: micros(at), label, finding };
    let left = |(id, since, waits)| Left { lanes: lanes(id), since: micros(since), waits };
    let counted = |of: Vec<Instant>| of.into_iter().map(micros).collect();
    Trace {
        end: micros(notes.end.unwrap_or(ended)),
        moments: notes.moments.into_iter().map(moment).collect(),
        bounds: notes.bounds,
        taken: counted(notes.taken),
        received: counted(notes.received),
        left: notes.left.into_iter().map(left).collect(),
    }
}
