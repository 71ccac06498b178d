//! What a picture shows beside the work: noted only when it is asked for, and the same in every run.

use crate::judge;
use verdict::{Moment, Order, Trace, Verdict};

mod right {
    use harness::{Source, criterion, marked, ms, pass, received, watched};
    use tokio::sync::mpsc;
    use workbook::Work;

    /// Three items are taken, two of them are done, and received later; the third panics as planned.
    #[criterion]
    async fn everything() {
        let work = watched(Work::taking(ms(1)).panicking(|item| item == 2));
        let (sender, mut output) = mpsc::channel(3);
        tokio::spawn(async move {
            for item in Source::new(0..3) {
                work.run(item).await;
                let _ = sender.send(item).await;
            }
        });
        pass(ms(10)).await;
        marked("the reader begins", || ());
        while received(output.recv()).await.is_some() {}
    }
}

/// The verdict with its picture.
fn pictured(test: &str) -> Verdict {
    judge(test, &Order { spans: true, ..Order::default() }).verdict
}

/// What the verdict is about was noted in these words.
#[track_caller]
fn finds(test: &str, label: &str) -> Trace {
    let verdict = pictured(test);
    assert!(!verdict.passed(), "{verdict}");
    let found: Vec<_> = verdict.trace.moments.iter().filter(|moment| moment.finding).collect();
    assert!(found.iter().any(|moment| moment.label == label), "expected {label:?}, found {found:?}\n{verdict}");
    *verdict.trace
}

#[test]
fn all_is_noted_and_only_when_it_is_asked_for() {
    let verdict = pictured("traces::right::everything");
    assert!(verdict.passed(), "{verdict}");
    let moment = |at, label: &str| Moment { at, label: label.into(), finding: false };
    let expected = Trace {
        end: 10_000,
        moments: vec![moment(3000, "2 panics"), moment(10_000, "the reader begins")],
        taken: vec![0, 1000, 2000],
        received: vec![10_000; 2],
        ..Trace::default()
    };
    assert_eq!(*verdict.trace, expected);
    assert_eq!(verdict.spans.len(), 3);
    for _ in 0..20 {
        assert_eq!(pictured("traces::right::everything"), verdict);
    }
    let without = judge("traces::right::everything", &Order::default()).verdict;
    assert_eq!(without, Verdict::pass());
    assert!(!serde_json::to_string(&without).expect("plain data").contains("trace"));
}

#[test]
fn every_detector_names_its_moment() {
    let trace = finds("bounds::wrong::width", "4 in flight, bound 3");
    assert_eq!(trace.bounds[0].most, 3);
    finds("spins::wrong::busy", "polled again and again");
    finds("blocked::wrong::sleep_in_a_task", "the thread is blocked");
    finds("blocked::wrong::endless", "the thread is blocked");
    finds("stuck::wrong::beside_a_ticker", "from here on only timers tick");
}

#[test]
fn who_was_left_is_noted_with_its_wait() {
    let parked = finds("stuck::wrong::deadlock", "all parked for ever");
    assert!(
        !parked.left.is_empty() && parked.left.iter().all(|left| left.waits.contains(" at stuck.rs:")),
        "{parked:?}"
    );
    assert!(parked.end < 3_600_000_000, "the hour in which nothing moved is no part of it: {parked:?}");
    let behind = finds("leaks::wrong::eight_workers", "8 left behind");
    assert_eq!(behind.left.len(), 8);
    for _ in 0..20 {
        assert_eq!(finds("leaks::wrong::eight_workers", "8 left behind"), behind);
    }
}
