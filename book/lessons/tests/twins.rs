//! What the twins do: each compiles, and each does what its chapter says that it is for.

use lessons::{
    borrowed_by_a_task, borrowed_items, borrowed_permit, borrowed_slice, guard_across_await, rc_across_spawn,
    sent_batch, spawn_of_a_local, two_receivers,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio::sync::{Semaphore, mpsc};

#[tokio::test]
async fn a_sent_batch_is_counted_first() {
    let (sender, mut receiver) = mpsc::channel(1);
    assert_eq!(sent_batch::send(vec![1, 2, 3], &sender).await, Ok(3));
    assert_eq!(receiver.recv().await, Some(vec![1, 2, 3]));
}

#[tokio::test]
async fn tasks_own_what_they_use() {
    assert_eq!(borrowed_by_a_task::greet("Ada").await.expect("no panic"), 9);
    assert_eq!(borrowed_items::fetch_all(vec!["a".into(), "bc".into()]).await, 3);
    assert_eq!(borrowed_slice::summed(borrowed_slice::share(vec![1, 2, 3])).await, 6);
}

#[tokio::test]
async fn a_permit_travels_with_its_task() {
    let limit = Arc::new(Semaphore::new(1));
    let (done, wait) = tokio::sync::oneshot::channel();
    borrowed_permit::start(Arc::clone(&limit), async { drop(wait.await) }).await;
    assert_eq!(limit.available_permits(), 0);
    done.send(()).expect("the task waits");
    let _ = limit.acquire().await.expect("never closed");
}

#[tokio::test]
async fn two_workers_have_a_receiver_each() {
    let ((to_a, a), (to_b, b)) = (mpsc::channel(2), mpsc::channel(2));
    to_a.send(1).await.expect("there is room");
    to_b.send(2).await.expect("there is room");
    drop((to_a, to_b));
    assert_eq!(two_receivers::two(a, b).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_tasks_share_is_shared_for_all_threads() {
    let done = Arc::new(AtomicU64::new(0));
    let known = guard_across_await::Known::default();
    for id in 0..8 {
        rc_across_spawn::count(&done).await.expect("no panic");
        guard_across_await::learn(Arc::clone(&known), id).await.expect("no panic");
    }
    assert_eq!(done.load(Relaxed), 8);
    assert_eq!(known.lock().expect("no panic").len(), 8);
}

#[test]
fn a_session_stays_on_its_thread() {
    let runtime = tokio::runtime::LocalRuntime::new().expect("a runtime");
    runtime.block_on(async {
        let session = Rc::new(RefCell::new(Vec::new()));
        spawn_of_a_local::start(Rc::clone(&session)).await.expect("no panic");
        assert_eq!(*session.borrow(), [1]);
    });
}
