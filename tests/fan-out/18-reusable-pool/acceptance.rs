//! A pool that many batches share: what it owes to each of them, and what it keeps when one of them goes wrong.

use harness::{check, criterion, ms, pass, quiescent, watched};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::pin::pin;
use std::sync::Arc;
use task::{Panicked, Pool, Stopped};
use tokio::time::{Instant, timeout};
use workbook::Work;

/// How many tasks may live: four workers, and two more such as a dispatcher.
const MOST_TASKS: u64 = 4 + 2;

/// A result without the types of the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Seen {
    Value(u64),
    Panicked(u64),
}

/// What a batch returned: its results, or its items.
type Returned = Result<Vec<Seen>, Vec<u64>>;

fn seen(result: Result<Vec<Result<u64, Panicked>>, Stopped>) -> Returned {
    let slot = |slot: Result<u64, Panicked>| slot.map_or_else(|panicked| Seen::Panicked(panicked.item), Seen::Value);
    result.map(|slots| slots.into_iter().map(slot).collect()).map_err(|stopped| stopped.items)
}

async fn run(pool: &Pool, items: RangeInclusive<u64>) -> Returned {
    seen(pool.run_batch(items.collect()).await)
}

/// The batch was taken, and these are the results of these items.
fn complete(returned: Returned, items: RangeInclusive<u64>, cause: &str) {
    results(returned, &items.map(|item| Seen::Value(item * 2)).collect::<Vec<_>>(), cause);
}

fn results(returned: Returned, expected: &[Seen], cause: &str) {
    match returned {
        Ok(seen) => check::items(&seen, expected).usually(cause),
        Err(items) => check::that(false, format!("a batch of {} items came back unbegun", items.len()))
            .usually("a pool that nobody has stopped refuses a batch"),
    }
}

/// Which of these items were begun.
fn begun(work: &Work, items: RangeInclusive<u64>) -> u64 {
    work.records().iter().filter(|run| items.contains(&run.item)).count() as u64
}

/// A batch of a thousand has a result for each item, its double, in the order of the items, whatever time each takes. So
/// has a batch of the items 9, 3, 7, 7 and 1, and an empty batch has none.
#[criterion]
async fn every_result_in_its_items_place() {
    const CAUSE: &str = "results in the order in which they are done, or a result that is lost on the way back";
    let pool = Pool::new(Work::varying(|item| ms(1 + item * 7919 % 5)));
    complete(run(&pool, 1..=1000).await, 1..=1000, CAUSE);
    let mixed = seen(pool.run_batch(vec![9, 3, 7, 7, 1]).await);
    let expected = [18, 6, 14, 14, 2].map(Seen::Value);
    results(mixed, &expected, "results are told apart or sorted by their items instead of their places");
    let empty = seen(pool.run_batch(Vec::new()).await);
    results(empty, &[], "a result without an item");
}

/// A batch of a thousand items of 1 ms takes 250 ms, and so do two of five hundred at the same time: four items are in
/// flight, and never more.
#[criterion]
async fn four_at_a_time() {
    let work = Work::taking(ms(1));
    let pool = Pool::new(work.clone());
    let start = Instant::now();
    run(&pool, 1..=1000).await.ok();
    four_in_flight(&work);
    check::took(start, ms(250), ms(1)).usually(SLOW);
    let start = Instant::now();
    tokio::join!(run(&pool, 1..=500), run(&pool, 501..=1000)).0.ok();
    four_in_flight(&work);
    check::runs("items worked on", &work, 2000).usually("`work.run` is not awaited once for each item");
    check::took(start, ms(250), ms(1)).usually(SLOW);
}

const SLOW: &str = "workers that wait for each other or for the caller, or a lock that is held across the work";

fn four_in_flight(work: &Work) {
    check::in_flight_at_most(work, 4)
        .usually("workers or tasks for each batch or item: the width belongs to the pool, not to the batch");
    check::in_flight_reached(work, 4).usually(SLOW);
}

