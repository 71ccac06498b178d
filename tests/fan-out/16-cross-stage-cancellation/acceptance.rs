//! A pipeline whose consumer has had enough: how the news gets from the last stage to the first, past work that takes
//! longer than anybody wants to wait.

use harness::{check, criterion, drain, marked, ms, pass, quiescent, received, watched};
use task::pipeline;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use workbook::Work;

/// How many numbers a stage works on at a time.
const WORKERS: usize = 4;

/// What may be taken and not read: for each stage, 4 in its channel, 4 in its workers' hands, 5 on the way.
const FITS: u64 = 3 * (4 + 4 + 5);

/// What a number takes in a stage where a signal has to reach it, in milliseconds.
const LONG: u64 = 10_000;

/// What the pipeline is given to end after its consumer has spoken, in milliseconds.
const SOON: u64 = 100;

/// Three stages that take so many milliseconds a number.
fn stages(takes: u64) -> [Work; 3] {
    ["stage 1", "stage 2", "stage 3"].map(|name| watched(Work::taking(ms(takes)).named(name)))
}

/// An input that holds 1..=count and is open as long as the sender lives. No task feeds it.
fn open_input(count: u64) -> (Sender<u64>, Receiver<u64>) {
    let (sender, input) = mpsc::channel(1000);
    for number in 1..=count {
        sender.try_send(number).expect("the input has room for a thousand");
    }
    (sender, input)
}

/// An input of 1..=count that ends then.
fn input(count: u64) -> Receiver<u64> {
    open_input(count).1
}

/// How many items each stage has begun.
fn begun(stages: &[Work; 3]) -> [usize; 3] {
    [0, 1, 2].map(|stage| stages[stage].records().len())
}

/// How many items are at work in each stage.
fn at_work(stages: &[Work; 3]) -> [usize; 3] {
    [0, 1, 2].map(|stage| stages[stage].in_flight())
}

/// All that the pipeline is given: 100 ms, and then no task is left.
async fn all_gone_in_time(cause: &str) {
    pass(ms(SOON)).await;
    check::all_tasks_gone().await.usually(cause);
}

/// Reads for 100 ms, or until the output ends, which is the second answer.
async fn read_for_100_ms(output: &mut Receiver<u64>) -> (Vec<u64>, bool) {
    let mut seen = Vec::new();
    let read = async {
        while let Some(number) = received(output.recv()).await {
            seen.push(number);
        }
    };
    let ended = timeout(ms(SOON), read).await.is_ok();
    (seen, ended)
}

/// No number has come out whose work in some stage did not run to its end.
fn all_finished(seen: &[u64], stages: &[Work; 3], cause: &str) {
    for (stage, work) in stages.iter().enumerate() {
        let records = work.records();
        let finished = |number: &&u64| records.iter().any(|run| run.finished && run.item == **number);
        let unfinished = seen.iter().find(|number| !finished(number)).copied().unwrap_or_default();
        let text = format!("{unfinished} came out, but the work on it in stage {} was not done", stage + 1);
        check::that(unfinished == 0, text).usually(cause);
    }
}

const WAITING: &str = "a wait that is not raced against the signal: its line is shown. A worker waits in three places: for a number, \
                       at its work and for room. Or a task that is let go of and not aborted";

/// Each of 200 numbers passes the three stages, one after the other, and comes out once. Then the output ends, and no
/// task is left.
#[criterion]
async fn every_number_passes_all_stages_once() {
    let stages = [3, 2, 4].map(|different| Work::varying(move |number| ms(1 + number % different)));
    let seen = drain(pipeline(input(200), stages.clone(), CancellationToken::new())).await;
    let expected: Vec<u64> = (1..=200).collect();
    check::same_items(&seen, &expected)
        .usually("a stage that ends at the first worker to find its input ended, while others have a number in hand");
    all_finished(&seen, &stages, "a stage that passes numbers on without its work");
    for (stage, work) in stages.iter().enumerate() {
        check::runs(&format!("items worked on in stage {}", stage + 1), work, 200)
            .usually("a stage that works with the work of another, or works on a number twice");
    }
    quiescent().await;
    check::all_tasks_gone().await.usually("a task that only a cancel can end: without one it waits for ever");
}

