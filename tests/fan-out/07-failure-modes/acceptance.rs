//! One fan-out, three answers to an error: which result the caller gets, when, and what becomes of the rest.

use harness::{Source, check, criterion, ms, numbers, pass, quiescent, watched};
use std::future::Future;
use std::ops::RangeInclusive;
use std::time::Duration;
use task::{Answer, Failure};
use tokio::time::Instant;
use workbook::Work;

/// How many items may be taken and not done with: 8 in flight and 17 on the way.
const HELD: u64 = 8 + 17;

/// A call that lasts for long after everything should be over.
const LONG: u64 = 10_000;

/// Why calls outlive the function.
const OWNER: &str = "tasks that belong to nobody: dropping a `JoinHandle` lets its task go on, while a dropped `JoinSet`, an \
                     `AbortOnDropHandle` or a future that is not spawned ends with its owner";

/// Why calls outlive a function that a panic has ended.
const PANIC_LEAVES: &str = "a panic takes another way out than a refusal, past what cancels the rest: let the calls' owner \
                            cancel them when it is dropped, and every way out will do";

/// Why more calls are in flight than should be.
const NO_LIMIT: &str = "a task or a future for each item, all at work at once: limit what is in flight";

/// So many items that nobody calls them all.
const MANY: RangeInclusive<u64> = 1..=1000;

/// Items in an order of their own, one of them twice.
const MIXED: [u64; 5] = [9, 3, 7, 7, 1];

/// Why such items do not all come back in their order.
const BY_ITEM: &str = "results are sorted by item, or kept in a map by item: the order is that of the list, and a number may come \
                       twice; remember each item's place";

/// An error without the types of the subject, with its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Why {
    Refused(u64),
    Panicked(u64),
}
use Why::{Panicked, Refused};

impl From<Failure> for Why {
    fn from(failure: Failure) -> Why {
        match failure {
            Failure::Refused(item) => Refused(item),
            Failure::Panicked(item) => Panicked(item),
        }
    }
}

/// `task::continue_on_error` for items of one type in all tests, as it is then compiled once; so the next two.
async fn continue_on_error(
    items: impl IntoIterator<Item = u64, IntoIter: Send + 'static>,
    work: Work,
    answer: Answer,
) -> Vec<Result<u64, Why>> {
    let results = task::continue_on_error(numbers(items), work, answer).await;
    results.into_iter().map(|result| result.map_err(Why::from)).collect()
}

/// `task::fail_fast`: every value or one error.
async fn fail_fast(
    items: impl IntoIterator<Item = u64, IntoIter: Send + 'static>,
    work: Work,
    answer: Answer,
) -> Result<Vec<u64>, Why> {
    task::fail_fast(numbers(items), work, answer).await.map_err(Why::from)
}

/// `task::first_success`: one value or every error.
async fn first_success(
    items: impl IntoIterator<Item = u64, IntoIter: Send + 'static>,
    work: Work,
    answer: Answer,
) -> Result<u64, Vec<Why>> {
    let failures = |failures: Vec<Failure>| failures.into_iter().map(Why::from).collect();
    task::first_success(numbers(items), work, answer).await.map_err(failures)
}

/// The value of an item of which the calls succeed.
fn double(item: u64) -> u64 {
    item * 2
}

/// Every item succeeds; its value is its double.
fn accepts(item: u64) -> Result<u64, Failure> {
    Ok(double(item))
}

/// No item succeeds.
fn refuses(item: u64) -> Result<u64, Failure> {
    Err(Failure::Refused(item))
}

/// Every seventh item fails.
fn refuses_the_seventh(item: u64) -> Result<u64, Failure> {
    if item.is_multiple_of(7) { refuses(item) } else { accepts(item) }
}

/// Item 20 alone fails.
fn refuses_20(item: u64) -> Result<u64, Failure> {
    if item == 20 { refuses(item) } else { accepts(item) }
}

/// Item 20 alone succeeds.
fn accepts_20(item: u64) -> Result<u64, Failure> {
    if item == 20 { accepts(item) } else { refuses(item) }
}

/// Work in which item 20 ends at 27 ms, and the seven others that are in flight then would end at 30 ms: the calls before
/// them have ended in two rounds of 10 ms.
fn twenty_ends_between_the_rounds() -> Work {
    watched(Work::varying(|item| ms(if item == 20 { 7 } else { 10 })))
}

