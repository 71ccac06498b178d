//! Tests under test: what a suite is worth shows in the faults that it notices, and in the right code that it passes.

mod buffers;
mod handing;
mod shown;

use buffers::Fault;
use handing::Handing;
use harness::check::Outcome;
use harness::{attempt, criterion};
use shown::Shown;
use task::suite;
use workbook::reorder::Make;

const TESTS: &str = "your tests";

/// A right buffer must pass before a faulty one tells anything: a suite that always fails notices nothing.
async fn passes(subject: &str, make: Make) {
    attempt(suite(make)).await.accepts(subject, TESTS).usually(
        "an assertion on what the contract leaves open, such as who is woken first or how full the buffer gets beside a \
         taker that waits; or on what it does not say. Numbers begin at 0",
    );
}

async fn notices(subject: &str, make: Make) -> Outcome {
    passes("a right buffer", Shown::right).await;
    attempt(suite(make)).await.notices(subject, TESTS)
}

/// The tests pass on right buffers: on one behind a lock, and on one that hands a number whose turn has come to the
/// taker that waits. They return, and leave no task.
#[criterion]
async fn right_buffers_pass() {
    passes("a right buffer", Shown::right).await;
    passes("a right buffer that hands the next number to a waiting taker", Handing::right).await;
}

/// The tests notice a buffer that drops the last item, the hundredth.
#[criterion]
async fn the_last_item_is_dropped() {
    notices("a buffer that drops the last item", |bound| Shown::with(Fault::DropsTheLast, bound)).await.usually(
        "fewer than 100 numbers, or what came out is compared with nothing: count it, or compare it with 0 to 99",
    );
}

/// The tests notice a buffer that gives an item twice.
#[criterion]
async fn an_item_comes_twice() {
    notices("a buffer that gives an item twice", |bound| Shown::with(Fault::GivesOneTwice, bound)).await.usually(
        "what came out is put into a set, or looked up; compare the whole of it, in its order, with what must come",
    );
}

/// The tests notice a buffer that gives the lowest number it has, whether it is next or not.
#[criterion]
async fn items_come_out_of_sequence() {
    notices("a buffer that gives the lowest number it has, next or not", |bound| {
        Shown::with(Fault::GivesTheLowest, bound)
    })
    .await
    .usually(
        "no number is late while somebody takes, so the lowest is always the next; or what came out is sorted or counted, \
         not compared in its order",
    );
}

/// The tests notice a buffer that mixes up values: a number comes out with the value of another.
#[criterion]
async fn values_are_mixed_up() {
    notices("a buffer that mixes up values", |bound| Shown::with(Fault::MixesValues, bound)).await.usually(
        "the value is not compared, or is the same for every number: give each number a value that tells whose it is",
    );
}

/// The tests notice a buffer that holds one item more than its bound.
#[criterion]
async fn the_bound_is_exceeded() {
    notices("a buffer that holds one item more than its bound", |bound| Shown::with(Fault::HoldsOneMore, bound))
        .await
        .usually(
            "the bound is never reached: numbers come out as fast as they go in. Keep 0 back, or do not take, and fill the \
             buffer",
        );
}

/// The tests notice a buffer that never holds as many items as its bound allows.
#[criterion]
async fn the_bound_is_never_reached() {
    notices("a buffer that is full one item early", |bound| Shown::with(Fault::HoldsOneFewer, bound))
        .await
        .usually("`len() <= bound` also holds of an empty buffer: assert that ten go in while nobody takes");
}

/// The tests notice a buffer that gives all its places to later numbers, so that the next one waits for ever.
#[criterion]
async fn the_next_item_finds_no_place() {
    notices("a buffer in which later items take the place of the next one", |bound| {
        Shown::with(Fault::KeepsNoPlaceForTheNext, bound)
    })
    .await
    .usually("no number is so late that ten others are done before it: keep 0 back until 1 to 10 have been tried");
}

/// The tests notice a buffer that forgets at the close what is still in it.
#[criterion]
async fn the_close_forgets() {
    notices("a buffer that forgets at the close what is still in it", |bound| {
        Shown::with(Fault::ForgetsAtTheClose, bound)
    })
    .await
    .usually("the close comes when everything is out already: close a buffer that holds something, then take");
}

/// The tests notice a buffer whose end never comes: after the close, `next` waits for ever.
#[criterion]
async fn the_end_never_comes() {
    notices("a buffer whose end never comes", |bound| Shown::with(Fault::NeverEnds, bound))
        .await
        .usually("the tests stop after the hundredth number: ask for one more, within a time limit, and expect `None`");
}

/// The tests notice a buffer that is not empty at the end.
#[criterion]
async fn the_buffer_is_not_empty_at_the_end() {
    notices("a buffer that is not empty at the end", |bound| Shown::with(Fault::KeepsWhatIsOut, bound))
        .await
        .usually("`len()` or `is_empty()` is not asked after the last number is out");
}