/// The same four tasks run the items of ten batches. `new` spawns them and at most two more, and no batch adds a task or
/// ends one. Between batches, nothing is polled.
#[criterion]
async fn the_same_four_tasks_run_every_batch() {
    let work = Work::taking(ms(1));
    let pool = Pool::new(work.clone());
    quiescent().await;
    let spawned = check::living_tasks();
    check::that(spawned >= 4, format!("{spawned} tasks live after `new`, at least 4 expected"))
        .usually("the workers are spawned by a batch, not by the pool");
    check::at_most("tasks after `new`", spawned as u64, MOST_TASKS).usually("more tasks than workers and a dispatcher");
    for batch in 1..=10 {
        run(&pool, 1..=20).await.ok();
        quiescent().await;
        check::equal(&format!("tasks after batch {batch}"), check::living_tasks(), spawned)
            .usually("a batch that spawns tasks which stay, or ends the workers with its last item");
        let ran: BTreeSet<_> = work.records().iter().map(|run| run.task).collect();
        check::that(ran.len() <= 4, format!("{} tasks have run items, after batch {batch}, expected 4", ran.len())).usually(
            "tasks are spawned for a batch or an item and run it; the workers themselves should await the work, for the \
             whole life of the pool",
        );
        check::equal("tasks that have run items", ran.len(), 4).usually("workers to which no item comes");
        check::parked_for(ms(1000))
            .await
            .usually("a loop around `try_recv` with a pause; `recv().await` parks the worker until an item comes");
    }
}

/// Three callers in tasks of their own run ten batches each at the same time. Every batch has the results of its own items
/// and no other.
#[criterion]
async fn batches_do_not_mix() {
    let pool = Arc::new(Pool::new(Work::varying(|item| ms(1 + item * 7919 % 5))));
    let caller = |caller: u64| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let mut seen = Vec::new();
            for batch in 0..10 {
                let first = caller * 1000 + batch * 20 + 1;
                let items = first..=first + 6 + caller;
                seen.push((run(&pool, items.clone()).await, items));
            }
            seen
        })
    };
    for caller in [caller(1), caller(2), caller(3)] {
        for (returned, items) in caller.await.unwrap_or_default() {
            complete(
                returned,
                items,
                "one way back for all batches: each caller takes what comes next, whoever's it is; give each batch its own",
            );
        }
    }
}

/// Two batches of two items of 10 ms take 10 ms together. While a batch of a thousand items of 1 ms is at work, one of
/// four items takes at most 10 ms.
#[criterion]
async fn batches_share_the_workers() {
    let pool = Pool::new(Work::varying(|item| ms(if item > 5000 { 10 } else { 1 })));
    let start = Instant::now();
    tokio::join!(run(&pool, 5001..=5002), run(&pool, 5003..=5004)).0.ok();
    check::took(start, ms(10), ms(0))
        .usually("one batch at a time: a lock or a queue of batches keeps the second from the idle workers");
    let long = run(&pool, 1..=1000);
    let short = async {
        pass(ms(5)).await;
        let start = Instant::now();
        run(&pool, 2001..=2004).await.ok();
        check::took_at_most(start, ms(10)).usually(
            "the long batch is queued as a whole, and the short one behind it: let callers wait for room item by item, in turn",
        );
    };
    let (long, ()) = tokio::join!(long, short);
    complete(long, 1..=1000, "results of one batch reach the other");
}

/// A caller whose four items are at work is not polled any more: the items are done, another batch of four items of 1 ms
/// takes 1 ms meanwhile, and the results are there when the caller is polled again. Nor does a caller
/// with a hundred items, most of which it has not handed over: another batch of 40 items of 1 ms takes 10 ms.
#[criterion]
async fn a_caller_that_is_not_polled_holds_up_nobody() {
    let work = Work::varying(|item| ms(if item <= 4 { 5 } else { 1 }));
    let pool = Pool::new(work.clone());
    let mut paused = pin!(run(&pool, 1..=4));
    tokio::select! {
        biased;
        _ = &mut paused => {
            check::that(false, "a batch of 5 ms has returned after 2 ms").usually("the results are not waited for");
        }
        () = pass(ms(2)) => {}
    }
    check::equal("items begun", begun(&work, 1..=4), 4).usually("a batch of four items is not handed to four workers");
    pass(ms(100)).await;
    let start = Instant::now();
    let other = timeout(ms(60_000), run(&pool, 11..=14)).await;
    check::that(other.is_ok(), "another batch has not ended after a minute").usually(HELD);
    check::took(start, ms(1), ms(0)).usually(HELD);
    complete(other.unwrap_or(Ok(Vec::new())), 11..=14, "the other batch takes results of the first");
    let start = Instant::now();
    complete(paused.await, 1..=4, "the results of a caller that is away are dropped");
    check::took(start, ms(0), ms(0)).usually("the items of a caller that is not polled are not worked on");

    let mut paused = pin!(run(&pool, 101..=200));
    tokio::select! {
        biased;
        _ = &mut paused => {
            check::that(false, "a batch of 100 ms has returned after 2 ms").usually("the results are not waited for");
        }
        () = pass(ms(2)) => {}
    }
    pass(ms(100)).await;
    let start = Instant::now();
    let other = timeout(ms(60_000), run(&pool, 201..=240)).await;
    let cause = "workers that wait until the caller takes a result; or the queue's only free place is given to the caller that is \
                 not polled, and nobody else can have it; or the signal of a free place is, and is lost on it";
    check::that(other.is_ok(), "a batch beside a large one that is not polled has not ended after a minute")
        .usually(cause);
    check::took(start, ms(10), ms(1)).usually(cause);
    complete(other.unwrap_or(Ok(Vec::new())), 201..=240, "the other batch takes results of the first");
    complete(paused.await, 101..=200, "the results of a caller that is away are dropped");
}

