//! A file of any size through eight threads: what is a line, who computes, what is held in memory, and how it ends.

use harness::{
    check, criterion, interrupt, memory, ms, peak_rss, program, random, run_program, standstill, start_program,
};
use rand::RngExt;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};
use task::{Error, Hash, LONGEST_LINE, hash_line};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, duplex};
use tokio::process::{Child, ChildStdout};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use workbook::PlannedPanic;

/// How many calls of `hash` run at once.
const WORKERS: u64 = 8;

/// What may be taken of the input beyond a line that is at work, or beyond what is read of the output, in KiB.
const TAKEN: u64 = 4 << 10;

/// What may be allocated at one moment. A power of two, for [`roughly`].
const MEMORY: u64 = 8 << 20;

/// What the program's resident memory may grow by, from 1 MB to 100 MB of input. A power of two, for [`roughly`].
const GROWTH: u64 = 16 << 20;

/// What may still be written after a cancel, in KiB.
const AFTER_CANCEL: u64 = 1 << 10;

/// A number of bytes as it is from run to run: threads take turns, and it is never quite the same.
fn roughly(bytes: u64) -> u64 {
    bytes.next_power_of_two()
}

/// A hash in hexadecimal digits, and the end of its line.
const OUTPUT_LINE: usize = 65;

/// What `hash` is in a test: the function of the brief, or one that looks.
type HashFn = Box<dyn Fn(&[u8]) -> Hash + Send + Sync>;

fn as_briefed() -> HashFn {
    Box::new(hash_line)
}

/// Not a hash: the first 32 bytes of the line, so that it says which line it was.
fn echo(line: &[u8]) -> Hash {
    let mut hash = [0; 32];
    let kept = line.len().min(32);
    hash[..kept].copy_from_slice(&line[..kept]);
    hash
}

/// The number that a line of [`numbered`] begins with.
fn number(line: &[u8]) -> u64 {
    std::str::from_utf8(line.get(..16).unwrap_or_default()).ok().and_then(|text| text.parse().ok()).unwrap_or(u64::MAX)
}

/// So many lines of 200 bytes, each with its number in front.
fn numbered(lines: u64) -> Vec<u8> {
    sized(lines, 200)
}

/// The same of another size.
fn sized(lines: u64, size: usize) -> Vec<u8> {
    (0..lines).flat_map(|number| format!("{number:016}{:>1$}\n", "", size - 17).into_bytes()).collect()
}

fn hex(hash: Hash) -> String {
    hash.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of bytes that are folded already.
fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex(Sha256::digest(bytes).into())
}

/// What comes after the last byte of an [`Input`].
#[derive(Clone, Copy)]
enum Ending {
    Ends,
    Fails,
    Waits,
}

/// An input that repeats a text until it has given a number of bytes, some at a time, and counts what was taken. Now and
/// then it is not ready at once, as no input ever is for long.
struct Input {
    text: Vec<u8>,
    at: usize,
    left: u64,
    chunk: usize,
    ending: Ending,
    taken: Arc<AtomicU64>,
    reads: u64,
}

impl Input {
    fn once(text: impl Into<Vec<u8>>) -> Input {
        let text = text.into();
        let left = text.len() as u64;
        Input { text, at: 0, left, chunk: usize::MAX, ending: Ending::Ends, taken: Arc::default(), reads: 0 }
    }

    fn repeating(text: impl Into<Vec<u8>>, size: u64) -> Input {
        Input { left: size, ..Input::once(text) }
    }

    fn then(self, ending: Ending) -> Input {
        Input { ending, ..self }
    }
}

impl AsyncRead for Input {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.reads += 1;
        if self.reads.is_multiple_of(16) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.left == 0 {
            return match self.ending {
                Ending::Ends => Poll::Ready(Ok(())),
                Ending::Fails => Poll::Ready(Err(io::Error::other("the disk is gone"))),
                Ending::Waits => Poll::Pending,
            };
        }
        let mut size = buffer.remaining().min(self.chunk).min(self.left.try_into().unwrap_or(usize::MAX));
        self.left -= size as u64;
        self.taken.fetch_add(size as u64, Relaxed);
        while size > 0 {
            let rest = &self.text[self.at..];
            let part = rest.len().min(size);
            buffer.put_slice(&rest[..part]);
            size -= part;
            self.at = (self.at + part) % self.text.len();
        }
        Poll::Ready(Ok(()))
    }
}

