//! The work probe: simulated work that remembers who ran when.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::{Handle, Id};
use tokio::time::{Instant, Sleep};

/// The work of a stage. Clones are the same probe.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use std::time::Duration;
/// let work = workbook::Work::taking(Duration::from_millis(1));
/// let start = tokio::time::Instant::now();
/// work.run(7).await;
/// assert_eq!(start.elapsed(), Duration::from_millis(1));
/// assert_eq!(work.records()[0].item, 7);
/// # }
/// ```
#[derive(Clone)]
pub struct Work {
    probe: Arc<Probe>,
}

struct Probe {
    name: &'static str,
    takes: Box<dyn Fn(u64) -> Duration + Send + Sync>,
    /// Whose clock it counts by, if it was made in a runtime.
    home: Option<Id>,
    panics: Box<dyn Fn(u64) -> bool + Send + Sync>,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    records: Vec<Record>,
    in_flight: usize,
    peak: Option<Peak>,
}

/// One run of one item.
#[derive(Clone, Debug)]
pub struct Record {
    /// The item.
    pub item: u64,
    /// When it was first polled.
    pub start: Instant,
    /// When it ended; `None` while it is in flight.
    pub end: Option<Instant>,
    /// Whether it ran to its end. A run that was cancelled or that panicked did not.
    pub finished: bool,
    /// The task that ran it.
    pub task: Option<tokio::task::Id>,
    /// Where `run` was called.
    pub at: &'static Location<'static>,
}

/// The moment at which the most items were in flight.
#[derive(Clone, Debug)]
pub struct Peak {
    /// How many.
    pub in_flight: usize,
    /// When it was first reached.
    pub when: Instant,
    /// Which items, ascending.
    pub items: Vec<u64>,
    /// Where the run was called that made it so many.
    pub at: &'static Location<'static>,
}

impl Work {
    /// Work that takes the same time for every item.
    pub fn taking(time: Duration) -> Work {
        Work::varying(move |_| time)
    }

    /// Work that takes a time of its own for each item.
    pub fn varying(takes: impl Fn(u64) -> Duration + Send + Sync + 'static) -> Work {
        Work {
            probe: Arc::new(Probe {
                name: "work",
                home: runtime(),
                takes: Box::new(takes),
                panics: Box::new(|_| false),
                log: Mutex::default(),
            }),
        }
    }

    /// The same work, still unused, under a name of its own in the swim-lane picture and in messages.
    ///
    /// # Panics
    ///
    /// If the work has been cloned.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Work {
        Arc::get_mut(&mut self.probe).expect("a name is given before the work is cloned").name = name;
        self
    }

    /// The same work, still unused, panicking at its end for the items that `panics` chooses.
    ///
    /// # Panics
    ///
    /// If the work has been cloned.
    #[must_use]
    pub fn panicking(mut self, panics: impl Fn(u64) -> bool + Send + Sync + 'static) -> Work {
        Arc::get_mut(&mut self.probe).expect("a panic is planned before the work is cloned").panics = Box::new(panics);
        self
    }

    /// Works on `item`. It is in flight from the first poll until the future is ready or dropped.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the work: the item counts as not finished, and nothing goes on behind it.
    ///
    /// # Panics
    ///
    /// When it is polled on another runtime than the one that the work was made in: that one has another clock.
    #[track_caller]
    pub fn run(&self, item: u64) -> Run {
        Run { probe: self.probe.clone(), item, at: Location::caller(), state: State::Unstarted }
    }

    /// The name in the swim-lane picture.
    pub fn name(&self) -> &'static str {
        self.probe.name
    }

    /// How many items are in flight.
    pub fn in_flight(&self) -> usize {
        self.probe.log().in_flight
    }

    /// The moment at which the most items were in flight, the first such moment; `None` before the first run.
    pub fn peak(&self) -> Option<Peak> {
        self.probe.log().peak.clone()
    }

    /// Every run so far, in the order in which they started.
    pub fn records(&self) -> Vec<Record> {
        self.probe.log().records.clone()
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("name", &self.probe.name).field("in_flight", &self.in_flight()).finish()
    }
}

impl Probe {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The runtime that this is called in.
fn runtime() -> Option<Id> {
    Handle::try_current().ok().map(|runtime| runtime.id())
}

impl Log {
    fn start(&mut self, item: u64, at: &'static Location<'static>) -> usize {
        let now = Instant::now();
        let index = self.records.len();
        self.records.push(Record { item, start: now, end: None, finished: false, task: tokio::task::try_id(), at });
        self.in_flight += 1;
        if self.peak.as_ref().is_none_or(|peak| self.in_flight > peak.in_flight) {
            // The open records are among the latest; a scan from the back stops when all are found.
            let mut items: Vec<u64> =
                self.records.iter().rev().filter(|r| r.end.is_none()).take(self.in_flight).map(|r| r.item).collect();
            items.sort_unstable();
            self.peak = Some(Peak { in_flight: self.in_flight, when: now, items, at });
        }
        index
    }

    fn end(&mut self, index: usize, finished: bool) {
        let record = &mut self.records[index];
        record.end = Some(Instant::now());
        record.finished = finished;
        self.in_flight -= 1;
    }
}

/// The future of [`Work::run`].
#[must_use = "work happens only while this future is polled"]
pub struct Run {
    probe: Arc<Probe>,
    item: u64,
    at: &'static Location<'static>,
    state: State,
}

/// `Unstarted → Running` at the first poll, `Running → Done` when the time is over; a drop in `Running` cancels.
enum State {
    Unstarted,
    Running { record: usize, sleep: Pin<Box<Sleep>> },
    Done,
}

impl Future for Run {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.probe.home.is_some_and(|home| runtime().is_some_and(|here| here != home)) {
            panic!("work of one runtime is run on another, which has a clock of its own");
        }
        if let State::Unstarted = self.state {
            let takes = (self.probe.takes)(self.item);
            let record = self.probe.log().start(self.item, self.at);
            self.state = State::Running { record, sleep: Box::pin(tokio::time::sleep(takes)) };
        }
        let State::Running { record, sleep } = &mut self.state else {
            panic!("`Run` polled after completion");
        };
        if sleep.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        let record = *record;
        let panics = (self.probe.panics)(self.item);
        self.probe.log().end(record, !panics);
        self.state = State::Done;
        if panics {
            std::panic::panic_any(PlannedPanic(self.item));
        }
        Poll::Ready(())
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let State::Running { record, .. } = self.state {
            self.probe.log().end(record, false);
        }
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("item", &self.item).finish_non_exhaustive()
    }
}

/// The payload of a panic that a test planned with [`Work::panicking`].
#[derive(Clone, Copy, Debug)]
pub struct PlannedPanic(
    /// The item.
    pub u64,
);
