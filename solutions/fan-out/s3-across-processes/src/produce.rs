//! The producer.

use crate::{Error, PARTITIONS};
use futures::{TryStreamExt, stream};
use rdkafka::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};

/// Items that were handed to librdkafka and are not acknowledged. Its own queue holds 100 000; a tenth of them keeps
/// every batch full, and bounds the memory.
const UNACKNOWLEDGED: usize = 10_000;

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
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .set("linger.ms", "5")
        .set("message.timeout.ms", "10000")
        .create()?;
    let sent = items.zip((0..PARTITIONS).cycle()).map(|(payload, partition)| {
        let record = FutureRecord::<(), _>::to(topic).partition(partition).payload(&payload);
        producer.send_result(record).map_err(|(error, _)| error)
    });
    stream::iter(sent)
        .map_err(Error::from)
        .map_ok(|delivery| async move {
            match delivery.await {
                Ok(Ok(_)) => Ok(1),
                Ok(Err((error, _))) => Err(Error::from(error)),
                Err(_) => unreachable!("the producer outlives its deliveries"),
            }
        })
        .try_buffer_unordered(UNACKNOWLEDGED)
        .try_fold(0, |count, one| async move { Ok(count + one) })
        .await
}
