//! Eight workers and one order: a reorder buffer, the window that bounds it, and the numbers that never come.

use harness::task::spawn;
use harness::{check, criterion, drain, marked, ms, pass, quiescent, random, received, watched};
use rand::RngExt;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;
use task::{Missing, ReorderBuffer, Tagged, ordered_doubler};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, timeout};
use workbook::Work;

/// How many numbers are worked on at once.
const WORKERS: usize = 8;
/// How many numbers may be under way, from dispatch to emission.
const WINDOW: u64 = 32;
/// What else may be taken from the input: one number in each of two hands.
const HANDS: u64 = 2;
/// What fits between the input and the reader: the window, the output channel, and the hands.
const FITS: u64 = WINDOW + 4 + HANDS;

/// A result without the types of the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Seen {
    Number(u64, u64),
    Missing(u64),
}

impl From<Result<Tagged<u64>, Missing>> for Seen {
    fn from(result: Result<Tagged<u64>, Missing>) -> Seen {
        match result {
            Ok(Tagged { seq, value }) => Seen::Number(seq, value),
            Err(Missing { seq }) => Seen::Missing(seq),
        }
    }
}

/// The input: everything waits in its channel from the start, so nothing but the subject limits what is taken.
struct Input {
    sender: Sender<Tagged<u64>>,
    receiver: Receiver<Tagged<u64>>,
}

/// The input's open end, which knows how many numbers were taken.
struct Open(Sender<Tagged<u64>>);

impl Open {
    /// Every number taken has left a free place in the channel.
    fn taken(&self) -> u64 {
        self.0.capacity() as u64
    }
}

impl Input {
    /// These sequence numbers; the value is the sequence number, so that messages name one number.
    fn of(sequence: impl IntoIterator<Item = u64>) -> Input {
        let tagged = |seq| Tagged { seq, value: seq };
        let items: Vec<Tagged<u64>> = sequence.into_iter().map(tagged).collect();
        let (sender, receiver) = mpsc::channel(items.len());
        for item in items {
            sender.try_send(item).expect("the channel was made for these items");
        }
        Input { sender, receiver }
    }

    /// The receiver of an input that has ended.
    fn ended(self) -> Receiver<Tagged<u64>> {
        self.receiver
    }

    /// The receiver of an input that goes on, and its open end.
    fn open(self) -> (Open, Receiver<Tagged<u64>>) {
        (Open(self.sender), self.receiver)
    }
}

/// What must come out for `0..end` if the numbers that `missing` chooses are missing.
fn expected(end: u64, missing: impl Fn(u64) -> bool) -> Vec<Seen> {
    (0..end).map(|seq| if missing(seq) { Seen::Missing(seq) } else { Seen::Number(seq, seq * 2) }).collect()
}

async fn all(output: Receiver<Result<Tagged<u64>, Missing>>) -> Vec<Seen> {
    drain(output).await.into_iter().map(Seen::from).collect()
}

/// The next result, if there is one in time.
async fn next(output: &mut Receiver<Result<Tagged<u64>, Missing>>, within: Duration) -> Option<Seen> {
    timeout(within, received(output.recv())).await.ok().flatten().map(Seen::from)
}

/// Times of 0 to 4 ms, at random.
fn random_times(items: usize) -> Vec<Duration> {
    let mut random = random(3);
    (0..items).map(|_| ms(random.random_range(0..=4))).collect()
}

/// Work that takes these times.
fn taking(times: Vec<Duration>) -> Work {
    Work::varying(move |item| times[item as usize])
}

/// Work of 1 ms an item, but for number 0, which takes 10 s.
fn straggler() -> Work {
    Work::varying(|item| if item == 0 { ms(10_000) } else { ms(1) })
}

/// The buffer alone: what comes before its turn is held back and counted, lost numbers too; in its turn it comes
/// out. A number whose turn is over is dropped.
#[criterion]
async fn the_buffer_gives_each_number_in_its_turn() {
    let buffer = ReorderBuffer::new();
    let mut taker = spawn(poll_fn(|cx| buffer.poll_next(cx)));
    buffer.insert(Tagged { seq: 2, value: 20 });
    buffer.lose(1);
    check::that(taker.poll().is_pending(), "something comes out before number 0 is in")
        .usually("the lowest number is taken, whether it is the next one or not");
    check::equal("numbers held back before number 0 is in", buffer.len(), 2)
        .usually("a lost number is not kept until its turn");
    check::that(!buffer.is_empty(), "a buffer that holds two numbers back calls itself empty")
        .usually("`is_empty` looks at something else than `len` does");
    buffer.insert(Tagged { seq: 0, value: 0 });
    check::that(taker.is_woken(), "the taker is not woken when number 0 is in").usually("its waker is not stored");
    let mut seen = Vec::new();
    while let Poll::Ready(Some(result)) = taker.poll() {
        seen.push(Seen::from(result));
    }
    check::items(&seen, &[Seen::Number(0, 0), Seen::Missing(1), Seen::Number(2, 20)])
        .usually("a number that does not wait for its turn, or a loss that is not reported");
    buffer.insert(Tagged { seq: 1, value: 10 });
    check::equal("numbers held back after all are out and number 1 comes once more", buffer.len(), 0)
        .usually("a number that comes after its turn is kept, and never comes out");
    check::that(buffer.is_empty(), "a buffer that holds nothing back does not call itself empty")
        .usually("`is_empty` looks at something else than `len` does");
    buffer.close();
    check::that(taker.is_woken(), "the taker is not woken by the close").usually("`close` only sets a flag");
    check::that(matches!(taker.poll(), Poll::Ready(None)), "the closed and empty buffer does not end")
        .usually("something is still counted as held back");
}

