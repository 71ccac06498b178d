//! The consumer: a stream of messages, and a task an item.

use crate::ledger::{Ledger, Rebalances};
use crate::{COMMIT_EVERY, Error, Item, Settings, WORKERS};
use futures::FutureExt;
use rdkafka::ClientConfig;
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use std::panic::AssertUnwindSafe;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// What a consumer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// Items whose work was done.
    pub items: u64,
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
    let ledger = Ledger::default();
    let context = Rebalances { ledger: ledger.clone(), topic: settings.topic.clone() };
    let consumer: StreamConsumer<Rebalances> = ClientConfig::new()
        .set("bootstrap.servers", &settings.brokers)
        .set("group.id", &settings.group)
        .set("session.timeout.ms", settings.session_timeout.as_millis().to_string())
        .set("heartbeat.interval.ms", (settings.session_timeout.as_millis() / 3).to_string())
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .create_with_context(context)?;
    consumer.subscribe(&[&settings.topic])?;
    let mut tasks = JoinSet::new();
    let mut ended = Ok(Consumed { items: 0 });
    let mut ticks = tokio::time::interval(COMMIT_EVERY);
    let mut stopped = false;
    while ended.is_ok() && !(stopped && tasks.is_empty()) {
        tokio::select! {
            () = stop.cancelled(), if !stopped => stopped = true,
            Some(done) = tasks.join_next() => count(&mut ended, done),
            _ = ticks.tick() => ledger.commit(&consumer, &settings.topic, CommitMode::Async),
            next = consumer.recv(), if stopped || tasks.len() < WORKERS => {
                if let Some((_, error)) = next.is_err().then(|| consumer.client().fatal_error()).flatten() {
                    return Err(Error::Kafka(KafkaError::Subscription(error)));
                }
                let Some(message) = next.ok().filter(|_| !stopped) else { continue };
                let (partition, offset) = (message.partition(), message.offset());
                let payload = message.payload().unwrap_or_default().to_vec();
                let generation = ledger.generation();
                if ledger.begin(generation, partition, offset) {
                    let work = AssertUnwindSafe(work(Item { partition, offset, payload })).catch_unwind();
                    let ledger = ledger.clone();
                    tasks.spawn(async move {
                        if work.await.is_err() {
                            ledger.panicked(generation, partition);
                            return Err(Error::Panicked { partition, offset });
                        }
                        ledger.done(generation, partition, offset);
                        Ok(())
                    });
                }
            }
        }
    }
    while let Some(done) = tasks.join_next().await {
        count(&mut ended, done);
    }
    tokio::task::block_in_place(|| {
        ledger.commit(&consumer, &settings.topic, CommitMode::Sync);
        drop(consumer);
    });
    ended
}

/// Counts an item that is done; the first error stays.
fn count(ended: &mut Result<Consumed, Error>, done: Result<Result<(), Error>, JoinError>) {
    let done = done.expect("the tasks catch panics and are not aborted");
    match (&mut *ended, done) {
        (Ok(consumed), Ok(())) => consumed.items += 1,
        (Ok(_), Err(error)) => *ended = Err(error),
        (Err(_), _) => {}
    }
}