/// The calls ended at this instant: the seven others in flight were dropped, nothing begins, and no task is left.
async fn everything_has_ended(work: &Work, taken: u64, what: &str) {
    quiescent().await;
    check::in_flight_at_most(work, 8).usually(NO_LIMIT);
    let records = work.records();
    check::all_tasks_gone().await.usually(OWNER);
    check::equal("calls in flight afterwards", work.in_flight(), 0).usually(OWNER);
    let finished = records.iter().filter(|run| run.finished).count();
    check::equal(&format!("calls that ran to their end by {what}"), finished, 17)
        .usually("the calls in flight are waited for instead of dropped");
    check::at_most("items begun", records.len() as u64, 24 + 1).usually("items are begun although the result is there");
    check::at_most("items taken and not done with", taken.saturating_sub(17), HELD)
        .usually("the items are collected, or a future is made for each, before the first call ends");
    pass(ms(LONG)).await;
    check::equal("calls begun after the return", work.records().len() - records.len(), 0)
        .usually("something outlives the function and goes on with the items");
}

/// Of 1000 items with every seventh refused, `continue_on_error` calls each once and returns each one's value or error,
/// in the order of the items, however long each call takes. So it does for items 9, 3, 7, 7 and 1. Then no task is left.
#[criterion]
async fn continue_on_error_returns_every_result() {
    let work = Work::varying(|item| ms(1 + item * 7919 % 5));
    let seen = continue_on_error(1..=1000, work.clone(), refuses_the_seventh).await;
    let expected = (1..=1000).map(|item| refuses_the_seventh(item).map_err(Why::from)).collect::<Vec<_>>();
    check::items(&seen, &expected).usually(
        "results that are kept in the order in which the calls end: they do not say whose they are; or an error that ends \
         the rest, or is left out",
    );
    check::runs("calls", &work, 1000).usually("an item is called again after an error");
    let mixed = continue_on_error(MIXED, Work::taking(ms(1)), accepts).await;
    check::items(&mixed, &MIXED.map(|item| Ok(double(item)))).usually(BY_ITEM);
    let none = continue_on_error(std::iter::empty(), Work::taking(ms(1)), accepts).await;
    check::items(&none, &[]).usually("a result without an item");
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}

/// In each of the three, a thousand calls of 1 ms take 125 ms: eight are in flight, and never more, whether they fail or
/// not. If the first takes 1 s, all together take 1 s: whoever is free takes the next item.
#[criterion]
async fn eight_calls_at_a_time_in_each_mode() {
    for first in [1, 1000] {
        let work = || Work::varying(move |item| ms(if item == 1 { first } else { 1 }));
        let time = ms(first.max(125));
        let probe = work();
        let start = Instant::now();
        continue_on_error(1..=1000, probe.clone(), refuses_the_seventh).await;
        eight_at_a_time("continue_on_error", start, time, &probe);
        let probe = work();
        let start = Instant::now();
        fail_fast(1..=1000, probe.clone(), accepts).await.ok();
        eight_at_a_time("fail_fast", start, time, &probe);
        let probe = work();
        let start = Instant::now();
        first_success(1..=1000, probe.clone(), refuses).await.ok();
        eight_at_a_time("first_success", start, time, &probe);
    }
}

fn eight_at_a_time(mode: &str, start: Instant, time: Duration, work: &Work) {
    let usually = |outcome: check::Outcome, cause: &str| outcome.usually(&format!("in `{mode}`, {cause}"));
    usually(check::in_flight_at_most(work, 8), NO_LIMIT);
    usually(check::in_flight_reached(work, 8), "fewer than eight workers, or a lock that is held across the work");
    usually(check::runs("calls", work, 1000), "a result that is not the last ends the function");
    usually(
        check::took(start, time, ms(1)),
        "eight are waited for together, a call that has ended keeps its place until those before it in the list have, or \
         one that has failed keeps it for good: the next item has to begin as soon as any call ends",
    );
}

/// Without an error, `fail_fast` returns the value of each of 1000 items in the order of the items, so too for items 9,
/// 3, 7, 7 and 1, and without items an empty list. Then no task is left.
#[criterion]
async fn fail_fast_without_an_error_returns_every_value() {
    let work = Work::varying(|item| ms(1 + item * 7919 % 5));
    let seen = fail_fast(1..=1000, work, accepts).await;
    let expected: Vec<u64> = (1..=1000).map(double).collect();
    match seen {
        Ok(values) => check::items(&values, &expected)
            .usually("values that are kept in the order in which the calls end, not in that of the items"),
        Err(error) => {
            check::that(false, format!("`fail_fast` returned {error:?}, although every call succeeds"))
                .usually("the end is taken for an error");
        }
    }
    let mixed = fail_fast(MIXED, Work::taking(ms(1)), accepts).await;
    let expected = MIXED.map(double);
    check::equal("the result of `fail_fast` for items 9, 3, 7, 7 and 1", mixed, Ok(expected.to_vec())).usually(BY_ITEM);
    let none = fail_fast(std::iter::empty(), Work::taking(ms(1)), accepts).await;
    check::equal("the result of `fail_fast` without items", none, Ok(Vec::new()))
        .usually("no items are taken for a failure");
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}

