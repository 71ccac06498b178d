//! What of one partition is done without a gap.

use std::collections::BTreeSet;

/// Follows the items of one partition from their beginning to their end.
///
/// Offsets begin in ascending order, but not always one after the other: a compacted or transactional topic has
/// holes. So "no gap" means: of what began, everything below is done. Only the items in flight are remembered.
#[derive(Clone, Debug, Default)]
pub struct Watermark {
    in_flight: BTreeSet<i64>,
    next: Option<i64>,
}

impl Watermark {
    /// The item at `offset` begins.
    pub fn begin(&mut self, offset: i64) {
        self.in_flight.insert(offset);
        self.next = Some(offset + 1);
    }

    /// The item at `offset` is done.
    pub fn done(&mut self, offset: i64) {
        self.in_flight.remove(&offset);
    }

    /// Where a successor has to start, which is the offset to commit; `None` before anything began.
    pub fn commit(&self) -> Option<i64> {
        self.in_flight.first().copied().or(self.next)
    }
}
