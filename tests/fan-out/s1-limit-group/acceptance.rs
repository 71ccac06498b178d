//! A semaphore polled by hand, and a group of tasks on it: what a limit promises to those who wait, fail and leave.

use harness::task::spawn;
use harness::{check, criterion, memory, ms, pass, quiescent, watched};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use task::{Acquire, Failure, Group, Permit, Refused, Semaphore};
use tokio::time::Instant;
use workbook::{PlannedPanic, Work};

/// Why there are more tasks than the limit.
const EARLY: &str = "the task is spawned first and waits for its permit inside, or the permit is dropped before its task ends: \
                     `let _ = permit` does not even take it";

/// Why tasks are still there.
const GONE: &str =
    "`wait` returns with the first failure, and does not wait until the tasks that it cancelled are gone";

/// Tasks of the group's own.
const OWN: u64 = 1;

/// A task that lasts longer than any test.
const LONG: u64 = 100_000;

/// The polls of a future by hand: a task of its own that is polled when the test says so.
type Polled = harness::task::Spawn<Acquire>;

/// A semaphore of one permit, and who holds it.
fn taken() -> (Semaphore, Permit) {
    let semaphore = Semaphore::new(1);
    let permit = take(&semaphore);
    (semaphore, permit)
}

/// The permit that is free.
fn take(semaphore: &Semaphore) -> Permit {
    let permit = semaphore.try_acquire();
    check::that(permit.is_some(), "`try_acquire` refuses a permit that is free").usually("the count starts too low");
    permit.expect("checked a line above")
}

/// A waiter that was polled once and waits.
fn waiter(semaphore: &Semaphore) -> Polled {
    let mut waiter = spawn(semaphore.acquire());
    check::that(waiter.poll().is_pending(), "`acquire` gets a permit while none is free")
        .usually("`poll` does not look at the count, or overtakes those who wait");
    waiter
}

/// The permit that a waiter has got; `what` names the waiter.
fn permit(waiter: &mut Polled, what: &str, cause: &str) -> Permit {
    check::that(waiter.is_woken(), format!("{what} is not woken")).usually(cause);
    match waiter.poll() {
        Poll::Ready(permit) => permit,
        Poll::Pending => {
            check::that(false, format!("{what} is woken and gets no permit")).usually(cause);
            unreachable!("the check above ends the test");
        }
    }
}

/// How many permits can be had now.
fn free(semaphore: &Semaphore) -> usize {
    let permits: Vec<Permit> = std::iter::from_fn(|| semaphore.try_acquire()).take(100).collect();
    permits.len()
}

/// Starts `work` on each item, through `go`.
async fn go_all(group: &Group<u64>, work: &Work, items: impl IntoIterator<Item = u64>) {
    for item in items {
        let begun = group.go(task(work, item)).await;
        check::that(begun.is_ok(), format!("task {item} is refused though none has failed"))
            .usually("a group that takes the end of a task for a failure");
    }
}

/// A task that does its work and is content.
fn task(work: &Work, item: u64) -> impl Future<Output = Result<(), u64>> + Send + 'static {
    let work = work.clone();
    async move {
        work.run(item).await;
        Ok(())
    }
}

/// A task that does its work and fails with its item.
fn failing(work: &Work, item: u64) -> impl Future<Output = Result<(), u64>> + Send + 'static {
    let work = work.clone();
    async move {
        work.run(item).await;
        Err(item)
    }
}

/// A group's end without the types of the subject.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Ok,
    Failed(u64),
    Panicked(Option<u64>),
}

async fn end(group: Group<u64>) -> End {
    match group.wait().await {
        Ok(()) => End::Ok,
        Err(Failure::Failed(item)) => End::Failed(item),
        Err(Failure::Panicked(payload)) => End::Panicked(payload.downcast_ref().map(|PlannedPanic(item)| *item)),
    }
}