/// Items 3, 4, 2 and 1 fail at 3 ms, 4 ms, 5 ms and 10 s: `fail_fast` returns the error of item 3, and at 3 ms.
#[criterion]
async fn fail_fast_returns_the_first_error_at_once() {
    let answer = |item| if item <= 4 { refuses(item) } else { accepts(item) };
    let work = Work::varying(|item| {
        ms(match item {
            1 => LONG,
            2 => 5,
            3 => 3,
            4 => 4,
            _ => 1000,
        })
    });
    let start = Instant::now();
    let seen = fail_fast(1..=8, work, answer).await;
    check::equal("the result of `fail_fast`", seen, Err(Refused(3))).usually(
        "results are looked at in the order of the items, after some or all calls have ended; or an error is overwritten by a \
         later one, such as that of a call that was cancelled because of it",
    );
    check::took(start, ms(3), ms(0))
        .usually("the error is looked for after the calls, or those in flight are waited for");
}

/// At the first error, at 27 ms, 16 calls have succeeded and seven others are in flight: these are dropped at that
/// instant, no further item begins, at most 25 items are taken and not done with, and no task is left.
#[criterion]
async fn fail_fast_cancels_the_rest() {
    let source = Source::new(MANY);
    let taken = source.counter();
    let work = twenty_ends_between_the_rounds();
    let seen = fail_fast(source, work.clone(), refuses_20).await;
    check::equal("the result of `fail_fast`", seen, Err(Refused(20)))
        .usually("an error is overwritten by that of a call that was cancelled because of it");
    everything_has_ended(&work, taken.count(), "the first error").await;
}

/// Items 2 and 3 fail at 1 ms and 2 ms, items 4, 5 and 1 succeed at 5 ms, 6 ms and 10 s: `first_success` returns the value
/// of item 4, and at 5 ms.
#[criterion]
async fn first_success_returns_the_first_value_at_once() {
    let answer = |item| if [2, 3].contains(&item) { refuses(item) } else { accepts(item) };
    let work = Work::varying(|item| {
        ms(match item {
            1 => LONG,
            2 => 1,
            3 => 2,
            4 => 5,
            5 => 6,
            _ => 1000,
        })
    });
    let start = Instant::now();
    let seen = first_success(1..=8, work, answer).await;
    check::equal("the result of `first_success`", seen, Ok(8))
        .usually("the first result is taken, be it an error; or results are looked at in the order of the items");
    check::took(start, ms(5), ms(0))
        .usually("the value is looked for after the calls, or those in flight are waited for");
}

/// At the first value, at 27 ms, 16 calls have failed and seven others are in flight: these are dropped at that instant,
/// no further item begins, at most 25 items are taken and not done with, and no task is left.
#[criterion]
async fn first_success_cancels_the_rest() {
    let source = Source::new(MANY);
    let taken = source.counter();
    let work = twenty_ends_between_the_rounds();
    let seen = first_success(source, work.clone(), accepts_20).await;
    check::equal("the result of `first_success`", seen, Ok(40)).usually(
        "the first result is taken, be it an error; or a worker ends with its first error, and items are left",
    );
    everything_has_ended(&work, taken.count(), "the first value").await;
}

/// If all of 100 items are refused, `first_success` returns each one's error, in the order of the items, so too for
/// items 9, 3, 7, 7 and 1, and without items an empty list of errors. Then no task is left.
#[criterion]
async fn first_success_without_a_value_returns_every_error() {
    let work = Work::varying(|item| ms(1 + item * 7919 % 5));
    let seen = first_success(1..=100, work, refuses).await;
    let expected: Vec<Why> = (1..=100).map(Refused).collect();
    match seen {
        Err(errors) => check::items(&errors, &expected)
            .usually("only the first or the last error is kept, or the errors are in the order in which the calls end"),
        Ok(value) => {
            check::that(false, format!("`first_success` returned {value:?}, although every call fails"))
                .usually("an error is taken for a value");
        }
    }
    let mixed = first_success(MIXED, Work::taking(ms(1)), refuses).await;
    let expected = MIXED.map(Refused);
    check::equal("the result of `first_success` for items 9, 3, 7, 7 and 1", mixed, Err(expected.to_vec()))
        .usually(BY_ITEM);
    let none = first_success(std::iter::empty(), Work::taking(ms(1)), accepts).await;
    check::equal("the result of `first_success` without items", none, Err(Vec::new()))
        .usually("there is no value without a call");
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}