/// What was written, for a test that has given its output away.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// What [`echo`] has kept of each line.
    fn echoed(&self) -> Vec<String> {
        let byte = |digits: &[u8]| std::str::from_utf8(digits).ok().and_then(|text| u8::from_str_radix(text, 16).ok());
        let said = |line: &String| {
            let bytes: Vec<u8> = line.as_bytes().chunks(2).filter_map(byte).filter(|byte| *byte > b' ').collect();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        self.lines().iter().map(said).collect()
    }

    fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }
}

impl AsyncWrite for Written {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A writer whose reader is gone.
struct Broken;

impl AsyncWrite for Broken {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// How a run ended, without the details of the system's errors.
#[derive(Debug, PartialEq)]
enum End {
    Lines(u64),
    Read,
    Write,
    Cancelled,
    Panicked,
    NoEndIn5s,
}

impl From<Result<u64, Error>> for End {
    fn from(result: Result<u64, Error>) -> End {
        match result {
            Ok(lines) => End::Lines(lines),
            Err(Error::Read(_)) => End::Read,
            Err(Error::Write(_)) => End::Write,
            Err(Error::Cancelled) => End::Cancelled,
            Err(Error::Panicked) => End::Panicked,
        }
    }
}

/// `task::hash_lines` with one type of output for all tests: it is compiled once.
fn hash_lines(
    input: Input,
    output: impl AsyncWrite + Unpin + Send + 'static,
    hash: HashFn,
    token: CancellationToken,
) -> impl Future<Output = Result<u64, Error>> + Send {
    let output: Box<dyn AsyncWrite + Unpin + Send> = Box::new(output);
    task::hash_lines(input, output, hash, token)
}

/// Hashes to the end.
async fn run(input: Input, hash: HashFn) -> (End, Written) {
    run_into(Written::default(), input, hash).await
}

async fn run_into(written: Written, input: Input, hash: HashFn) -> (End, Written) {
    let result = hash_lines(input, written.clone(), hash, CancellationToken::new()).await;
    (result.into(), written)
}

/// The thread of a runtime that drives nothing but one `hash_lines`.
#[derive(Clone, Default)]
struct Driver(Arc<Mutex<Option<ThreadId>>>);

impl Driver {
    fn is_this_thread(&self) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) == Some(thread::current().id())
    }

    /// Hashes to the end, on a current-thread runtime in a thread of its own, while this test goes on.
    fn run(&self, input: Input, hash: HashFn) -> tokio::task::JoinHandle<(End, Written)> {
        self.run_into(Written::default(), input, hash)
    }

    fn run_into(&self, written: Written, input: Input, hash: HashFn) -> tokio::task::JoinHandle<(End, Written)> {
        let driver = self.clone();
        tokio::task::spawn_blocking(move || {
            *driver.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread::current().id());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(run_into(written, input, hash))
        })
    }
}

/// Waits until a count has not changed for so long.
async fn settled(count: &AtomicU64, time: Duration) -> u64 {
    let mut last = (count.load(Relaxed), Instant::now());
    while last.1.elapsed() < time {
        tokio::time::sleep(ms(5)).await;
        let now = count.load(Relaxed);
        if now != last.0 {
            last = (now, Instant::now());
        }
    }
    last.0
}

