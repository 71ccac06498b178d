//! The buffer behind a lock, with its waits in the messages.

use super::buffers::{Fault, Locked};
use std::sync::Arc;
use tokio::sync::Notify;
use workbook::reorder::{Entry, ReorderBuffer, Waiting};

/// A task dump sees only waits for what is Tokio's. So each wait here is one for that too, which never comes.
#[derive(Debug)]
pub(crate) struct Shown(Arc<dyn ReorderBuffer>);

impl Shown {
    pub(crate) fn right(bound: usize) -> Arc<dyn ReorderBuffer> {
        Arc::new(Shown(Locked::right(bound)))
    }

    pub(crate) fn with(fault: Fault, bound: usize) -> Arc<dyn ReorderBuffer> {
        Arc::new(Shown(Locked::with(fault, bound)))
    }
}

async fn shown<T>(waiting: Waiting<'_, T>) -> T {
    let never = Notify::new();
    tokio::select! {
        biased;
        ready = waiting => ready,
        () = never.notified() => unreachable!("nobody else knows it"),
    }
}

impl ReorderBuffer for Shown {
    fn insert(&self, entry: Entry) -> Waiting<'_, ()> {
        Box::pin(shown(self.0.insert(entry)))
    }

    fn next(&self) -> Waiting<'_, Option<Entry>> {
        Box::pin(shown(self.0.next()))
    }

    fn close(&self) {
        self.0.close();
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