const HELD: &str = "workers that wait until the caller takes a result: the way back needs room for all items of the batch; or a \
                    lock that a batch holds until its end";

/// Of 40 items, every fifth panics: its result is the panic, in its place, and all others have theirs, as has a batch that
/// runs at the same time. Then four items are in flight as before: 400 of 1 ms take 100 ms. And `stop` returns at once.
#[criterion]
async fn a_panic_is_the_result_of_its_item() {
    let work = Work::taking(ms(1)).panicking(|item| item <= 40 && item.is_multiple_of(5));
    let pool = Pool::new(work.clone());
    let (mixed, other) = tokio::join!(run(&pool, 1..=40), run(&pool, 101..=140));
    let slot = |item: u64| if item.is_multiple_of(5) { Seen::Panicked(item) } else { Seen::Value(item * 2) };
    let expected: Vec<Seen> = (1..=40).map(slot).collect();
    results(
        mixed,
        &expected,
        "a panic ends its worker, and the last worker the batch; a panic is the result of the whole batch, or of none; or \
         results of the other batch come in between",
    );
    complete(
        other,
        101..=140,
        "a panic ends a worker that other batches need, or results of one batch reach the other",
    );
    let start = Instant::now();
    complete(run(&pool, 1001..=1400).await, 1001..=1400, "a panic ends its worker: after the fourth none is left");
    check::took(start, ms(100), ms(1)).usually("a panic ends its worker, and nobody replaces it");
    check::at_most("tasks after the panics", check::living_tasks() as u64, MOST_TASKS)
        .usually("a worker is replaced although it goes on");
    stops_at_once(&pool, "the panics").await;
}

/// `stop` of a pool that has nothing to do.
async fn stops_at_once(pool: &Pool, after: &str) {
    let start = Instant::now();
    let stopped = timeout(ms(60_000), pool.stop()).await;
    check::that(stopped.is_ok(), format!("`stop` after {after} has not returned after a minute")).usually(UNCOUNTED);
    check::took(start, ms(0), ms(0)).usually(UNCOUNTED);
}

const UNCOUNTED: &str = "an idle worker does not hear that the pool is stopped; or `stop` waits for a count that a batch or an item \
                         takes back at its end, and one that is dropped or panics has no such end: let a guard's `drop` take \
                         it back";

/// A batch of 100 items of 3 ms is dropped at 5 ms: the four in flight are cancelled at that instant, no other is begun,
/// and a batch of four items of 1 ms takes 1 ms. Then `stop` returns at once.
#[criterion]
async fn a_dropped_batch_frees_the_workers() {
    let work = watched(Work::varying(|item| ms(if item <= 100 { 3 } else { 1 })));
    let pool = Pool::new(work.clone());
    check::that(timeout(ms(5), run(&pool, 1..=100)).await.is_err(), "100 items of 3 ms took less than 5 ms")
        .usually("the results are not waited for");
    quiescent().await;
    check::equal("items in flight after the drop", work.in_flight(), 0).usually(
        "the worker finishes what nobody waits for: race the work against the end of the caller, such as `closed()` of the way \
         back",
    );
    check::equal("items begun", begun(&work, 1..=100), 8)
        .usually("queued items are begun although their caller is gone");
    let start = Instant::now();
    complete(run(&pool, 101..=104).await, 101..=104, "results of the dropped batch reach the next one");
    check::took(start, ms(1), ms(0)).usually("the next batch waits behind items whose caller is gone");
    pass(ms(1000)).await;
    check::equal("items begun a second later", begun(&work, 1..=100), 8)
        .usually("queued items are begun although their caller is gone");
    stops_at_once(&pool, "the drop").await;
}

