//! Neither exit codes nor output decide.

use crate::{judge, wrong};
use verdict::Kind::{Crash, Fail, Leak, Output, Pass};
use verdict::Order;

#[path = "../subjects/hostile.rs"]
mod subject;

mod right {
    use super::subject;
    use harness::{check, criterion};

    /// Output is output, whatever it says; the channel is not within reach.
    #[criterion]
    async fn prints() {
        subject::prints_a_result();
        check::equal("bytes on standard input", subject::writes_everywhere(), 0).usually("");
    }

    /// A process that is left behind is ended with the test's.
    #[criterion]
    async fn process() {
        subject::leaves_a_process();
    }

    /// A hook that hands on is no fault, and blocking work has threads of the judge's own.
    #[criterion]
    async fn hook() {
        subject::wraps_the_hook();
        tokio::task::spawn_blocking(|| {}).await.ok();
    }
}

mod wrong {
    use super::subject;
    use harness::{check, criterion, ms};
    use workbook::Work;

    /// Ends the process with code 0.
    #[criterion]
    #[should_panic]
    async fn exits() {
        subject::exits();
    }

    /// Prints a result and writes an answer, and is wrong.
    #[criterion]
    #[should_panic]
    async fn fakes() {
        subject::prints_a_result();
        subject::writes_everywhere();
        check::equal("items", 0, 1).usually("nothing is sent");
    }

    /// Prints a result and ends the process.
    #[criterion]
    #[should_panic]
    async fn fakes_and_exits() {
        subject::writes_everywhere();
        subject::exits();
    }

    /// Aborts.
    #[criterion]
    #[should_panic]
    async fn aborts() {
        subject::aborts();
    }

    /// Prints too much.
    #[criterion]
    #[should_panic]
    async fn floods() {
        subject::floods();
    }

    /// Prints too much as an error.
    #[criterion]
    #[should_panic]
    async fn floods_the_other_stream() {
        subject::floods_the_other_stream();
    }

    /// Needs more stack than there is.
    #[criterion]
    #[should_panic]
    async fn overflows() {
        std::hint::black_box(subject::recurses(0));
    }

    /// Panics while panicking.
    #[criterion]
    #[should_panic]
    async fn panics_in_a_drop() {
        subject::panics_in_a_drop();
    }

    /// Silences the judge, and panics.
    #[criterion]
    #[should_panic]
    async fn replaces_the_hook() {
        subject::replaces_the_hook();
    }

    /// Panics with the payload of a planned panic.
    #[criterion]
    #[should_panic]
    async fn panics_as_planned() {
        subject::panics_as_planned();
    }

    /// Catches what a check in a closure of the test's found.
    #[criterion]
    #[should_panic]
    async fn catches() {
        subject::catches(|| check::equal("items", 0, 1).usually("nothing is sent"));
    }

    /// Makes the probe panic.
    #[criterion]
    #[should_panic]
    async fn misuses_the_probe() {
        subject::misuses_the_probe(Work::taking(ms(1)));
    }

    /// Leaves threads behind that are called like the judge's.
    #[criterion]
    #[should_panic]
    async fn threads() {
        subject::leaves_threads_that_look_like_the_judges();
    }

    /// Works on a clock of its own.
    #[criterion]
    #[should_panic]
    async fn elsewhere() {
        subject::works_elsewhere(Work::taking(ms(1))).await;
    }
}

#[test]
fn exits() {
    wrong("hostile", "exits")
        .kind(Crash)
        .seen("ended with code 0 before the test was over")
        .usually("std::process::exit");
}

#[test]
fn fakes() {
    wrong("hostile", "fakes").kind(Fail).seen("items: 0, expected 1");
}

#[test]
fn fakes_and_exits() {
    wrong("hostile", "fakes_and_exits").kind(Crash).seen("ended with code 0");
}

#[test]
fn aborts() {
    wrong("hostile", "aborts").kind(Crash).seen("the process aborted").usually("std::process::abort");
}

#[test]
fn floods() {
    wrong("hostile", "floods").kind(Output).seen("more than 1024 KiB printed").usually("a debugging line in a loop");
}

#[test]
fn floods_the_other_stream() {
    wrong("hostile", "floods_the_other_stream").kind(Output).seen("more than 1024 KiB printed");
}

#[test]
fn overflows() {
    wrong("hostile", "overflows").kind(Crash).seen("overflowed its stack").usually("recursion without an end");
}

#[test]
fn panics_in_a_drop() {
    wrong("hostile", "panics_in_a_drop").kind(Crash).seen("abort").usually("a panic while another panic unwinds");
}

#[test]
fn a_process_left_behind_holds_nothing_up() {
    let judged = judge("hostile::right::process", &Order::default());
    assert_eq!(judged.verdict.kind, Pass, "{}", judged.verdict);
    assert!(judged.took < std::time::Duration::from_secs(5), "{:?}", judged.took);
}

#[test]
fn output_is_kept_without_deciding() {
    let judged = judge("hostile::right::prints", &Order::default());
    assert_eq!(judged.verdict.kind, Pass, "{}", judged.verdict);
    assert!(judged.output.contains(r#""kind":"pass""#), "{}", judged.output);
}

#[test]
fn replaces_the_hook() {
    wrong("hostile", "replaces_the_hook").kind(Crash).seen("the panic hook was replaced").usually("set_hook");
}

#[test]
fn panics_as_planned() {
    wrong("hostile", "panics_as_planned").kind(Crash).seen("a panic without a message").at("planned");
}

#[test]
fn catches() {
    wrong("hostile", "catches").kind(Fail).seen("items: 0, expected 1").usually("nothing is sent");
}

#[test]
fn misuses_the_probe() {
    wrong("hostile", "misuses_the_probe")
        .kind(Crash)
        .seen("a name is given before the work is cloned")
        .at("names-a-clone");
}

#[test]
fn threads() {
    wrong("hostile", "threads").kind(Leak).seen("2 OS threads are left behind").evidence("thread \"watchdog\"");
}

#[test]
fn elsewhere() {
    wrong("hostile", "elsewhere").kind(Crash).seen("work of one runtime is run on another").at("elsewhere");
}