/// Two permits are had at once, by `acquire` and by `try_acquire`. The third is refused by `try_acquire` and waited for
/// by `acquire`, which gets the first that comes back. In the end there are two again.
#[criterion]
async fn permits_are_counted() {
    let semaphore = Semaphore::new(2);
    let mut first = spawn(semaphore.acquire());
    let first_permit = first.poll();
    check::that(first_permit.is_ready(), "`acquire` waits though two permits are free")
        .usually("every `acquire` queues, and only a permit that comes back serves the queue");
    let second_permit = take(&semaphore);
    check::that(semaphore.try_acquire().is_none(), "a third permit is given out of two")
        .usually("the count is not taken down by `acquire` or by `try_acquire`");
    let mut third = waiter(&semaphore);
    check::that(!third.is_woken(), "a waiter is woken though no permit has come back")
        .usually("a `poll` that wakes itself: it is a loop that looks again and again");
    drop(first_permit);
    let third_permit = permit(&mut third, "a waiter", "`Permit` has no `Drop` that gives it back, or it wakes nobody");
    drop(first);
    check::equal("permits free while two are held", free(&semaphore), 0)
        .usually("a permit that comes back is counted as free and given to a waiter besides");
    drop((second_permit, third_permit, third));
    check::equal("permits free in the end", free(&semaphore), 2)
        .usually("a permit comes back twice, or an `Acquire` that is done gives it back once more");
}

/// First come, first served: a permit that comes back wakes the one who waits longest, and nobody else. Until that one
/// is polled, neither `try_acquire` nor anyone else's `acquire` gets it.
#[criterion]
async fn first_come_first_served() {
    const OVERTAKEN: &str = "the permit lies free until the woken one is polled, and whoever comes by takes it";
    let (semaphore, mut held) = taken();
    let mut waiters: Vec<Polled> = (0..3).map(|_| waiter(&semaphore)).collect();
    for turn in 0..3 {
        drop(held);
        let woken: Vec<bool> = waiters.iter().map(|waiter| waiter.is_woken()).collect();
        let expected: Vec<bool> = (turn..3).map(|place| place == turn).collect();
        check::equal("who is woken by one permit, of those who wait", woken, expected).usually(
            "all are woken to fight for it, or not the one who waits longest: a map or a stack in place of a queue",
        );
        check::that(semaphore.try_acquire().is_none(), "`try_acquire` gets the permit of a waiter that is woken")
            .usually(OVERTAKEN);
        let mut late = spawn(semaphore.acquire());
        check::that(late.poll().is_pending(), "a later `acquire` gets the permit of a waiter that is woken")
            .usually(OVERTAKEN);
        drop(late);
        for other in &mut waiters[1..] {
            check::that(other.poll().is_pending(), "a waiter that is polled out of turn gets the permit of another")
                .usually(OVERTAKEN);
        }
        let mut first = waiters.remove(0);
        held = permit(&mut first, "the one who waits longest", "not the first in the queue is served");
    }
    drop(held);
    check::equal("permits free in the end", free(&semaphore), 1)
        .usually("the queue keeps the place of an `Acquire` that was dropped, and the permit goes there");
}

/// A waiter that is dropped leaves the queue: the next permit goes to the one behind it. One that was never polled, and
/// one that has had its permit, change nothing when dropped.
#[criterion]
async fn a_dropped_waiter_loses_no_permit() {
    let (semaphore, held) = taken();
    let (leaves, mut stays) = (waiter(&semaphore), waiter(&semaphore));
    drop(leaves);
    drop(held);
    let held = permit(
        &mut stays,
        "the waiter behind one that was dropped",
        "the queue keeps the place of a waiter that is gone: the permit goes to nobody. `Acquire` needs a `Drop`",
    );
    drop(stays);
    drop(semaphore.acquire());
    check::equal("permits free while one of one is held", free(&semaphore), 0)
        .usually("an `Acquire` that has no permit any more, or never had one, gives one back when it is dropped");
    drop(waiter(&semaphore));
    drop(held);
    check::equal("permits free when the only waiter was dropped and the permit is back", free(&semaphore), 1)
        .usually("the queue keeps the place of a waiter that is gone: the permit goes to nobody");
}

/// A waiter that is dropped after it was woken passes its permit on: the next in the queue is woken and has it. With
/// nobody behind it, the permit is free.
#[criterion]
async fn a_woken_waiter_that_is_dropped_passes_its_permit_on() {
    const CAUSE: &str = "`drop` does not ask whether the permit was on its way already: the woken one is in the queue no \
                         more, and what it was given goes with it";
    let (semaphore, held) = taken();
    let mut waiters: Vec<Polled> = (0..3).map(|_| waiter(&semaphore)).collect();
    let mut last = waiters.pop().expect("there are three");
    drop(held);
    for (index, waiter) in waiters.into_iter().enumerate() {
        check::that(waiter.is_woken(), format!("waiter {} is not woken", index + 1)).usually(CAUSE);
        drop(waiter);
    }
    let held = permit(&mut last, "the waiter behind two that were woken and dropped", CAUSE);
    let lonely = waiter(&semaphore);
    drop(held);
    drop(lonely);
    check::equal("permits free when the last waiter was woken and dropped", free(&semaphore), 1).usually(CAUSE);
}

