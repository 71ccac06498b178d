//! A bounded channel that knows how many items are in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use tokio::sync::mpsc;

/// A bounded channel, and its depth.
pub(crate) fn queue<T>(capacity: usize) -> (Sender<T>, Receiver<T>, Depth) {
    let (sender, receiver) = mpsc::channel(capacity);
    let depth = Depth::default();
    (Sender { sender, depth: depth.clone() }, Receiver { receiver, depth: depth.clone() }, depth)
}

// ANCHOR: depth
/// How many items are in a queue. It holds neither end of it, so it keeps nothing open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Depth(Arc<State>);

#[derive(Debug, Default)]
struct State {
    items: AtomicU64,
    /// The receiver is dropped, and what was in the queue with it.
    gone: AtomicBool,
}

impl Depth {
    /// The items at this moment. While another thread is in the middle of a `recv`, its item may still count.
    pub(crate) fn get(&self) -> u64 {
        // Relaxed: figures for people. Nothing is decided by them, and no other memory is read because of them.
        if self.0.gone.load(Relaxed) { 0 } else { self.0.items.load(Relaxed) }
    }
}
// ANCHOR_END: depth

pub(crate) struct Sender<T> {
    sender: mpsc::Sender<T>,
    depth: Depth,
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        Sender { sender: self.sender.clone(), depth: self.depth.clone() }
    }
}

// ANCHOR: ends
impl<T> Sender<T> {
    /// Waits for room, then sends. `Err` if the receiver is gone; the item is lost then.
    pub(crate) async fn send(&self, item: T) -> Result<(), Closed> {
        let room = self.sender.reserve().await.map_err(|_| Closed)?;
        // Counted once there is room, and before anybody can receive it: the depth never falls below 0.
        self.depth.0.items.fetch_add(1, Relaxed);
        room.send(item);
        Ok(())
    }
}

impl<T> Receiver<T> {
    /// The next item, or `None` at the end. Dropping the future loses nothing.
    pub(crate) async fn recv(&mut self) -> Option<T> {
        let item = self.receiver.recv().await?;
        self.depth.0.items.fetch_sub(1, Relaxed);
        Some(item)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.depth.0.gone.store(true, Relaxed);
    }
}
// ANCHOR_END: ends

/// The receiver is gone.
pub(crate) struct Closed;

#[derive(Debug)]
pub(crate) struct Receiver<T> {
    receiver: mpsc::Receiver<T>,
    depth: Depth,
}
