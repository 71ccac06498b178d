//! What a reorder buffer promises, for tasks in which you test one.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Makes an empty buffer with this bound, which is at least 1.
pub type Make = fn(usize) -> Arc<dyn ReorderBuffer>;

/// A future of a buffer's: `.await` it on Tokio, or give it to [`block_on`](crate::model::block_on) in a loom model.
pub type Waiting<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A number that is done: its place in the sequence, and the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry {
    /// The place, from 0.
    pub seq: u64,
    /// The result.
    pub value: u64,
}

/// A reorder buffer: numbers go in as they are done, and come out in sequence, from 0.
///
/// - **Order**: [`next`](ReorderBuffer::next) gives each number once, in sequence, with its own value.
/// - **Bound**: an [`insert`](ReorderBuffer::insert) waits while its number is a bound or more ahead of the one that
///   comes out next, so the buffer never holds more numbers than its bound. No other insert waits for a `next`: with a
///   bound of 10 and 0 still out, 1 to 9 go in at once, 10 waits, and 0 goes in whoever waits.
/// - **End**: after [`close`](ReorderBuffer::close), `next` gives what is still in the buffer, in sequence, and then
///   `None`, at once and for ever.
/// - **Empty**: what has come out is no longer held, so at the end the buffer holds nothing.
///
/// How it does so is its own affair. A future may be polled several times before it is ready, and tasks that wait may
/// be woken in any order, or for nothing.
pub trait ReorderBuffer: fmt::Debug + Send + Sync {
    /// Puts in a number that is done, each number once. Ready when it is in; any number of tasks may insert.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped before it is ready has not put its number in.
    fn insert(&self, entry: Entry) -> Waiting<'_, ()>;

    /// Takes the next number in sequence, once it is in; `None` once the buffer is closed and empty. One task takes.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped before it is ready has taken nothing.
    fn next(&self) -> Waiting<'_, Option<Entry>>;

    /// Says that every number has been put in: no insert is under way, and none will follow.
    fn close(&self);

    /// How many numbers it holds: those that are in and have not come out. One whose turn it is, and for which a
    /// `next` waits, may be handed over without ever being counted.
    fn len(&self) -> usize;

    /// Whether it holds nothing.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
