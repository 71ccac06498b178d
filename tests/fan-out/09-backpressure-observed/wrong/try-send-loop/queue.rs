//! Caught by: what_waits_is_parked (spin)
//!
//! "A full queue means try again in a moment": a loop around `try_reserve` with a pause of a millisecond.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;
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
        let room = loop {
            match self.sender.try_reserve() {
                Ok(room) => break room,
                Err(mpsc::error::TrySendError::Full(())) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(mpsc::error::TrySendError::Closed(())) => return Err(Closed),
            }
        };
        self.depth.0.items.fetch_add(1, Relaxed);
        room.send(item);
        Ok(())
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