/// Lines end in `\n` or `\r\n`, empty ones count and the last one needs no ending; `A` to `Z` are folded, and no other
/// byte is touched, whether it is UTF-8 or not. So it is however the input is cut into reads.
#[criterion(clock = "real", deadline = 30)]
async fn lines_and_case_are_as_briefed() {
    /// What it is about, the input, and its lines as they are hashed.
    type Case<'a> = (&'a str, &'a [u8], &'a [&'a [u8]]);
    let cases: &[Case<'_>] = &[
        ("an empty input", b"", &[]),
        ("one line", b"abc\n", &[b"abc"]),
        ("a last line without an ending", b"abc\ndef", &[b"abc", b"def"]),
        ("empty lines", b"\n\na\n\n", &[b"", b"", b"a", b""]),
        ("`\\r\\n`", b"abc\r\ndef\r\n\r\n", &[b"abc", b"def", b""]),
        ("a `\\r` that no `\\n` follows", b"a\rb\nc\r\r\nd\r", &[b"a\rb", b"c\r", b"d\r"]),
        ("upper case", b"Hello WORLD 42\nAZ[`az{@\n", &[b"hello world 42", b"az[`az{@"]),
        ("letters outside ASCII", "ÉTÉ Straße İ\n".as_bytes(), &["ÉtÉ straße İ".as_bytes()]),
        ("bytes that are not UTF-8", b"A\xff\xfe\xc3\nB\xc3\x28\n", &[b"a\xff\xfe\xc3", b"b\xc3\x28"]),
        ("a zero byte", b"A\0B\n", &[b"a\0b"]),
    ];
    for (what, input, lines) in cases {
        let expected: Vec<String> = lines.iter().map(|line| sha256(line)).collect();
        for chunk in [usize::MAX, 1, 2, 7] {
            let (end, written) = run(Input { chunk, ..Input::once(*input) }, as_briefed()).await;
            let at_a_time = if chunk == usize::MAX { String::new() } else { format!(", read {chunk} bytes at a time") };
            check::equal(&format!("the end, at {what}{at_a_time}"), end, End::Lines(lines.len() as u64))
                .usually("lines as `String`s, which have to be UTF-8; or a line too many after the last `\\n`");
            let (seen, at) = (written.lines(), format!("at {what}{at_a_time}"));
            let differs = (0..seen.len().max(expected.len())).find(|line| seen.get(*line) != expected.get(*line));
            let says = |line: usize| format!("line {} of the output has another hash, {at}", line + 1);
            check::that(differs.is_none(), differs.map(says).unwrap_or_default()).usually(
                "the ending is hashed too, case is folded by Unicode's rules, bytes were replaced, or the end of a read is \
                 taken for the end of a line",
            );
            check::that(
                written.text().is_empty() || written.text().ends_with('\n'),
                format!("the output does not end in `\\n`, {at}"),
            )
            .usually("the newline is written between the lines instead of after each");
        }
    }
}

/// A line of 65 536 bytes without its ending is hashed; one of 65 537 is not, `too long` stands in its place, and its
/// neighbours are as always. A single line of 20 MB is held to that in at most 8 MiB.
#[criterion(clock = "real", deadline = 30)]
async fn a_line_over_the_limit_has_its_place() {
    let text = |size: usize| "x".repeat(size);
    for (size, ending) in [
        (LONGEST_LINE, "\n"),
        (LONGEST_LINE, "\r\n"),
        (LONGEST_LINE + 1, "\n"),
        (LONGEST_LINE + 1, "\r\n"),
        (200_000, "\n"),
    ] {
        let middle = if size > LONGEST_LINE { "too long".to_owned() } else { sha256(text(size).as_bytes()) };
        let expected = [sha256(b"before"), middle.clone(), sha256(b"after"), middle];
        let long = text(size);
        let (end, written) =
            run(Input::once(format!("before{ending}{long}{ending}after{ending}{long}")), as_briefed()).await;
        check::equal(&format!("the end, with lines of {size} bytes"), end, End::Lines(4))
            .usually("a long line counts as several, as none, or as an error");
        check::items(&written.lines(), &expected).usually(
            "the limit counts the ending or is one off, the rest of a long line is taken for the next, or it is hashed in part",
        );
    }
    let peak = memory::measure();
    let (end, written) = run(Input::repeating("y", 20 << 20), Box::new(echo)).await;
    check::memory_at_most(
        "allocated at one moment for a single line of 20 MB, rounded up to a power of two",
        roughly(peak.bytes() as u64),
        MEMORY,
    )
    .usually("a line is collected until its end comes, however long it is, or the whole input is");
    check::equal("the end, with a single line of 20 MiB", end, End::Lines(1))
        .usually("the last line is lost if it is long");
    check::items(&written.lines(), &["too long".to_owned()]).usually("a long line without an ending is lost or cut");
}

/// `hash` never runs on the thread that drives the runtime, and a current-thread runtime is enough.
#[criterion(clock = "real", deadline = 30)]
async fn hashing_is_off_the_runtimes_thread() {
    let driver = Driver::default();
    let (here, calls) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let hash: HashFn = {
        let (driver, here, calls) = (driver.clone(), here.clone(), calls.clone());
        Box::new(move |line| {
            calls.fetch_add(1, Relaxed);
            here.fetch_add(u64::from(driver.is_this_thread()), Relaxed);
            echo(line)
        })
    };
    let (end, _) = driver.run(Input::once(numbered(5000)), hash).await.expect("it ends by itself");
    let here = here.load(Relaxed);
    check::that(here == 0, "lines were hashed on the thread that drives the runtime").usually(
        "a task computes: tasks share the runtime's threads, and while one computes no other goes on; use `spawn_blocking` or \
         threads",
    );
    check::equal("the end", end, End::Lines(5000)).usually("lines are lost at the end of the input");
    check::equal("calls of `hash`", calls.load(Relaxed), 5000)
        .usually("lines that are hashed twice or by another function");
}

/// With 8 MB of lines, eight calls of `hash` run at once, and never more.
#[criterion(clock = "real", deadline = 30)]
async fn eight_lines_at_work() {
    struct Width {
        now: AtomicU64,
        most: AtomicU64,
        /// Nobody waits any more: eight were there and nobody else came, or they have not come in time.
        over: AtomicBool,
    }
    let width = Arc::new(Width { now: AtomicU64::new(0), most: AtomicU64::new(0), over: AtomicBool::new(false) });
    let hash: HashFn = {
        let width = width.clone();
        Box::new(move |line| {
            let now = width.now.fetch_add(1, Relaxed) + 1;
            width.most.fetch_max(now, Relaxed);
            let began = Instant::now();
            while !width.over.load(Relaxed) {
                thread::park_timeout(ms(1));
                if width.most.load(Relaxed) >= WORKERS {
                    // A ninth gets the time to come.
                    thread::park_timeout(ms(100));
                    width.over.store(true, Relaxed);
                } else if began.elapsed() > ms(3000) {
                    width.over.store(true, Relaxed);
                }
            }
            width.now.fetch_sub(1, Relaxed);
            echo(line)
        })
    };
    let (end, _) = Driver::default().run(Input::once(numbered(40_000)), hash).await.expect("it ends by itself");
    let most = width.most.load(Relaxed);
    // How many more there are is up to the machine.
    check::at_most("calls of `hash` at once, counted up to the ninth", most.min(WORKERS + 1), WORKERS)
        .usually("blocking work or a thread for each batch as it is read: nothing limits how many run");
    check::equal("the most calls of `hash` at once", most, WORKERS).usually(
        "each batch is waited for before the next is handed out, a lock is held across the work, or the work is in tasks of a \
         thread that does only one thing at a time",
    );
    check::equal("the end", end, End::Lines(40_000)).usually("batches at work are lost at the end of the input");
}

/// While the first line is at work, the next ones are begun, and at most 4 MiB of the input are taken. Then every line
/// is written, in order.
#[criterion(clock = "real", deadline = 30)]
async fn a_slow_line_holds_back_the_input_and_keeps_its_place() {
    let (held, begun) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let hash: HashFn = {
        let (held, begun) = (held.clone(), begun.clone());
        Box::new(move |line| {
            begun.fetch_add(1, Relaxed);
            let began = Instant::now();
            while number(line) == 0 && held.load(Relaxed) && began.elapsed() < ms(10_000) {
                thread::park_timeout(ms(1));
            }
            echo(line)
        })
    };
    let lines = 40_000;
    let text = numbered(lines);
    let expected: Vec<String> = (0..lines).map(|number| format!("{number:016}")).collect();
    let input = Input::once(text);
    let taken = input.taken.clone();
    let written = Written::default();
    let run = Driver::default().run_into(written.clone(), input, hash);
    while begun.load(Relaxed) == 0 && !run.is_finished() {
        tokio::time::sleep(ms(1)).await;
    }
    let taken = settled(&taken, ms(200)).await;
    let (begun, early) = (begun.load(Relaxed), written.lines().len());
    held.store(false, Relaxed);
    let (end, written) = run.await.expect("it ends by itself");
    check::that(early == 0, "lines were written while the first was still at work")
        .usually("results are written as they are done, and a quick batch overtakes a slow one");
    check::at_most("KiB taken while the first line is at work", taken >> 10, TAKEN).usually(
        "nothing limits what is read ahead: the input is read to its end, or finished batches pile up behind the first",
    );
    check::equal("the end", end, End::Lines(lines)).usually("batches are lost at the end of the input");
    check::items(&written.echoed(), &expected)
        .usually("lines are lost behind a slow one, or the order is that in which they were done");
    check::that(begun > 1, "no other line was begun while the first was at work").usually(
        "one batch at a time: the next is handed out when this one is done, or the work is in tasks of one thread",
    );
}

/// At most 8 MiB are allocated at one moment: for 1 MB and for 100 MB of lines, and for 1 MB of empty ones.
#[criterion(clock = "real", deadline = 60)]
async fn memory_is_flat() {
    for (what, text, size) in [
        ("1 MB of lines", numbered(1000), 1_000_000),
        ("1 MB of empty lines", vec![b'\n'; 1000], 1_000_000),
        // Longer ones, which are fewer: all results together are still more than is allowed.
        ("100 MB of lines", sized(1000, 500), 100_000_000),
    ] {
        let lines = size / (text.len() as u64 / 1000);
        let input = Input::repeating(text, size);
        let peak = memory::measure();
        let result = hash_lines(input, tokio::io::sink(), Box::new(echo), CancellationToken::new()).await;
        check::equal(&format!("the end, after {what}"), End::from(result), End::Lines(lines))
            .usually("lines are lost or counted twice");
        check::memory_at_most(
            &format!("allocated at one moment for {what}, rounded up to a power of two"),
            roughly(peak.bytes() as u64),
            MEMORY,
        )
        .usually(if lines == size {
            "a batch is bounded by its input alone, and a line of one byte makes 65 bytes of output; or nothing limits how many \
             batches there are"
        } else {
            "the input is read as a whole, or results are collected before the first is written"
        });
    }
}

/// When the token is cancelled while half a line is written and nobody reads, then whoever reads on finds at most 1 MiB,
/// which ends with a whole line. While the input is waited for, the cancel works at once.
#[criterion(clock = "real", deadline = 30)]
async fn a_cancel_leaves_whole_lines() {
    let token = CancellationToken::new();
    let (mut reader, writer) = duplex(1000);
    let input = Input::once(numbered(100_000));
    let taken = input.taken.clone();
    let run = tokio::spawn(hash_lines(input, writer, Box::new(echo), token.clone()));
    let mut text = vec![0; OUTPUT_LINE];
    check::that(reader.read_exact(&mut text).await.is_ok(), "the output ended before its first line")
        .usually("no line is written");
    let taken = settled(&taken, ms(100)).await;
    check::at_most("KiB taken while nobody reads the output", taken >> 10, TAKEN)
        .usually("results are collected without a limit: nothing makes the input wait for the output");
    token.cancel();
    tokio::time::sleep(ms(50)).await; // For whoever would stop in the middle.
    text.clear();
    let read = timeout(ms(5000), reader.read_to_end(&mut text)).await;
    let whole = text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'\n'))
        && text.len().is_multiple_of(OUTPUT_LINE);
    check::that(whole, format!("the output ends with {} bytes of a line after the cancel", text.len() % OUTPUT_LINE))
        .usually("a write is dropped when the token is cancelled: part of it may have been written already");
    check::at_most("KiB written after the cancel", text.len() as u64 >> 10, AFTER_CANCEL)
        .usually("the token is not looked at between two batches, or everything that was read is finished first");
    let end = if read.is_ok() { run.await.map_or(End::Panicked, End::from) } else { End::NoEndIn5s };
    check::equal("the end after a cancel", end, End::Cancelled)
        .usually("the run does not end, or as if nothing had been");

    let (token, written) = (CancellationToken::new(), Written::default());
    let input = Input::once("one\ntwo\nhalf").then(Ending::Waits);
    let taken = input.taken.clone();
    let run = tokio::spawn(timeout(ms(5000), hash_lines(input, written.clone(), as_briefed(), token.clone())));
    settled(&taken, ms(50)).await;
    token.cancel();
    let end = match run.await {
        Ok(Ok(result)) => result.into(),
        Ok(Err(_)) => End::NoEndIn5s,
        Err(_) => End::Panicked,
    };
    check::equal("the end after a cancel while the input is silent", end, End::Cancelled)
        .usually("the token is looked at between two reads, and not raced against a read");
    check::that(written.lines().iter().all(|line| line.len() == 64), "half a line was written").usually("a torn line");
}

