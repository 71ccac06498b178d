//! The program, and the servers that it talks to.

use harness::{check, ms, program, run_program, start_program};
use loopback::{Answer, Server};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long something may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Holds back every answer until it is opened.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Waits, on the server's own thread. So until then the server reads no further request either.
    fn wait(&self) {
        let shut = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.0.1.wait_timeout_while(shut, PATIENCE, |open| !*open));
    }
}

/// A server that has an item at every path but `/sink`, which takes what is delivered.
pub(crate) fn server(gate: &Gate) -> Server {
    let gate = gate.clone();
    Server::start(move |request| {
        gate.wait();
        Answer::status(200).body(if request.path == "/sink" { String::new() } else { format!("Item {}", request.path) })
    })
}

/// A run of the subject's program. It is killed when the test ends first.
pub(crate) struct Program {
    child: Child,
    /// Kept open, so that it is not the end of the input that ends the program.
    pub(crate) input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    errors: JoinHandle<String>,
}

impl Program {
    /// Starts `run`, and gives it with the address of its metrics.
    pub(crate) async fn start(journal: &Path, sink: &str) -> (Program, String) {
        let mut command = command();
        command.arg("run").arg(journal).arg(sink);
        let mut child = start_program(command);
        let input = child.stdin.take().expect("it is piped");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let errors = child.stderr.take().expect("it is piped");
        let errors = tokio::spawn(async move {
            let mut text = String::new();
            errors.take(16 << 20).read_to_string(&mut text).await.ok();
            text
        });
        let first = timeout(PATIENCE, output.next_line()).await.ok().and_then(Result::ok).flatten().unwrap_or_default();
        let address = first.strip_prefix("metrics ").map(str::to_owned);
        if address.is_none() {
            drop(input); // Now it ends, whatever it does.
            let status = timeout(PATIENCE, child.wait()).await.ok().and_then(Result::ok).unwrap_or_default();
            let errors = timeout(PATIENCE, errors).await.ok().and_then(Result::ok).unwrap_or_default();
            let run = Output { status, stdout: Vec::new(), stderr: errors.into_bytes() };
            check::exit_code(&run, 0).usually("the program ends early, with an error or a panic");
            check::that(false, format!("the program does not begin with its metrics' address, but with {first:?}"))
                .usually("something is printed on standard output that is neither refusal nor summary");
            unreachable!("a check that does not hold ends the test");
        }
        (Program { child, input, output, errors }, address.unwrap_or_default())
    }

    /// Hands it items, a line each.
    pub(crate) async fn feed(&mut self, lines: &[String]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.input.write_all(text.as_bytes()).await.expect("the program reads its input");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = self.child.id().map(|id| Pid::from_raw(id as i32));
        id.map(|id| kill(id, signal)).transpose().expect("the child is ours");
    }

    /// Its exit code, the last line of its output, and its log; `None` if it does not end.
    pub(crate) async fn end(mut self) -> Option<(Option<i32>, String, String)> {
        let mut last = String::new();
        let end = async {
            while let Ok(Some(line)) = self.output.next_line().await {
                last = line;
            }
            self.child.wait().await.ok()
        };
        let status = timeout(PATIENCE, end).await.ok().flatten()?;
        let errors = timeout(PATIENCE, self.errors).await.ok().and_then(Result::ok).unwrap_or_default();
        Some((status.code(), last, errors))
    }
}

/// The program, in an environment that does not set its widths.
fn command() -> Command {
    let mut command = program!();
    for variable in ["FETCH_WORKERS", "PARSE_WORKERS", "DELIVER_WORKERS"] {
        command.env_remove(variable);
    }
    command
}

/// Runs `replay` to its end: exit code and last line.
pub(crate) async fn replay(journal: &Path, sink: &str, id: u64) -> (Option<i32>, String) {
    let mut command = command();
    command.arg("replay").arg(journal).arg(sink).arg(id.to_string());
    let run = timeout(PATIENCE, run_program(command)).await.ok();
    let code = run.as_ref().and_then(|run| run.status.code());
    let output = run.map(|run| String::from_utf8_lossy(&run.stdout).into_owned()).unwrap_or_default();
    (code, output.lines().last().unwrap_or_default().to_owned())
}

/// The exit code of the program with this in its environment. It has no input, so it ends in any case.
pub(crate) async fn refused(variable: &str, value: &str) -> Option<i32> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut command = command();
    command.arg("run").arg(folder.path().join("journal")).arg("http://127.0.0.1:1/").env(variable, value);
    let run = timeout(PATIENCE, run_program(command)).await.ok();
    run.and_then(|run| run.status.code())
}

/// The program's line for an item.
pub(crate) fn line(id: u64, tenant: &str, url: &str) -> String {
    format!("{id} {tenant} c-{id} {url}")
}

/// What is at the address: status, content type and text. Asked over and over until it is as wanted, or for too long.
pub(crate) async fn scrape(address: &str, wanted: impl Fn(&str) -> bool) -> (u16, String, String) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client without TLS can be built");
    let begun = std::time::Instant::now();
    loop {
        let answer = timeout(PATIENCE, async {
            let answer = client.get(address).send().await.ok()?;
            let status = answer.status().as_u16();
            let kind =
                answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("none").to_owned();
            Some((status, kind, answer.text().await.ok()?))
        });
        let answer = answer.await.ok().flatten().unwrap_or((0, String::new(), String::new()));
        if answer.0 != 200 || wanted(&answer.2) || begun.elapsed() > PATIENCE {
            return answer;
        }
        // In real time: what is waited for happens in another process.
        tokio::time::sleep(ms(10)).await;
    }
}
