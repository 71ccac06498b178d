//! A fan-out that can be told to stop: a cancel is only as good as the last place where a task waits without it.

use harness::{Source, check, criterion, drain, marked, ms, numbers, pass, quiescent, received, watched};
use task::fan_out;
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use workbook::Work;

/// How many numbers may be taken and not read: two channels of 8, 8 workers, and 10 on the way between them.
const FITS: u64 = 8 + 8 + 8 + 10;

/// An item that is at work when the token is cancelled, and for long after.
const LONG: u64 = 10_000;

/// `task::producer` with numbers of one type for all tests: it is compiled once.
fn producer(from: impl IntoIterator<Item = u64, IntoIter: Send + 'static>, token: CancellationToken) -> Receiver<u64> {
    task::producer(numbers(from), token)
}

/// Both stages under one token.
fn pipeline(
    from: impl IntoIterator<Item = u64, IntoIter: Send + 'static>,
    work: &Work,
    token: &CancellationToken,
) -> Receiver<u64> {
    fan_out(producer(from, token.clone()), work.clone(), token.clone())
}

/// What a cancel is given: 5 ms, and then no task is left.
async fn all_gone_in_time(cause: &str) {
    pass(ms(5)).await;
    check::all_tasks_gone().await.usually(cause);
}

/// No result belongs to an item whose work did not run to its end.
fn no_result_of_unfinished_work(results: &[u64], work: &Work, cause: &str) {
    let finished: Vec<u64> = work.records().iter().filter(|run| run.finished).map(|run| run.item * 2).collect();
    let unfinished = results.iter().find(|result| !finished.contains(result)).copied().unwrap_or_default();
    check::that(unfinished == 0, format!("{unfinished} came out, but the work on {} was cut off", unfinished / 2))
        .usually(cause);
}

/// Without a cancel, the doubles of 1 to 1000 come out once each, the output ends, and no task is left.
#[criterion]
async fn every_number_doubled_once() {
    let seen = drain(pipeline(1..=1000, &watched(Work::taking(ms(1))), &CancellationToken::new())).await;
    let expected: Vec<u64> = (1..=1000).map(|number| number * 2).collect();
    check::same_items(&seen, &expected)
        .usually("a worker that stops before the input is empty, or a stage that cancels the others at its own end");
    quiescent().await;
    check::all_tasks_gone().await.usually("a task that only the token can end: without a cancel it waits for ever");
}

/// A thousand numbers of 1 ms take 125 ms: eight items are in flight, and never more.
#[criterion]
async fn eight_at_a_time() {
    let work = watched(Work::taking(ms(1)));
    let start = Instant::now();
    drain(pipeline(1..=1000, &work, &CancellationToken::new())).await;
    check::in_flight_at_most(&work, 8)
        .usually("a task for each number, or a worker that starts the next item before its last is done");
    check::in_flight_reached(&work, 8)
        .usually("the lock of a shared receiver is held across the work, or there are fewer than 8 workers");
    check::runs("numbers worked on", &work, 1000).usually("`work.run` is not awaited once for each number");
    check::took(start, ms(125), ms(1))
        .usually("workers that wait for each other, or a pause in which the token is looked at");
}

/// While nobody reads the output, at most 34 numbers are taken, and the tasks are parked: nothing is polled.
#[criterion]
async fn a_reader_that_stops_parks_every_task() {
    let source = Source::new(1..);
    let taken = source.counter();
    let output = pipeline(source, &watched(Work::taking(ms(1))), &CancellationToken::new());
    pass(ms(100)).await;
    check::at_most("numbers taken while nobody reads", taken.count(), FITS)
        .usually("an unbounded channel or a larger one, or a task for each number: nothing makes the front wait");
    check::parked_for(ms(10_000)).await.usually(
        "a loop that looks at `is_cancelled()` every so often; `token.cancelled()` is a future that parks until then",
    );
    marked("output dropped", || drop(output));
}

