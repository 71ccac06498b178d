//! The threads of a loom model.
//!
//! When loom runs a model, these names are loom's: every interleaving of the threads is tried, and each operation on a
//! type of [`sync`](crate::sync) is a point where it may switch. Under `cargo test` they are the standard library's, and
//! a model runs once, in whatever order comes about.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

pub use std::thread::JoinHandle;

/// Names the thread that runs the model's body, for the steps that a failing interleaving prints.
pub fn name(_name: &'static str) {}

/// Notes a step of the model's own.
pub fn step(_what: &str) {}

/// Starts a thread of the model under a name for the steps.
///
/// # Panics
///
/// If the system has no thread to give.
pub fn spawn<T: Send + 'static>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(body);
    thread.expect("a model has few threads")
}

/// Polls a future until it is ready; between two polls this thread waits to be woken. `what` names it in the steps.
///
/// # Examples
///
/// ```
/// assert_eq!(workbook::model::block_on("the answer", async { 42 }), 42);
/// ```
pub fn block_on<F: Future>(_what: &str, future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