/// A waiter that is polled again keeps its one place, and the task that polled it last is the one that is woken.
#[criterion]
async fn the_task_that_polled_last_is_woken() {
    let (semaphore, held) = taken();
    let mut acquire = Box::pin(semaphore.acquire());
    let pending = |acquire: &mut Pin<Box<Acquire>>| {
        let mut task = spawn(poll_fn(|cx| acquire.as_mut().poll(cx)));
        check::that(task.poll().is_pending(), "`acquire` gets a permit while none is free").usually("a poll too many");
    };
    pending(&mut acquire);
    pending(&mut acquire);
    let mut task = spawn(poll_fn(|cx| acquire.as_mut().poll(cx)));
    check::that(task.poll().is_pending(), "`acquire` gets a permit while none is free").usually("a poll too many");
    drop(held);
    check::that(task.is_woken(), "the task that polled last is not woken").usually(
        "the waker of the first poll is kept, or each poll queues anew and the permit goes to an old place: under \
         `select!` a future moves from task to task",
    );
    let held = task.poll();
    check::that(held.is_ready(), "the task that polled last gets no permit").usually("each poll queues anew");
    drop(task);
    drop((held, acquire));
    check::equal("permits free in the end", free(&semaphore), 1)
        .usually("each poll queues anew, and the places that stay behind swallow permits");
}

/// A hundred tasks of 1 ms through `go`, with a limit of 8, take 13 ms: eight run at once and never more. Without a limit
/// all run at once.
#[criterion]
async fn never_more_than_the_limit() {
    let work = watched(Work::taking(ms(1)));
    let start = Instant::now();
    let mut group = Group::new();
    group.set_limit(8);
    go_all(&group, &work, 0..100).await;
    check::equal("how the group ended", end(group).await, End::Ok).usually("the group takes an end for a failure");
    check::in_flight_at_most(&work, 8)
        .usually("a permit that is not held until the task ends, or a semaphore that gives more than it has");
    check::in_flight_reached(&work, 8).usually("`go` waits for the task instead of starting it");
    check::took(start, ms(13), ms(0)).usually("a pause between the end of a task and the start of the next");
    let finished = work.records().iter().filter(|run| run.finished).count();
    check::equal("tasks finished when `wait` returns", finished, 100)
        .usually("`wait` does not wait for the last tasks");

    let all_at_once = Work::taking(ms(1));
    let start = Instant::now();
    let group = Group::new();
    go_all(&group, &all_at_once, 0..100).await;
    check::equal("how the group ended", end(group).await, End::Ok).usually("the group takes an end for a failure");
    check::in_flight_reached(&all_at_once, 100).usually("a limit that nobody has set");
    check::took(start, ms(1), ms(0)).usually("a limit that nobody has set");
}

/// At the limit of 2, `try_go` gives the task back, not started, and `go` waits, parked, until one ends; no more than two
/// tasks exist. A `go` that is dropped while it waits starts nothing and costs no place.
#[criterion]
async fn go_waits_at_the_limit_and_try_go_refuses() {
    let work = Work::varying(|item| ms(if item == 2 { 30 } else { 10 }));
    let mut group = Group::new();
    group.set_limit(2);
    go_all(&group, &work, [1]).await;
    check::that(group.try_go(task(&work, 2)).is_ok(), "`try_go` refuses below the limit")
        .usually("`try_go` looks at the tasks that have ended too");
    let refused = match group.try_go(task(&work, 3)) {
        Err(Refused::Full(task)) => Some(task),
        _ => None,
    };
    check::that(refused.is_some(), "`try_go` starts a third task at a limit of 2")
        .usually("`try_go` takes no permit, or its permit does not live as long as its task");
    let mut leaves = spawn(group.go(task(&work, 4)));
    check::that(leaves.poll().is_pending(), "`go` returns at the limit").usually(EARLY);
    let mut waits = spawn(group.go(task(&work, 5)));
    check::that(waits.poll().is_pending(), "`go` returns at the limit").usually("only the first caller waits");
    check::parked_for(ms(5)).await.usually("a loop around `try_acquire`: wait for the permit");
    check::at_most("tasks alive at a limit of 2", check::living_tasks() as u64, 2 + OWN).usually(EARLY);
    let begun: Vec<u64> = work.records().iter().map(|run| run.item).collect();
    check::equal("tasks begun at a limit of 2", begun, vec![1, 2]).usually("a task that was refused is started");
    drop(leaves);
    pass(ms(5)).await;
    check::that(waits.is_woken(), "`go` is not woken when a task has ended")
        .usually("the permit does not come back at the task's end, or went to a `go` that is gone");
    check::that(matches!(waits.poll(), Poll::Ready(Ok(()))), "`go` does not start its task when another has ended")
        .usually("the permit went to a `go` that is gone");
    drop(waits);
    let refused = refused.expect("checked above");
    check::that(group.go(refused).await.is_ok(), "the task that was refused cannot be started later")
        .usually("a refusal that counts as a failure");
    check::equal("how the group ended", end(group).await, End::Ok).usually("a refusal that counts as a failure");
    let finished: Vec<u64> = work.records().iter().filter(|run| run.finished).map(|run| run.item).collect();
    check::same_items(&finished, &[1, 2, 3, 5]).usually("a task that was dropped with its `go` runs all the same");
}

