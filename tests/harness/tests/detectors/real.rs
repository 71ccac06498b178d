//! The wall clock: several threads, sockets, and hangs that only the watchdog sees.

use crate::wrong;
use std::time::Duration;
use verdict::Kind::{Blocked, Leak, Timeout};

#[path = "../subjects/real.rs"]
mod subject;

mod right {
    use super::subject;
    use harness::{check, criterion, ms, pass};

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
