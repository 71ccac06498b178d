//! What a test watches: the work probes and the source.

use crate::{tasks, trace};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;
use verdict::{Span, Trace, Verdict};
use workbook::Work;

static WATCHED: Mutex<Vec<Work>> = Mutex::new(Vec::new());

/// Puts the work into the swim-lane picture. Give it its name and its panics first.
pub fn watched(work: Work) -> Work {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner).push(work.clone());
    work
}

/// The swim lanes of all watched probes, if anybody wants them; one lane a task, in the order of first work.
/// With them, what the picture shows beside them.
pub(crate) fn seen(began: Instant, ended: Instant) -> (Vec<Span>, Box<Trace>) {
    if !trace::wanted() {
        return Default::default();
    }
    let micros = |at: Instant| at.saturating_duration_since(began).as_micros() as u64;
    let mut lanes = Vec::new();
    let mut spans = Vec::new();
    for work in WATCHED.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        for record in work.records() {
            let key = (work.name(), record.task);
            let lane = lanes.iter().position(|known| *known == key).unwrap_or_else(|| {
                lanes.push(key);
                lanes.len() - 1
            });
            spans.push(Span {
                probe: work.name().to_owned(),
                item: record.item,
                lane,
                start: micros(record.start),
                end: micros(record.end.unwrap_or(ended).min(ended)),
                finished: record.finished,
            });
        }
    }
    let of = |task| (0..lanes.len()).filter(|lane| lanes[*lane].1 == Some(task)).collect();
    (spans, Box::new(trace::collect(began, ended, of)))
}

/// The verdict, with what was seen until the thread was held: the clock stands still since.
pub(crate) fn held(mut verdict: Verdict) -> Verdict {
    if let (true, Some(began), Some(last)) = (trace::wanted(), tasks::RUN_BEGAN.get(), tasks::last_polled()) {
        trace::finding(Some(last), "the thread is blocked");
        (verdict.spans, verdict.trace) = seen(*began, last);
    }
    verdict
}

/// Numbers of one type wherever they come from: what takes any iterator is then compiled once for all tests of a subject.
pub type Numbers = Box<dyn Iterator<Item = u64> + Send>;

/// These numbers as [`Numbers`].
pub fn numbers(numbers: impl IntoIterator<Item = u64, IntoIter: Send + 'static>) -> Numbers {
    Box::new(numbers.into_iter())
}

/// A source of numbers that knows how many were taken. Clones count together.
#[derive(Clone, Debug)]
pub struct Source<I> {
    items: I,
    taken: Arc<AtomicU64>,
}

impl<I: Iterator> Source<I> {
    /// A source over `items`; nothing is taken yet.
    pub fn new(items: impl IntoIterator<IntoIter = I>) -> Source<I> {
        Source { items: items.into_iter(), taken: Arc::default() }
    }

    /// A counter that goes on counting after the source has been handed over.
    pub fn counter(&self) -> Taken {
        Taken(self.taken.clone())
    }
}

impl<I: Iterator> Iterator for Source<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let item = self.items.next()?;
        self.taken.fetch_add(1, Relaxed);
        trace::taken();
        Some(item)
    }
}

/// How many items a [`Source`] has given.
#[derive(Clone, Debug)]
pub struct Taken(Arc<AtomicU64>);

impl Taken {
    /// How many items the source has given so far.
    pub fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }
}