/// A hundred numbers of 200 ms in each stage take 5.4 s: four are at work in each stage at a time, and never more.
#[criterion]
async fn four_at_a_time_in_each_stage() {
    let stages = stages(200);
    let start = Instant::now();
    drain(pipeline(input(100), stages.clone(), CancellationToken::new())).await;
    for work in &stages {
        check::in_flight_at_most(work, WORKERS).usually("a task for each number: nothing limits how many a stage runs");
        check::in_flight_reached(work, WORKERS)
            .usually("the lock of a shared receiver is held across the work, or there are fewer than 4 workers");
    }
    check::took(start, ms(5400), ms(1))
        .usually("a stage that waits for the whole of the one before it, or for all four of its numbers");
}

/// While nobody reads the output, at most 39 numbers are taken, and the tasks are parked: nothing is polled.
#[criterion]
async fn a_reader_that_stops_parks_every_task() {
    let (sender, input) = open_input(1000);
    let output = pipeline(input, stages(1), CancellationToken::new());
    pass(ms(1000)).await;
    check::at_most("numbers taken while nobody reads", sender.capacity() as u64, FITS).usually(
        "an unbounded or larger channel between stages, or a task for each number: nothing makes the front wait",
    );
    check::parked_for(ms(10_000)).await.usually(
        "a loop that looks at `is_closed()` or `is_cancelled()` every so often; `closed()` and `cancelled()` park until then",
    );
    marked("output dropped", || drop(output));
}

/// The output is dropped while all twelve workers are at numbers that take 10 s: within 100 ms no task is left.
#[criterion]
async fn dropping_the_output_stops_stages_at_work() {
    let stages = stages(LONG);
    let (_sender, input) = open_input(1000);
    let output = pipeline(input, stages.clone(), CancellationToken::new());
    pass(ms(2 * LONG + LONG / 2)).await;
    check::equal("numbers at work in the stages before the drop", at_work(&stages), [WORKERS; 3])
        .usually("a stage that is narrower or wider than 4, or holds back what it has done");
    marked("output dropped", || drop(output));
    all_gone_in_time(
        "a stage that learns only at its next `send` that nobody reads, after its work. `Sender::closed` is ready as soon as the \
         receiver is dropped, and each stage must tell the one before it. Or the work is in a task that is let go of, not aborted",
    )
    .await;
}

/// The output is dropped while tasks wait: all three stages on an open input that brings nothing, the last two for
/// their first number, or all three for room. Within 100 ms no task is left.
#[criterion]
async fn dropping_the_output_reaches_tasks_that_wait() {
    for (count, takes) in [(0, LONG), (1000, LONG), (1000, 1)] {
        let (_sender, input) = open_input(count);
        let output = pipeline(input, stages(takes), CancellationToken::new());
        pass(ms(5000)).await;
        drop(output);
        all_gone_in_time(WAITING).await;
    }
}

/// The token is cancelled while all twelve workers are at numbers that take 10 s, and the output is read to its end:
/// within 100 ms no task is left, no work has begun, and no number has come out whose work was cut off.
#[criterion]
async fn a_cancel_stops_stages_at_work() {
    let stages = stages(LONG);
    let token = CancellationToken::new();
    let (_sender, input) = open_input(1000);
    let mut output = pipeline(input, stages.clone(), token.clone());
    pass(ms(2 * LONG + LONG / 2)).await;
    let before = begun(&stages);
    check::equal("numbers at work in the stages before the cancel", at_work(&stages), [WORKERS; 3])
        .usually("a stage that is narrower or wider than 4, or holds back what it has done");
    marked("cancel", || token.cancel());
    let (seen, ended) = read_for_100_ms(&mut output).await;
    check::all_tasks_gone().await.usually(
        "a token that does not reach every stage, or that is looked at between numbers only: a worker finishes its 10 s first. \
         Or the work is in a task that is let go of, not aborted",
    );
    check::that(ended, "the output has not ended 100 ms after the cancel")
        .usually("a sender that is kept in a struct or a static: the last one to be dropped ends the output");
    check::equal("items begun in the stages after the cancel", begun(&stages), before)
        .usually("a worker whose number was cut off passes it on, or takes the next one");
    all_finished(&seen, &stages, "after the race was lost to the token, the worker goes on to its send");
}

