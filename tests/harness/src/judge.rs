//! One criterion, from start to verdict.

use crate::channel::Channel;
use crate::diagnosis::{self, Parked, Wait};
use crate::tasks::Blocked;
use crate::{os, panics, probes, program, quiet, seed, sites, tasks, trace, watchdog};
use futures::future::{BoxFuture, Either};
use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, RngSeed, Runtime};
use verdict::supervise::{self, Run};
use verdict::{Kind, Order, Verdict, busy};

/// What the attribute knows of a test.
#[derive(Clone, Copy, Debug)]
pub struct Criterion {
    /// The test's path, crate first.
    pub test: &'static str,
    /// Whether the clock is the wall's.
    pub real: bool,
    /// Real time until the run counts as hung.
    pub deadline: Duration,
    /// How often one task may be polled at one instant.
    pub polls: u64,
    /// Whether the test starts processes.
    pub processes: bool,
}

/// Nothing in a task lasts this long. When the clock gets here and no task ran on the way, none ever will.
const FAR: Duration = Duration::from_secs(3600);
/// This many times [`FAR`], and whatever still moves is a ticker.
const WINDOWS: u32 = 3;
/// A timer of a millisecond does not get as far as that within the deadline: so much virtual time, and so many cheap
/// polls, without one of the test's own task are enough when the deadline is over.
const LONG_TICKING: Duration = Duration::from_secs(10);
const MANY_TICKS: u64 = 10_000;
/// What a task that works when its test ends gets to notice, in virtual time. A test that asks for less says so
/// with `check::all_tasks_gone`.
const GRACE: Duration = Duration::from_secs(1);
/// Blocking work and threads that are about to end get this long to do so, in real time.
const SETTLE: Duration = Duration::from_millis(300);
/// And so long at most, as long as one after the other does end.
const LONGEST_SETTLE: Duration = Duration::from_secs(3);

/// The name of the runtime's threads, also of those for blocking work.
const RUNTIME: &str = "runtime";
/// The threads that were there before the subject's code.
static THREADS: OnceLock<Vec<os::Thread>> = OnceLock::new();

/// What makes a test's future.
type Body = fn() -> BoxFuture<'static, ()>;

/// Judges a criterion: in this process if it is a supervised one, else in a child of its own.
///
/// No function here is generic, so that the runtime around a criterion is compiled with the harness and not once for each
/// criterion: that would be two thirds of what there is to compile.
pub fn judge(criterion: &Criterion, body: Body) {
    supervised(criterion, |channel| {
        panics::install();
        tasks::set_real(criterion.real);
        tasks::wall_ms();
        watchdog::start(channel.clone(), criterion.deadline);
        run(criterion, body)
    });
}

/// Judges a criterion that is no task of a runtime: its body is called on this thread, for a subject that brings a
/// runtime of its own. What the hooks of the harness's runtime find is not found here.
pub fn judge_now(criterion: &Criterion, body: fn()) {
    supervised(criterion, |channel| {
        panics::install();
        tasks::set_real(true);
        tasks::wall_ms();
        let _ = THREADS.set(os::threads());
        os::arm_sampling();
        watchdog::start_for_a_call(channel.clone(), criterion.deadline);
        let ended = catch_unwind(AssertUnwindSafe(body));
        panics::first()
            .or_else(|| ended.err().map(|payload| *finding(Some(payload))))
            .or_else(panics::finding)
            .or_else(panics::hook_is_gone)
            .or_else(leaked_threads)
            .unwrap_or_else(Verdict::pass)
    });
}

