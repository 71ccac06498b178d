//! What this process may work on, what it works on, and what of it may be committed.

use crate::{HAND_OVER, Watermark};
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::{Offset, TopicPartitionList};
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Shared by the polling thread, which hears of rebalances, and the tasks that work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    assigned: Mutex<Assigned>,
    done: Condvar,
}

#[derive(Debug, Default)]
struct Assigned {
    /// Counts the revocations: what was polled before one is no longer ours to begin, even if its partition came back.
    generation: u64,
    partitions: HashMap<i32, Partition>,
}

#[derive(Debug)]
struct Partition {
    generation: u64,
    watermark: Watermark,
    /// Items that will never be done, and that nobody waits for.
    panicked: usize,
    committed: Option<i64>,
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Assigned> {
        self.0.assigned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What an item that is polled now has to show when it begins.
    pub(crate) fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Whether the item is still this process's; if so, it has begun.
    pub(crate) fn begin(&self, generation: u64, partition: i32, offset: i64) -> bool {
        let mut assigned = self.lock();
        let ours = assigned.generation == generation;
        if ours {
            let fresh = || Partition { generation, watermark: Watermark::default(), panicked: 0, committed: None };
            assigned.partitions.entry(partition).or_insert_with(fresh).watermark.begin(offset);
        }
        ours
    }

    /// The item is done.
    pub(crate) fn done(&self, generation: u64, partition: i32, offset: i64) {
        let mut assigned = self.lock();
        // A hand-over that waited too long has given the partition away, and it may have come back since.
        if let Some(partition) = assigned.partitions.get_mut(&partition).filter(|own| own.generation == generation) {
            partition.watermark.done(offset);
        }
        drop(assigned);
        self.0.done.notify_all();
    }

    /// The work of an item of this partition panicked: nothing past the item is committed, and no hand-over waits for it.
    pub(crate) fn panicked(&self, generation: u64, partition: i32) {
        let mut assigned = self.lock();
        if let Some(partition) = assigned.partitions.get_mut(&partition).filter(|own| own.generation == generation) {
            partition.panicked += 1;
        }
        drop(assigned);
        self.0.done.notify_all();
    }

    /// Commits what is done and was not committed yet.
    pub(crate) fn commit(&self, consumer: &impl Consumer<Rebalances>, topic: &str, mode: CommitMode) {
        let mut list = TopicPartitionList::new();
        for (number, partition) in &mut self.lock().partitions {
            let offset = partition.watermark.commit();
            if let Some(offset) = offset.filter(|_| offset != partition.committed) {
                partition.committed = Some(offset);
                // Only a name with a NUL byte is refused, and such a topic could not have been subscribed to.
                let _ = list.add_partition_offset(topic, *number, Offset::Offset(offset));
            }
        }
        if list.count() > 0 {
            // What cannot be committed is done again by whoever has the partition next.
            let _ = consumer.commit(&list, mode);
        }
    }
}

/// librdkafka calls it on the thread that polls.
pub(crate) struct Rebalances {
    pub(crate) ledger: Ledger,
    pub(crate) topic: String,
}

impl ClientContext for Rebalances {}

impl ConsumerContext for Rebalances {
    // ANCHOR: hand-over
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if !matches!(rebalance, Rebalance::Revoke(_)) {
            return;
        }
        let mut assigned = self.ledger.lock();
        assigned.generation += 1;
        let open = |partition: &Partition| partition.watermark.in_flight() > partition.panicked;
        let busy = |assigned: &mut Assigned| assigned.partitions.values().any(open);
        let waited = self.ledger.0.done.wait_timeout_while(assigned, HAND_OVER, busy);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        self.ledger.commit(consumer, &self.topic, CommitMode::Sync);
        self.ledger.lock().partitions.clear();
    }
    // ANCHOR_END: hand-over
}