/// At the cancel one item has 10 s to go, and senders wait on a full output whose receiver is kept: within 5 ms no
/// task is left. Then the output can be read to its end and holds no result of an unfinished item.
#[criterion]
async fn a_cancel_reaches_a_full_pipeline() {
    let source = Source::new(1..);
    let taken = source.counter();
    let work = watched(Work::varying(|number| if number == 1 { ms(LONG) } else { ms(1) }));
    let token = CancellationToken::new();
    let output = pipeline(source, &work, &token);
    pass(ms(50)).await;
    let before = taken.count();
    marked("cancel", || token.cancel());
    all_gone_in_time(
        "an await that is not raced against the token: its line is shown; or work in a task of its own, which is not \
         aborted: a dropped `JoinHandle` lets it go on. A look between items comes too late",
    )
    .await;
    check::at_most("numbers taken after the cancel", taken.count() - before, 1)
        .usually("the producer goes on while there is room: it does not look at the token");
    let seen = drain(output).await;
    no_result_of_unfinished_work(&seen, &work, "after the race was lost to the token, the worker goes on to its send");
}

/// A cancel while the workers wait on an open input that brings nothing: within 5 ms no task is left, and the
/// output ends, though the input's sender is kept.
#[criterion]
async fn a_cancel_reaches_workers_without_input() {
    let (kept, input) = mpsc::channel(1);
    let token = CancellationToken::new();
    let output = fan_out(input, watched(Work::taking(ms(1))), token.clone());
    pass(ms(10)).await;
    marked("cancel", || token.cancel());
    all_gone_in_time(
        "`recv` is not raced against the token: a worker that waits for input learns of the cancel with its next item",
    )
    .await;
    let seen = drain(output).await;
    check::items(&seen, &[]).usually("a result without an item");
    drop(kept);
}

/// A cancel while the producer waits on a full channel whose receiver is kept: within 5 ms it is gone, it has taken
/// no further number, and what it has sent can be read to the end.
#[criterion]
async fn a_cancel_reaches_a_producer_without_room() {
    let source = Source::new(1..);
    let taken = source.counter();
    let token = CancellationToken::new();
    let output = producer(source, token.clone());
    pass(ms(10)).await;
    let before = taken.count();
    token.cancel();
    all_gone_in_time(
        "the producer's send is not raced against the token; it ends only if its receiver happens to be dropped",
    )
    .await;
    check::at_most("numbers taken after the cancel", taken.count() - before, 0)
        .usually("the producer goes on to the next number instead of returning");
    let seen = drain(output).await;
    let sent: Vec<u64> = (1..=seen.len() as u64).collect();
    check::items(&seen, &sent)
        .usually("numbers that change places before they are sent, or are dropped when there is no room");
    check::at_most("numbers in the producer's channel", seen.len() as u64, 8)
        .usually("a channel larger than PRODUCER_CAPACITY");
}

/// A cancel while eight items are at work and the output has room: no work begins, at most one more number is taken,
/// within 5 ms no task is left, and the output ends without a result of an unfinished item.
#[criterion]
async fn a_cancel_cuts_work_off() {
    let source = Source::new(1..);
    let taken = source.counter();
    let work = watched(Work::taking(ms(1)));
    let token = CancellationToken::new();
    let mut output = pipeline(source, &work, &token);
    for _ in 0..100 {
        received(output.recv()).await;
    }
    quiescent().await;
    let (before, begun) = (taken.count(), work.records().len());
    marked("cancel", || token.cancel());
    all_gone_in_time(
        "an await that is not raced against the token: its line is shown; or work in a task of its own, which is not aborted",
    )
    .await;
    check::equal("items begun after the cancel", work.records().len() - begun, 0)
        .usually("a stage finishes what it has taken, or looks at the token later than at its next step");
    check::at_most("numbers taken after the cancel", taken.count() - before, 1)
        .usually("the producer goes on while there is room: it does not look at the token");
    let seen = drain(output).await;
    no_result_of_unfinished_work(&seen, &work, "after the race was lost to the token, the worker goes on to its send");
}

