//! The consumer: one thread that polls, one task that begins items, a task an item.

use crate::ledger::{Ledger, Rebalances};
use crate::{COMMIT_EVERY, Error, Item, QUEUED, Settings, WORKERS};
use futures::FutureExt;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// What a consumer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// Items whose work was done.
    pub items: u64,
}

/// An item, and the generation in which it was polled.
type Polled = (u64, Item);

/// How long the polling thread waits for a message before it looks at the clock and the token.
const POLL: Duration = Duration::from_millis(50);

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
    let (queue, polled) = mpsc::channel(QUEUED);
    let over = CancellationToken::new();
    let _over = over.clone().drop_guard();
    let poll = {
        let (ledger, over) = (ledger.clone(), over.clone());
        tokio::task::spawn_blocking(move || poll(&settings, &ledger, &queue, &over))
    };
    let worked = begin(&ledger, work, polled, &stop).await;
    over.cancel();
    poll.await.expect("the polling thread does not panic")?;
    worked
}

// ANCHOR: poll
/// Polls until `over`: it also serves rebalances, so it goes on while the last items finish.
fn poll(
    settings: &Settings,
    ledger: &Ledger,
    queue: &mpsc::Sender<Polled>,
    over: &CancellationToken,
) -> Result<(), KafkaError> {
    let context = Rebalances { ledger: ledger.clone(), topic: settings.topic.clone() };
    let consumer: BaseConsumer<Rebalances> = ClientConfig::new()
        .set("bootstrap.servers", &settings.brokers)
        .set("group.id", &settings.group)
        .set("session.timeout.ms", settings.session_timeout.as_millis().to_string())
        .set("heartbeat.interval.ms", (settings.session_timeout.as_millis() / 3).to_string())
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .create_with_context(context)?;
    consumer.subscribe(&[&settings.topic])?;
    let mut committed = Instant::now();
    while !over.is_cancelled() {
        match consumer.poll(POLL) {
            Some(Ok(message)) => {
                let payload = message.payload().unwrap_or_default().to_vec();
                let item = Item { partition: message.partition(), offset: message.offset(), payload };
                // Refused once nothing begins any more: nobody commits it, so another process gets it.
                let _ = queue.blocking_send((ledger.generation(), item));
            }
            Some(Err(error)) if consumer.client().fatal_error().is_some() => return Err(error),
            Some(Err(_)) | None => {}
        }
        if committed.elapsed() >= COMMIT_EVERY {
            ledger.commit(&consumer, &settings.topic, CommitMode::Async);
            committed = Instant::now();
        }
    }
    ledger.commit(&consumer, &settings.topic, CommitMode::Sync);
    Ok(())
}
// ANCHOR_END: poll

// ANCHOR: begin
/// Begins items in the order in which they were polled, until `stop` or a panic, and waits for those in flight.
async fn begin<W, F>(
    ledger: &Ledger,
    work: W,
    mut polled: mpsc::Receiver<Polled>,
    stop: &CancellationToken,
) -> Result<Consumed, Error>
where
    W: Fn(Item) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    let mut ended = Ok(Consumed { items: 0 });
    while ended.is_ok() {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(done) = tasks.join_next() => count(&mut ended, done),
            next = polled.recv(), if tasks.len() < WORKERS => {
                let Some((generation, item)) = next else { break };
                let (partition, offset) = (item.partition, item.offset);
                if ledger.begin(generation, partition, offset) {
                    let (work, ledger) = (AssertUnwindSafe(work(item)).catch_unwind(), ledger.clone());
                    tasks.spawn(async move {
                        if work.await.is_ok() {
                            ledger.done(generation, partition, offset);
                        }
                        Ok(())
                    });
                }
            }
        }
    }
    drop(polled);
    while let Some(done) = tasks.join_next().await {
        count(&mut ended, done);
    }
    ended
}
// ANCHOR_END: begin

/// Counts an item that is done; the first error stays.
fn count(ended: &mut Result<Consumed, Error>, done: Result<Result<(), Error>, JoinError>) {
    let done = done.expect("the tasks catch panics and are not aborted");
    match (&mut *ended, done) {
        (Ok(consumed), Ok(())) => consumed.items += 1,
        (Ok(_), Err(error)) => *ended = Err(error),
        (Err(_), _) => {}
    }
}
