//! Two tasks count in one variable.

use std::cell::Cell;
use std::rc::Rc;
use tokio::task::JoinHandle;

// ANCHOR: lesson
/// Counts in a task.
pub fn count(done: &Rc<Cell<u64>>) -> JoinHandle<()> {
    let done = Rc::clone(done);
    // error: future cannot be sent between threads safely
    tokio::spawn(async move {
        done.set(done.get() + 1);
    })
}
// ANCHOR_END: lesson
