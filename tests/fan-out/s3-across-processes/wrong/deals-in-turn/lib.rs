//! Caught by: one_process_works_eight_wide_in_order (fail), an_open_item_holds_back_its_partitions_commit (fail), a_process_that_joins_takes_over_without_repeats (fail), a_killed_process_loses_nothing (fail), a_panic_is_returned_and_its_item_is_not_lost (fail)
//!
//! Gives every worker a queue and deals the items out in turn. An item behind a slow one begins after its successors.

mod consume;
mod ledger;
mod produce;
mod watermark;

pub use consume::{Consumed, consume};
pub use produce::produce;
pub use watermark::Watermark;

use std::time::Duration;

/// Partitions of the topic: the most processes that one group can use.
pub const PARTITIONS: i32 = 10;
/// Items in flight in one process. The work waits rather than computes, so they may be more than the cores.
pub const WORKERS: usize = 8;
/// Items taken from librdkafka that have not begun: one for each worker, so that none waits for the poll.
pub(crate) const QUEUED: usize = WORKERS;
/// What is done is committed at least this often: it bounds what a process that dies has done in vain.
pub(crate) const COMMIT_EVERY: Duration = Duration::from_millis(500);
/// How long a rebalance waits for items in flight. The group stands still meanwhile.
pub(crate) const HAND_OVER: Duration = Duration::from_secs(5);

/// Which items to consume, and as whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Addresses of the brokers, such as `127.0.0.1:9092`.
    pub brokers: String,
    /// The topic.
    pub topic: String,
    /// The group that the processes share.
    pub group: String,
    /// A process that is silent for so long is taken for dead. Brokers accept 6 s or more, if not told otherwise.
    pub session_timeout: Duration,
}

/// One item, as it came from the topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which partition.
    pub partition: i32,
    /// Which place in it.
    pub offset: i64,
    /// What the producer put in.
    pub payload: Vec<u8>,
}

/// Why producing or consuming ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The broker or the client library.
    #[error("kafka: {0}")]
    Kafka(#[from] rdkafka::error::KafkaError),
    /// An item's work panicked. It is not committed.
    #[error("the item at offset {offset} of partition {partition} panicked")]
    Panicked {
        /// Which partition.
        partition: i32,
        /// Which place in it.
        offset: i64,
    },
}