/// A failed input ends it after the whole lines before; a failed output and a panic in `hash` end it at once. The error
/// says which. Dropped, it leaves no task, no thread and no blocking work.
#[criterion(clock = "real", deadline = 30)]
async fn errors_and_a_drop_end_it() {
    let text = numbered(100);
    let expected: Vec<String> = (0..100).map(|number| format!("{number:016}")).collect();
    let half = format!("{}half a line", String::from_utf8_lossy(&text));
    let (end, written) = run(Input::once(half).then(Ending::Fails), Box::new(echo)).await;
    check::equal("the end, when the input fails", end, End::Read).usually("an error of the input is taken for its end");
    check::items(&written.echoed(), &expected)
        .usually("the error overtakes the lines before it, or ends the run before they are written; or half a line is taken for a whole one");

    let input = Input::once(numbered(80_000));
    let taken = input.taken.clone();
    let ended = timeout(ms(5000), hash_lines(input, Broken, Box::new(echo), CancellationToken::new())).await;
    check::equal("the end, when the output fails", ended.map_or(End::NoEndIn5s, End::from), End::Write)
        .usually("the result of a write is thrown away");
    check::at_most("KiB taken when the output fails at once", settled(&taken, ms(50)).await >> 10, TAKEN).usually(
        "the reader is not told that there is no output any more, or everything is read before the first write",
    );

    let hash: HashFn = Box::new(|line| {
        if number(line) == 50 {
            std::panic::panic_any(PlannedPanic(50));
        }
        echo(line)
    });
    let (end, written) =
        timeout(ms(5000), run(Input::once(text), hash)).await.unwrap_or((End::NoEndIn5s, Written::default()));
    check::equal("the end, when `hash` panics", end, End::Panicked)
        .usually("the result of a worker that has panicked is waited for or ignored");
    let seen = written.echoed();
    check::items(&seen, &expected[..seen.len().min(50)]).usually("lines after the panic are written, or half a line");

    let (mut reader, writer) = duplex(1 << 16);
    let input = Input::repeating(numbered(1000), 64 << 20);
    let mut first = vec![0; 100 * OUTPUT_LINE];
    tokio::select! {
        _ = hash_lines(input, writer, Box::new(echo), CancellationToken::new()) => {}
        _ = reader.read_exact(&mut first) => {}
    }
    check::all_tasks_gone()
        .await
        .usually("a task goes on although nobody wants its results: its `send` fails, and it does not stop");
}

