//! What outlives its pipeline.

use crate::wrong;
use verdict::Kind::Leak;

#[path = "../subjects/leaks.rs"]
mod subject;

mod right {
    use super::subject;
    use harness::{check, criterion, quiescent};

    /// A dropped receiver ends its sender.
    #[criterion]
    async fn receiver_dropped() {
        check::items(&subject::first_three().await, &[0, 1, 2]).usually("numbers lost");
        check::all_tasks_gone().await.or_fail();
    }

    /// A dropped `JoinSet` aborts its tasks, which counts as gone at once.
    #[criterion]
    async fn join_set_dropped() {
        subject::join_set_dropped();
        check::all_tasks_gone().await.or_fail();
    }

    /// Tasks that end one after the other, at one instant, are gone.
    #[criterion]
    async fn aborted_chain() {
        subject::aborted_chain();
        check::all_tasks_gone().await.or_fail();
    }

    /// What ends within a second of virtual time after the test is no leak.
    #[criterion]
    async fn short_sleeper() {
        subject::short_sleeper();
    }

    /// Blocking work that is awaited is no leak.
    #[criterion]
    async fn blocking_work() {
        check::equal("the result", subject::blocking_work_awaited().await, 7).usually("not awaited");
    }

    /// Threads that are joined, or end by themselves, are no leak.
    #[criterion]
    async fn threads() {
        subject::thread_joined().await;
        subject::thread_that_ends();
        quiescent().await;
    }
}

mod wrong {
    use super::subject;
    use harness::{check, criterion};

    /// The receiver is kept, so that a sender waits for ever.
    #[criterion]
    #[should_panic]
    async fn parked_in_a_send() {
        check::items(&subject::first_three_receiver_forgotten().await, &[0, 1, 2]).usually("numbers lost");
    }

    /// As above, asked for in the test.
    #[criterion]
    #[should_panic]
    async fn parked_in_a_send_when_asked() {
        subject::first_three_receiver_forgotten().await;
        check::all_tasks_gone().await.or_fail();
    }

    /// The sender is kept, so that a receiver waits for ever.
    #[criterion]
    #[should_panic]
    async fn parked_in_a_recv() {
        subject::sum_sender_forgotten();
    }

    /// A task is detached in a sleep.
    #[criterion]
    #[should_panic]
    async fn sleeper() {
        subject::sleeper();
    }

    /// Eight tasks wait alike.
    #[criterion]
    #[should_panic]
    async fn eight_workers() {
        subject::eight_workers();
    }

    /// A `JoinSet` lets go of its tasks instead of aborting them.
    #[criterion]
    #[should_panic]
    async fn join_set_detached() {
        subject::join_set_detached();
    }

    /// Blocking work goes on.
    #[criterion]
    #[should_panic]
    async fn blocking_work() {
        subject::blocking_work();
    }

    /// A thread goes on.
    #[criterion]
    #[should_panic]
    async fn thread() {
        subject::thread();
    }

    /// Each kind of wait has a name.
    #[criterion]
    #[should_panic]
    async fn one_of_each() {
        subject::one_of_each();
    }

    /// Some kinds of wait have none.
    #[criterion]
    #[should_panic]
    async fn without_a_leaf() {
        subject::without_a_leaf();
    }

    /// The await point is found behind `join!`, `select!` and a box.
    #[criterion]
    #[should_panic]
    async fn nested() {
        subject::nested();
    }
}

#[test]
fn parked_in_a_send() {
    wrong("leaks", "parked_in_a_send")
        .kind(Leak)
        .seen("a task is left behind 1 s after the test let go of the pipeline")
        .evidence("task spawned at [number-spawn], parked in mpsc::Sender::send at [number-send]")
        .at("number-send")
        .usually("a send that nobody receives");
}