/// Judges a loom model: `explore` runs it, gives the failing interleaving's verdict to the function that it is
/// handed, and else returns how many interleavings it explored.
pub fn judge_model(criterion: &Criterion, at_least: u64, explore: fn(Fail) -> u64) {
    supervised(criterion, |channel| {
        tasks::wall_ms();
        limit(channel.clone(), criterion.deadline);
        let answer = channel.clone();
        let interleavings = explore(Box::new(move |verdict| answer.answer(verdict)));
        if interleavings < at_least {
            let seen = format!("loom explored {interleavings} interleavings, at least {at_least} expected");
            return Verdict::new(Kind::Rule, seen).usually(
                "state that is not behind `workbook::sync`: loom cannot see it, so it proves nothing about it",
            );
        }
        Verdict::pass()
    });
}

/// Takes the verdict on an interleaving that fails.
type Fail = Box<dyn Fn(Verdict) + Send + Sync>;

/// A model of the learner's, and what it is tried on.
#[derive(Clone, Copy, Debug)]
pub struct Noticing {
    /// What no interleaving may fail with: `a right buffer`.
    pub right: &'static str,
    /// What one must fail with, and why a model usually does not: `a buffer that loses a wake-up`.
    pub bug: Option<(&'static str, &'static str)>,
}

/// Judges a model of the learner's. `explore` runs it, with the bug or without, as [`judge_model`] says.
pub fn judge_noticing_model(criterion: &Criterion, tried: Noticing, explore: fn(bool, Fail) -> u64) {
    supervised(criterion, |channel| {
        tasks::wall_ms();
        limit(channel.clone(), criterion.deadline);
        let answer = channel.clone();
        explore(
            false,
            Box::new(move |mut verdict| {
                if verdict.kind != Kind::Unstarted {
                    verdict.seen = format!("{} is refused by your model: {}", tried.right, verdict.seen);
                    verdict.usually = Some("an assertion that does not hold in every interleaving".to_owned());
                }
                answer.answer(verdict);
            }),
        );
        let Some((bug, cause)) = tried.bug else { return Verdict::pass() };
        let answer = channel.clone();
        let explored = explore(true, Box::new(move |_| answer.answer(Verdict::pass())));
        let seen = format!("{bug} passed your model; interleavings that loom explored: {explored}");
        Verdict::new(Kind::Fail, seen).usually(cause)
    });
}

/// A search without an end is a verdict too. Never the search itself stops early: it would pass.
fn limit(channel: Channel, deadline: Duration) {
    let watch = move || {
        let until = deadline.as_millis() as u64 + tasks::wall_ms();
        while tasks::wall_ms() < until {
            std::thread::park_timeout(Duration::from_millis(until.saturating_sub(tasks::wall_ms()).max(1)));
            tasks::ask_for_waits(deadline * busy::MOST);
        }
        let seen = format!("loom is not through with the interleavings after {} s of real time", deadline.as_secs());
        channel.end(Verdict::new(Kind::Timeout, seen).usually(
            "a loop around the lock, which gives loom ever more to interleave, or a lock that is not `workbook::sync`'s",
        ))
    };
    // Without this the supervisor's deadline is left.
    let _ = std::thread::Builder::new().name(watchdog::NAME.to_owned()).spawn(watch);
}

fn supervised(criterion: &Criterion, judge: impl FnOnce(&Channel) -> Verdict) {
    if let Some(channel) = Channel::open() {
        program::set_allowed(criterion.processes);
        let verdict = judge(&channel);
        channel.end(verdict);
    }
    by_hand(criterion);
}

/// Under a plain `cargo test`: the same supervision as the checker's, then libtest's way of failing.
fn by_hand(criterion: &Criterion) {
    let test = criterion.test.split_once("::").map_or(criterion.test, |(_, test)| test);
    let binary = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"));
    let deadline = criterion.deadline + supervise::PATIENCE;
    let judged = supervise::judge(Run { binary: &binary, test, deadline, order: &Order::asked(), keeper: None });
    if !judged.verdict.passed() {
        print!("{}", judged.output);
        println!("{}", judged.verdict);
        std::panic::resume_unwind(Box::new(judged.verdict));
    }
}

