//! Panics in the subject, planned and not, and an untouched stub.

use crate::wrong;
use verdict::Kind::{Crash, Fail, Unstarted};

#[path = "../subjects/panics.rs"]
mod subject;

mod right {
    use super::subject;
    use harness::{check, criterion, ms};
    use workbook::Work;

    /// A panic that the test planned is no crash.
    #[criterion]
    async fn planned() {
        let done = subject::survives(Work::taking(ms(1)).panicking(|item| item == 1)).await;
        check::items(&done, &[true, false, true]).usually("");
    }
}

mod wrong {
    use super::subject;
    use harness::{check, criterion, ms};
    use workbook::Work;

    /// A panic.
    #[criterion]
    #[should_panic]
    async fn plain() {
        subject::plain();
    }

    /// A panic at a place that std knows.
    #[criterion]
    #[should_panic]
    async fn index() {
        subject::index(&[1]);
    }

    /// The same of an option.
    #[criterion]
    #[should_panic]
    async fn unwrap() {
        subject::unwrap(&[]);
    }

    /// A panic inside std.
    #[criterion]
    #[should_panic]
    async fn in_std() {
        subject::in_std(&[1, 2, 3], 2);
    }

    /// A panic in a function that std calls.
    #[criterion]
    #[should_panic]
    async fn by_a_callback() {
        subject::by_a_callback();
    }

    /// A panic in a task, whose error nobody looks at.
    #[criterion]
    #[should_panic]
    async fn in_a_task() {
        subject::in_a_task().await;
    }

    /// A panic in a thread.
    #[criterion]
    #[should_panic]
    async fn in_a_thread() {
        subject::in_a_thread();
    }

    /// A send whose error is unwrapped.
    #[criterion]
    #[should_panic]
    async fn sends_to_nobody() {
        subject::sends_to_nobody().await;
    }

    /// A channel without room.
    #[criterion]
    #[should_panic]
    async fn no_room() {
        subject::no_room();
    }

    /// `block_on` inside async code.
    #[criterion]
    #[should_panic]
    async fn blocks_on() {
        subject::blocks_on();
    }

    /// A blocking receive inside async code.
    #[criterion]
    #[should_panic]
    async fn receives_blocking() {
        subject::receives_blocking();
    }

    /// `block_in_place` on a current-thread runtime.
    #[criterion]
    #[should_panic]
    async fn blocks_in_place() {
        subject::blocks_in_place();
    }

    /// A panic in blocking work.
    #[criterion]
    #[should_panic]
    async fn in_blocking_work() {
        subject::in_blocking_work().await;
    }

    /// Nothing is written yet.
    #[criterion]
    #[should_panic]
    async fn unwritten() {
        check::equal("items", subject::unwritten(), 1).usually("");
    }

    /// Nothing is written yet in a task.
    #[criterion]
    #[should_panic]
    async fn unwritten_task() {
        subject::unwritten_task().await;
    }

    /// The panic is the cause, not what the test makes of it.
    #[criterion]
    #[should_panic]
    async fn before_a_finding() {
        subject::in_a_task().await;
        check::equal("items", 0, 1).usually("");
    }

    /// Caught or not, a panic that nobody planned is one.
    #[criterion]
    #[should_panic]
    async fn caught() {
        subject::catches();
    }

    /// A future that is over is polled again: it is the test's, and the mistake the subject's.
    #[criterion]
    #[should_panic]
    async fn polls_again() {
        let ready = Box::pin(async {
            tokio::task::yield_now().await;
            7
        });
        subject::polls_again(ready).await;
    }

    /// A planned panic that nobody catches comes up to the test.
    #[criterion]
    #[should_panic]
    async fn in_the_callers_future() {
        subject::in_the_callers_future(Work::taking(ms(1)).panicking(|_| true)).await;
    }

    /// A panic of the test itself is a finding.
    #[criterion]
    #[should_panic]
    async fn in_the_test() {
        assert_eq!(1 + 1, 3, "sums");
    }
}

#[test]
fn plain() {
    wrong("panics", "plain").kind(Crash).seen("panicked: the pipeline is empty").at("plain-panic");
}

#[test]
fn index() {
    wrong("panics", "index").kind(Crash).seen("index out of bounds: the len is 1 but the index is 1").at("index-panic");
}

#[test]
fn unwrap() {
    wrong("panics", "unwrap").kind(Crash).seen("called `Option::unwrap()` on a `None` value").at("unwrap-panic");
}

#[test]
fn in_std() {
    wrong("panics", "in_std").kind(Crash).seen("slice index starts at 2 but ends at 1").at("drain-panic");
}

#[test]
fn by_a_callback() {
    wrong("panics", "by_a_callback").kind(Crash).seen("nothing in the cell").at("callback-panic");
}

#[test]
fn in_a_task() {
    wrong("panics", "in_a_task").kind(Crash).seen("index out of bounds").at("task-panic");
}

#[test]
fn in_a_thread() {
    wrong("panics", "in_a_thread").kind(Crash).seen("in a thread").at("thread-panic");
}

#[test]
fn sends_to_nobody() {
    wrong("panics", "sends_to_nobody").kind(Crash).seen("SendError").at("nobody-panic").usually("the receiver is gone");
}

#[test]
fn no_room() {
    wrong("panics", "no_room")
        .kind(Crash)
        .seen("requires buffer > 0")
        .at("room-panic")
        .usually("no channel of capacity 0");
}

#[test]
fn blocks_on() {
    wrong("panics", "blocks_on")
        .kind(Crash)
        .seen("Cannot start a runtime from within a runtime")
        .at("block-on-panic")
        .usually("await the future");
}

#[test]
fn receives_blocking() {
    wrong("panics", "receives_blocking")
        .kind(Crash)
        .seen("Cannot block the current thread")
        .at("blocking-recv-panic")
        .usually("async sibling");
}

#[test]
fn blocks_in_place() {
    wrong("panics", "blocks_in_place")
        .kind(Crash)
        .seen("can call blocking only")
        .at("in-place-panic")
        .usually("spawn_blocking");
}

#[test]
fn in_blocking_work() {
    wrong("panics", "in_blocking_work").kind(Crash).seen("in blocking work").at("blocking-panic");
}

#[test]
fn unwritten() {
    wrong("panics", "unwritten").kind(Unstarted).seen("still to write: count the items").at("todo");
}

#[test]
fn unwritten_task() {
    wrong("panics", "unwritten_task").kind(Unstarted).seen("nothing is written here yet").at("todo-task");
}

#[test]
fn polls_again() {
    wrong("panics", "polls_again")
        .kind(Crash)
        .seen("resumed after completion")
        .at("again-panic")
        .usually("polled again");
}

#[test]
fn in_the_callers_future() {
    wrong("panics", "in_the_callers_future")
        .kind(Crash)
        .seen("a payload of its own")
        .usually("unwinds through whoever polls it");
}

#[test]
fn before_a_finding() {
    wrong("panics", "before_a_finding").kind(Crash).at("task-panic");
}

#[test]
fn caught() {
    wrong("panics", "caught").kind(Crash).seen("panicked: caught").at("caught-panic");
}

#[test]
fn in_the_test() {
    wrong("panics", "in_the_test").kind(Fail).seen("sums");
}