#[test]
fn parked_in_a_send_when_asked() {
    wrong("leaks", "parked_in_a_send_when_asked")
        .kind(Leak)
        .seen("a task is left behind")
        .evidence("task spawned at [number-spawn], parked in mpsc::Sender::send at [number-send]")
        .at("number-send")
        .usually("a send that nobody receives");
}

#[test]
fn parked_in_a_recv() {
    wrong("leaks", "parked_in_a_recv")
        .kind(Leak)
        .evidence("task spawned at [sum-spawn], parked in mpsc::Receiver::recv at [sum-recv]")
        .at("sum-recv")
        .usually("a receiver that waits for a sender which nobody drops");
}

#[test]
fn sleeper() {
    wrong("leaks", "sleeper")
        .kind(Leak)
        .evidence("task spawned at [sleeper-spawn], parked in tokio::time::sleep at [sleeper-sleep]")
        .at("sleeper-sleep")
        .usually("neither joined, aborted nor told");
}

#[test]
fn eight_workers() {
    wrong("leaks", "eight_workers")
        .kind(Leak)
        .seen("8 tasks are left behind")
        .evidence("8 × task spawned at [worker-spawn], parked in Semaphore::acquire at [worker-acquire]");
}

#[test]
fn join_set_detached() {
    wrong("leaks", "join_set_detached")
        .kind(Leak)
        .evidence("task spawned at [detached-spawn], parked in tokio::time::sleep at [detached-sleep]");
}

#[test]
fn blocking_work() {
    wrong("leaks", "blocking_work").kind(Leak).seen("1 × `spawn_blocking`").usually("blocking work cannot be aborted");
}

#[test]
fn thread() {
    wrong("leaks", "thread")
        .kind(Leak)
        .seen("an OS thread is left behind")
        .evidence("thread \"counter\"")
        .usually("never joined");
}

#[test]
fn one_of_each() {
    let mut found = wrong("leaks", "one_of_each").kind(Leak).seen("17 tasks are left behind");
    for (marker, leaf) in [
        ("each-mpsc", "mpsc::Receiver::recv"),
        ("each-unbounded", "mpsc::UnboundedReceiver::recv"),
        ("each-broadcast", "broadcast::Receiver::recv"),
        ("each-watch", "watch::Receiver::changed"),
        ("each-oneshot", "oneshot::Receiver"),
        ("each-reserve", "mpsc::Sender::reserve"),
        ("each-notify", "Notify::notified"),
        ("each-barrier", "Barrier::wait"),
        ("each-mutex", "Mutex::lock"),
        ("each-rwlock", "RwLock::read"),
        ("each-token", "CancellationToken::cancelled"),
        ("each-timeout", "tokio::time::timeout"),
        ("each-interval", "Interval::tick"),
        ("each-handle", "JoinHandle"),
    ] {
        found = found.evidence(&format!("task spawned at [{marker}], parked in {leaf} at [{marker}]"));
    }
    // Not the learner's own lines: the task is a future of Tokio's.
    found
        .evidence("task spawned at [each-child], parked in tokio::time::sleep")
        .evidence("task spawned at [each-bare-handle], parked in JoinHandle");
}

#[test]
fn without_a_leaf() {
    wrong("leaks", "without_a_leaf")
        .kind(Leak)
        .seen("4 tasks are left behind")
        .at("bare-pending")
        .evidence("task spawned at [bare-pending]")
        .evidence("task spawned at [set-spawn]")
        .evidence("task spawned at [set-child], parked in tokio::time::sleep")
        .evidence("task spawned at [unordered-spawn]");
}

#[test]
fn nested() {
    wrong("leaks", "nested")
        .kind(Leak)
        .evidence("task spawned at [join-spawn], parked in tokio::time::sleep at [join-sleep]")
        .evidence("task spawned at [select-spawn], parked in tokio::time::sleep at [select-sleep]")
        .evidence("task spawned at [boxed-spawn], parked in tokio::time::sleep at [boxed-sleep]");
}
