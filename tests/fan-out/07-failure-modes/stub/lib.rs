//! # Failure modes
//!
//! Write one fan-out three times. It calls a service for each item; the three differ in what they make of an error.
//!
//! All three take the same arguments. A **call** is `work.run(item).await` and then `answer(item)`, which says what
//! came of it: a value, or a [`Failure`]. In the tests a value is twice its item. Items are taken from `items` one by
//! one, and up to [`WORKERS`] calls are in flight.
//!
//! | | ends | calls that have ended | calls in flight then | items not begun then |
//! |---|---|---|---|---|
//! | [`continue_on_error`] | after the last call | all are returned | none are left | none are left |
//! | [`fail_fast`] | at the first error | only the error is returned | cancelled at once | never begun |
//! | [`first_success`] | at the first value | only the value is returned | cancelled at once | never begun |
//!
//! What must hold:
//!
//! - **First** means first in time: the call that ends first, wherever its item stands in the list. In no test do
//!   two calls that matter end at the same instant.
//! - At once: `fail_fast` returns at the virtual instant at which the first error is there, and `first_success` at
//!   that of the first value. It does not matter how long other calls still need.
//! - Cancelled: the call's future is dropped at that same instant, so that its work does not run to its end. No task
//!   is left, and no other item is begun. One more may begin at that very instant; it is cancelled with the others.
//! - Lists are in the order in which `items` gives the items, whatever numbers they are, and a number that comes twice
//!   is called twice and is there twice: the results of `continue_on_error`, the values
//!   of a `fail_fast` without an error, the failures of a `first_success` without a value. Without items,
//!   `continue_on_error` returns an empty list, `fail_fast` `Ok` with an empty list, and `first_success` `Err` with one.
//! - Width, in each of the three: never more than 8 calls in flight, and whoever is free takes the next item, also
//!   after an error. A thousand calls of 1 ms take 125 ms; if the first of them takes 1 s, they take 1 s.
//! - Items may be many: at most 25 are taken and not done with, the 8 in flight and 17 that a design may hold on the
//!   way: a channel of 8, one besides its call for each of 8 workers, and one for whoever feeds them.
//! - A panic in the work is an error of its item, [`Failure::Panicked`], in each of the three: another item loses
//!   nothing by it, however many panic, and it counts as the first error or among all errors like a refusal.
//! - Dropping the future of any of the three in the middle cancels its calls at once too, and no task is left. While
//!   calls wait, nothing is polled. The futures are `Send`, so a caller may spawn them; if they are not `Send`, the
//!   tests do not compile.
//! - Clock: all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share. Tasks
//!   or futures do the work.

use thiserror::Error;
use workbook::Work;

/// How many calls are in flight, at most.
pub const WORKERS: usize = 8;

/// What came of the call of an item.
pub type Answer = fn(u64) -> Result<u64, Failure>;

/// Why an item has no value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// The service refused this item.
    #[error("item {0} was refused")]
    Refused(u64),
    /// The work on this item panicked.
    #[error("the work on item {0} panicked")]
    Panicked(u64),
}

/// Calls every item and returns every result, in the order of the items.
pub async fn continue_on_error<I>(items: I, work: Work, answer: Answer) -> Vec<Result<u64, Failure>>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let _ = (items, work, answer);
    todo!("call up to WORKERS items at a time and put each result in its item's place")
}

/// Returns every value, in the order of the items; or at once the first error, and cancels the rest.
///
/// # Errors
///
/// The error of the call that fails first.
pub async fn fail_fast<I>(items: I, work: Work, answer: Answer) -> Result<Vec<u64>, Failure>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let _ = (items, work, answer);
    todo!("the same calls, but the first error ends them all")
}

/// Returns at once the first value, and cancels the rest.
///
/// # Errors
///
/// If there is no value: the error of every item, in the order of the items.
pub async fn first_success<I>(items: I, work: Work, answer: Answer) -> Result<u64, Vec<Failure>>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let _ = (items, work, answer);
    todo!("the same calls, but the first value ends them all")
}
