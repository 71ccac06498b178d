//! The wall-clock watchdog, in two stages.
//!
//! A run that is over its deadline is first asked to stop: the root future wakes, dumps what is parked and
//! answers. If the runtime's thread does not come back, it is stuck inside a poll; then the watchdog itself
//! answers, with the task's spawn site and the line, and ends the process.

use crate::channel::Channel;
use crate::tasks::UnderWay;
use crate::{os, panics, probes, sites, tasks};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use verdict::{Kind, Verdict, busy};

/// One poll may not hold the thread for longer than this, whatever the test's deadline.
const LONGEST_POLL: u64 = 5_000;
/// How long the root future gets to answer.
const GRACE: u64 = 2_000;
/// And once it has begun: to find the lines of a dump takes a tenth of a second, and ten times that beside others.
const ANSWERING: u64 = 8_000;
/// A poll under way for less is one of many; the thread comes back.
const HELD: u64 = 500;
const TICK: Duration = Duration::from_millis(50);
/// The watchdog's thread.
pub(crate) const NAME: &str = "watchdog";

/// Whether the root future has begun its answer.
static BEGUN: AtomicBool = AtomicBool::new(false);

/// Starts the watchdog. `deadline` counts from now.
pub(crate) fn start(channel: Channel, deadline: Duration) {
    let most = deadline * busy::MOST;
    let deadline = deadline.as_millis() as u64 + tasks::wall_ms();
    let watch = move || loop {
        std::thread::park_timeout(TICK);
        tasks::ask_for_waits(most);
        let now = tasks::wall_ms();
        let answering = BEGUN.load(Relaxed);
        match held() {
            Some((held, poll)) if held > LONGEST_POLL || now > deadline + GRACE && !answering => {
                channel.end(probes::held(holding(&poll, held)));
            }
            _ if now > deadline + if answering { ANSWERING } else { GRACE } => {
                let verdict =
                    panics::first().unwrap_or_else(|| Verdict::new(Kind::Timeout, "no end, and no task in poll"));
                channel.end(verdict);
            }
            _ if now > deadline => tasks::interrupt(),
            _ => {}
        }
    };
    let watch = move || {
        os::enlist();
        watch()
    };
    // Without a watchdog the supervisor's deadline is left.
    let _ = std::thread::Builder::new().name(NAME.to_owned()).spawn(watch);
}

/// Starts the watchdog of a criterion that is a call on this thread. `deadline` counts from now.
pub(crate) fn start_for_a_call(channel: Channel, deadline: Duration) {
    let most = deadline * busy::MOST;
    let (thread, deadline) = (os::this_thread(), deadline.as_millis() as u64 + tasks::wall_ms());
    let seconds = (deadline - tasks::wall_ms()) / 1000;
    let watch = move || {
        os::enlist();
        while tasks::wall_ms() <= deadline {
            std::thread::park_timeout(TICK);
            tasks::ask_for_waits(most);
        }
        let late = Verdict::new(Kind::Timeout, format!("the call has not come back after {seconds} s of real time"))
            .at(os::sample_line(thread))
            .usually("a wait for what never comes, or on the wall clock: a paused clock jumps to its next timer");
        channel.end(panics::first().unwrap_or(late));
    };
    // Without a watchdog the supervisor's deadline is left.
    let _ = std::thread::Builder::new().name(NAME.to_owned()).spawn(watch);
}

/// The poll that has been under way longest, if that is long, and how long.
fn held() -> Option<(u64, UnderWay)> {
    let poll = tasks::poll_under_way()?;
    let held = tasks::wall_ms().saturating_sub(poll.began);
    (held > HELD).then_some((held, poll))
}

/// The root future has woken and begins its answer. On the wall clock another thread may be the one that is held:
/// then that is the answer, and no dump is tried, which would wait for it.
pub(crate) fn begin_answer() -> Option<Verdict> {
    BEGUN.store(true, Relaxed);
    held().map(|(held, poll)| holding(&poll, held))
}

fn holding(poll: &UnderWay, held: u64) -> Verdict {
    let line = os::sample_line(poll.thread);
    let who = match poll.spawned_at {
        Some(location) => format!("the task spawned at {}", sites::located(location)),
        None => "a call from the test".to_owned(),
    };
    let held = held as f64 / 1e3;
    let seen = format!("{who} has held its runtime's thread for {held:.1} s in one poll, and nothing else can run");
    Verdict::new(Kind::Blocked, seen)
        .at(line.or_else(|| poll.spawned_at.map(sites::located)))
        .usually("a loop that never awaits, a `std::sync::Mutex` locked twice, or a blocking `recv`; await instead")
}
