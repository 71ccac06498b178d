//! Tests of the learner's, tried on what is right and on what is not.

use crate::wrong;
use verdict::Kind::{Crash, Fail, Leak, Stuck, Timeout, Unstarted};

#[path = "../subjects/attempts.rs"]
mod subject;

const RIGHT: subject::Double = |number| number * 2;
const WRONG: subject::Double = |number| number + 2;

mod right {
    use super::{RIGHT, WRONG, subject};
    use harness::{attempt, attempt_now, check, criterion};

    /// A test that passes and fails as it should.
    #[criterion]
    async fn told_apart() {
        attempt(subject::right_test(RIGHT)).await.accepts("a doubler", "your tests").usually("");
        let tried = attempt(subject::right_test(WRONG)).await;
        let said = tried.message().is_some_and(|message| message.contains("left: 6"));
        check::that(said, format!("{:?}", tried.message())).usually("");
        tried.notices("a doubler that adds", "your tests").usually("");
        attempt(subject::right_test(RIGHT)).await.accepts("a doubler", "your tests").usually("");
    }

    /// A worker's panic is the test's once it is joined.
    #[criterion]
    async fn joined() {
        attempt(subject::joins(WRONG)).await.notices("a doubler that adds", "your tests").usually("");
    }

    /// What a test leaves behind when it fails is nobody's.
    #[criterion]
    async fn left_behind() {
        attempt(subject::waits_a_while(WRONG)).await.notices("a doubler that adds", "your tests").usually("");
        attempt(subject::waits_a_while(RIGHT)).await.accepts("a doubler", "your tests").usually("");
    }

    /// A test with a runtime of its own is called where there is none.
    #[criterion]
    fn called() {
        let call = |double| attempt_now(move || subject::blocks_on(subject::right_test(double)));
        call(RIGHT).accepts("a doubler", "your tests").usually("");
        call(WRONG).notices("a doubler that adds", "your tests").usually("");
        attempt_now(|| subject::catches_a_panic(RIGHT)).accepts("a doubler", "your tests").usually("");
    }
}

mod wrong {
    use super::{RIGHT, WRONG, subject};
    use harness::{attempt, attempt_now, check, criterion};

    /// Nothing is noticed.
    #[criterion]
    #[should_panic]
    async fn unnoticed() {
        attempt(subject::empty(WRONG)).await.notices("a doubler that adds", "your tests").usually("no assertion");
    }

    /// A right subject is refused.
    #[criterion]
    #[should_panic]
    async fn refused() {
        attempt(subject::asks_too_much(RIGHT)).await.accepts("a doubler", "your tests").usually("a false belief");
    }

    /// A right subject is refused where nobody looks.
    #[criterion]
    #[should_panic]
    async fn refused_by_a_task() {
        attempt(subject::never_joins(WRONG)).await.accepts("a doubler", "your tests").usually("");
    }

    /// The assertion fails where nobody looks.
    #[criterion]
    #[should_panic]
    async fn unjoined() {
        attempt(subject::never_joins(WRONG)).await.notices("a doubler that adds", "your tests").usually("no assertion");
    }

    /// A task still waits when the test returns.
    #[criterion]
    #[should_panic]
    async fn left_waiting() {
        attempt(subject::leaves_a_task(RIGHT)).await.notices("a doubler", "your tests").usually("no assertion");
    }

    /// To hang is not to notice.
    #[criterion]
    #[should_panic]
    async fn hung() {
        attempt(subject::waits(WRONG)).await.notices("a doubler that adds", "your tests").usually("no assertion");
    }

    /// Nor is it to pass.
    #[criterion]
    #[should_panic]
    async fn hung_on_a_right_one() {
        attempt(subject::waits(WRONG)).await.accepts("a doubler", "your tests").usually("a wait");
    }

    /// A test that passes leaves no task.
    #[criterion]
    #[should_panic]
    async fn leaves_a_task() {
        attempt(subject::leaves_a_task(RIGHT)).await.accepts("a doubler", "your tests").usually("");
    }

    /// A test that is not written notices nothing.
    #[criterion]
    #[should_panic]
    async fn unwritten() {
        attempt(subject::unwritten_test(WRONG)).await.notices("a doubler that adds", "your tests").usually("");
    }

    /// After a test that failed, a panic is a crash again.
    #[criterion]
    #[should_panic]
    fn afterwards() {
        attempt_now(|| subject::blocks_on(subject::right_test(WRONG))).notices("a doubler", "your tests").usually("");
        subject::blocks_on(subject::right_test(WRONG));
    }

    /// A finding of a call is a finding.
    #[criterion]
    #[should_panic]
    fn finding_of_a_call() {
        check::equal("doubles", 1, 2).usually("a sum");
    }

    /// A call that does not come back.
    #[criterion(deadline = 1)]
    #[should_panic]
    fn never_comes_back() {
        subject::never_comes_back();
    }

    /// A call that leaves a thread.
    #[criterion]
    #[should_panic]
    fn leaves_a_thread() {
        subject::leaves_a_thread();
    }
}

#[test]
fn unnoticed() {
    wrong("attempts", "unnoticed").kind(Fail).seen("a doubler that adds passed your tests").usually("no assertion");
}

#[test]
fn refused() {
    wrong("attempts", "refused")
        .kind(Fail)
        .seen("a doubler is refused by your tests: assertion")
        .seen("no number is nothing")
        .at("too-much")
        .usually("a false belief");
}

#[test]
fn refused_by_a_task() {
    wrong("attempts", "refused_by_a_task").kind(Fail).seen("is refused by your tests").at("unjoined-asserts");
}

#[test]
fn unjoined() {
    wrong("attempts", "unjoined")
        .kind(Fail)
        .seen("a doubler that adds passed your tests, though a task that nobody awaits panicked: assertion")
        .at("unjoined-asserts")
        .usually("awaits the task's `JoinHandle`");
}

#[test]
fn left_waiting() {
    wrong("attempts", "left_waiting")
        .kind(Fail)
        .seen("a doubler passed your tests, though a task that nobody awaits still waits")
        .at("left")
        .usually("await each one's `JoinHandle`");
}

#[test]
fn hung() {
    wrong("attempts", "hung")
        .kind(Stuck)
        .seen("a doubler that adds hangs your tests, and to hang is not to notice: it waits in mpsc::Receiver::recv")
        .at("waits-for-eight")
        .usually("`tokio::time::timeout`");
}

#[test]
fn hung_on_a_right_one() {
    wrong("attempts", "hung_on_a_right_one")
        .kind(Stuck)
        .seen("a doubler hangs your tests: it waits in mpsc::Receiver::recv")
        .at("waits-for-eight")
        .usually("a wait");
}

#[test]
fn leaves_a_task() {
    wrong("attempts", "leaves_a_task").kind(Leak).seen("a task is left behind").at("left");
}

#[test]
fn unwritten() {
    wrong("attempts", "unwritten").kind(Unstarted).seen("still to write: assert something").at("unwritten-test");
}

#[test]
fn afterwards() {
    wrong("attempts", "afterwards").kind(Crash).seen("panicked: assertion").at("asserts");
}

#[test]
fn finding_of_a_call() {
    wrong("attempts", "finding_of_a_call").kind(Fail).seen("doubles: 1, expected 2").usually("a sum");
}

#[test]
fn never_comes_back() {
    wrong("attempts", "never_comes_back")
        .kind(Timeout)
        .seen("the call has not come back after 1 s of real time")
        .at("parks");
}

#[test]
fn leaves_a_thread() {
    wrong("attempts", "leaves_a_thread").kind(Leak).seen("an OS thread is left behind");
}
