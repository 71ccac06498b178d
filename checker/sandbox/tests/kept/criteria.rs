//! What is judged. Run by hand, without the sandbox, some of these fail as they should.

use harness::{check, criterion, interrupt, ms, peak_rss, run_program, standstill, start_program};
use std::process::Command;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[path = "../subjects/kept.rs"]
mod subject;

/// By hand these run outside, and with another seed. Inside, the environment is what the keeper gives.
fn in_the_sandbox() -> bool {
    std::env::var_os("PATH").is_none()
}

/// Timers and tasks work.
#[criterion]
async fn passes_on_the_virtual_clock() {
    let task = tokio::spawn(tokio::time::sleep(ms(500)));
    check::that(task.await.is_ok(), "").usually("");
}

/// Sockets, blocking work and files in the scratch folder work.
#[criterion(clock = "real", deadline = 20)]
async fn passes_on_the_wall_clock() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move { listener.accept().await.expect("a client").0.write_all(b"x").await });
    let mut text = String::new();
    TcpStream::connect(address).await.expect("a server").read_to_string(&mut text).await.expect("an answer");
    server.await.expect("it does not panic").expect("it writes");
    check::equal("the answer", text, "x".to_owned()).usually("");
    let folder = tempfile::tempdir().expect("a folder");
    tokio::fs::write(folder.path().join("file"), "text").await.expect("a file");
}

/// A call works.
#[criterion]
fn passes_without_a_runtime() {
    std::thread::spawn(|| ()).join().expect("it does not panic");
}

/// The seed is what the supervisor says.
#[criterion]
async fn has_the_seed() {
    check::that(!in_the_sandbox() || harness::seed() == 7, format!("{}", harness::seed())).usually("");
}

/// Nothing that a subject can read says the seed.
#[criterion]
async fn sees_no_seed() {
    let arguments: Vec<String> = std::env::args().collect();
    check::equal("arguments", arguments.len(), 5).usually("");
    let variables: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    check::that(
        variables.iter().all(|name| !name.contains("SEED") && !name.contains("SPANS")),
        format!("{variables:?}"),
    )
    .usually("");
}

/// A task is left.
#[criterion]
#[should_panic]
async fn leaks_a_task() {
    subject::leaks().await;
}

/// A thread is left.
#[criterion]
#[should_panic]
async fn leaks_a_thread() {
    let _ = std::thread::Builder::new().name("left-behind".to_owned()).spawn(std::thread::park);
}

/// A poll waits.
#[criterion]
#[should_panic]
async fn blocks() {
    subject::blocks().await;
}

/// Something panics.
#[criterion]
#[should_panic]
async fn panics() {
    subject::panics().await;
}

/// Nothing moves.
#[criterion]
#[should_panic]
async fn is_stuck() {
    std::future::pending::<()>().await;
}

/// 300 MB are too much in the sandbox.
#[criterion(clock = "real", deadline = 30)]
async fn takes_memory() {
    let filled = vec![1_u8; 300_000_000];
    tokio::time::sleep(ms(500)).await;
    std::hint::black_box(filled);
}

/// Also once the verdict is there, at the end of the process.
#[criterion]
async fn takes_memory_after_its_verdict() {
    // A static is never dropped, but the thread's own values are at the end of the thread.
    thread_local!(static AT_THE_END: Late = const { Late });
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            std::hint::black_box(vec![1_u8; 300_000_000]);
            std::thread::park_timeout(ms(500));
        }
    }
    AT_THE_END.with(|_| ());
}

/// 300 threads are too many in the sandbox.
#[criterion(clock = "real", deadline = 30)]
async fn starts_many_threads() {
    let threads: Vec<_> = (0..300).map(|_| std::thread::spawn(|| std::thread::park_timeout(ms(500)))).collect();
    threads.into_iter().for_each(|thread| drop(thread.join()));
}

/// This test's own binary, as if it were the subject's program.
fn program() -> Command {
    harness::subject_program(&std::env::current_exe().expect("a path").to_string_lossy())
}

/// A program runs and ends.
#[criterion(processes, clock = "real", deadline = 30)]
async fn runs_a_program() {
    let mut command = program();
    command.args(["--list", "--format", "terse"]);
    let run = run_program(command).await;
    check::exit_code(&run, 0).usually("");
    check::that(String::from_utf8_lossy(&run.stdout).contains("runs_a_program: test"), "").usually("");
}

/// A program can be looked at and interrupted.
#[criterion(processes, clock = "real", deadline = 30)]
async fn looks_at_a_program() {
    let mut command = program();
    command.args(["--exact", "criteria::waits_for_ever", "--nocapture", "--ignored"]);
    let program = start_program(command);
    standstill(&program).await;
    let peak = peak_rss(&program).unwrap_or_default();
    check::that((1 << 20..1 << 28).contains(&peak), format!("{peak} bytes")).usually("");
    interrupt(&program);
    let run = program.wait_with_output().await.expect("it is waited for");
    use std::os::unix::process::ExitStatusExt;
    check::equal("its signal", run.status.signal(), Some(2)).usually("");
}

/// A program may start none itself, and sees nothing but its own folder of `/proc`.
#[criterion(processes, clock = "real", deadline = 30)]
async fn a_program_starts_none() {
    let mut command = program();
    command.args(["--exact", "criteria::tries_to_start_one", "--nocapture", "--ignored"]);
    let run = run_program(command).await;
    let refused = String::from_utf8_lossy(&run.stderr).contains("refused");
    check::equal("code, and whether it was refused", (run.status.code(), refused), (Some(0), in_the_sandbox()))
        .usually("");
}

/// It starts a program without the option.
#[criterion(clock = "real", deadline = 30)]
#[should_panic]
async fn starts_a_program_and_does_not_say_so() {
    let _ = run_program(program()).await;
}

/// Its program is not there.
#[criterion(processes, clock = "real", deadline = 30)]
#[should_panic]
async fn its_program_cannot_be_kept() {
    let run = run_program(harness::subject_program("/nowhere/program")).await;
    check::exit_code(&run, 0).usually("");
}

#[test]
#[ignore = "a program that others start"]
fn waits_for_ever() {
    loop {
        std::thread::park();
    }
}

#[test]
#[ignore = "a program that others start"]
fn tries_to_start_one() {
    let own = std::env::current_exe().expect("a path");
    let started = Command::new(own).arg("--list").spawn();
    let parent = std::fs::read(format!("/proc/{}/cmdline", std::os::unix::process::parent_id()));
    if started.is_err() && parent.is_err() {
        eprintln!("refused");
    }
}
