//! The reorder buffer in every interleaving of its threads: what a test on one clock cannot reach.

use harness::{check, model};
use std::future::poll_fn;
use task::{Missing, ReorderBuffer, Tagged};
use workbook::model::{block_on, name, spawn};
use workbook::sync::Arc;

/// A result without the types of the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Seen {
    Number(u64, u64),
    Missing(u64),
}

fn insert(buffer: &ReorderBuffer<u64>, seq: u64) {
    buffer.insert(Tagged { seq, value: seq * 2 });
}

/// What comes next, once it does.
#[track_caller]
fn take(buffer: &ReorderBuffer<u64>) -> Option<Seen> {
    let next = block_on("`poll_next`", poll_fn(|cx| buffer.poll_next(cx)));
    next.map(|result| match result {
        Ok(Tagged { seq, value }) => Seen::Number(seq, value),
        Err(Missing { seq }) => Seen::Missing(seq),
    })
}

fn take_all(buffer: &ReorderBuffer<u64>) -> Vec<Seen> {
    std::iter::from_fn(|| take(buffer)).collect()
}

/// However two inserters and the taker interleave, the taker is woken for every number and gets them in sequence.
#[model(preemptions = 2, at_least = 230)]
fn a_taker_that_waits_is_woken_for_every_number() {
    name("taker");
    let buffer = Arc::new(ReorderBuffer::new());
    let (even, odd) = (buffer.clone(), buffer.clone());
    spawn("inserter of 0, 2", move || {
        insert(&even, 0);
        insert(&even, 2);
    });
    spawn("inserter of 1", move || insert(&odd, 1));
    let seen: Vec<Seen> = (0..3).filter_map(|_| take(&buffer)).collect();
    check::items(&seen, &[Seen::Number(0, 0), Seen::Number(1, 2), Seen::Number(2, 4)])
        .usually("a number that leaves the buffer before its turn, or never");
}

/// However the close and the taker interleave, what was inserted before the close comes out, and then the end.
#[model(preemptions = 2, at_least = 390)]
fn closing_loses_nothing() {
    name("taker");
    let buffer = Arc::new(ReorderBuffer::new());
    let (first, last) = (buffer.clone(), buffer.clone());
    let inserter = spawn("inserter of 1", move || insert(&first, 1));
    spawn("closer", move || {
        insert(&last, 0);
        inserter.join().expect("an inserter does not panic");
        last.close();
    });
    let seen = take_all(&buffer);
    check::items(&seen, &[Seen::Number(0, 0), Seen::Number(1, 2)])
        .usually("`closed` is looked at before what is still in the buffer");
}

/// However the threads interleave, a number that is lost, and one that is missing at the close, are each reported
/// once, in their turn, and not waited for.
#[model(preemptions = 2, at_least = 265)]
fn a_missing_number_is_reported_and_not_waited_for() {
    name("taker");
    let buffer = Arc::new(ReorderBuffer::new());
    let (first, last) = (buffer.clone(), buffer.clone());
    let loser = spawn("loser", move || first.lose(0));
    spawn("closer", move || {
        insert(&last, 2);
        loser.join().expect("a loser does not panic");
        last.close();
    });
    let seen = take_all(&buffer);
    check::items(&seen, &[Seen::Missing(0), Seen::Missing(1), Seen::Number(2, 4)])
        .usually("a gap is skipped in silence, reported twice, or what is behind it is thrown away");
}