/// The first error wins: at that instant the other tasks are dropped where they wait, a `go` that waits gives its task
/// back, and so do all later calls. `wait` returns that error when no task is left.
#[criterion]
async fn the_first_error_wins_and_cancels_the_rest() {
    const LATER: &str =
        "a group that has failed goes on: look at the failure before the limit, and while you wait for it";
    let work = Work::varying(|item| {
        ms(if item == 7 {
            5
        } else if item == 0 {
            8
        } else {
            LONG
        })
    });
    let start = Instant::now();
    let mut group = Group::new();
    group.set_limit(8);
    check::that(group.go(failing(&work, 0)).await.is_ok(), "`go` refuses before any failure").usually(LATER);
    go_all(&group, &work, 1..7).await;
    check::that(group.go(failing(&work, 7)).await.is_ok(), "`go` refuses before any failure").usually(LATER);
    let waiting = tokio::time::timeout(ms(1_000), group.go(task(&work, 8))).await;
    check::that(!matches!(waiting, Ok(Ok(()))) || start.elapsed() >= ms(5), "`go` returns at the limit").usually(EARLY);
    check::that(
        matches!(waiting, Ok(Err(Refused::Cancelled(_)))),
        format!("a `go` that waits when a task fails returns {waiting:?}, expected its task back as Cancelled"),
    )
    .usually(LATER);
    check::took(start, ms(5), ms(0)).usually(LATER);
    check::that(
        matches!(group.try_go(task(&work, 9)), Err(Refused::Cancelled(_))),
        "`try_go` starts a task after a failure",
    )
    .usually(LATER);
    check::that(
        matches!(group.go(task(&work, 10)).await, Err(Refused::Cancelled(_))),
        "`go` starts a task after a failure",
    )
    .usually(LATER);
    check::equal("how the group ended", end(group).await, End::Failed(7))
        .usually("the tasks are joined in the order of their start, or a later failure replaces the first");
    check::took(start, ms(5), ms(0))
        .usually("the first error is returned when all the others are done: it cancels nobody");
    check::equal("tasks in flight when `wait` returns", work.in_flight(), 0).usually(GONE);
    check::equal("tasks begun", work.records().len(), 8).usually(LATER);
    check::all_tasks_gone().await.usually("a task that a failure does not reach where it waits");
}

/// A panic is a failure: it cancels the other tasks at once, `wait` returns its payload, and by then every permit, its
/// own too, is back.
#[criterion]
async fn a_panic_is_the_groups_failure() {
    let work = Work::varying(|item| ms(if item == 1 { 5 } else { LONG })).panicking(|item| item == 1);
    let start = Instant::now();
    let semaphore = Semaphore::new(4);
    let mut group = Group::new();
    group.share_limit(semaphore.clone());
    go_all(&group, &work, 0..4).await;
    check::equal("how the group ended", end(group).await, End::Panicked(Some(1)))
        .usually("a panic ends its task, and nobody looks at how a task ends; or its payload is lost on the way");
    check::took(start, ms(5), ms(0)).usually("a panic cancels nobody: what follows the task's await is not reached");
    check::equal("tasks in flight when `wait` returns", work.in_flight(), 0).usually(GONE);
    check::equal("permits free of 4, after the panic", free(&semaphore), 4).usually(
        "a permit that is given back by a line after the task: a panic, and a cancel, do not get there. A value that is \
         dropped does",
    );
    check::all_tasks_gone().await.usually("a task that a panic does not cancel");
}

