//! The wall clock: several threads, sockets, and hangs that only the watchdog sees.

use crate::wrong;
use std::time::Duration;
use verdict::Kind::{Blocked, Leak, Timeout};

#[path = "../subjects/real.rs"]
mod subject;

mod right {
    use super::subject;
    use harness::{Usage, check, criterion, interrupt, ms, pass, peak_rss, ready, standstill, start_program};
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    /// A socket works.
    #[criterion(clock = "real", deadline = 20)]
    async fn echo() {
        check::equal("the byte", subject::echo().await.ok(), Some(7)).usually("");
    }

    /// Both ends of a socket inside one paused runtime work too.
    #[criterion]
    async fn echo_on_the_virtual_clock() {
        check::equal("the byte", subject::echo().await.ok(), Some(7)).usually("");
    }

    /// Aborted tasks are gone, when asked for and at the end.
    #[criterion(clock = "real", deadline = 20)]
    async fn aborted() {
        subject::aborted();
        check::all_tasks_gone().await.or_fail();
        subject::aborted();
    }

    /// Helpers of the virtual clock come back on this one too.
    #[criterion(clock = "real", deadline = 20)]
    async fn helpers_come_back() {
        pass(ms(1)).await;
        check::parked_for(ms(1)).await.usually("");
    }

    /// A program answers beside the test, and ends by SIGINT.
    #[criterion(clock = "real", deadline = 20)]
    async fn a_program_is_interrupted() {
        let mut cat = start_program(Command::new("cat"));
        let (mut input, mut output) = (cat.stdin.take().expect("piped"), cat.stdout.take().expect("piped"));
        input.write_all(b"hello").await.expect("it reads");
        let mut seen = [0; 5];
        output.read_exact(&mut seen).await.expect("it writes");
        check::equal("the answer", &seen, b"hello").usually("");
        standstill(&cat).await;
        interrupt(&cat);
        let ended = cat.wait_with_output().await.expect("it ends");
        check::equal("the signal", ended.status.signal(), Some(2)).usually("");
    }

    /// A program that is dropped is killed.
    #[criterion(clock = "real", deadline = 20)]
    async fn a_dropped_program_is_killed() {
        let mut sleeper = start_program(shell("echo up; exec sleep 1000"));
        let mut line = String::new();
        BufReader::new(sleeper.stdout.take().expect("piped")).read_line(&mut line).await.expect("it writes");
        let place = format!("/proc/{}", sleeper.id().expect("it runs"));
        check::that(std::path::Path::new(&place).exists(), "not there").usually("");
        drop(sleeper);
        while std::fs::read_to_string(format!("{place}/stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::time::sleep(ms(5)).await;
        }
    }

    /// The peak of a program's memory is told while it runs, also when the memory is free again.
    #[cfg(target_os = "linux")]
    #[criterion(clock = "real", deadline = 20)]
    async fn a_programs_peak() {
        const SCRIPT: &str = "text=$(head -c 30000000 /dev/zero | tr '\\0' a); text=; echo up; read line";
        for (script, least, most) in [("echo up; read line", 0, 8 << 20), (SCRIPT, 30_000_000, 1 << 30)] {
            let mut program = start_program(shell(script));
            let mut line = String::new();
            BufReader::new(program.stdout.take().expect("piped")).read_line(&mut line).await.expect("it writes");
            let peak = peak_rss(&program).expect("it runs");
            check::that((least..most).contains(&peak), peak).usually("");
            drop(program.stdin.take());
            program.wait().await.expect("it ends");
            check::equal("the peak of what has ended", peak_rss(&program), None).usually("");
        }
    }

    /// A program that waits for room in its pipe stands still, and one that computes does not.
    #[cfg(target_os = "linux")]
    #[criterion(clock = "real", deadline = 20)]
    async fn standing_still() {
        let mut program = start_program(shell("while :; do echo 0123456789; done"));
        standstill(&program).await;
        let mut text = vec![0; 60_000];
        program.stdout.as_mut().expect("piped").read_exact(&mut text).await.expect("it has filled the pipe");
        let computes = start_program(shell("while :; do :; done"));
        let still = tokio::time::timeout(ms(500), standstill(&computes)).await;
        check::that(still.is_err(), "a loop without an end stands still").usually("");
    }

    /// Waiting uses nothing, and computing does.
    #[criterion(clock = "real", deadline = 20)]
    async fn usage() {
        let idle = Usage::now();
        tokio::time::sleep(ms(200)).await;
        let idle = idle.elapsed();
        check::that(idle.processor < ms(100) && idle.waits < 50, format!("{idle:?}")).usually("");
        let (busy, been) = (Usage::now(), ready());
        while busy.elapsed().processor < ms(50) {}
        for _ in 0..100 {
            tokio::time::sleep(ms(1)).await;
        }
        let (busy, been) = (busy.elapsed(), ready().saturating_sub(been));
        check::that(busy.processor >= ms(50) && busy.waits >= 50, format!("{busy:?}")).usually("");
        check::that(!cfg!(target_os = "linux") || been >= ms(50), format!("ready for {been:?}")).usually("");
    }
}

mod wrong {
    use super::subject;
    use harness::criterion;