/// Runs the body and comes to a verdict. The order below is the order of causes: a panic explains a deadlock,
/// a blocked thread explains a wrong time, and so on.
fn run(criterion: &Criterion, body: Body) -> Verdict {
    let _ = THREADS.set(os::threads());
    let runtime = match runtime(criterion) {
        Ok(runtime) => runtime,
        Err(error) => return Verdict::new(Kind::Infra, format!("the runtime could not be built: {error}")),
    };
    os::arm_sampling();
    let (ended, began, end) = runtime.block_on(async {
        let began = *tasks::RUN_BEGAN.get_or_init(tokio::time::Instant::now);
        let ended = root(criterion, body).await;
        (ended, began, tokio::time::Instant::now())
    });
    note_where_it_blocked();
    let seen = probes::seen(began, end);
    let blocking = blocking_work(&runtime, matches!(ended, Ended::Done));
    runtime.shutdown_timeout(Duration::from_millis(if blocking == 0 { 1000 } else { 100 }));

    let mut verdict = panics::first()
        .or_else(blocked)
        .or_else(spinning)
        .or(match ended {
            Ended::Done => None,
            Ended::Failed(verdict) => Some(*verdict),
        })
        .or_else(panics::finding)
        .or_else(panics::hook_is_gone)
        .or_else(|| leaked_blocking(blocking))
        .or_else(leaked_threads)
        .unwrap_or_else(Verdict::pass);
    (verdict.spans, verdict.trace) = seen;
    verdict
}

fn runtime(criterion: &Criterion) -> std::io::Result<Runtime> {
    let mut builder = if criterion.real { Builder::new_multi_thread() } else { Builder::new_current_thread() };
    let (real, spin) = (criterion.real, (!criterion.real).then_some(criterion.polls));
    builder
        .enable_all()
        .thread_name(RUNTIME)
        .on_thread_start(os::enlist)
        .rng_seed(RngSeed::from_bytes(&seed().to_le_bytes()))
        .on_task_spawn(tasks::on_spawn)
        .on_task_terminate(tasks::on_end)
        .on_before_task_poll(move |meta| tasks::before_poll(meta, spin))
        .on_after_task_poll(move |meta| tasks::after_poll(meta, !real))
        .on_thread_park(quiet::on_park);
    if criterion.real {
        builder.worker_threads(2);
    } else {
        builder.start_paused(true);
    }
    builder.build()
}

enum Ended {
    Done,
    Failed(Box<Verdict>),
}

impl From<Verdict> for Ended {
    fn from(verdict: Verdict) -> Ended {
        Ended::Failed(Box::new(verdict))
    }
}

/// The body in a task of its own, beside the sentinels.
async fn root(criterion: &Criterion, body: Body) -> Ended {
    // The body is made inside the task, so that what it panics with is caught there.
    let body = body();
    let mut body = tokio::spawn(body);
    tasks::set_body(body.id());
    let mut interrupted = Box::pin(poll_fn(|cx| {
        tasks::ROOT.register(cx.waker());
        if tasks::interrupted() { Poll::Ready(()) } else { Poll::Pending }
    }));
    for window in 1.. {
        let polls = tasks::polls();
        let far = async { if criterion.real { std::future::pending().await } else { tokio::time::sleep(FAR).await } };
        let far = std::pin::pin!(far);
        let waiting = futures::future::select(&mut body, futures::future::select(&mut interrupted, far));
        match waiting.await {
            Either::Left((Ok(()), _)) => break,
            Either::Left((Err(error), _)) => return Ended::Failed(finding(error.try_into_panic().ok())),
            Either::Right((Either::Left(_), _)) => return hung(criterion).await,
            Either::Right((Either::Right(_), _)) if tasks::polls() == polls => return stuck().await,
            Either::Right((Either::Right(_), _)) if window == WINDOWS => return ticking().await,
            Either::Right((Either::Right(_), _)) => {}
        }
    }
    let over = tokio::time::Instant::now();
    if !criterion.real && !tasks::living().is_empty() {
        quiet::pass(GRACE).await;
    }
    match leak_since(over).await {
        Some(mut verdict) => {
            let grace = if criterion.real { SETTLE } else { GRACE };
            verdict.seen += &format!(" {} s after the test let go of the pipeline", grace.as_secs_f32());
            verdict.into()
        }
        None => Ended::Done,
    }
}

