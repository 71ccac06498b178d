//! The reorder buffer: numbers go in as they are done and come out in sequence.
//!
//! Several tasks insert, one takes. Whatever the interleaving of their threads:
//!
//! - every number comes out once, in sequence, from 0 on;
//! - a taker that waits is woken when the next number is there or known to be lost, and when the buffer is closed;
//! - what was inserted before `close` comes out after it; a gap is then reported, not waited for.
//!
//! Put the state behind one `workbook::sync::Mutex`, the taker's waker included. A helper around `lock()` under
//! `#[track_caller]` keeps your own lines in the steps that a failing model prints.

use crate::Tagged;
use std::marker::PhantomData;
use std::task::{Context, Poll};

/// A number that will not come: left out of the input, or lost to a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("number {seq} is missing")]
pub struct Missing {
    /// Its sequence number.
    pub seq: u64,
}

/// Holds back what is done until everything before it has come out.
#[derive(Debug)]
pub struct ReorderBuffer<T> {
    values: PhantomData<T>,
}

impl<T> ReorderBuffer<T> {
    /// An empty buffer. Number 0 comes out first.
    pub fn new() -> ReorderBuffer<T> {
        todo!("the state: the next number, what waits for its turn, whether closed, the taker's waker")
    }

    /// Puts in a number that is done. A number whose turn is over is dropped.
    pub fn insert(&self, item: Tagged<T>) {
        let _ = (self.values, item);
        todo!("keep the value until its turn; wake the taker if its turn is now")
    }

    /// Says that this number will not come: in its turn it is reported as missing.
    pub fn lose(&self, seq: u64) {
        let _ = seq;
        todo!("keep the loss until its turn; wake the taker if its turn is now")
    }

    /// Says that nothing more will be inserted. From now on a gap is not waited for.
    pub fn close(&self) {
        todo!("remember it, and wake the taker")
    }

    /// Takes the next number in sequence; `None` once the buffer is closed and empty.
    ///
    /// Pending while the next number may still come; the task is woken when that changes. One task takes.
    ///
    /// # Errors
    ///
    /// [`Missing`], once and in its turn, for a number that is lost, or that has not come by the time the buffer
    /// is closed although a higher one has.
    pub fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Tagged<T>, Missing>>> {
        let _ = cx;
        todo!("look and, if there is nothing, store the waker: in one critical section")
    }

    /// How many numbers are held back, lost ones included.
    pub fn len(&self) -> usize {
        todo!("count them")
    }

    /// Whether nothing is held back.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Default for ReorderBuffer<T> {
    fn default() -> ReorderBuffer<T> {
        ReorderBuffer::new()
    }
}