    /// Waits for ever.
    #[criterion(clock = "real", deadline = 1)]
    #[should_panic]
    async fn never() {
        subject::never().await;
    }

    /// A task is left.
    #[criterion(clock = "real", deadline = 20)]
    #[should_panic]
    async fn sleeper() {
        subject::sleeper();
    }

    /// One worker thread is held.
    #[criterion(clock = "real", deadline = 1)]
    #[should_panic]
    async fn endless() {
        subject::endless_loop().await;
    }

    /// All worker threads are held.
    #[criterion(clock = "real", deadline = 1)]
    #[should_panic]
    async fn all_endless() {
        subject::endless_loops_on_all_workers().await;
    }

    /// One worker thread waits for itself.
    #[criterion(clock = "real", deadline = 1)]
    #[should_panic]
    async fn deadlocked() {
        subject::deadlocked_threads().await;
    }

    /// All worker threads are busy, but none is held.
    #[criterion(clock = "real", deadline = 1)]
    #[should_panic]
    async fn yields() {
        subject::yields_for_ever().await;
    }

    /// Blocking work without an end freezes the virtual clock.
    #[criterion(deadline = 1)]
    #[should_panic]
    async fn endless_blocking_work() {
        subject::endless_blocking_work().await;
    }
}

#[test]
fn never() {
    wrong("real", "never")
        .kind(Timeout)
        .seen("no end after 1 s of real time")
        .evidence("task spawned at [never-spawn], parked in oneshot::Receiver at [never-oneshot]")
        .at("never-join")
        .within(Duration::from_secs(10));
}

#[test]
fn sleeper() {
    wrong("real", "sleeper")
        .kind(Leak)
        .seen("a task is left behind")
        .evidence("task spawned at [real-spawn], parked in tokio::time::sleep at [real-sleep]")
        .at("real-sleep");
}

#[test]
fn endless() {
    wrong("real", "endless")
        .kind(Blocked)
        .seen("[real-endless-spawn]")
        .at("real-endless-line")
        .within(Duration::from_secs(10));
}

#[test]
fn all_endless() {
    wrong("real", "all_endless").kind(Blocked).seen("[real-loops-spawn]").within(Duration::from_secs(10));
}

#[test]
fn deadlocked() {
    wrong("real", "deadlocked").kind(Blocked).seen("[real-lock-spawn]").within(Duration::from_secs(10));
}

#[test]
fn yields() {
    wrong("real", "yields").kind(Timeout).seen("no end").within(Duration::from_secs(10));
}

#[test]
fn endless_blocking_work() {
    wrong("real", "endless_blocking_work")
        .kind(Timeout)
        .seen("no end after 1 s of real time")
        .seen("`spawn_blocking`")
        .at("endless-blocking-await")
        .usually("blocking work");
}
