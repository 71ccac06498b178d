//! Across processes: one topic, one consumer group, eight workers in each process.
//!
//! A fan-out that has outgrown one machine reads from a partitioned log. The broker deals the partitions out to the
//! processes of a group, and gives those of a dead one to the others. What it cannot know is what a process has done:
//! that is what committed offsets are for. Build the producer, the consumer, and the watermark that decides what may
//! be committed. `src/main.rs` is given: it is the program that the tests run, kill and start again.
//!
//! What is judged:
//!
//! - [`Watermark`]: what may be committed is the first offset whose work is not done. Offsets begin in ascending order,
//!   but with holes: those that never came hold nothing up.
//! - [`produce`] sends item `n` to partition `n % PARTITIONS`, each once and in order, and returns their number when
//!   all are acknowledged.
//! - [`consume`] calls `work` for the items of a partition in the order of their offsets, and has at most [`WORKERS`]
//!   items in flight, also of one partition: an item that takes long holds up no other item. With enough items,
//!   there are [`WORKERS`] in flight.
//! - While an item is open, nothing at or above it is committed in its partition. What is done without a gap is
//!   committed within 3 s, also while items of other partitions are open. So a process that is killed with SIGKILL
//!   loses nothing: what it had not finished is begun again by another one, and every item is done at least once.
//! - When `stop` is cancelled, no further item begins, those in flight are done and committed, the process leaves
//!   the group and `consume` returns. Nothing of it is done twice.
//! - When the work of an item panics, `consume` returns [`Error::Panicked`] with its place. What was done before is
//!   committed, the item is not, and the group is left.
//! - When a process joins, it gets partitions of the others. They first finish what they have in flight there, which
//!   takes 5 s at most, and commit it, and drop what they only polled: nothing is done twice, and a partition's order
//!   holds.
//!
//! The tests need a broker; `cargo checker doctor` says which one, and the criteria of `Watermark` need none. The
//! client library is rdkafka. Its callbacks and its synchronous commits block the thread that calls them.

use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Partitions of the topic: the most processes that one group can use.
pub const PARTITIONS: i32 = 10;
/// Items in flight in one process. The work waits rather than computes, so they may be more than the cores.
pub const WORKERS: usize = 8;

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

/// What a consumer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// Items whose work was done.
    pub items: u64,
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

/// Follows the items of one partition from their beginning to their end.
#[derive(Clone, Debug, Default)]
pub struct Watermark {}

impl Watermark {
    /// The item at `offset` begins.
    pub fn begin(&mut self, offset: i64) {
        let _ = offset;
        todo!("remember that it is open")
    }

    /// The item at `offset` is done.
    pub fn done(&mut self, offset: i64) {
        let _ = offset;
        todo!("forget it; what is below it may still be open")
    }

    /// Where a successor has to start, which is the offset to commit; `None` before anything began.
    pub fn commit(&self) -> Option<i64> {
        todo!("the first offset whose work is not done")
    }
}

/// Sends the items in their order, the item at place `n` to partition `n % PARTITIONS`, and returns how many were sent
/// once the brokers have acknowledged all of them.
///
/// # Errors
///
/// [`Error::Kafka`] for the first item that is not acknowledged within 10 s. Those after it may have arrived.
///
/// # Cancel safety
///
/// What was handed over when the future is dropped may still arrive.
pub async fn produce(brokers: &str, topic: &str, items: impl Iterator<Item = Vec<u8>> + Send) -> Result<u64, Error> {
    let _ = (brokers, topic, items);
    todo!("send with a bounded number of items that are not acknowledged, and wait for all of them")
}

/// Takes part in the group until `stop` is cancelled, and works on what it is assigned.
///
/// `work` is called in the order of the offsets of each partition; the futures that it returns run beside one
/// another, at most [`WORKERS`] at once.
///
/// # Errors
///
/// [`Error::Kafka`] when librdkafka cannot go on, [`Error::Panicked`] when the work of an item panicked. What was
/// done until then is committed, and the group left.
///
/// # Cancel safety
///
/// Dropping the future aborts the items in flight, and they are done again by another process. Cancel `stop` instead.
pub async fn consume<W, F>(settings: Settings, work: W, stop: CancellationToken) -> Result<Consumed, Error>
where
    W: Fn(Item) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let _ = (settings, work, stop);
    todo!("poll, begin the items in order, follow each partition's watermark, and commit it")
}
