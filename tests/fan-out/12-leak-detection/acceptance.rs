//! A leak check under test: it must see each kind of leak, say which task it is, and be silent where nothing leaks.

mod detectors;
mod fan_outs;

use fan_outs::{Service, site};
use harness::{Attempt, attempt_now, check, criterion};
use std::pin::Pin;
use task::{Detector, shows_a_leak};

const CHECK: &str = "your leak check";
const TEST: &str = "your test of one";

const AT_ONCE: &str = "the tasks are counted at once: after a drop or a cancel they still need a turn of the scheduler";
const DROPPED: &str = "nobody counts the tasks before the runtime is dropped, which takes them along";

type Test<T> = Pin<Box<dyn Future<Output = T>>>;

/// `task::assert_no_leaks` with one type of future for all tests: it is compiled once.
fn assert_no_leaks<T>(test: impl Future<Output = T> + 'static) -> T {
    let test: Test<T> = Box::pin(test);
    task::assert_no_leaks(test)
}

/// `task::assert_no_leaks_beside`, with the service as the fixture; it too is compiled once.
fn assert_no_leaks_beside_a_service<T, F>(test: impl FnOnce(Service) -> F + 'static) -> T
where
    F: Future<Output = T> + 'static,
{
    let test: Box<dyn FnOnce(Service) -> Test<T>> = Box::new(|service| Box::pin(test(service)));
    task::assert_no_leaks_beside(fan_outs::service(), test)
}

/// Whether the message names this line of a spawn.
fn names(message: &str, mark: &str) -> bool {
    let site = site(mark);
    message
        .match_indices(&site)
        .any(|(at, _)| !message[at + site.len()..].starts_with(|next: char| next.is_ascii_digit()))
}

/// What is sound passes.
fn passes<T>(subject: &str, test: impl Future<Output = T> + 'static, cause: &str) {
    attempt_now(|| drop(assert_no_leaks(test))).accepts(subject, CHECK).usually(cause);
}

/// A check that refuses everything notices nothing: each leak is tried after a fan-out that is sound.
fn the_sound_one_passes() {
    passes("a fan-out that is read to its end", fan_outs::drained(), AT_ONCE);
}

/// A check's message inside one of ours.
fn shown(message: &str) -> String {
    let lines: Vec<&str> = message.lines().map(str::trim).collect();
    format!("{:?}", lines.join(" ").replace(fan_outs::FOLDER, ""))
}

/// What leaks is noticed, and named by the line of its spawn.
fn noticed(subject: &str, checked: impl FnOnce(), mark: &str, cause: &str) {
    the_sound_one_passes();
    let tried = attempt_now(checked);
    let message = tried.message().unwrap_or_default().to_owned();
    tried.notices(subject, CHECK).usually(cause);
    check::that(
        names(&message, mark),
        format!("{subject} is noticed, but the message does not name {}: {}", site(mark), shown(&message)),
    )
    .usually(
        "no names, or those of tasks that end within the second: keep `TaskMeta::spawned_at` of each task, by its id, from \
         `on_task_spawn` to `on_task_terminate`, and look a second after the future",
    );
}

/// Sound fan-outs pass: one that is read to its end, one whose output is dropped early, one that is cancelled and not
/// awaited. What the future returns is returned.
#[criterion]
fn sound_fan_outs_pass() {
    passes("a fan-out that is read to its end", fan_outs::drained(), AT_ONCE);
    passes("a fan-out whose output is dropped early", fan_outs::dropped_early(), AT_ONCE);
    passes("a fan-out that is cancelled", fan_outs::cancelled(), AT_ONCE);
    check::equal("what the future returned", assert_no_leaks(fan_outs::drained()), 9_900)
        .usually("the output of `block_on` is thrown away");
}

/// A future that sleeps for an hour takes no real time: the clock is paused.
#[criterion(deadline = 5)]
fn an_hour_takes_no_real_time() {
    passes("a fan-out that takes an hour", fan_outs::an_hour(), "a runtime whose clock is not paused");
}

/// The check notices a worker that is blocked in a send to a receiver that is kept, and names the line of its spawn.
#[criterion]
fn a_blocked_send_is_noticed() {
    noticed(
        "a fan-out with a worker that is blocked in a send",
        || assert_no_leaks(fan_outs::blocked_send()),
        "blocked-send",
        DROPPED,
    );
}

/// The check notices a worker that waits for input because of a forgotten sender, and names the line of its spawn.
#[criterion]
fn a_forgotten_sender_is_noticed() {
    noticed(
        "a fan-out with a worker that a forgotten sender keeps waiting",
        || assert_no_leaks(fan_outs::forgotten_sender()),
        "forgotten-sender",
        DROPPED,
    );
}

/// The check notices a ticker that was spawned and forgotten, though it never comes to rest, and names the line of its
/// spawn.
#[criterion]
fn a_detached_spawn_is_noticed() {
    noticed(
        "a fan-out that leaves a ticker",
        || assert_no_leaks(fan_outs::detached_spawn()),
        "detached-spawn",
        "nobody counts the tasks before the runtime is dropped; or only those that never move count, and a leaked one may be busy",
    );
}

/// The check notices a worker that ignores its token for the hour that its item takes, and names the line of its spawn.
#[criterion]
fn an_ignored_token_is_noticed() {
    noticed(
        "a fan-out with a worker that ignores its token",
        || assert_no_leaks(fan_outs::ignored_token()),
        "ignored-token",
        "nobody counts the tasks before the runtime is dropped; or the check waits until they have ended, and on the paused \
         clock an hour is soon over",
    );
}

/// Tasks that end within a second of virtual time after the future are no leak, nor are those that they spawn.
#[criterion]
fn a_moment_later_is_no_leak() {
    passes(
        "a fan-out whose last tasks end 0.9 s later",
        fan_outs::ends_a_moment_later(),
        "the tasks get a few turns of the scheduler, but no time: sleep for a second on the paused clock",
    );
}

/// A task that ends later than that is a leak, and so is one that never ends and was spawned within the second.
#[criterion]
fn later_than_a_second_is_a_leak() {
    noticed(
        "a fan-out whose task ends 1.1 s later",
        || assert_no_leaks(fan_outs::ends_too_late()),
        "too-late",
        "the tasks get more than a second, or as long as they need",
    );
    noticed(
        "a fan-out whose task leaves a child 0.5 s later",
        || assert_no_leaks(fan_outs::leaves_a_child()),
        "child",
        "only tasks that were alive when the future ended are looked for, not those that they spawn",
    );
}

/// Tasks of the fixture, which were there before the test, are no leak, whether they go on or end.
#[criterion]
fn the_fixture_is_the_baseline() {
    let asked = attempt_now(|| {
        assert_no_leaks_beside_a_service(|service| async move {
            fan_outs::ask(&service).await;
            std::mem::forget(service);
        });
    });
    asked
        .accepts("a sound fan-out beside a service that goes on", CHECK)
        .usually("the tasks that are left are compared with none at all, not with those that were there before");
    let ended = attempt_now(|| {
        assert_no_leaks_beside_a_service(|service| async move { drop(service) });
    });
    ended
        .accepts("a sound fan-out whose service ends", CHECK)
        .usually("the number of tasks must be the same: a fixture's task may end during the test");
    let answer = assert_no_leaks_beside_a_service(|service| async move { fan_outs::ask(&service).await });
    check::equal("what the test returned", answer, 42).usually("the output of `block_on` is thrown away");
}

/// The check notices a leak though a task of the fixture ended during the test, so that the count is what it was.
#[criterion]
fn a_leak_is_noticed_at_an_equal_count() {
    noticed(
        "a fan-out that leaks while a service ends",
        || {
            assert_no_leaks_beside_a_service(|service| async move {
                drop(service);
                fan_outs::blocked_send().await;
            });
        },
        "blocked-send",
        "the number of tasks is compared; compare which tasks they are, by their ids",
    );
}

/// The message names every leaked task, and no other: of 8 workers and a watcher it gives both lines, and none of the
/// tasks that ended or of the fixture.
#[criterion]
fn the_message_names_the_leaked_tasks_alone() {
    the_sound_one_passes();
    let tried = attempt_now(|| {
        assert_no_leaks_beside_a_service(|service| async move {
            fan_outs::nine_left().await;
            std::mem::forget(service);
        });
    });
    let message = tried.message().unwrap_or_default().to_owned();
    tried.notices("a fan-out that leaves nine tasks", CHECK).usually(DROPPED);
    for mark in ["eight-workers", "watcher"] {
        let seen = format!("{} is left, and the message does not name it: {}", site(mark), shown(&message));
        check::that(names(&message, mark), seen).usually("only the first leaked task is named, or none");
    }
    for mark in ["joined", "worker", "service"] {
        let seen = format!("{} is not left, and the message names it: {}", site(mark), shown(&message));
        check::that(!names(&message, mark), seen)
            .usually("every spawn is remembered: forget a task in `on_task_terminate`, and those of the baseline");
    }
}

/// A future that panics panics with its own words, though it leaves a task.
#[criterion]
fn a_panic_is_the_futures_own() {
    the_sound_one_passes();
    let tried = attempt_now(|| {
        assert_no_leaks(async {
            fan_outs::blocked_send().await;
            panic!("forty-one is not forty-two");
        });
    });
    let message = tried.message().unwrap_or_default().to_owned();
    tried.notices("a test that fails", CHECK).usually("a panic of the future is caught and forgotten");
    check::that(
        message.contains("forty-one is not forty-two"),
        format!("a failed test's panic became {}", shown(&message)),
    )
    .usually(
        "the leak is reported instead of the failure that explains it: a test that stops half-way cleans up nothing",
    );
}

/// A check that begins and ends in another thread while this one stands still, as its runtime's thread is blocked.
fn in_a_thread(checked: impl FnOnce() + Send + std::panic::UnwindSafe + 'static) {
    let other = std::thread::spawn(|| drop(std::panic::catch_unwind(checked)));
    other.join().expect("its panic is caught");
}

/// Checks know nothing of each other: one passes after another has reported a leak, one passes while another, in a
/// thread beside it, reports one, and one reports a leak while another passes.
#[criterion]
fn checks_do_not_meet() {
    const CAUSE: &str = "a static: tests run in many threads of one process. Each check has a registry of its own";
    the_sound_one_passes();
    let leaky = || attempt_now(|| assert_no_leaks(fan_outs::blocked_send()));
    leaky().notices("a fan-out with a worker that is blocked in a send", CHECK).usually(DROPPED);
    passes("a sound fan-out, after one that leaks,", fan_outs::drained(), CAUSE);
    let beside = async {
        fan_outs::drained().await;
        in_a_thread(|| assert_no_leaks(fan_outs::blocked_send()));
    };
    passes("a sound fan-out, beside one that leaks,", beside, CAUSE);
    let beside = async {
        fan_outs::blocked_send().await;
        in_a_thread(|| {
            assert_no_leaks(fan_outs::drained());
        });
    };
    noticed("a fan-out that leaks, beside one that is sound,", || assert_no_leaks(beside), "blocked-send", CAUSE);
}

fn demonstrated(detector: Detector) -> Attempt {
    attempt_now(|| shows_a_leak(detector))
}

fn a_right_check_passes() {
    demonstrated(detectors::right).accepts("a right leak check", TEST).usually(
        "the sound fan-out leaves a task for longer than a second, or the broken one leaves none when the check is over; or \
         the words of its panic are asked for, which are each check's own",
    );
}

/// Your test of a leak check passes with a right one.
#[criterion]
fn the_demonstration_passes() {
    a_right_check_passes();
}

/// Your test notices a leak check that never reports a leak.
#[criterion]
fn a_blind_check_is_noticed() {
    a_right_check_passes();
    demonstrated(detectors::blind).notices("a leak check that never reports a leak", TEST).usually(
        "nothing asserts that the broken fan-out is reported: catch the check's panic, and assert that there is one",
    );
}

/// Your test notices a leak check that reports a leak in whatever it gets.
#[criterion]
fn a_crying_check_is_noticed() {
    a_right_check_passes();
    demonstrated(detectors::crying)
        .notices("a leak check that reports a leak in whatever it gets", TEST)
        .usually("only the broken fan-out is checked; check it mended too, which must pass");
}
