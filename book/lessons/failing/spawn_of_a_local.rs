//! A future that belongs to one thread is spawned on all.

use std::cell::RefCell;
use std::rc::Rc;
use tokio::task::{JoinHandle, yield_now};

/// The state of one connection, for its own thread.
pub type Session = Rc<RefCell<Vec<u64>>>;

async fn serve(session: Session) {
    yield_now().await;
    session.borrow_mut().push(1);
}

// ANCHOR: lesson
/// Serves a session beside the others.
pub fn start(session: Session) -> JoinHandle<()> {
    // error: future cannot be sent between threads safely
    tokio::spawn(serve(session))
}
// ANCHOR_END: lesson
