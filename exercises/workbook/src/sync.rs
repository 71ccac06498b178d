//! The synchronisation shim: the standard library's types, which a loom model replaces by loom's.
//!
//! loom can explore only what it sees. A `std::sync::Mutex` or a Tokio type inside a modelled primitive is
//! invisible to it, so that the model would pass without having looked; use the names of this module instead.
//! [`std::task::Waker`] needs no replacement.

pub use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// Atomics, fences and orderings.
pub mod atomic {
    pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
}
