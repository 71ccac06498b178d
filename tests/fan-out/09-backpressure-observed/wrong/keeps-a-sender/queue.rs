//! Caught by: every_number_doubled_once (stuck), the_full_queue_stands_before_the_slow_stage (stuck),
//! everything_upstream_runs_at_the_readers_pace (stuck), a_panic_loses_its_number_alone (stuck)
//!
//! "The channel knows its depth, so ask a sender": and the one that is kept to be asked keeps the channel open.

use std::fmt;
use tokio::sync::mpsc;

pub(crate) fn queue(capacity: usize) -> (Sender, Receiver, Depth) {
    let (sender, receiver) = mpsc::channel(capacity);
    (Sender(sender.clone()), Receiver(receiver), Depth(sender))
}

#[derive(Clone)]
pub(crate) struct Depth(mpsc::Sender<u64>);

impl fmt::Debug for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Depth").field(&self.get()).finish()
    }
}

impl Depth {
    pub(crate) fn get(&self) -> u64 {
        (self.0.max_capacity() - self.0.capacity()) as u64
    }
}

#[derive(Clone)]
pub(crate) struct Sender(mpsc::Sender<u64>);

impl Sender {
    pub(crate) async fn send(&self, item: u64) -> Result<(), mpsc::error::SendError<u64>> {
        self.0.send(item).await
    }
}

#[derive(Debug)]
pub(crate) struct Receiver(mpsc::Receiver<u64>);

impl Receiver {
    pub(crate) async fn recv(&mut self) -> Option<u64> {
        self.0.recv().await
    }
}
