//! The learner's model under loom, with right buffers and with faults that only an interleaving shows.

mod buffers;

use buffers::{Fault, Locked};
use harness::model;
use workbook::reorder::Make;

fn run(bug: bool, faulty: Make) {
    task::model(if bug { faulty } else { Locked::right });
}

/// The model passes with a right buffer, in every interleaving.
#[model(preemptions = 2, right = "a right buffer")]
fn a_right_buffer_passes_the_model() {
    task::model(Locked::right);
}

/// The model notices a buffer that looks for the next item under one lock and stores the taker's waker under another.
#[model(
    preemptions = 2,
    right = "a right buffer",
    bug = "a buffer that loses the wake-up of a taker",
    usually = "the inserter is not a thread of its own, so the taker never waits for it"
)]
fn the_takers_wake_up_is_lost(bug: bool) {
    run(bug, |bound| Locked::with(Fault::TakerLooksThenStores, bound));
}

/// The model notices a buffer that looks for room under one lock and stores the inserter's waker under another.
#[model(
    preemptions = 2,
    right = "a right buffer",
    bug = "a buffer that loses the wake-up of an inserter that waits for room",
    usually = "no insert ever waits: the model's buffer has room for all its numbers. A bound of 1 is enough"
)]
fn the_inserters_wake_up_is_lost(bug: bool) {
    run(bug, |bound| Locked::with(Fault::InserterLooksThenStores, bound));
}

/// The model notices a buffer that looks for the next item under one lock and for the close under another.
#[model(
    preemptions = 2,
    right = "a right buffer",
    bug = "a buffer whose taker overlooks an item at the close",
    usually = "the close comes when everything is out, or from the taker's own thread: close in the thread of the last insert"
)]
fn the_close_overtakes_the_last_item(bug: bool) {
    run(bug, |bound| Locked::with(Fault::TakerLooksThenEnds, bound));
}
