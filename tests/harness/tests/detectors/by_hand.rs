//! Under a plain `cargo test`, the verdict is the checker's.

use crate::judge;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use verdict::supervise::{self, Run};
use verdict::{Kind, Order};

/// What libtest prints when this binary is asked for one test, and whether it passed.
fn by_hand(test: &str) -> (String, bool) {
    let binary = std::env::current_exe().expect("the test's own path is known");
    let run = Command::new(binary).args(["--exact", test, "--nocapture"]).output().expect("it starts");
    (String::from_utf8_lossy(&run.stdout).into_owned(), run.status.success())
}

#[test]
fn a_wrong_criterion_prints_the_checkers_verdict() {
    for test in [
        "leaks::wrong::parked_in_a_send",
        "stuck::wrong::deadlock",
        "bounds::wrong::width",
        "spins::wrong::busy",
        "panics::wrong::in_a_task",
        "hostile::wrong::exits",
        "hostile::wrong::floods",
    ] {
        let supervised = judge(test, &Order::default()).verdict.to_string();
        let (printed, passed) = by_hand(test);
        assert!(printed.contains(&supervised), "expected\n{supervised}\nin\n{printed}");
        // It panicked, as `should_panic` says.
        assert!(passed, "{printed}");
    }
}

#[test]
fn a_right_criterion_passes() {
    let (printed, passed) = by_hand("quiet::right::passing");
    assert!(passed, "{printed}");
    assert!(judge("quiet::right::passing", &Order::default()).verdict.passed());
}

#[test]
fn a_test_that_does_not_exist_is_no_pass() {
    let judged = judge("quiet::right::no_such_test", &Order::default());
    assert!(!judged.verdict.passed(), "{}", judged.verdict);
}

#[test]
fn the_supervisor_needs_no_answer_to_end_a_run() {
    let binary = std::env::current_exe().expect("the test's own path is known");
    let deadline = Duration::from_millis(500);
    let judged = supervise::judge(Run {
        binary: &binary,
        test: "blocked::wrong::endless",
        deadline,
        order: &Order::default(),
        keeper: None,
    });
    assert_eq!(judged.verdict.kind, Kind::Timeout, "{}", judged.verdict);
    assert!(judged.took < Duration::from_secs(5), "{:?}", judged.took);
}

#[test]
fn a_binary_that_is_missing_is_not_the_learners_fault() {
    let run = Run {
        binary: Path::new("/no/such/binary"),
        test: "a",
        deadline: Duration::from_secs(1),
        order: &Order::default(),
        keeper: None,
    };
    assert_eq!(supervise::judge(run).verdict.kind, Kind::Infra);
}