/// A file of lines, and the lines of the output.
struct File {
    path: PathBuf,
    /// Which of [`Lines`] each line is.
    lines: Vec<u16>,
    _folder: TempDir,
}

/// Lines of 0 to 400 bytes, and their hashes.
struct Lines {
    texts: Vec<Vec<u8>>,
    hashes: Vec<String>,
}

impl Lines {
    fn new() -> Lines {
        let mut random = random(17);
        let mut line = || -> Vec<u8> {
            let size = random.random_range(0..=400);
            (0..size).map(|_| random.random_range(b' '..=b'~')).collect()
        };
        let texts: Vec<Vec<u8>> = (0..4000).map(|_| line()).collect();
        let hashes = texts.iter().map(|text| sha256(&text.to_ascii_lowercase()) + "\n").collect();
        Lines { texts, hashes }
    }

    /// Writes a file of about so many bytes. It is drawn from the seed, so it need not be kept anywhere.
    fn file(&self, size: usize) -> File {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lines");
        let mut file = io::BufWriter::with_capacity(1 << 16, std::fs::File::create(&path).expect("a file"));
        let mut random = random(18);
        let (mut lines, mut written) = (Vec::new(), 0);
        while written < size {
            let line = random.random_range(0..self.texts.len());
            let text = &self.texts[line];
            file.write_all(text).and_then(|()| file.write_all(b"\n")).expect("room on the disk");
            written += text.len() + 1;
            lines.push(line as u16);
        }
        file.flush().expect("room on the disk");
        File { path, lines, _folder: folder }
    }
}

