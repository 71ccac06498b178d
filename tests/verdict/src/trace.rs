//! What a run's picture shows beside the work itself.

use serde::{Deserialize, Serialize};

/// Moments, counts and what was left, on the run's clock: microseconds since the test began. It is noted only when
/// spans are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trace {
    /// When the run ended, or came to a standstill.
    pub end: u64,
    /// Moments to point out, in the order in which they were noted.
    pub moments: Vec<Moment>,
    /// The bounds that the test asked for.
    pub bounds: Vec<Bound>,
    /// When each item was taken from the test's source.
    pub taken: Vec<u64>,
    /// When the test received each result.
    pub received: Vec<u64>,
    /// The tasks that were parked or left behind at the end.
    pub left: Vec<Left>,
}

impl Trace {
    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        *self == Trace::default()
    }
}

/// A moment to point out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: u64,
    /// A few words, such as `cancel` or `9 in flight, bound 8`.
    pub label: String,
    /// Whether it is what the verdict is about.
    #[serde(default)]
    pub finding: bool,
}

/// A bound on what is in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The probe's name.
    pub probe: String,
    /// How many runs may be in flight.
    pub most: usize,
}

/// A task that was parked or left behind at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Its lanes, if it has worked.
    #[serde(default)]
    pub lanes: Vec<usize>,
    /// Since when it has not been polled.
    pub since: u64,
    /// Where it waits: `Sender::send at src/lib.rs:40`; where it was spawned, if no more is known.
    pub waits: String,
}
