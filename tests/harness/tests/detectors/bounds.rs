//! Bounds on concurrency, on buffers and on memory.

use crate::wrong;
use verdict::Kind::{Bound, Fail, Memory};

#[path = "../subjects/bounds.rs"]
mod subject;

mod right {
    use super::subject;
    use harness::{Source, check, criterion, memory, ms, quiescent};
    use tokio::time::Instant;
    use workbook::Work;

    /// Three at a time are three at a time, and four rounds.
    #[criterion]
    async fn width() {
        let work = Work::taking(ms(10));
        let start = Instant::now();
        subject::concurrently(3, &work).await;
        check::in_flight_at_most(&work, 3).usually("");
        check::in_flight_reached(&work, 3).usually("");
        check::took(start, ms(40), ms(0)).usually("");
    }

    /// A channel with room for three takes three and one in the hand.
    #[criterion]
    async fn buffer() {
        let source = Source::new(0..100);
        let taken = source.counter();
        let output = subject::stage(source, 3);
        quiescent().await;
        check::at_most("items taken", taken.count(), 4).usually("");
        check::equal("items taken", taken.count(), 4).usually("");
        drop(output);
    }

    /// A sum needs no list.
    #[criterion]
    async fn memory() {
        let peak = memory::measure();
        check::equal("the sum", subject::sum(100_000, false), 4_999_950_000).usually("");
        check::peak_memory(&peak, 64 << 10).usually("");
    }
}

mod wrong {
    use super::subject;
    use harness::{Source, check, criterion, memory, ms, quiescent};
    use tokio::time::Instant;
    use workbook::Work;

    /// One too many at a time.
    #[criterion]
    #[should_panic]
    async fn width() {
        let work = Work::taking(ms(10));
        subject::concurrently(4, &work).await;
        check::in_flight_at_most(&work, 3).usually("an off-by-one in the window");
    }

    /// One too many, in one of several works.
    #[criterion]
    #[should_panic]
    async fn named_width() {
        let work = Work::taking(ms(10)).named("parse");
        subject::concurrently(4, &work).await;
        check::in_flight_at_most(&work, 3).usually("an off-by-one in the window");
    }

    /// One too few, in one of several works.
    #[criterion]
    #[should_panic]
    async fn named_sequential() {
        let work = Work::taking(ms(10)).named("parse");
        subject::concurrently(1, &work).await;
        check::in_flight_reached(&work, 3).usually("awaited one by one");
    }

    /// A task for each item.
    #[criterion]
    #[should_panic]
    async fn task_for_each() {
        let work = Work::taking(ms(10));
        subject::task_for_each(&work).await;
        check::in_flight_at_most(&work, 3).usually("a task for each item");
    }

    /// The same with work that the test runs: the line that spawns is the subject's.
    #[criterion]
    #[should_panic]
    async fn work_handed_over() {
        let work = Work::taking(ms(10));
        let run = {
            let work = work.clone();
            move |item| {
                let work = work.clone();
                async move { work.run(item).await }
            }
        };
        subject::spawn_each(run).await;
        check::in_flight_at_most(&work, 3).usually("a task for each item");
    }

    /// One at a time where three are asked for.
    #[criterion]
    #[should_panic]
    async fn sequential() {
        let work = Work::taking(ms(10));
        subject::concurrently(1, &work).await;
        check::in_flight_reached(&work, 3).usually("each item is awaited before the next begins");
    }

    /// The same by its time.
    #[criterion]
    #[should_panic]
    async fn slow() {
        let start = Instant::now();
        subject::concurrently(1, &Work::taking(ms(10))).await;
        check::took(start, ms(40), ms(0)).usually("each item is awaited before the next begins");
    }

    /// Too much room.
    #[criterion]
    #[should_panic]
    async fn buffer() {
        let source = Source::new(0..100);
        let taken = source.counter();
        let output = subject::stage(source, 16);
        quiescent().await;
        drop(output);
        check::at_most("items taken while nobody reads", taken.count(), 4).usually("a larger channel");
    }

    /// Everything at one moment.
    #[criterion]
    #[should_panic]
    async fn memory() {
        let peak = memory::measure();
        subject::sum(100_000, true);
        check::peak_memory(&peak, 64 << 10).usually("the whole input is collected");
    }

    /// The same by another measure.
    #[criterion]
    #[should_panic]
    async fn resident() {
        check::memory_at_most("resident memory", 8 << 20, 8 << 20).usually("a bound that is kept");
        check::memory_at_most("resident memory", 9 << 20, 8 << 20).usually("the whole input is collected");
    }
}

#[test]
fn width() {
    wrong("bounds", "width")
        .kind(Bound)
        .seen("4 in flight, bound 3, 0 ms after the first began, items 0…3")
        .at("bound-run")
        .usually("an off-by-one in the window");
}

#[test]
fn named_width() {
    wrong("bounds", "named_width").kind(Bound).seen("4 in flight in `parse`, bound 3, 0 ms after the first began");
}

#[test]
fn named_sequential() {
    wrong("bounds", "named_sequential").kind(Fail).seen("never more than 1 in flight in `parse` at once, expected 3");
}

#[test]
fn task_for_each() {
    wrong("bounds", "task_for_each")
        .kind(Bound)
        .seen("10 in flight, bound 3, 0 ms after the first began, items 0…9")
        .evidence("run by tasks spawned at [bound-spawn]")
        .at("bound-task-run");
}

#[test]
fn work_handed_over() {
    wrong("bounds", "work_handed_over")
        .kind(Bound)
        .evidence("run by tasks spawned at [bound-spawn-handed]")
        .at("bound-spawn-handed");
}

#[test]
fn sequential() {
    wrong("bounds", "sequential").kind(Fail).seen("never more than 1 in flight at once, expected 3").at("bound-run");
}

#[test]
fn slow() {
    wrong("bounds", "slow").kind(Fail).seen("took 100 ms of virtual time, expected 40 ms");
}

#[test]
fn buffer() {
    wrong("bounds", "buffer").kind(Bound).seen("items taken while nobody reads: 17, at most 4 allowed, at t = 0 ms");
}

#[test]
fn memory() {
    wrong("bounds", "memory").kind(Memory).seen("KiB allocated at one moment, at most 64 KiB allowed");
}

#[test]
fn resident() {
    wrong("bounds", "resident")
        .kind(Memory)
        .seen("resident memory: 9216 KiB, at most 8192 KiB allowed")
        .usually("the whole input is collected");
}
