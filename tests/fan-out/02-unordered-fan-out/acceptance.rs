//! One stage made wider: what eight workers on one input promise, and what they must not cost.

use harness::{check, criterion, drain, marked, ms, pass, quiescent, received, watched};
use task::fan_out;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, timeout};
use workbook::Work;

/// What may be taken and not read: 8 in the output, 8 in the workers' hands, 9 on the way.
const HELD: u64 = 8 + 8 + 9;

/// What may still be begun after the output was dropped: what was on the way.
const ON_THE_WAY: u64 = 9;

/// An input of 1..=count that is open as long as the sender lives. No task feeds it.
fn open_input(count: u64) -> (Sender<u64>, Receiver<u64>) {
    let (sender, input) = channel(1000);
    for number in 1..=count {
        sender.try_send(number).expect("the input has room for a thousand");
    }
    (sender, input)
}

/// An input of 1..=1000 that ends then.
fn thousand() -> Receiver<u64> {
    open_input(1000).1
}

/// How many of the thousand numbers are no longer in the input.
fn taken(input: &Sender<u64>) -> u64 {
    1000 - (input.max_capacity() - input.capacity()) as u64
}

fn doubles(numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    numbers.map(|number| number * 2).collect()
}

/// Receives `count` results, or fewer if the output ends or says nothing for a minute.
async fn results(output: &mut Receiver<u64>, count: usize) -> Vec<u64> {
    let mut seen = Vec::new();
    while seen.len() < count {
        let Ok(Some(result)) = timeout(ms(60_000), received(output.recv())).await else { break };
        seen.push(result);
    }
    seen
}

/// The output carries 2, 4, … 2000, each once, in any order. It ends after the last of them, and no task is left.
#[criterion]
async fn every_number_doubled_once() {
    let work = watched(Work::varying(|number| ms(1 + number % 3)));
    let seen = drain(fan_out(thousand(), work)).await;
    check::same_items(&seen, &doubles(1..=1000)).usually(
        "a number dropped on the way, or a stage that ends with its input while some workers still have a number in hand",
    );
    check::all_tasks_gone().await.or_fail();
}

/// A thousand numbers of 1 ms each take 125 ms: eight are in flight at once, and never more.
#[criterion]
async fn eight_at_a_time_take_125_ms() {
    let work = watched(Work::taking(ms(1)));
    let start = Instant::now();
    drain(fan_out(thousand(), work.clone())).await;
    check::in_flight_at_most(&work, 8).usually(
        "a task for each number, so that nothing limits how many run, or one worker too many; let eight take numbers one by one",
    );
    check::in_flight_reached(&work, 8)
        .usually("a lock on the input that is held through the work (one at a time), or a worker too few");
    check::runs("numbers worked on", &work, 1000).usually("`work.run` is not awaited once for each number");
    check::took(start, ms(125), ms(1))
        .usually("a pause between one number and the next, or workers that wait for each other");
}

/// When every eighth number takes 8 ms and the others 1 ms, a thousand take at most 239 ms: no worker is idle while
/// a number waits.
#[criterion]
async fn unequal_work_leaves_no_worker_idle() {
    let work = watched(Work::varying(|number| ms(if number % 8 == 0 { 8 } else { 1 })));
    let start = Instant::now();
    let seen = drain(fan_out(thousand(), work.clone())).await;
    check::equal("results without the work", seen.len().saturating_sub(finished(&work)), 0)
        .usually("`work.run` is not awaited once for each number");
    check::took_at_most(start, ms(239)).usually(
        "a free worker that may not take the next number: batches joined as a whole, results kept in order, numbers dealt in \
         turn; or fewer than eight at a time",
    );
}

/// While one number takes 10 s, the other 999 results arrive within 143 ms, which is the time of seven workers. Then
/// the input ends, the slow number's result arrives, and the output ends.
#[criterion]
async fn a_slow_number_holds_up_nobody() {
    let work = watched(Work::varying(|number| ms(if number == 1 { 10_000 } else { 1 })));
    let (input, receiver) = open_input(1000);
    let start = Instant::now();
    let mut output = fan_out(receiver, work);
    let seen = results(&mut output, 999).await;
    check::took_at_most(start, ms(143)).usually(
        "something waits for the slow number: a batch, the order, a list of results, a lock that is held, or the numbers dealt \
         to its worker; or fewer than eight run at a time",
    );
    check::same_items(&seen, &doubles(2..=1000)).usually("the output ends while the input is open");
    drop(input);
    let rest = drain(output).await;
    check::items(&rest, &[2]).usually("the end of the input ends the whole stage, and with it the work in other hands");
}

