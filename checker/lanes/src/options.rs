//! How to draw a run, and what its verdict says about that.

use crate::levels;
use crate::window;
use verdict::{Bound, Left, Verdict};

/// How to draw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// What the picture shows, for those who cannot see it.
    pub title: String,
    /// The part of the time to draw, in microseconds; all of it if none is given.
    pub window: Option<(u64, u64)>,
    /// The bound on what is in flight, of each probe that has none of its own.
    pub bound: Option<usize>,
    /// The probes' own bounds.
    pub bounds: Vec<Bound>,
    /// Moments to point out.
    pub marks: Vec<Mark>,
    /// What is drawn below what is in flight: how much waits, and where.
    pub levels: Vec<Level>,
    /// Tasks that were parked or left behind at the end.
    pub left: Vec<Left>,
}

/// A moment to point out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When, in microseconds.
    pub at: u64,
    /// A word or two, such as `cancel`.
    pub label: String,
}

/// How much of something there was, over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// What it is, such as `unread`.
    pub name: String,
    /// The moments, in microseconds and ascending, from which on it was so much. Before the first, it was nothing.
    pub curve: Vec<(u64, usize)>,
}

impl Options {
    /// All that a verdict knows about its picture: what waits, who was left, the moments and the bounds, and the part
    /// of the time that tells most. The title is the caller's.
    pub fn of(verdict: &Verdict) -> Options {
        let trace = &verdict.trace;
        let marks = trace.moments.iter().map(|moment| Mark { at: moment.at, label: moment.label.clone() }).collect();
        Options {
            window: window::telling(&verdict.spans, trace),
            bounds: trace.bounds.clone(),
            marks,
            levels: levels::of(verdict),
            left: trace.left.clone(),
            ..Options::default()
        }
    }

    /// The bound of a probe.
    pub(crate) fn bound_of(&self, probe: &str) -> Option<usize> {
        // A test may ask for several, the least last or first: the strictest one is the bound.
        let own = self.bounds.iter().filter(|bound| bound.probe == probe).map(|bound| bound.most).min();
        own.or(self.bound)
    }
}