/// A thousand numbers, whose work takes 0 to 4 ms at random, come out doubled, in the order of the input, each
/// under its own sequence number; then the output ends.
#[criterion]
async fn results_come_in_the_order_of_the_input() {
    let mut times = random_times(1000);
    // Whatever the seed, the last numbers wait for number 985: at the end the buffer is far from empty.
    times[985] = ms(4);
    times[986..].fill(ms(0));
    let seen = all(ordered_doubler(Input::of(0..1000).ended(), taking(times))).await;
    check::items(&seen, &expected(1000, |_| false))
        .usually("results sent as they are done, or a buffer that ends at `close` with results still in it");
}

/// With 0 to 4 ms an item at random, a thousand items take at most 1.05 times what eight workers that never wait
/// would need, and never more than 8 are in flight.
#[criterion]
async fn random_times_cost_little() {
    let times = random_times(1000);
    let serial: Duration = times.iter().sum();
    let work = watched(taking(times));
    let start = Instant::now();
    drain(ordered_doubler(Input::of(0..1000).ended(), work.clone())).await;
    check::in_flight_at_most(&work, WORKERS)
        .usually("a task for each number of the window, without a limit of 8 at work");
    check::in_flight_reached(&work, WORKERS)
        .usually("the workers take turns: a lock held across the work, or too few of them");
    check::runs("items worked on", &work, 1000).usually("`work.run` is not awaited once for each item");
    let ideal = serial / WORKERS as u32;
    check::took_at_most(start, ideal * 105 / 100).usually(
        "workers that wait for the slowest of a few: with a window of 8, seven idle behind each slow item; give it \
         all 32",
    );
}

/// The first result leaves when its own work is done, after 4 ms, with the input still open: by then at most 39
/// numbers are taken.
#[criterion]
async fn results_stream() {
    let (input, numbers) = Input::of(0..1000).open();
    let mut output = ordered_doubler(numbers, watched(Work::taking(ms(4))));
    let start = Instant::now();
    let first = next(&mut output, ms(100)).await;
    check::equal("the first result within 100 ms", first, Some(Seen::Number(0, 0))).usually(
        "all results are collected before the first one leaves: sorting needs the whole input, a buffer does not",
    );
    check::took(start, ms(4), ms(0)).usually("the first result waits for others");
    check::at_most("numbers taken at the first result", input.taken(), FITS + 1)
        .usually("numbers are taken without a permit");
}

/// While number 0 takes 10 s, 32 numbers are started, no fewer and no more, and at most 34 taken from the input.
/// When it is done, everything comes out in order.
#[criterion]
async fn a_straggler_fills_the_window_and_no_more() {
    const CAUSE: &str = "no window, a permit taken after the number was handed over, or one given back when the work \
                         is done: hold it until the result is out";
    let (input, numbers) = Input::of(0..200).open();
    let work = straggler();
    let output = ordered_doubler(numbers, work.clone());
    pass(ms(9_000)).await;
    let started = work.records().len() as u64;
    check::at_most("numbers started while number 0 works", started, WINDOW).usually(CAUSE);
    check::equal("numbers started while number 0 works", started, WINDOW)
        .usually("a window smaller than 32, or a worker that holds its result until those before it are out");
    check::at_most("numbers taken while number 0 works", input.taken(), WINDOW + HANDS).usually(CAUSE);
    drop(input);
    let seen = all(output).await;
    check::items(&seen, &expected(200, |_| false))
        .usually("a result that overtakes another, or results that are lost at the end");
}

/// While nobody reads, at most 38 numbers are taken from the input: 32 in the window, 4 in the output channel and
/// 2 in hands. The same holds whenever the reader stops.
#[criterion]
async fn a_reader_that_stops_holds_back_the_input() {
    const CAUSE: &str =
        "permits given back before the result is in the output channel, an unbounded channel, or no window";
    let (input, numbers) = Input::of(0..1000).open();
    let mut output = ordered_doubler(numbers, watched(Work::taking(ms(1))));
    pass(ms(1_000)).await;
    check::at_most("numbers taken while nobody reads", input.taken(), FITS).usually(CAUSE);
    for _ in 0..100 {
        next(&mut output, ms(100)).await;
    }
    pass(ms(1_000)).await;
    check::at_most("numbers taken but not read, after 100 reads", input.taken() - 100, FITS).usually(CAUSE);
}

