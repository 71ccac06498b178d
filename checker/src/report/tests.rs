//! Whole reports, one for each kind of verdict, with the texts that the harness really writes.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test -p checker report`, then read the difference.

use super::{MARGIN, MOST_LINES, WIDTH, again, criteria, head, message, sum, wrapped};
use crate::judge::Judged;
use catalog::{Criterion, Workbook};
use std::time::Duration;
use verdict::{Kind, Site, Verdict};

const FRONT: &str = "When the output is dropped, no further number is taken and within 2 ms no task is left.";
const GOES_ON: &str =
    "the error of `send` is ignored: it says that the receiver is gone, and is the stage's sign to stop";

fn at(line: u32) -> Option<Site> {
    Some(Site { file: "src/lib.rs".into(), line })
}

fn judged(test: &str, statement: &str, verdict: Verdict) -> Judged {
    let criterion = Criterion {
        test: test.into(),
        statement: statement.into(),
        file: "acceptance.rs".into(),
        line: 1,
        deadline: Duration::from_secs(10),
        model: false,
        processes: false,
    };
    Judged { criterion, verdict, output: String::new(), took: Duration::ZERO, again: Vec::new() }
}

/// The verdict between two passes, as it stands in most reports.
fn among(verdict: Verdict) -> Vec<Judged> {
    vec![
        judged("every_number_doubled_in_order", "The output is `2, 4, … 2000`, in this order.", Verdict::pass()),
        judged("dropping_the_output_stops_the_front", FRONT, verdict),
        judged(
            "as_a_program",
            "As a program, it prints 2, 4, … 200, ends with code 0, and says nothing else at all.",
            Verdict::pass(),
        ),
    ]
}

/// The whole report, with colours.
fn coloured(compiler: &str, judged: &[Judged]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["Cargo.toml", "exercises/x", "tests/harness/x", "tests/fan-out/01-serial-pipeline/task.toml"] {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, "title = \"Serial pipeline\"\nsummary = \"Three stages\"\n").expect("a file");
    }
    let tasks = Workbook::find(folder.path()).and_then(|workbook| workbook.tasks()).expect("a workbook of one task");
    let again = again(judged, "cargo checker task 1").unwrap_or_default();
    head(&tasks[0], "your code", compiler) + &criteria(judged) + &sum(judged) + &again
}

