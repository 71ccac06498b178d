//! What of one partition is done, at least at its upper end.

use std::collections::BTreeSet;

/// Follows the items of one partition from their beginning to their end.
#[derive(Clone, Debug, Default)]
pub struct Watermark {
    in_flight: BTreeSet<i64>,
    next: Option<i64>,
}

impl Watermark {
    /// The item at `offset` begins.
    pub fn begin(&mut self, offset: i64) {
        self.in_flight.insert(offset);
        self.next.get_or_insert(offset);
    }

    /// The item at `offset` is done.
    pub fn done(&mut self, offset: i64) {
        self.in_flight.remove(&offset);
        self.next = self.next.max(Some(offset + 1));
    }

    /// Where a successor has to start, which is the offset to commit; `None` before anything began.
    pub fn commit(&self) -> Option<i64> {
        self.next
    }

    /// How many items began and are not done.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }
}