fn hashing(path: &Path) -> Child {
    let mut command = program!();
    command.arg(path);
    start_program(command)
}

fn output_of(program: &mut Child) -> ChildStdout {
    program.stdout.take().expect("its output is a pipe")
}

/// How a program ended; what it wrote to standard error is in it.
async fn ended(program: Child) -> std::process::Output {
    program.wait_with_output().await.expect("the program can be waited for")
}

/// Reads what the program writes beside what it should. Tells the first difference, and its peak of resident memory.
async fn read_and_compare(program: &mut Child, lines: &Lines, file: &File) -> (Option<&'static str>, u64) {
    const STEP: usize = 1000;
    let mut output = output_of(program);
    let (mut difference, mut peak) = (None, 0);
    for step in file.lines.chunks(STEP) {
        let expected: String = step.iter().map(|line| lines.hashes[usize::from(*line)].as_str()).collect();
        let mut text = vec![0; expected.len()];
        let mut filled = 0;
        while let Ok(size @ 1..) = output.read(&mut text[filled..]).await {
            filled += size;
        }
        peak = peak.max(peak_rss(program).unwrap_or_default());
        if text[..filled] != expected.as_bytes()[..filled] {
            difference = Some("a line of the output is not the hash of that line of the file");
        } else if filled < expected.len() {
            difference = Some("the output ends before the file's last line");
        }
        if difference.is_some() {
            break;
        }
    }
    let mut rest = [0; 1 << 14];
    while let Ok(1..) = output.read(&mut rest).await {
        difference.get_or_insert("the output goes on after the file's last line");
    }
    (difference, peak)
}