/// A panic is its item's error: among all results in `continue_on_error`, the first error in `fail_fast`, no value and one
/// of all errors in `first_success`. No other item loses anything by it, and no task is left.
#[criterion]
async fn a_panic_is_an_error_of_its_item() {
    const CAUSE: &str = "the panic ends the task that has the others' results, or a `JoinError` is skipped: it does not name \
                         the item, so somebody has to know which task had which";
    let panics = |item: u64| item.is_multiple_of(5);
    let work = Work::taking(ms(1)).panicking(panics);
    let seen = continue_on_error(1..=100, work, accepts).await;
    let expected: Vec<Result<u64, Why>> =
        (1..=100).map(|item| if panics(item) { Err(Panicked(item)) } else { Ok(double(item)) }).collect();
    check::items(&seen, &expected).usually(CAUSE);

    let work = Work::varying(|item| ms(if item == 20 { 7 } else { 10 })).panicking(|item| item == 20);
    let start = Instant::now();
    let seen = fail_fast(1..=100, work.clone(), accepts).await;
    check::in_flight_at_most(&work, 8).usually(NO_LIMIT);
    check::equal("the result of `fail_fast`", seen, Err(Panicked(20))).usually(
        "a panic is not taken for an error, or it is overwritten by that of a call that was cancelled because of it",
    );
    check::took(start, ms(27), ms(0))
        .usually("a panic is an error, but not looked at until the other calls have ended");
    quiescent().await;
    check::all_tasks_gone().await.usually(PANIC_LEAVES);
    check::equal("calls in flight after a panic ended `fail_fast`", work.in_flight(), 0).usually(PANIC_LEAVES);

    let work = Work::taking(ms(1)).panicking(|item| item < 20);
    let seen = first_success(1..=20, work, accepts_20).await;
    check::equal("the result of `first_success`", seen, Ok(40)).usually(
        "an error, here a panic, ends the function or its worker, although another call may still bring a value",
    );
    let work = Work::taking(ms(1)).panicking(|item: u64| item.is_multiple_of(2));
    let seen = first_success(1..=20, work, refuses).await;
    let expected: Vec<Why> =
        (1..=20).map(|item: u64| if item.is_multiple_of(2) { Panicked(item) } else { Refused(item) }).collect();
    match seen {
        Err(errors) => check::items(&errors, &expected)
            .usually("panics are not among the errors, or only the first or the last error is kept"),
        Ok(value) => {
            check::that(false, format!("`first_success` returned {value:?}, although every call fails"))
                .usually("an error is taken for a value");
        }
    }
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}

/// While eight calls of each of the three take 10 s, nothing is polled and at most 25 items are taken. When the future is
/// dropped then, the calls are cancelled at once and no task is left.
#[criterion]
async fn dropped_in_the_middle_nothing_is_left() {
    let (source, work) = (Source::new(MANY), Work::taking(ms(LONG)));
    let taken = source.counter();
    waits_and_is_dropped(continue_on_error(source, work.clone(), accepts), || taken.count(), work).await;
    let (source, work) = (Source::new(MANY), Work::taking(ms(LONG)));
    let taken = source.counter();
    waits_and_is_dropped(fail_fast(source, work.clone(), accepts), || taken.count(), work).await;
    let (source, work) = (Source::new(MANY), Work::taking(ms(LONG)));
    let taken = source.counter();
    waits_and_is_dropped(first_success(source, work.clone(), refuses), || taken.count(), work).await;
}

/// Runs the future for a second, in which it should only wait, and drops it.
async fn waits_and_is_dropped<T>(future: impl Future<Output = T>, taken: impl Fn() -> u64, work: Work) {
    let mut future = Box::pin(future);
    let waited = tokio::select! {
        biased;
        _ = &mut future => {
            check::that(false, "it returned before a call ended").usually("the calls are begun and not awaited");
            return;
        }
        waited = check::parked_for(ms(1000)) => waited,
    };
    waited
        .usually("a loop around `try_recv`, `try_join_next` or a timer; await what ends next, and the task is parked");
    check::in_flight_at_most(&work, 8).usually(NO_LIMIT);
    check::at_most("items taken while eight calls are in flight", taken(), HELD)
        .usually("the items are collected, or a future is made for each, before the first call ends");
    drop(future);
    quiescent().await;
    check::all_tasks_gone().await.usually(OWNER);
    check::equal("calls in flight after the drop", work.in_flight(), 0).usually(OWNER);
}