/// The body panicked: with a finding of a check, or otherwise, which the hook has noted.
fn finding(payload: Option<Box<dyn Any + Send>>) -> Box<Verdict> {
    match payload.map(|payload| payload.downcast::<Verdict>()) {
        Some(Ok(finding)) => finding,
        _ => Box::new(Verdict::new(Kind::Crash, "a panic with a payload of its own reached the test").usually(
            "a panic in a future that is not spawned unwinds through whoever polls it: `catch_unwind`, or a task for each call",
        )),
    }
}

async fn stuck() -> Ended {
    // First, for the lines of a dump take a tenth of a second to find, and a thread may be gone by then.
    let threads = !own_threads().is_empty();
    let last = tasks::last_polled();
    let (parked, body) = diagnosis::parked().await;
    trace::left(&parked, last);
    trace::finding(last, if parked.is_empty() { "the test waits for ever" } else { "all parked for ever" });
    if panics::went_on() {
        return Verdict::new(
            Kind::Stuck,
            "no task runs and no timer is set, yet a parked task goes on as soon as it is polled",
        )
        .usually("a lost wake-up: whoever changes what a task waits for must wake the waker that its `poll` stored")
        .into();
    }
    let mut verdict = Verdict::new(Kind::Stuck, stuck_sentence(&parked, &body));
    verdict.evidence = diagnosis::grouped(&parked);
    let at = body.at.clone().or_else(|| parked.iter().find_map(|task| task.wait.at.clone()));
    verdict.at(at).usually(stuck_cause(&parked, &body, threads)).into()
}

fn stuck_sentence(parked: &[Parked], body: &Wait) -> String {
    let waits = match &body.leaf {
        Some(leaf) => format!("the test waits in {leaf}"),
        None => "the test waits".to_owned(),
    };
    let waits = match &body.test {
        Some(site) => format!("{waits} ({site})"),
        None => waits,
    };
    match parked.len() {
        0 => format!("{waits}, and no task is left that could wake it"),
        1 => format!("{waits}, the one task left is parked, and no timer is set: nothing can move"),
        count => format!("{waits}, all {count} tasks are parked, and no timer is set: nothing can move"),
    }
}

fn stuck_cause(parked: &[Parked], body: &Wait, threads: bool) -> &'static str {
    if threads {
        return "the virtual clock does not wait for a thread of your own, and jumps: use `spawn_blocking`";
    }
    let body_in = |name: &str| body.leaf.as_deref().is_some_and(|leaf| leaf.ends_with(name));
    let some_in =
        |name: &str| parked.iter().any(|task| task.wait.leaf.as_deref().is_some_and(|leaf| leaf.ends_with(name)));
    if body_in("recv") && some_in("Sender::send") {
        "a task waits for room in a channel that nobody reads any more, so the output's own sender never sends"
    } else if body_in("recv") && some_in("Semaphore::acquire") {
        "permits that are not given back: the one who would is gone, or waits for what only comes with another permit"
    } else if body_in("recv") && some_in("Notify::notified") {
        "a notification that did not come to all: `notify_one` wakes one task, `notify_waiters` those that wait already; \
         whoever changes what they wait for, also that nothing is left, wakes each of them"
    } else if body_in("recv") && !parked.is_empty() && parked.iter().all(|task| task.wait.for_the_end()) {
        "a sender that is still alive keeps its channel open; or, beside the sign to stop, the task waits for a future of \
         your own that nobody wakes"
    } else if body_in("recv") && parked.is_empty() {
        "a sender that is kept alive without a task, in a struct or a static: the channel cannot end"
    } else if body_in("recv") {
        "a sender that is still alive keeps its channel open: drop every clone that is not given to a worker"
    } else if ["Mutex::lock", "RwLock::read", "RwLock::write"].into_iter().any(body_in) {
        "a lock taken again by the task that holds it, or a guard kept across an await that needs the lock"
    } else if body_in("send") && some_in("Sender::send") {
        "a ring of full channels: each waits for room that only the other makes, by reading; read while sending, or give one \
         of them room for all"
    } else if body_in("send") {
        "the stage has stopped reading its input but keeps the receiver"
    } else {
        "each waits for what only another of them can do"
    }
}

