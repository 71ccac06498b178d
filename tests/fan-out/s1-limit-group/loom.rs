//! The semaphore in every interleaving of its threads: what a test on one clock cannot reach.

use harness::{check, model};
use std::future::{Future, poll_fn};
use std::task::Poll;
use task::{Permit, Semaphore};
use workbook::model::{block_on, name, spawn};
use workbook::sync::Arc;
use workbook::sync::atomic::{AtomicU64, Ordering::SeqCst};

#[track_caller]
fn acquire(semaphore: &Semaphore) -> Permit {
    block_on("`acquire`", semaphore.acquire())
}

/// A permit that is free when this is called.
#[track_caller]
fn take(semaphore: &Semaphore) -> Permit {
    let permit = semaphore.try_acquire();
    check::that(permit.is_some(), "a permit is neither held nor free")
        .usually("a waiter that gives up leaves its place in the queue; or it was woken, and its permit goes with it");
    permit.expect("checked a line above")
}

/// However three threads interleave, each gets the one permit in its turn, and never two at once.
#[model(preemptions = 2, at_least = 220)]
fn three_threads_share_one_permit() {
    name("first");
    let semaphore = Semaphore::new(1);
    let held = Arc::new(AtomicU64::new(0));
    let hold = |semaphore: &Semaphore, held: &AtomicU64| {
        let permit = acquire(semaphore);
        check::at_most("holders of one permit", 1 + held.fetch_add(1, SeqCst), 1)
            .usually("a permit that comes back is both free and given to a waiter; or the count is looked at and taken down in two critical sections");
        held.fetch_sub(1, SeqCst);
        drop(permit);
    };
    let others = ["second", "third"].map(|name| {
        let (semaphore, held) = (semaphore.clone(), held.clone());
        spawn(name, move || hold(&semaphore, &held))
    });
    hold(&semaphore, &held);
    for other in others {
        other.join().expect("a failed check ends the model");
    }
    drop(take(&semaphore));
}

/// However a waiter that gives up, one that stays and the permit's return interleave, the one that stays gets the permit,
/// and afterwards it is free.
#[model(preemptions = 2, at_least = 90)]
fn a_waiter_that_gives_up_loses_no_permit() {
    name("holder");
    let semaphore = Semaphore::new(1);
    let held = take(&semaphore);
    let (leaving, staying) = (semaphore.clone(), semaphore.clone());
    let leaves = spawn("waiter that gives up", move || {
        let mut future = Box::pin(leaving.acquire());
        // A permit, if it is there at the first poll, is dropped with the future.
        let polled = block_on("`acquire`, polled once", poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))));
        drop((polled, future));
    });
    let stays = spawn("waiter that stays", move || drop(acquire(&staying)));
    drop(held);
    leaves.join().expect("a waiter does not panic");
    stays.join().expect("a waiter does not panic");
    drop(take(&semaphore));
}

/// However two permits come back and two threads wait, both are served.
#[model(preemptions = 2, at_least = 670)]
fn two_permits_serve_two_waiters() {
    name("first waiter");
    let semaphore = Semaphore::new(2);
    let held = [take(&semaphore), take(&semaphore)];
    let other = semaphore.clone();
    let other = spawn("second waiter", move || acquire(&other));
    spawn("holder of two", move || drop(held));
    let first = acquire(&semaphore);
    let second = other.join().expect("a waiter does not panic");
    drop((first, second));
    drop([take(&semaphore), take(&semaphore)]);
}