/// `stop` is called at 3 ms, twice at the same time, while a batch of 40 items of 1 ms is at work: the batch has all its
/// results at 10 ms, both calls return then, and no task is left. So the batch has if the first `stop` is
/// dropped at 4 ms. If the batch is dropped at 5 ms, `stop` returns then.
#[criterion]
async fn stop_finishes_what_was_accepted() {
    let pool = Pool::new(Work::taking(ms(1)));
    let start = Instant::now();
    let stopped = async || {
        pool.stop().await;
        start.elapsed()
    };
    let stop = async {
        pass(ms(3)).await;
        tokio::join!(stopped(), stopped())
    };
    let (returned, stopped) = tokio::join!(run(&pool, 1..=40), stop);
    complete(returned, 1..=40, "`stop` ends the workers or closes the queue under a batch that it has accepted");
    check::equal("the two calls of `stop` returned after", stopped, (ms(10), ms(10))).usually(
        "`stop` only asks the workers to end, and does not join them; or the first call takes what there is to join, and the \
         second finds nothing",
    );
    quiescent().await;
    check::all_tasks_gone().await.or_fail();

    let pool = Pool::new(Work::taking(ms(1)));
    let start = Instant::now();
    let stop = async {
        pass(ms(3)).await;
        timeout(ms(1), pool.stop()).await.ok();
        pool.stop().await;
        start.elapsed()
    };
    let (returned, stopped) = tokio::join!(timeout(ms(60_000), run(&pool, 1..=40)), stop);
    let cause = "what the first `stop` holds, such as a `JoinSet`, is dropped with it, and the workers with that";
    check::that(returned.is_ok(), "a batch has not ended a minute after a `stop` that was dropped").usually(cause);
    complete(returned.unwrap_or(Ok(Vec::new())), 1..=40, cause);
    check::equal("`stop`, called again after one that was dropped, returned after", stopped, ms(10)).usually(cause);

    let pool = Pool::new(Work::taking(ms(10_000)));
    let start = Instant::now();
    let stop = async {
        pass(ms(3)).await;
        timeout(ms(60_000), pool.stop()).await.ok();
        start.elapsed()
    };
    let (_, stopped) = tokio::join!(timeout(ms(5), run(&pool, 1..=40)), stop);
    check::equal("`stop` of a pool whose batch is dropped at 5 ms returned after", stopped, ms(5)).usually(
        "a worker finishes an item, or begins one, whose caller is gone; or a batch is counted until its end, and one that is \
         dropped has none",
    );
}

/// Once `stop` was called, a batch comes back in the error at once, as it was given, and nothing of it is begun: while
/// `stop` still waits for a batch, after it has returned, and when it is called again.
#[criterion]
async fn after_stop_a_batch_comes_back() {
    const CAUSE: &str = "the batch is queued, or fails item by item, instead of being given back as a whole";
    let work = Work::taking(ms(10));
    let pool = Pool::new(work.clone());
    let late = async {
        pass(ms(2)).await;
        let start = Instant::now();
        let returned = run(&pool, 101..=103).await;
        check::equal("the batch while `stop` waits", returned, Err(vec![101, 102, 103])).usually(CAUSE);
        check::took(start, ms(0), ms(0)).usually("a batch that will be refused waits first");
    };
    let stop = async {
        pass(ms(1)).await;
        pool.stop().await;
    };
    tokio::join!(run(&pool, 1..=4), stop, late).0.ok();
    check::equal("the batch after `stop`", run(&pool, 101..=103).await, Err(vec![101, 102, 103])).usually(CAUSE);
    check::equal("an empty batch after `stop`", seen(pool.run_batch(Vec::new()).await), Err(Vec::new())).usually(CAUSE);
    let start = Instant::now();
    pool.stop().await;
    check::took(start, ms(0), ms(0)).usually("`stop` waits for workers that have ended already");
    check::equal("items begun after `stop`", begun(&work, 101..=103), 0).usually(CAUSE);
}

/// A pool that is dropped without `stop` leaves no task at that instant: never used, after a batch, and after a batch that
/// was dropped with items of 10 s in flight.
#[criterion]
async fn a_dropped_pool_leaves_no_task() {
    const CAUSE: &str = "nothing tells the workers that the pool is gone: they wait at something that they own themselves, or \
                         they are spawned and neither aborted nor joined";
    let pool = Pool::new(Work::taking(ms(1)));
    quiescent().await;
    drop(pool);
    quiescent().await;
    check::all_tasks_gone().await.usually(CAUSE);
    let pool = Pool::new(Work::taking(ms(1)));
    complete(run(&pool, 1..=10).await, 1..=10, "a result that is lost on the way back");
    drop(pool);
    quiescent().await;
    check::all_tasks_gone().await.usually(CAUSE);
    let pool = Pool::new(Work::taking(ms(10_000)));
    timeout(ms(5), run(&pool, 1..=10)).await.ok();
    drop(pool);
    quiescent().await;
    check::all_tasks_gone()
        .await
        .usually("a worker finishes an item whose caller and whose pool are gone, or nothing tells it");
}