/// Two groups on a semaphore of 3 run three tasks at once between them, never more. The failure of one is nothing to the
/// other. In the end every permit is back.
#[criterion]
async fn groups_share_a_limit() {
    let work = Work::varying(|item| ms(if item < 100 { LONG } else { 10 }));
    let semaphore = Semaphore::new(3);
    let (mut fails, mut succeeds) = (Group::new(), Group::new());
    fails.share_limit(semaphore.clone());
    succeeds.share_limit(semaphore.clone());
    go_all(&fails, &work, 0..2).await;
    go_all(&succeeds, &work, 100..101).await;
    check::that(
        matches!(succeeds.try_go(task(&work, 101)), Err(Refused::Full(_))),
        "a fourth task starts on a semaphore of 3",
    )
    .usually("each group counts for itself, or a permit does not live as long as its task");
    let start = Instant::now();
    go_all(&succeeds, &work, 101..102).await;
    check::took(start, ms(10), ms(0)).usually("a limit of its own for each group");
    pass(ms(10)).await;
    check::that(fails.go(failing(&work, 102)).await.is_ok(), "`go` refuses before any failure")
        .usually("a permit does not come back when its task ends");
    check::equal("how the group with the error ended", end(fails).await, End::Failed(102))
        .usually("an error that is lost");
    check::equal("permits free of 3, after the error", free(&semaphore), 3)
        .usually("a task that is cancelled keeps its permit, or gives it back twice");
    go_all(&succeeds, &work, 103..109).await;
    check::equal("how the other group ended", end(succeeds).await, End::Ok)
        .usually("a failure that reaches every group on the semaphore");
    check::in_flight_at_most(&work, 3).usually("each group counts for itself");
    check::equal("permits free of 3, in the end", free(&semaphore), 3).usually("a permit that does not come back");
}

/// When a group is dropped, and when its `wait` is, its tasks are cancelled: 2 ms later none is left and every permit is
/// back.
#[criterion]
async fn dropping_the_group_cancels_its_tasks() {
    const CAUSE: &str = "spawned tasks are detached: nothing tells them that the group is gone";
    let work = Work::taking(ms(LONG));
    let semaphore = Semaphore::new(4);
    let group = || {
        let mut group = Group::new();
        group.share_limit(semaphore.clone());
        group
    };
    let dropped = group();
    go_all(&dropped, &work, 0..4).await;
    pass(ms(10)).await;
    drop(dropped);
    pass(ms(2)).await;
    check::equal("tasks in flight after the group was dropped", work.in_flight(), 0).usually(CAUSE);
    check::all_tasks_gone().await.usually(CAUSE);
    check::equal("permits free of 4, after the drop", free(&semaphore), 4)
        .usually("a permit that is given back by a line after the task, which a cancel does not reach");

    let waited = group();
    go_all(&waited, &work, 0..4).await;
    let waiting = tokio::time::timeout(ms(10), waited.wait()).await;
    check::that(waiting.is_err(), "`wait` returns while tasks run").usually("`wait` does not wait for all tasks");
    drop(waiting);
    pass(ms(2)).await;
    check::all_tasks_gone()
        .await
        .usually("`wait` takes the group apart, and what cancels the tasks is gone before it ends");
    check::equal("permits free of 4, after the drop", free(&semaphore), 4).usually(CAUSE);
}

/// A task that has ended costs nothing: while 10 000 tasks of 256 bytes each run, eight at a time, at most 2 MiB are allocated.
#[criterion]
async fn a_finished_task_costs_nothing() {
    let mut group: Group<u64> = Group::new();
    group.set_limit(8);
    let peak = memory::measure();
    for _ in 0..10_000 {
        let begun = group.go(async {
            let buffer = [1_u8; 256];
            tokio::task::yield_now().await;
            if std::hint::black_box(buffer)[7] == 1 { Ok(()) } else { Err(0) }
        });
        check::that(begun.await.is_ok(), "a task is refused though none has failed")
            .usually("an end is taken for a failure");
        check::at_most("tasks alive at a limit of 8", check::living_tasks() as u64, 8 + OWN).usually(EARLY);
    }
    check::peak_memory(&peak, 2 << 20).usually(
        "a list of all `JoinHandle`s, which only grows: each keeps the memory of its task until it is dropped",
    );
    check::equal("how the group ended", end(group).await, End::Ok).usually("an end is taken for a failure");
    quiescent().await;
}