async fn ticking() -> Ended {
    let last = tasks::body_last_polled();
    let (parked, body) = diagnosis::parked().await;
    trace::left(&parked, last);
    trace::finding(last, "from here on only timers tick");
    let (time, _) = tasks::since_the_bodys_poll();
    let waits = body.leaf.map_or("the test waits".to_owned(), |leaf| format!("the test waits in {leaf}"));
    let seen = format!("{waits} for {} s of virtual time, and only timers tick", time.as_secs());
    let mut verdict = Verdict::new(Kind::Stuck, seen);
    verdict.evidence = diagnosis::grouped(&parked);
    let at = body.at.or_else(|| parked.iter().find_map(|task| task.wait.at.clone()));
    verdict.at(at).usually("a loop around a timer that goes on after the work is over").into()
}

/// The watchdog's soft stage, or a task that spins.
async fn hung(criterion: &Criterion) -> Ended {
    if let Some(verdict) = watchdog::begin_answer() {
        return verdict.into();
    }
    if !criterion.real {
        tasks::blame_the_body(criterion.polls);
    }
    let (parked, body) = if tasks::spinning().is_some() { Default::default() } else { diagnosis::parked().await };
    trace::left(&parked, None);
    trace::finding(tasks::last_polled(), "no end");
    let metrics = tokio::runtime::Handle::current().metrics();
    let blocking = metrics.num_blocking_threads().saturating_sub(metrics.num_idle_blocking_threads());
    let (time, polls) = tasks::since_the_bodys_poll();
    if !criterion.real && blocking == 0 && time >= LONG_TICKING && polls >= MANY_TICKS {
        return ticking().await;
    }
    if !criterion.real && blocking == 0 && panics::went_on() {
        return at_work(criterion);
    }
    let mut seen = format!("no end after {} s of real time", criterion.deadline.as_secs());
    if blocking > 0 {
        seen += &format!(", {blocking} × `spawn_blocking` work still runs");
        seen += if criterion.real { "" } else { ", and the virtual clock waits for it" };
    } else if let Some(leaf) = &body.leaf {
        seen += &format!(", and the test waits in {leaf}");
    }
    let mut verdict = Verdict::new(Kind::Timeout, seen);
    verdict.evidence = diagnosis::grouped(&parked);
    // Tokio does not tell where blocking work was started: of the waits, only one for its handle is to the point.
    let awaits_it = |wait: &Wait| blocking == 0 || wait.leaf.as_deref() == Some("JoinHandle");
    let waits = std::iter::once(&body).chain(parked.iter().map(|task| &task.wait));
    let at = waits.filter(|wait| awaits_it(wait)).find_map(|wait| wait.at.clone());
    let cause = if blocking > 0 && !criterion.real {
        "a stage in `spawn_blocking` waits for a timer or a channel, which must be a task's: the virtual clock stands \
         still meanwhile; or blocking work without an end"
    } else if blocking > 0 {
        "blocking work without an end: give it a token or a closed channel to look at"
    } else if criterion.real {
        "each waits for what only another can do, or something outside never answers: give such waits a timeout"
    } else {
        "work that should wait on the clock, or a thread of your own that never answers"
    };
    verdict.at(at).usually(cause).into()
}