/// With a token that is cancelled before the start, no work begins, at most one number is taken, and the output
/// ends. This holds every time, not by luck: it is tried 50 times.
#[criterion]
async fn cancelled_before_the_start() {
    let token = CancellationToken::new();
    token.cancel();
    for _ in 0..50 {
        let (numbers, input) = mpsc::channel(100);
        for number in 1..=100 {
            numbers.try_send(number).expect("the channel has room for all");
        }
        let work = Work::taking(ms(1));
        let output = fan_out(input, work.clone(), token.clone());
        drop(numbers);
        let seen = drain(output).await;
        check::equal("items begun under a cancelled token", work.records().len(), 0).usually(
            "a worker takes an item without a look at the token; or `select!` without `biased;` takes any ready branch",
        );
        check::items(&seen, &[]).usually("a result without work");
        let source = Source::new(1..=100);
        let taken = source.counter();
        drain(producer(source, token.clone())).await;
        check::at_most("numbers taken under a cancelled token", taken.count(), 1).usually(
            "the producer sends without a look at the token; or `select!` without `biased;` takes any ready branch",
        );
    }
}

/// The token stays the caller's: it is not cancelled after the end, after the output was dropped, or after an item
/// panicked. To cancel it then, twice, changes nothing.
#[criterion]
async fn the_token_is_the_callers() {
    const CAUSE: &str =
        "a stage cancels the token it was given, by hand or by a drop guard: that stops all that runs under it";
    let token = CancellationToken::new();
    drain(pipeline(1..=100, &Work::taking(ms(1)), &token)).await;
    quiescent().await;
    check::that(!token.is_cancelled(), "the token is cancelled after the pipeline's end").usually(CAUSE);
    let panicking = Work::taking(ms(1)).panicking(|number| number == 4);
    drain(pipeline(1..=100, &panicking, &token)).await;
    quiescent().await;
    check::that(!token.is_cancelled(), "the token is cancelled after an item panicked").usually(CAUSE);
    drop(pipeline(1..=100, &Work::taking(ms(1)), &token));
    pass(ms(5)).await;
    check::that(!token.is_cancelled(), "the token is cancelled after the output was dropped").usually(CAUSE);
    token.cancel();
    token.cancel();
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}

/// When the output is dropped without a cancel, no task is left 5 ms later, with items of 1 ms and a source without
/// an end.
#[criterion]
async fn dropping_the_output_stops_every_task() {
    let mut output = pipeline(1.., &watched(Work::taking(ms(1))), &CancellationToken::new());
    for _ in 0..20 {
        received(output.recv()).await;
    }
    marked("output dropped", || drop(output));
    all_gone_in_time(
        "a task that only the token can end, or a stage that ignores that its send fails: the reader is gone",
    )
    .await;
}

/// An item whose work panics has no result, every other item has at most one, the output ends, and no task is left.
/// The same holds if every item panics.
#[criterion]
async fn a_panic_ends_no_worse_than_its_item() {
    let work = Work::taking(ms(1)).panicking(|number| number == 4);
    let mut seen = drain(pipeline(1..=1000, &work, &CancellationToken::new())).await;
    no_result_of_unfinished_work(&seen, &work, "a result that is sent whether or not the work ended well");
    seen.sort_unstable();
    let mut once = seen.clone();
    once.dedup();
    check::items(&seen, &once).usually("an item is done again after a panic elsewhere");
    all_gone_in_time("a task that only the token can end, or one that waits for a task that has panicked").await;
    let work = Work::taking(ms(1)).panicking(|_| true);
    let seen = drain(pipeline(1..=1000, &work, &CancellationToken::new())).await;
    check::items(&seen, &[]).usually("a result that is sent whether or not the work ended well");
    all_gone_in_time(
        "a producer that waits for room although the last worker has panicked: its receiver is kept by someone",
    )
    .await;
}
