//! Polls that hold the runtime's thread.

use crate::wrong;
use verdict::Kind::Blocked;

#[path = "../subjects/blocked.rs"]
mod subject;

mod right {
    use super::subject;
    use harness::{check, criterion};

    /// A processor that is busy is not blocked.
    #[criterion]
    async fn computes() {
        check::that(subject::computes().await > 0, "nothing computed").usually("");
    }

    /// Printing is not blocking, as long as it stays within the limit.
    #[criterion]
    async fn prints() {
        subject::prints().await;
    }

    /// Locks inside Tokio do not count.
    #[criterion]
    async fn much_blocking_work() {
        check::equal("the sum", subject::much_blocking_work().await, 499 * 250).usually("");
    }

    /// Nor do those of its channels.
    #[criterion]
    async fn blocking_senders() {
        check::equal("items", subject::blocking_senders().await, 1000).usually("");
    }

    /// Memory that the system hands out is no wait.
    #[criterion]
    async fn allocates() {
        check::equal("bytes", subject::allocates().await, 64 << 20).usually("");
    }
}

mod wrong {
    use super::subject;
    use harness::criterion;

    /// `std::thread::sleep` in a task.
    #[criterion]
    #[should_panic]
    async fn sleep_in_a_task() {
        subject::sleeps_in_a_task().await;
    }

    /// The same for a millisecond at a time, in a function that the task calls.
    #[criterion]
    #[should_panic]
    async fn nap() {
        subject::naps().await;
    }

    /// The same in what the test calls.
    #[criterion]
    #[should_panic]
    async fn sleep_in_the_call() {
        subject::sleeps_in_the_call().await;
    }

    /// A std lock that another thread holds.
    #[criterion]
    #[should_panic]
    async fn std_lock() {
        subject::waits_for_a_std_lock().await;
    }

    /// A std channel.
    #[criterion]
    #[should_panic]
    async fn std_recv() {
        subject::waits_for_a_std_channel().await;
    }

    /// A thread of its own, in what the test calls.
    #[criterion]
    #[should_panic]
    async fn thread() {
        subject::joins_a_thread().await;
    }

    /// A process of its own.
    #[criterion]
    #[should_panic]
    async fn process() {
        subject::waits_for_a_process().await;
    }

    /// A std lock taken twice.
    #[criterion(deadline = 1)]
    #[should_panic]
    async fn std_lock_twice() {
        subject::locks_twice().await;
    }

    /// A loop without an await.
    #[criterion(deadline = 1)]
    #[should_panic]
    async fn endless() {
        subject::endless_loop().await;
    }

    /// The same in what the test calls.
    #[criterion(deadline = 1)]
    #[should_panic]
    async fn endless_in_the_call() {
        subject::endless_loop_in_the_call().await;
    }
}

#[test]
fn sleep_in_a_task() {
    wrong("blocked", "sleep_in_a_task")
        .kind(Blocked)
        .seen("the task spawned at [sleep-spawn] blocked the runtime's thread in `std::thread::sleep`, for ")
        .at("sleep-line")
        .usually("tokio::time::sleep");
}

#[test]
fn nap() {
    wrong("blocked", "nap").kind(Blocked).seen("in `std::thread::sleep`").at("nap-line");
}

#[test]
fn sleep_in_the_call() {
    wrong("blocked", "sleep_in_the_call").kind(Blocked).seen("a call from the test blocked").at("call-sleep-line");
}

#[test]
fn std_lock() {
    wrong("blocked", "std_lock")
        .kind(Blocked)
        .seen("the task spawned at [lock-spawn] blocked")
        .seen("waiting")
        .at("lock-line")
        .usually("a std lock");
}

#[test]
fn std_recv() {
    wrong("blocked", "std_recv")
        .kind(Blocked)
        .seen("the task spawned at [recv-spawn] blocked")
        .seen("waiting")
        .at("recv-line")
        .usually("a blocking `recv`");
}

#[test]
fn thread() {
    wrong("blocked", "thread").kind(Blocked).seen("a call from the test blocked").at("join-line").usually("thread");
}

#[test]
fn process() {
    wrong("blocked", "process")
        .kind(Blocked)
        .seen("the task spawned at [process-spawn] blocked")
        .at("process-line")
        .usually("process");
}

#[test]
fn std_lock_twice() {
    wrong("blocked", "std_lock_twice")
        .kind(Blocked)
        .seen("the task spawned at [twice-spawn] has held its runtime's thread")
        .at("twice-lock")
        .usually("`std::sync::Mutex` locked twice");
}

#[test]
fn endless() {
    wrong("blocked", "endless")
        .kind(Blocked)
        .seen("the task spawned at [endless-spawn] has held its runtime's thread")
        .at("endless-line")
        .usually("a loop that never awaits");
}

#[test]
fn endless_in_the_call() {
    wrong("blocked", "endless_in_the_call").kind(Blocked).seen("a call from the test has held").at("endless-call-line");
}