/// As a program, it writes the hashes of a file of 1 MB and of one of 100 MB, in order, and ends with code 0. With the
/// large one, its resident memory is at most 16 MiB more. All of that takes less than a minute.
#[criterion(processes, clock = "real", deadline = 60)]
async fn a_hundred_megabytes_through_the_program() {
    let lines = Lines::new();
    let mut small = 0;
    for size in [1_000_000, 100_000_000] {
        let file = lines.file(size);
        let mut program = hashing(&file.path);
        let (difference, peak) = read_and_compare(&mut program, &lines, &file).await;
        check::exit_code(&ended(program).await, 0).usually("`main` panics or returns an error on a good file");
        check::that(difference.is_none(), difference.unwrap_or_default())
            .usually("batches overtake each other, or a batch or the last lines are lost");
        if size > 1_000_000 {
            let growth = peak.saturating_sub(small);
            check::memory_at_most(
                "resident memory beyond that with 1 MB, rounded up to a power of two",
                roughly(growth),
                GROWTH,
            )
            .usually("the file is read as a whole, or results are collected before they are written");
        }
        small = peak;
    }
}

/// At Ctrl-C while its output is full and not read, the program stops: whoever reads on finds at most 1 MiB more, which
/// ends with a whole line, and the exit code is 130.
#[criterion(processes, clock = "real", deadline = 30)]
async fn ctrl_c_leaves_whole_lines_and_code_130() {
    let lines = Lines::new();
    let file = lines.file(20_000_000);
    let mut program = hashing(&file.path);
    let mut output = output_of(&mut program);
    let mut text = vec![0; OUTPUT_LINE];
    // Once a line is there, the program has come so far that it heeds signals.
    let began = output.read_exact(&mut text).await.is_ok();
    standstill(&program).await;
    interrupt(&program);
    tokio::time::sleep(ms(100)).await; // For whoever would end in the middle: what is read makes room for more.
    let mut rest = Vec::new();
    let read = output.read_to_end(&mut rest).await;
    check::exit_code(&ended(program).await, 130)
        .usually("SIGINT is not handled, or the program ends as if it had hashed everything");
    check::that(began && read.is_ok(), "there was no line before Ctrl-C")
        .usually("results are collected until the end");
    let torn = rest.len() % OUTPUT_LINE;
    check::that(torn == 0, "the last line of the output is torn").usually(
        "the program ends while a write is under way, such as by `process::exit`; a pipe takes only part of a large write",
    );
    // What had been written when the signal came fills the pipe.
    check::at_most("KiB written after Ctrl-C", (rest.len() as u64).saturating_sub(1 << 16) >> 10, AFTER_CANCEL)
        .usually("the signal is heeded only at the end, or everything that was read is finished first");
}

