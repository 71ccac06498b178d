//! Caught by: the_gauge_follows_the_queue (fail), the_full_queue_stands_before_the_slow_stage (fail)
//!
//! "Sent is sent": an item is counted when `send` is called, so those that wait for room count as if they were in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use tokio::sync::mpsc;

pub(crate) fn queue<T>(capacity: usize) -> (Sender<T>, Receiver<T>, Depth) {
    let (sender, receiver) = mpsc::channel(capacity);
    let depth = Depth::default();
    (Sender { sender, depth: depth.clone() }, Receiver { receiver, depth: depth.clone() }, depth)
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Depth(Arc<State>);

#[derive(Debug, Default)]
struct State {
    items: AtomicU64,
    gone: AtomicBool,
}

impl Depth {
    pub(crate) fn get(&self) -> u64 {
        if self.0.gone.load(Relaxed) { 0 } else { self.0.items.load(Relaxed) }
    }
}

pub(crate) struct Sender<T> {
    sender: mpsc::Sender<T>,
    depth: Depth,
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        Sender { sender: self.sender.clone(), depth: self.depth.clone() }
    }
}

impl<T> Sender<T> {
    pub(crate) async fn send(&self, item: T) -> Result<(), Closed> {
        self.depth.0.items.fetch_add(1, Relaxed);
        self.sender.send(item).await.map_err(|_| Closed)
    }
}

impl<T> Receiver<T> {
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

pub(crate) struct Closed;

#[derive(Debug)]
pub(crate) struct Receiver<T> {
    receiver: mpsc::Receiver<T>,
    depth: Depth,
}