/// A result arrives 1 ms after its number, though the input stays open and no other number follows.
#[criterion]
async fn results_stream() {
    let (input, receiver) = open_input(0);
    let mut output = fan_out(receiver, watched(Work::taking(ms(1))));
    for number in [1, 2, 3] {
        pass(ms(50)).await;
        input.send(number).await.ok();
        let start = Instant::now();
        tokio::select! {
            result = received(output.recv()) => {
                check::equal("the result", result, Some(number * 2)).usually("the output ends while the input is open");
            }
            () = tokio::time::sleep(ms(1000)) => {}
        }
        check::took(start, ms(1), ms(0)).usually(
            "numbers or results are collected until there are enough of them, or the input is looked at from time to time",
        );
    }
    drop(input);
    drain(output).await;
}

/// While nobody reads the output, at most 25 numbers are taken: 8 in the output, 8 in the workers' hands and 9 on
/// the way. The same holds whenever the reader stops.
#[criterion]
async fn a_reader_that_stops_holds_back_the_input() {
    const CAUSE: &str = "results that wait where nothing counts them: an unbounded or larger channel, a list, or tasks that no \
                         longer count as running while they send";
    let (input, receiver) = open_input(1000);
    let mut output = fan_out(receiver, watched(Work::taking(ms(1))));
    pass(ms(1000)).await;
    check::at_most("numbers taken while nobody reads", taken(&input), HELD).usually(CAUSE);
    results(&mut output, 25).await;
    pass(ms(1000)).await;
    check::at_most("numbers taken but not read, after 25 reads", taken(&input) - 25, HELD).usually(CAUSE);
    drop(input);
    let rest = drain(output).await;
    check::equal("results after the pause", rest.len(), 975).usually(
        "a full channel makes a worker drop its result or end; if only a few are missing, the stage ends with its input instead \
         of with its last result",
    );
}

/// Workers that cannot go on are parked: while no number comes, and while nobody reads, nothing is polled.
#[criterion]
async fn waiting_workers_are_parked() {
    let (input, receiver) = open_input(0);
    let output = fan_out(receiver, watched(Work::taking(ms(1))));
    check::parked_for(ms(10_000))
        .await
        .usually("a loop around `try_recv` with a pause; `recv().await` parks the task until a number comes");
    for number in 1..=1000 {
        input.try_send(number).ok();
    }
    pass(ms(1000)).await;
    check::parked_for(ms(10_000))
        .await
        .usually("a loop around `try_send` with a pause; `send(…).await` parks the task until there is room");
    marked("output dropped", || drop(output));
}

/// When the output is dropped, at most 9 more numbers are begun, and after 2 ms no task is left.
#[criterion]
async fn dropping_the_output_stops_the_workers() {
    let work = watched(Work::taking(ms(1)));
    let mut output = fan_out(thousand(), work.clone());
    let seen = results(&mut output, 40).await;
    check::equal("results before the output is dropped", seen.len(), 40)
        .usually("the output ends before its last result");
    quiescent().await;
    let before = work.records().len();
    marked("output dropped", || drop(output));
    pass(ms(2)).await;
    let more = work.records().len() - before;
    check::at_most("numbers begun after the output was dropped", more as u64, ON_THE_WAY).usually(
        "whoever takes the numbers never learns that the reader is gone: an error of `send`, or `output.closed()`",
    );
    check::all_tasks_gone().await.usually(STOPS);
}

const STOPS: &str = "tasks that learn one after the other that the reader is gone, because they wait for one lock; or a task that \
                     takes numbers and never learns it";

/// An output that is dropped while every result waits for room leaves no task either, and at once.
#[criterion]
async fn dropping_a_full_output_leaves_nothing() {
    let output = fan_out(thousand(), watched(Work::taking(ms(1))));
    pass(ms(1000)).await;
    marked("output dropped", || drop(output));
    quiescent().await;
    check::all_tasks_gone().await.usually(STOPS);
}

/// When the work on one number panics, the results of the other 999 arrive, the output ends, and no task is left.
#[criterion]
async fn a_panic_loses_its_number_alone() {
    let work = watched(Work::taking(ms(1)).panicking(|number| number == 20));
    let seen = drain(fan_out(thousand(), work)).await;
    let others = (1..=1000).filter(|number| *number != 20);
    check::same_items(&seen, &doubles(others))
        .usually(
            "the panicking task held more than its number: the work of others, or a queue of its own; if only the last results \
             are missing, the stage ends with its input",
        );
    check::all_tasks_gone().await.or_fail();
}

/// How many numbers' work ran to its end.
fn finished(work: &Work) -> usize {
    work.records().iter().filter(|run| run.finished).count()
}
