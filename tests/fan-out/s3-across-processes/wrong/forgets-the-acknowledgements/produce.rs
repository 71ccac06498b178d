//! The producer.

use crate::{Error, PARTITIONS};
use rdkafka::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};

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
        .set("linger.ms", "50")
        .set("message.timeout.ms", "10000")
        .create()?;
    let mut sent = 0;
    for (payload, partition) in items.zip((0..PARTITIONS).cycle()) {
        let record = FutureRecord::<(), _>::to(topic).partition(partition).payload(&payload);
        match producer.send_result(record) {
            Ok(_) => sent += 1,
            Err((error, _)) => return Err(error.into()),
        }
    }
    Ok(sent)
}