/// Over the deadline, with tasks that have not come to rest: there is no dump of them, and none waits for anything.
fn at_work(criterion: &Criterion) -> Ended {
    let seen = format!("no end after {} s of real time, and tasks are still at work", criterion.deadline.as_secs());
    let busiest = tasks::living().into_values().max_by_key(|task| task.polls);
    let mut verdict = Verdict::new(Kind::Timeout, seen)
        .at(busiest.as_ref().map(|task| sites::located(task.spawned_at)))
        .usually("work that grows with the square of its input: everything is looked through at each step");
    verdict.evidence = busiest
        .map(|task| format!("task spawned at {} ({} polls)", sites::located(task.spawned_at), task.polls))
        .into_iter()
        .collect();
    verdict.into()
}

/// For the picture: a blocked poll or a spinning task explains whatever a check found.
fn note_where_it_blocked() {
    if let Some(spinning) = tasks::spinning() {
        trace::finding(Some(spinning.at), "polled again and again");
    }
    if trace::wanted()
        && let Some(blocked) = tasks::blocked().iter().find(|blocked| judge_blocked(blocked).is_some())
    {
        trace::finding(Some(blocked.at), "the thread is blocked");
    }
}

fn blocked() -> Option<Verdict> {
    tasks::blocked().iter().find_map(judge_blocked)
}

/// What a poll that waited means; nothing, if it met a lock inside Tokio.
fn judge_blocked(blocked: &Blocked) -> Option<Verdict> {
    let slept_at = blocked.waits.slept.as_ref().map(sites::subject_frame);
    let (how, at, cause) = if let Some(slept_at) = slept_at {
        (
            " in `std::thread::sleep`",
            slept_at,
            "`std::thread::sleep` stops the thread and every task on it; `tokio::time::sleep(…).await` parks this one",
        )
    } else {
        (
            ", waiting",
            Some(blocked.waits.waited.iter().find_map(sites::waiting_frame)?),
            "a std lock, a blocking `recv`, a thread or process: use Tokio's and await it, or do it in `spawn_blocking`",
        )
    };
    let who = match blocked.spawned_at {
        Some(location) => format!("the task spawned at {}", sites::located(location)),
        None => "a call from the test".to_owned(),
    };
    // A wall-clock figure, so rounded: it is what happened, not what is asked.
    let milliseconds = blocked.held.as_secs_f64() * 1e3;
    let seen = format!("{who} blocked the runtime's thread{how}, for {milliseconds:.0} ms in one poll");
    let at = at.or_else(|| blocked.spawned_at.map(sites::located));
    Some(Verdict::new(Kind::Blocked, seen).at(at).usually(cause))
}

fn spinning() -> Option<Verdict> {
    let spinning = tasks::spinning()?;
    let site = spinning.spawned_at.map(sites::located);
    let who = site.as_ref().map_or("a call from the test".to_owned(), |site| format!("the task spawned at {site}"));
    let seen = format!("{who} was polled more than {} times while the clock stood still", spinning.polls - 1);
    Some(
        Verdict::new(Kind::Spin, seen)
            .at(site)
            .usually(
            "busy-waiting: a loop around `try_recv`, `try_send` or `yield_now`: await the channel instead; or a `select!` arm \
             whose channel is closed: `recv` is ready with `None` each time, guard it with `if open`",
        ),
    )
}

/// Tasks that outlive the test's body, after they had their chance to end.
pub(crate) async fn leak() -> Option<Verdict> {
    leak_since(tokio::time::Instant::now()).await
}

