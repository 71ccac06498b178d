//! Code that tries to look as if it had passed, or takes the process down.

use std::io::{Read, Write};

/// What an eager cheat would like the judge to read.
const FAKE: &str = r#"{"nonce":"","verdict":{"kind":"pass"}}"#;

pub(crate) fn exits() {
    println!("test result: ok. 1 passed; 0 failed");
    std::process::exit(0);
}

pub(crate) fn prints_a_result() {
    println!("test hostile ... ok\ntest result: ok. 1 passed; 0 failed\n{FAKE}");
}

pub(crate) fn aborts() {
    std::process::abort();
}

pub(crate) fn floods() {
    for _ in 0..100_000 {
        println!("{:0>99}", 0);
    }
}

pub(crate) fn floods_the_other_stream() {
    for _ in 0..100_000 {
        eprintln!("{:0>99}", 0);
    }
}

pub(crate) fn recurses(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 512]);
    if depth == u64::MAX { 0 } else { recurses(depth + 1) + frame[7] }
}

/// Writes the fake answer wherever a descriptor takes it; returns what standard input had for it.
pub(crate) fn writes_everywhere() -> usize {
    for descriptor in 0..3 {
        if let Ok(mut file) = std::fs::OpenOptions::new().write(true).open(format!("/proc/self/fd/{descriptor}")) {
            let _ = writeln!(file, "{FAKE}");
        }
    }
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input).unwrap_or(0)
}

/// Starts a process that outlives this one and holds its output open.
pub(crate) fn leaves_a_process() {
    let _ = std::process::Command::new("sleep").arg("60").spawn();
}

pub(crate) fn panics_in_a_drop() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a drop");
        }
    }
    let _bomb = Bomb;
    panic!("before the drop");
}

/// Puts a silent hook in the judge's place, and panics where nobody waits.
pub(crate) fn replaces_the_hook() {
    std::panic::set_hook(Box::new(|_| {}));
    tokio::spawn(async { panic!("nobody will know") });
}

/// Puts a hook before the judge's, which is still asked.
pub(crate) fn wraps_the_hook() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| before(info)));
}

/// Panics as the tests do on purpose.
pub(crate) fn panics_as_planned() {
    tokio::spawn(async { std::panic::panic_any(workbook::PlannedPanic(7)) }); // [planned]
}

/// Catches whatever the test's closure panics with.
pub(crate) fn catches(call: impl FnOnce()) {
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call));
}

/// Asks the probe for what it refuses.
pub(crate) fn misuses_the_probe(work: workbook::Work) {
    let other = work.clone();
    drop(other.named("mine")); // [names-a-clone]
    drop(work);
}

/// Leaves threads behind under the names of the judge's.
pub(crate) fn leaves_threads_that_look_like_the_judges() {
    for name in ["runtime", "watchdog"] {
        let thread = std::thread::Builder::new().name(name.to_owned());
        let _ = thread.spawn(|| {
            loop {
                std::thread::park();
            }
        });
    }
}

/// Works on a runtime whose clock the test does not see.
pub(crate) async fn works_elsewhere(work: workbook::Work) {
    let elsewhere = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(work.run(1)); // [elsewhere]
    });
    let _ = elsewhere.await;
}
