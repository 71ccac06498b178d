//! Deadlocks, and outputs that never end.

use crate::wrong;
use std::time::Duration;
use verdict::Kind::{Stuck, Timeout};

#[path = "../subjects/stuck.rs"]
mod subject;

mod right {
    use super::subject;
    use harness::{check, criterion, drain, ms};
    use tokio::time::Instant;

    /// The same exchange with room enough ends.
    #[criterion]
    async fn no_deadlock() {
        subject::no_deadlock_of_two().await;
    }

    /// An output whose senders are dropped ends.
    #[criterion]
    async fn output_ends() {
        check::same_items(&drain(subject::doubler(4, false)).await, &[0, 2, 4, 6]).usually("items lost");
        check::items(&drain(subject::with_a_sender_in_the_struct(false).items).await, &[1]).usually("items lost");
        check::items(&drain(subject::told_of_the_end(true)).await, &[1, 1]).usually("items lost");
    }

    /// Half an hour without a poll is slow, and not stuck.
    #[criterion]
    async fn slow() {
        let start = Instant::now();
        check::equal("the sum", subject::slow().await, 10).usually("items lost");
        check::took(start, ms(4 * 1_800_000), ms(0)).usually("the clock");
    }

    /// A ticker that ends with its pipeline is no deadlock.
    #[criterion]
    async fn ticker() {
        subject::ticker_that_ends().await;
    }
}

mod wrong {
    use super::subject;
    use harness::{check, criterion, drain, ms};

    /// Two stages wait for each other.
    #[criterion]
    #[should_panic]
    async fn deadlock() {
        subject::deadlock_of_two().await;
    }

    /// The caller and the stage wait for room at each other.
    #[criterion]
    #[should_panic]
    async fn ring_of_two() {
        check::equal("answers", subject::asks_first_and_reads_later().await, 10).usually("items lost");
    }

    /// One of two that wait is notified.
    #[criterion]
    #[should_panic]
    async fn one_is_notified() {
        drain(subject::told_of_the_end(false)).await;
    }

    /// The stage keeps a sender of its output in a task.
    #[criterion]
    #[should_panic]
    async fn sender_kept_in_a_task() {
        drain(subject::doubler(4, true)).await;
    }

    /// The stage keeps a sender of its output in a struct.
    #[criterion]
    #[should_panic]
    async fn sender_kept_in_a_struct() {
        let mut output = subject::with_a_sender_in_the_struct(true);
        while output.items.recv().await.is_some() {}
    }

    /// A lock is taken twice, in a call from the test.
    #[criterion]
    #[should_panic]
    async fn locked_twice() {
        subject::locks_twice().await;
    }

    /// A deadlock, and a timer that goes on.
    #[criterion]
    #[should_panic]
    async fn beside_a_ticker() {
        subject::deadlock_beside_a_ticker(ms(1000)).await;
    }

    /// A deadlock, and a timer that is too fast for its hours to pass in time.
    #[criterion(deadline = 5)]
    #[should_panic]
    async fn beside_a_fast_ticker() {
        subject::deadlock_beside_a_ticker(ms(1)).await;
    }

    /// A wait that Tokio knows nothing of.
    #[criterion]
    #[should_panic]
    async fn foreign_channel() {
        subject::foreign_channel().await;
    }

    /// A wait behind `select!`, `join!` and a box.
    #[criterion]
    #[should_panic]
    async fn nested() {
        subject::nested().await;
    }

    /// The clock jumps while a thread of the learner's is working.
    #[criterion]
    #[should_panic]
    async fn answer_from_a_thread() {
        subject::answer_from_a_thread().await;
    }

    /// Work without an end, in polls that each come back soon.
    #[criterion(deadline = 2, polls = 1_000_000_000)]
    #[should_panic]
    async fn at_work() {
        subject::ever_more_work().await;
    }

    /// The test's own wait is the test's line.
    #[criterion]
    #[should_panic]
    async fn no_learner_code() {
        std::future::pending::<()>().await;
    }
}

#[test]
fn deadlock() {
    wrong("stuck", "deadlock")
        .kind(Stuck)
        .seen("all 2 tasks are parked, and no timer is set: nothing can move")
        .evidence("task spawned at [one-spawn], parked in mpsc::Sender::send at [one-send]")
        .evidence("task spawned at [other-spawn], parked in mpsc::Sender::send at [other-send]")
        .at("one-join")
        .usually("each waits for what only another of them can do")
        .within(Duration::from_secs(5));
}

#[test]
fn ring_of_two() {
    wrong("stuck", "ring_of_two")
        .kind(Stuck)
        .seen("the test waits in mpsc::Sender::send")
        .evidence("task spawned at [answers-spawn], parked in mpsc::Sender::send at [answers-send]")
        .at("questions-send")
        .usually("a ring of full channels");
}

#[test]
fn one_is_notified() {
    wrong("stuck", "one_is_notified")
        .kind(Stuck)
        .seen("the test waits in mpsc::Receiver::recv")
        .evidence("task spawned at [told-spawn], parked in Notify::notified at [told-notified]")
        .at("told-notified")
        .usually("a notification that did not come to all");
}

#[test]
fn sender_kept_in_a_task() {
    wrong("stuck", "sender_kept_in_a_task")
        .kind(Stuck)
        .seen("the test waits in mpsc::Receiver::recv")
        .evidence("task spawned at [doubler-spawn], parked in mpsc::Sender::closed at [doubler-kept]")
        .at("doubler-kept")
        .usually("a sender that is still alive keeps its channel open");
}

#[test]
fn sender_kept_in_a_struct() {
    wrong("stuck", "sender_kept_in_a_struct")
        .kind(Stuck)
        .seen("the test waits in mpsc::Receiver::recv")
        .seen("no task is left that could wake it")
        .usually("a sender that is kept alive without a task, in a struct or a static");
}

#[test]
fn locked_twice() {
    wrong("stuck", "locked_twice").kind(Stuck).seen("waits in Mutex::lock").at("second-lock").usually("lock");
}

#[test]
fn beside_a_ticker() {
    wrong("stuck", "beside_a_ticker")
        .kind(Stuck)
        .seen("the test waits in JoinHandle for 10800 s of virtual time, and only timers tick")
        .at("one-join")
        .evidence("task spawned at [one-spawn], parked in mpsc::Sender::send at [one-send]")
        .evidence("task spawned at [ticker-spawn], parked in Interval::tick at [ticker-tick]")
        .usually("a loop around a timer");
}

#[test]
fn beside_a_fast_ticker() {
    wrong("stuck", "beside_a_fast_ticker").kind(Stuck).seen("only timers tick").at("one-join");
}

#[test]
fn foreign_channel() {
    wrong("stuck", "foreign_channel").kind(Stuck).evidence("task spawned at [foreign-spawn]").at("foreign-join");
}

#[test]
fn nested() {
    wrong("stuck", "nested").kind(Stuck).seen("the test waits in oneshot::Receiver").at("nested-oneshot");
}

#[test]
fn answer_from_a_thread() {
    wrong("stuck", "answer_from_a_thread")
        .kind(Stuck)
        .at("thread-recv")
        .usually("the virtual clock does not wait for a thread of your own");
}

#[test]
fn at_work() {
    wrong("stuck", "at_work")
        .kind(Timeout)
        .seen("no end after 2 s of real time, and tasks are still at work")
        .at("ever-more-spawn")
        .usually("work that grows with the square of its input")
        .within(Duration::from_secs(10));
}

#[test]
fn no_learner_code() {
    wrong("stuck", "no_learner_code").kind(Stuck).seen("no task is left that could wake it");
}