/// The same, where the tasks should have ended at that moment.
async fn leak_since(over: tokio::time::Instant) -> Option<Verdict> {
    settle(tasks::real()).await;
    if tasks::living().is_empty() {
        return None;
    }
    let (parked, _) = diagnosis::parked().await;
    let first = parked.first()?;
    let count = parked.len();
    trace::left(&parked, None);
    trace::finding(Some(over), &format!("{count} left behind"));
    let seen = if count == 1 { "a task is left behind".to_owned() } else { format!("{count} tasks are left behind") };
    let at = first.wait.at.clone().unwrap_or_else(|| first.spawned.clone());
    let cause = leak_cause(&parked);
    let mut verdict = Verdict::new(Kind::Leak, seen).at(Some(at)).usually(cause);
    verdict.evidence = diagnosis::grouped(&parked);
    Some(verdict)
}

fn leak_cause(parked: &[Parked]) -> &'static str {
    let all_in = |name: &str| parked.iter().all(|t| t.wait.leaf.as_deref().is_some_and(|leaf| leaf.ends_with(name)));
    if all_in("Sender::send") || all_in("reserve") {
        "a send that nobody receives and nothing cancels: the receiver is kept, or the send is not raced against the token"
    } else if all_in("recv") {
        "a receiver that waits for a sender which nobody drops"
    } else {
        "a task that is spawned and then neither joined, aborted nor told that its consumer is gone"
    }
}

/// On the paused clock, a few passes of the scheduler; on the wall clock, a bounded wait.
async fn settle(real: bool) {
    if real {
        let mut settling = Settling::new(tasks::living().len());
        while settling.goes_on(tasks::living().len()) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    } else {
        // Aborted tasks end one pass later, and what they held a pass after that.
        for _ in 0..3 {
            quiet::quiescent().await;
        }
    }
}

/// Blocking work that still runs, after it had its chance to end.
fn blocking_work(runtime: &Runtime, wait: bool) -> usize {
    let metrics = runtime.metrics();
    let running = || metrics.num_blocking_threads().saturating_sub(metrics.num_idle_blocking_threads());
    if wait { settled(running) } else { running() }
}

fn leaked_blocking(running: usize) -> Option<Verdict> {
    (running > 0).then(|| {
        Verdict::new(Kind::Leak, format!("{running} × `spawn_blocking` work still runs after the pipeline is done"))
            .usually("blocking work cannot be aborted: give it a token or a closed channel to look at, and await it")
    })
}

fn leaked_threads() -> Option<Verdict> {
    settled(|| own_threads().len());
    let threads = own_threads();
    let seen = match threads.len() {
        0 => return None,
        1 => "an OS thread is left behind".to_owned(),
        count => format!("{count} OS threads are left behind"),
    };
    let mut verdict =
        Verdict::new(Kind::Leak, seen).usually("a `std::thread::spawn` that is never joined: join it, or use a task");
    verdict.evidence = threads.iter().map(|thread| format!("thread {:?}", thread.name)).collect();
    Some(verdict)
}

/// The threads that the subject has started and that still run.
fn own_threads() -> Vec<os::Thread> {
    let ours = |thread: &os::Thread| {
        let before = THREADS.get().is_some_and(|threads| threads.iter().any(|known| known.id == thread.id));
        // Not by its name, which the subject may give to a thread of its own.
        before || os::enlisted(thread.id)
    };
    os::threads().into_iter().filter(|thread| !ours(thread)).collect()
}

fn settled(left: impl Fn() -> usize) -> usize {
    let mut settling = Settling::new(left());
    while settling.goes_on(left()) {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    settling.least
}

/// Waits until nothing is left, as long as it goes on getting less: on a busy machine five hundred threads take a
/// while to end, each in its turn. What does not get less for [`SETTLE`] stays.
struct Settling {
    began: Instant,
    least: usize,
    since: Instant,
}

impl Settling {
    fn new(left: usize) -> Settling {
        Settling { began: Instant::now(), least: left, since: Instant::now() }
    }

    fn goes_on(&mut self, left: usize) -> bool {
        if left < self.least {
            (self.least, self.since) = (left, Instant::now());
        }
        self.least > 0 && self.since.elapsed() < SETTLE && self.began.elapsed() < LONGEST_SETTLE
    }
}