/// A file that cannot be opened or read: code 1 and its path on standard error. No file, or two: code 2. A reader that
/// closes the output early: code 0, and nothing on standard error. An output that fails otherwise: code 1 and a message.
#[criterion(processes, clock = "real", deadline = 30)]
async fn the_program_ends_as_a_tool_does() {
    const CLOSED: &str =
        "with a reader that closes the output: that is reported as an error, or `println!` panics at it";
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (what, path) in [
        ("a file that is not there", folder.path().join("no such file")),
        ("a folder for a file, which opens and cannot be read", folder.path().to_owned()),
    ] {
        let mut command = program!();
        command.arg(&path);
        let run = run_program(command).await;
        check::exit_code(&run, 1)
            .usually(&format!("with {what}: `main` panics, or an error of the input is taken for its end"));
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        check::that(
            said.contains(&*path.to_string_lossy()),
            format!("standard error does not name the file: {said:?}"),
        )
        .usually("the system's error alone, which does not know the path");
        check::that(run.stdout.is_empty(), "something is on standard output")
            .usually("the message belongs on standard error");
    }
    for arguments in [&[][..], &["one", "two"]] {
        let mut command = program!();
        command.args(arguments);
        let run = run_program(command).await;
        check::exit_code(&run, 2)
            .usually(&format!("with {} arguments: their number is not looked at, or `main` panics", arguments.len()));
        check::that(!run.stderr.is_empty(), "nothing on standard error says what is missing")
            .usually("a code without a message");
    }
    let lines = Lines::new();
    let file = lines.file(5_000_000);
    // In its folder, so that what it says has no path that is another one each time.
    let mut command = program!();
    command.current_dir(file.path.parent().expect("it is in a folder")).arg("lines");
    let mut program = start_program(command);
    let mut output = output_of(&mut program);
    let mut first = vec![0; OUTPUT_LINE];
    let began = output.read_exact(&mut first).await.is_ok();
    drop(output);
    let run = ended(program).await;
    check::exit_code(&run, 0).usually(CLOSED);
    check::that(began, "the output ended before its first line").usually("results are collected until the end");
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    check::that(said.is_empty(), format!("standard error is not empty: {said:?}")).usually(CLOSED);

    // Linux has a device that is always full.
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else { return };
    let mut command = tokio::process::Command::from(program!());
    command.arg(&file.path).kill_on_drop(true).stdin(Stdio::null()).stdout(full).stderr(Stdio::piped());
    let run = ended(command.spawn().expect("the program was built beside this test")).await;
    check::exit_code(&run, 1)
        .usually("with a full disk: every error of the output is taken for a reader that has seen enough");
    check::that(!run.stderr.is_empty(), "the disk is full, and nothing on standard error says so")
        .usually("a code without a message");
}