/// The whole report as a pipe gets it. Every report is held to the width and to the length of a message.
fn plain(judged: &[Judged]) -> String {
    let text = anstream::adapter::strip_str(&coloured("", judged)).to_string();
    for line in text.lines() {
        let columns = textwrap::core::display_width(line);
        assert!(columns <= WIDTH, "{columns} columns: {line}");
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    text
}

/// How many lines the message of the verdict in the middle takes.
fn message_lines(judged: &[Judged]) -> usize {
    let mut text = String::new();
    message(&mut text, &judged[1]);
    text.lines().count()
}

/// A verdict of each kind as the harness, the supervisor or the checker writes it.
fn example(kind: Kind) -> Verdict {
    let verdict = |seen: &str| Verdict::new(kind, seen);
    match kind {
        Kind::Pass => Verdict::pass(),
        Kind::Fail => verdict(
            "1 of 1000 items lost, the first is 12; position 6: … 4, 6, 8, 10, [14], 16, 18, 20 …",
        )
        .usually("a number dropped on the way, or a stage that ends before its input does"),
        Kind::Stuck => verdict(
            "the test waits in mpsc::Receiver::recv (acceptance.rs:34), all 2 tasks are parked, and no timer is set: \
             nothing can move",
        )
        .with("task spawned at src/lib.rs:18, parked in mpsc::Sender::send at src/lib.rs:20")
        .with("task spawned at src/lib.rs:31, parked in mpsc::Receiver::recv at src/lib.rs:33")
        .at(at(20))
        .usually("a task waits for room in a channel that nobody reads any more, so the output's own sender never sends"),
        Kind::Leak => verdict("9 tasks are left behind")
            .with("8 × task spawned at src/lib.rs:18, parked in mpsc::Sender::send at src/lib.rs:20")
            .with("task spawned at src/lib.rs:28, parked in tokio::time::sleep at src/lib.rs:30")
            .at(at(20))
            .usually(GOES_ON),
        Kind::Bound => verdict("numbers taken while nobody reads: 1000, at most 10 allowed, at t = 100 ms")
            .usually("an unbounded channel or a larger one, or a task for each number: nothing makes the front wait"),
        Kind::Blocked => verdict(
            "the task spawned at src/lib.rs:28 blocked the runtime's thread in `std::thread::sleep`, for 1204 ms in \
             one poll",
        )
        .at(at(30))
        .usually(
            "`std::thread::sleep` stops the thread and every task on it; `tokio::time::sleep(…).await` parks this one",
        ),
        Kind::Spin => verdict("10000 polls in 10 s of virtual time in which nothing could move")
            .with("10000 of them of the task spawned at src/lib.rs:29")
            .at(at(29))
            .usually(
                "a loop around `try_send` or `try_recv` with a pause; `send(…).await` and `recv().await` park the task",
            ),
        Kind::Timeout => verdict("the test is over, but its process had not ended 15s after it began")
            .usually("a thread or a blocking task that goes on after its pipeline is done"),
        Kind::Memory => verdict("70312 KiB allocated at one moment, at most 1024 KiB allowed")
            .usually("an unbounded channel, or results that are collected before the first is sent"),
        Kind::Output => verdict("more than 1024 KiB printed in one test")
            .usually("a debugging line in a loop; print once, or use `dbg!` on one item"),
        Kind::Crash => verdict("panicked: called `Result::unwrap()` on an `Err` value: SendError { .. }").at(at(20)).usually(
            "the receiver is gone: that is how a consumer says it wants no more; end the stage instead of unwrapping",
        ),
        Kind::Build => verdict("the tests do not compile against your crate: mismatched types")
            .with("expected `Receiver<u64>`, found `Receiver<u32>`")
            .with("expected struct `tokio::sync::mpsc::Receiver<u64>`, found struct `tokio::sync::mpsc::Receiver<u32>`")
            .at(at(44))
            .usually(
                "a public name or signature that was changed: `git diff` shows it; the tests use those of the stub",
            ),
        Kind::Infra => verdict(
            "/home/ada/courses/concurrency/pipeline-workbook/target/judge/deps/acceptance-5a1f2b3c4d5e6f70 could not \
             be started: Text file busy (os error 26)",
        ),
        Kind::Rule => verdict("`tokio::sync::Semaphore` is what this task asks you to build").at(at(3)),
        Kind::Unstarted => verdict(
            "still to write: spawn a task that sends the numbers into a channel of PRODUCER_CAPACITY, and return its \
             receiver",
        )
        .at(at(38))
        .usually("`main` returns an error or panics"),
    }
}

#[test]
fn a_report_of_each_kind() {
    for kind in Kind::ALL {
        let mut report = among(example(kind));
        if matches!(kind, Kind::Fail | Kind::Output) {
            report[1].output = "sent 2\nsent 4\nsent 6\nsent 8\n".into();
        }
        assert!(message_lines(&report) <= MOST_LINES, "{kind}");
        insta::assert_snapshot!(kind.name(), plain(&report));
    }
}

#[test]
fn in_colour() {
    let mut report = among(example(Kind::Leak));
    report[1].verdict = example(Kind::Fail);
    report[1].output = "sent 2\n".into();
    report.push(judged("again", FRONT, example(Kind::Fail)));
    report.push(judged("service", "A killed consumer's work is redelivered.", Verdict::new(Kind::Infra, "no nats")));
    report.push(judged("later", "The last one.", example(Kind::Unstarted)));
    let text = coloured("\u{1b}[33mwarning\u{1b}[0m: unused variable: `numbers`\n", &report);
    insta::assert_snapshot!("in_colour", text.replace('\u{1b}', "␛"));
}

#[test]
fn a_message_that_several_share_is_told_once() {
    let mut report = among(example(Kind::Stuck));
    report.push(judged("the_printer_returns_the_writers_error", FRONT, example(Kind::Stuck)));
    let mut elsewhere = example(Kind::Stuck);
    elsewhere.seen = elsewhere.seen.replace("acceptance.rs:34", "acceptance.rs:51");
    report.push(judged("short", "Nothing is stuck.", elsewhere));
    insta::assert_snapshot!("shared", plain(&report));

    let mut other = among(example(Kind::Bound));
    other.push(judged("short", "The same kind, another figure.", example(Kind::Bound)));
    other[3].verdict.seen = "numbers taken while nobody reads: 12, at most 10 allowed, at t = 100 ms".into();
    assert!(!plain(&other).contains("(as above)"));
}

#[test]
fn all_of_it_passes() {
    insta::assert_snapshot!("all", plain(&among(Verdict::pass())));
}

#[test]
fn what_does_not_compile_names_each_criterion_and_tells_once() {
    let broken = || Verdict::new(Kind::Build, "does not compile: cannot find value `sender` in this scope").at(at(41));
    let report: Vec<Judged> =
        among(Verdict::pass()).into_iter().map(|judged| Judged { verdict: broken(), ..judged }).collect();
    insta::assert_snapshot!("does_not_compile", plain(&report));
}

#[test]
fn an_interleaving_is_told_step_by_step() {
    let mut verdict = Verdict::new(Kind::Stuck, "in this interleaving every thread that is left waits, for ever")
        .at(Some(Site { file: "src/reorder.rs".into(), line: 75 }))
        .usually(
            "a lost wake-up: a change without a wake, or what belongs together, the look and the store of the waker, \
             the change and the choice to wake, in two critical sections",
        )
        .with("… after 3 earlier steps:");
    for step in 0..10 {
        let thread = if step % 3 == 0 { "taker           " } else { "inserter of 0, 2" };
        verdict = verdict.with(format!("{thread}  takes the lock, src/reorder.rs:{}", 70 + step));
    }
    verdict = verdict.with("taker             `poll_next` is pending: waits to be woken, loom.rs:45");
    let mut report = among(verdict);
    report[1].criterion.model = true;
    insta::assert_snapshot!("interleaving", plain(&report));
}

#[test]
fn a_long_message_is_cut_and_counted() {
    let mut verdict = Verdict::new(Kind::Leak, "900 tasks are left behind").at(at(20)).usually(GOES_ON);
    for line in 0..900 {
        verdict =
            verdict.with(format!("task spawned at src/lib.rs:{line}, parked in mpsc::Sender::send at src/lib.rs:20"));
    }
    let report = among(verdict);
    assert!(message_lines(&report) <= MOST_LINES);
    insta::assert_snapshot!("long", plain(&report));

    let dump = format!("items: {:?}, expected {:?}", (0..200).collect::<Vec<_>>(), [0; 200]);
    let report = among(Verdict::new(Kind::Fail, dump).with("the first difference is at 1").usually(GOES_ON));
    assert!(message_lines(&report) <= MOST_LINES);
    insta::assert_snapshot!("long_values", plain(&report));
}

#[test]
fn a_terminal_obeys_nothing_that_a_test_said() {
    let mut report =
        among(Verdict::new(Kind::Fail, "\u{1b}[2J\u{1b}]0;title\u{7}gone\r\nand\tback").with("a\u{8}\u{1b}[31mb"));
    report[1].output = format!("\u{1b}[1A\rok  {}\n\n", "漢字".repeat(60));
    insta::assert_snapshot!("hostile", plain(&report));
}

#[test]
fn one_criterion_alone_is_not_offered_again() {
    let one = [judged("only", FRONT, example(Kind::Leak))];
    assert_eq!(again(&one, "cargo checker task 1 --only only"), None);
    let unbuilt = among(example(Kind::Build));
    assert_eq!(again(&unbuilt, "cargo checker task 1"), None);
}

#[test]
fn no_line_is_wider_than_a_terminal_and_no_path_is_broken() {
    let text = "word ".repeat(100);
    assert!(wrapped(&text).iter().all(|line| line.len() + MARGIN <= WIDTH));
    let path = "exercises/worker-pools/07-joinset-migration/src/lib.rs:123";
    let text = format!("edit the file {path} and run the checker again");
    assert!(wrapped(&text).iter().any(|line| line.contains(path)), "{:?}", wrapped(&text));
}