/// The token is cancelled while tasks wait: all three stages on an open input that brings nothing, the last two for
/// their first number, or all three for room before a full output that is held. Within 100 ms no task is left. What was
/// in the output can be read, and it ends.
#[criterion]
async fn a_cancel_reaches_tasks_that_wait() {
    for (count, takes, results) in [(0, LONG, 0), (1000, LONG, 0), (1000, 1, 4)] {
        let token = CancellationToken::new();
        let (_sender, input) = open_input(count);
        let stages = stages(takes);
        let output = pipeline(input, stages.clone(), token.clone());
        pass(ms(5000)).await;
        token.cancel();
        all_gone_in_time(WAITING).await;
        let seen = drain(output).await;
        check::equal("results that can be read after the cancel", seen.len(), results)
            .usually("a channel of another size than CAPACITY, or a stage that passes on what was cut off");
        all_finished(&seen, &stages, "after the race was lost to the token, the worker goes on to its send");
    }
}

/// With a token that is cancelled before the start, no work begins and the output ends. This holds every time, not by
/// luck: it is tried 20 times.
#[criterion]
async fn cancelled_before_the_start() {
    let token = CancellationToken::new();
    token.cancel();
    for _ in 0..20 {
        let (_sender, input) = open_input(100);
        let stages = stages(1);
        let mut output = pipeline(input, stages.clone(), token.clone());
        let (seen, ended) = read_for_100_ms(&mut output).await;
        check::equal("items begun in the stages under a cancelled token", begun(&stages), [0; 3]).usually(
            "a worker takes a number without a look at the token, or the token never reaches it; or `select!` without `biased;`, \
             which takes any ready branch",
        );
        check::items(&seen, &[]).usually("a number that comes out without work");
        check::that(ended, "the output has not ended after 100 ms").usually(
            "a worker waits for a number without a look at the token, or a sender is kept: the last one ends the output",
        );
    }
}

/// The token stays the caller's. It is not cancelled after the end, nor after the output was dropped, nor after an
/// item panicked; another pipeline under the same token delivers all its numbers.
#[criterion]
async fn the_token_is_the_callers() {
    const CAUSE: &str =
        "the pipeline cancels the token that it was given, by hand or by a drop guard; a child of it would be its own";
    let token = CancellationToken::new();
    let neighbour = pipeline(input(100), stages(200), token.clone());
    drop(pipeline(input(100), stages(200), token.clone()));
    pass(ms(SOON)).await;
    check::that(!token.is_cancelled(), "the token is cancelled after the output was dropped").usually(CAUSE);
    let seen = drain(neighbour).await;
    check::equal("numbers out of the neighbour, whose output was not dropped", seen.len(), 100).usually(CAUSE);
    check::that(!token.is_cancelled(), "the token is cancelled after the end").usually(CAUSE);
    let [first, _, third] = stages(1);
    let panicking = [first, Work::taking(ms(1)).panicking(|number| number == 4), third];
    drain(pipeline(input(100), panicking, token.clone())).await;
    quiescent().await;
    check::that(!token.is_cancelled(), "the token is cancelled after an item panicked").usually(CAUSE);
}

/// A number whose work panics in any stage does not come out, every other comes out at most once, the output ends, and
/// no task is left. The same holds if every number panics.
#[criterion]
async fn a_panic_ends_no_worse_than_its_item() {
    for panicking in 0..3 {
        for every in [7, 1] {
            let planned = |stage: usize| {
                Work::taking(ms(1)).panicking(move |number| stage == panicking && number.is_multiple_of(every))
            };
            let stages = [planned(0), planned(1), planned(2)];
            let mut seen = drain(pipeline(input(100), stages.clone(), CancellationToken::new())).await;
            all_finished(&seen, &stages, "a number that is sent whether or not its work ended well");
            seen.sort_unstable();
            let mut once = seen.clone();
            once.dedup();
            check::items(&seen, &once).usually("a number is done again after a panic elsewhere");
            all_gone_in_time("a stage that waits for room or for numbers although the stage next to it has panicked")
                .await;
        }
    }
}