/// What cannot go on is parked: nothing is polled while number 0 takes its 10 s, nor while nobody reads.
#[criterion]
async fn waiting_tasks_are_parked() {
    const CAUSE: &str =
        "a loop that looks into the buffer again and again; store the waker, and wake it when the turn comes";
    let output = ordered_doubler(Input::of(0..1000).ended(), straggler());
    pass(ms(1_000)).await;
    check::parked_for(ms(8_000)).await.usually(CAUSE);
    pass(ms(10_000)).await;
    check::parked_for(ms(10_000)).await.usually(CAUSE);
    marked("output dropped", || drop(output));
}

/// An input that ends with a number missing: it is reported in its place, the rest comes out, and the output ends.
#[criterion]
async fn an_input_that_ends_with_a_gap_is_drained() {
    let left_out = |seq| seq == 17;
    let sequence = (0..20).filter(|&seq| !left_out(seq));
    let seen = all(ordered_doubler(Input::of(sequence).ended(), watched(Work::taking(ms(1))))).await;
    check::items(&seen, &expected(20, left_out)).usually(
        "at the end the buffer waits for a number that cannot come any more, drops what is behind it, or \
         skips it in silence",
    );
}

/// With the input still open, a number that was left out is reported as soon as the next higher one is taken and
/// the results before it are out.
#[criterion]
async fn a_gap_is_reported_at_once() {
    let (input, numbers) = Input::of([0, 1, 3]).open();
    let mut output = ordered_doubler(numbers, watched(Work::taking(ms(1))));
    let mut seen = Vec::new();
    while let Some(result) = next(&mut output, ms(100)).await {
        seen.push(result);
    }
    check::items(&seen, &expected(4, |seq| seq == 2)).usually(
        "the gap is skipped in silence, or waited for until the input ends: the number after it says that \
         it will not come",
    );
    drop(input);
}

/// Gaps at the start, in the middle and longer than the window are reported number by number, and stop nothing.
#[criterion]
async fn a_gap_longer_than_the_window_stops_nothing() {
    let left_out = |seq| seq < 3 || (seq % 50 == 7) || (400..500).contains(&seq);
    let sequence = (0..1000).filter(|&seq| !left_out(seq));
    let seen = all(ordered_doubler(Input::of(sequence).ended(), watched(Work::taking(ms(1))))).await;
    check::items(&seen, &expected(1000, left_out))
        .usually("a missing number that is dropped, or reported out of its turn");
}

/// A hundred of a thousand items panic: each is reported missing in its place, and costs neither a worker nor a
/// permit: the rest comes out, in at most 1.05 times the time that it would take without panics.
#[criterion]
async fn a_panic_costs_its_own_number_only() {
    let panics = |seq| seq % 10 == 3;
    let work = watched(Work::taking(ms(1)).panicking(panics));
    let start = Instant::now();
    let seen = all(ordered_doubler(Input::of(0..1000).ended(), work)).await;
    check::items(&seen, &expected(1000, panics))
        .usually("a panic that ends its worker or the stage, or whose number is lost without a report");
    check::took_at_most(start, ms(1000) * 105 / 100 / WORKERS as u32)
        .usually("a worker that ends with its panic is not replaced");
}

/// When the output is dropped while number 0 still needs 10 s, and also while the input gives nothing, work in
/// flight is cancelled, nothing more is started, and within 2 ms no task is left.
#[criterion]
async fn dropping_the_output_cancels_the_work() {
    const CAUSE: &str =
        "only `send` notices that the reader is gone, and none is under way: wait for `output.closed()` besides";
    let (input, numbers) = Input::of(0..1000).open();
    let work = straggler();
    let output = ordered_doubler(numbers, work.clone());
    pass(ms(100)).await;
    let started = work.records().len();
    marked("output dropped", || drop(output));
    pass(ms(2)).await;
    check::at_most("items started after the output was dropped", (work.records().len() - started) as u64, 0)
        .usually("the dispatcher goes on: nothing tells it that the reader is gone");
    check::equal("items in flight after the output was dropped", work.in_flight(), 0).usually(CAUSE);
    check::all_tasks_gone().await.usually(CAUSE);
    drop(input);

    let (idle, numbers) = Input::of([0]).open();
    let mut output = ordered_doubler(numbers, watched(Work::taking(ms(1))));
    next(&mut output, ms(100)).await;
    marked("output dropped", || drop(output));
    pass(ms(2)).await;
    check::all_tasks_gone().await.usually(CAUSE);
    drop(idle);
}

/// An output that is dropped while every task waits for room leaves no task either.
#[criterion]
async fn dropping_a_full_output_leaves_nothing() {
    let (input, numbers) = Input::of(0..1000).open();
    let output = ordered_doubler(numbers, watched(Work::taking(ms(1))));
    pass(ms(1_000)).await;
    marked("output dropped", || drop(output));
    quiescent().await;
    check::all_tasks_gone()
        .await
        .usually("the emitter ends, and with it the only one who gives permits back: the dispatcher waits for ever");
    drop(input);
}
