//! Three stages in a row: what a pipeline promises before any of its stages is made wider.

use harness::{Source, check, criterion, drain, marked, ms, pass, program, quiescent, received, run_program, watched};
use std::pin::Pin;
use std::task::{Context, Poll};
use task::{doubler, printer, producer};
use tokio::io::AsyncWrite;
use tokio::time::Instant;
use workbook::Work;

/// What fits into the pipeline: two channels of 4, and one number in the hand of each of the two stages.
const FITS: u64 = 4 + 4 + 2;

/// Why a stage outlives the one after it.
const GOES_ON: &str =
    "the error of `send` is ignored: it says that the receiver is gone, and is the stage's sign to stop";

fn doubles(count: u64) -> Vec<u64> {
    (1..=count).map(|number| number * 2).collect()
}

/// The output is 2, 4, … 2000, in this order, and then it ends.
#[criterion]
async fn every_number_doubled_in_order() {
    let seen = drain(doubler(producer(1..=1000), watched(Work::taking(ms(1))))).await;
    check::items(&seen, &doubles(1000))
        .usually("a number dropped on the way, or a stage that ends before its input does");
}

/// A thousand numbers of 1 ms each take 1 s: one number at a time is worked on, and the stages do not wait for
/// each other beyond that.
#[criterion]
async fn a_thousand_numbers_take_one_second() {
    let work = watched(Work::taking(ms(1)));
    let start = Instant::now();
    drain(doubler(producer(1..=1000), work.clone())).await;
    check::in_flight_at_most(&work, 1).usually("the doubler starts the next number before it is done with this one");
    check::runs("numbers worked on", &work, 1000)
        .usually("a number that never reaches `work.run`, or one that is worked on twice");
    check::took(start, ms(1000), ms(1)).usually("a pause between the stages, or work that is started and not awaited");
}

/// The first result leaves after 1 ms, long before the last number is taken.
#[criterion]
async fn results_stream() {
    let source = Source::new(1..=1000);
    let taken = source.counter();
    let mut output = doubler(producer(source), watched(Work::taking(ms(1))));
    let start = Instant::now();
    let first = received(output.recv()).await;
    check::equal("the first result", first, Some(2)).usually("the first number is lost, or the output ends at once");
    check::took(start, ms(1), ms(0)).usually("a stage collects its whole input before it sends the first result");
    check::at_most("numbers taken at the first result", taken.count(), FITS + 1)
        .usually("a stage that collects its input, or an unbounded channel");
}

/// While nobody reads the output, at most 10 numbers are taken: 4 + 4 in the channels and one in the hand of each
/// stage. The same holds whenever the reader stops.
#[criterion]
async fn a_reader_that_stops_holds_back_the_source() {
    const CAUSE: &str = "an unbounded channel or a larger one, a task for each number, or a number that is dropped \
                         when it does not fit: nothing makes the front wait";
    let source = Source::new(1..=1000);
    let taken = source.counter();
    let mut output = doubler(producer(source), watched(Work::taking(ms(1))));
    pass(ms(1_000)).await;
    check::at_most("numbers taken while nobody reads", taken.count(), FITS).usually(CAUSE);
    for _ in 0..25 {
        received(output.recv()).await;
    }
    pass(ms(1_000)).await;
    check::at_most("numbers taken but not read, after 25 reads", taken.count() - 25, FITS).usually(CAUSE);
    let rest = drain(output).await;
    check::equal("results after the pause", rest.len(), 975)
        .usually("a full channel makes a stage drop its number or end");
}

/// Stages that cannot go on are parked: while nobody reads, nothing is polled.
#[criterion]
async fn waiting_stages_are_parked() {
    let output = doubler(producer(1..=1000), watched(Work::taking(ms(1))));
    pass(ms(5_000)).await;
    check::parked_for(ms(10_000)).await.usually(
        "a loop around `try_send` or `try_recv` with a pause, or a send with a timeout; `send(…).await` and \
         `recv().await` park the task",
    );
    marked("output dropped", || drop(output));
}

/// When the output is dropped, at most one more number is taken, and within 2 ms no task is left.
#[criterion]
async fn dropping_the_output_stops_the_front() {
    let source = Source::new(1..=1000);
    let taken = source.counter();
    let mut output = doubler(producer(source), watched(Work::taking(ms(1))));
    for _ in 0..5 {
        received(output.recv()).await;
    }
    quiescent().await;
    let before = taken.count();
    marked("output dropped", || drop(output));
    pass(ms(2)).await;
    check::at_most("numbers taken after the output was dropped", taken.count() - before, 1).usually(GOES_ON);
    check::all_tasks_gone().await.usually(GOES_ON);
}

/// An output that is dropped while every stage waits for room leaves no task either, within 2 ms.
#[criterion]
async fn dropping_a_full_pipeline_leaves_nothing() {
    let output = doubler(producer(1..=1000), watched(Work::taking(ms(1))));
    pass(ms(5_000)).await;
    marked("output dropped", || drop(output));
    pass(ms(2)).await;
    check::all_tasks_gone().await.usually(GOES_ON);
}

/// When the work on a number panics, the results before it arrive, the output ends, and no task is left.
#[criterion]
async fn a_panic_ends_the_output() {
    let work = watched(Work::taking(ms(1)).panicking(|number| number == 4));
    let seen = drain(doubler(producer(1..=1000), work)).await;
    check::items(&seen, &[2, 4, 6]).usually("results are held back, or the stage goes on after a panic");
    check::all_tasks_gone().await.or_fail();
}

/// The printer writes every number on a line of its own and returns the number of lines.
#[criterion]
async fn the_printer_writes_lines() {
    let mut written = Vec::new();
    let lines = printer(doubler(producer(1..=1000), watched(Work::taking(ms(1)))), &mut written).await;
    check::equal("lines, as the printer counts them", lines.ok(), Some(1000))
        .usually("not counted, or an error on a good writer");
    let text = String::from_utf8_lossy(&written);
    let expected: String = doubles(1000).iter().map(|number| format!("{number}\n")).collect();
    let (seen, wanted): (Vec<&str>, Vec<&str>) = (text.split('\n').collect(), expected.split('\n').collect());
    check::items(&seen, &wanted)
        .usually("a separator other than one `\\n` after each number, or a buffer never flushed");
}

/// An error of the writer is returned by the printer, and no task is left.
#[criterion]
async fn the_printer_returns_the_writers_error() {
    let lines = printer(doubler(producer(1..=1000), watched(Work::taking(ms(1)))), Broken).await;
    let kind = lines.as_ref().err().map(std::io::Error::kind);
    check::equal("the printer's error", kind, Some(std::io::ErrorKind::BrokenPipe))
        .usually("the result of a write or of the flush is thrown away");
    pass(ms(2)).await;
    check::all_tasks_gone().await.usually(GOES_ON);
}

/// As a program, it prints 2, 4, … 200 and ends with code 0.
#[criterion(processes, clock = "real", deadline = 30)]
async fn as_a_program() {
    let run = run_program(program!()).await;
    check::exit_code(&run, 0).usually("`main` returns an error or panics");
    let text = String::from_utf8_lossy(&run.stdout);
    let expected: Vec<String> = doubles(100).iter().map(u64::to_string).collect();
    let seen: Vec<String> = text.lines().map(str::to_owned).collect();
    check::items(&seen, &expected).usually(
        "the program does not wait for the printer or does not flush; or what the \
         criteria above say of the stages",
    );
}

/// A writer whose reader is gone.
struct Broken;

impl AsyncWrite for Broken {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<std::io::Result<usize>> {
        Poll::Ready(Err(std::io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
