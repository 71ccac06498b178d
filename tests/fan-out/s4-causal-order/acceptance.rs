//! Items that wait for each other: an order that is no sequence, and as much at once as it allows.

use harness::{Usage, check, criterion, drain, ms, pass, random, watched};
use rand::RngExt;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use task::{GraphError, Item, Outcome, Status};
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout};
use workbook::Work;

/// How many items are worked on at once.
const WIDTH: usize = 8;
/// What may be started and not read: 8 in the output, 8 in hands, 9 on the way.
const HELD: u64 = 8 + 8 + 9;
/// A large graph.
const LARGE: u64 = 100_000;

/// An outcome without the types of the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Seen {
    Done(u64),
    Failed(u64),
    Panicked(u64),
    Skipped { id: u64, failed: u64 },
}

impl From<Outcome<u64>> for Seen {
    fn from(Outcome { id, status }: Outcome<u64>) -> Seen {
        match status {
            Status::Done => Seen::Done(id),
            Status::Failed(_) => Seen::Failed(id),
            Status::Panicked => Seen::Panicked(id),
            Status::Skipped { failed } => Seen::Skipped { id, failed },
        }
    }
}

impl Seen {
    fn id(self) -> u64 {
        match self {
            Seen::Done(id) | Seen::Failed(id) | Seen::Panicked(id) | Seen::Skipped { id, .. } => id,
        }
    }
}

/// What went wrong with a graph, without the types of the subject.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Nothing,
    Duplicate(u64),
    Unknown(u64, u64),
    Cycle(Vec<u64>),
}

fn item(id: u64, depends_on: impl Into<Vec<u64>>) -> Item {
    Item { id, depends_on: depends_on.into() }
}

/// A chain: each depends on the one before it. The last comes first.
fn chain(ids: impl DoubleEndedIterator<Item = u64>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for id in ids {
        let before: Vec<u64> = items.last().map(|before| before.id).into_iter().collect();
        items.push(item(id, before));
    }
    items.reverse();
    items
}

/// One before `count` others, and one after them.
fn fan(count: u64) -> Vec<Item> {
    let mut items = vec![item(count + 1, (1..=count).collect::<Vec<u64>>())];
    items.extend((1..=count).map(|id| item(id, [0])));
    items.push(item(0, []));
    items
}

/// A net: each item depends on up to three of those before it. Ids are places, and items are shuffled.
fn net(count: u64, reach: u64, stream: u64) -> Vec<Item> {
    let mut random = random(stream);
    let mut items = Vec::new();
    for place in 0..count {
        let on = if place % 5 == 0 { 0 } else { 3 };
        let depends_on: BTreeSet<u64> =
            (0..on).map(|_| random.random_range(place.saturating_sub(reach)..place)).collect();
        items.push(item(place, Vec::from_iter(depends_on)));
    }
    for place in (1..items.len()).rev() {
        items.swap(place, random.random_range(0..=place));
    }
    items
}

/// The same items under ids of any size; some name their first dependency twice.
fn spread_out(items: Vec<Item>) -> Vec<Item> {
    let spread = |id: u64| id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 1;
    let spread = |item: Item| {
        let twice = item.depends_on.first().copied().filter(|_| item.id % 7 == 1);
        Item { id: spread(item.id), depends_on: item.depends_on.into_iter().chain(twice).map(spread).collect() }
    };
    items.into_iter().map(spread).collect()
}

type Running = Pin<Box<dyn Future<Output = Result<(), u64>> + Send>>;

/// `task::causal` with one type of work for all tests: it is compiled once.
fn causal<F>(
    items: Vec<Item>,
    work: impl Fn(u64) -> F + Send + Sync + 'static,
) -> Result<Receiver<Outcome<u64>>, GraphError>
where
    F: Future<Output = Result<(), u64>> + Send + 'static,
{
    let work: Box<dyn Fn(u64) -> Running + Send + Sync> = Box::new(move |id| Box::pin(work(id)));
    task::causal(items, work)
}

/// Starts the items; `fails` chooses those whose work returns an error after its time.
fn start(items: &[Item], work: &Work, fails: fn(u64) -> bool) -> Receiver<Outcome<u64>> {
    let work = work.clone();
    accepted(causal(items.to_vec(), move |id| {
        let work = work.clone();
        async move {
            work.run(id).await;
            if fails(id) { Err(id) } else { Ok(()) }
        }
    }))
}

fn accepted(output: Result<Receiver<Outcome<u64>>, GraphError>) -> Receiver<Outcome<u64>> {
    let refused = output.as_ref().err().map(ToString::to_string).unwrap_or_default();
    check::that(output.is_ok(), format!("a graph without a fault is refused: {refused}"))
        .usually("a check that takes a dependency which comes later in the input, or is named twice, for a fault");
    output.expect("checked a line above")
}

fn never(_: u64) -> bool {
    false
}

async fn all(output: Receiver<Outcome<u64>>) -> Vec<Seen> {
    drain(output).await.into_iter().map(Seen::from).collect()
}

/// Each item has one outcome; `cause` says what else it is.
fn one_outcome_each(seen: &[Seen], items: &[Item], cause: &str) {
    let seen: Vec<u64> = seen.iter().map(|seen| seen.id()).collect();
    let expected: Vec<u64> = items.iter().map(|item| item.id).collect();
    check::same_items(&seen, &expected).usually(cause);
}

/// What the graph's error says; nothing, if it was accepted.
async fn wrong(items: &[Item], work: &Work) -> Wrong {
    let work = work.clone();
    let output = causal(items.to_vec(), move |id| {
        let work = work.clone();
        async move {
            work.run(id).await;
            Ok(())
        }
    });
    match output {
        Ok(output) => {
            // What was accepted may begin, and may never end.
            let _ = timeout(ms(100), drain(output)).await;
            Wrong::Nothing
        }
        Err(GraphError::Duplicate { id }) => Wrong::Duplicate(id),
        Err(GraphError::Unknown { id, dependency }) => Wrong::Unknown(id, dependency),
        Err(GraphError::Cycle { ids }) => Wrong::Cycle(ids),
    }
}

/// What must become of each item: done, at fault, or skipped, with those whose fault it can be.
fn fates(items: &[Item], faulty: impl Fn(u64) -> bool) -> BTreeMap<u64, (bool, BTreeSet<u64>)> {
    let by_id: HashMap<u64, &Item> = items.iter().map(|item| (item.id, item)).collect();
    let mut fates: BTreeMap<u64, (bool, BTreeSet<u64>)> = BTreeMap::new();
    let mut open: Vec<u64> = by_id.keys().copied().collect();
    while let Some(id) = open.pop() {
        if fates.contains_key(&id) {
            continue;
        }
        let missing: Vec<u64> = by_id[&id].depends_on.iter().copied().filter(|on| !fates.contains_key(on)).collect();
        if missing.is_empty() {
            let blame = |on: &u64| if fates[on].0 { BTreeSet::from([*on]) } else { fates[on].1.clone() };
            let blamed: BTreeSet<u64> = by_id[&id].depends_on.iter().flat_map(blame).collect();
            fates.insert(id, (blamed.is_empty() && faulty(id), blamed));
        } else {
            open.push(id);
            open.extend(missing);
        }
    }
    fates
}

/// Each outcome is the one that must be, where `fault` is what an item at fault shows; `lost` is why outcomes are missing.
fn each_as_it_must_be(seen: &[Seen], items: &[Item], faulty: fn(u64) -> bool, fault: fn(u64) -> Seen, lost: &str) {
    let mut ids = HashSet::new();
    let twice = seen.iter().find(|seen| !ids.insert(seen.id()));
    check::that(twice.is_none(), format!("a second outcome of one item: {twice:?}"))
        .usually("an item behind two failures is skipped by each of them: mark it when it is skipped");
    one_outcome_each(seen, items, lost);
    let fates = fates(items, faulty);
    for seen in seen {
        let (at_fault, blamed) = &fates[&seen.id()];
        let holds = match *seen {
            Seen::Skipped { failed, .. } => blamed.contains(&failed),
            Seen::Done(_) => !at_fault && blamed.is_empty(),
            Seen::Failed(id) | Seen::Panicked(id) => *at_fault && *seen == fault(id),
        };
        let expected = if *at_fault {
            fault(seen.id())
        } else if let Some(&failed) = blamed.first() {
            Seen::Skipped { id: seen.id(), failed }
        } else {
            Seen::Done(seen.id())
        };
        check::that(holds, format!("the outcome is {seen:?}, expected {expected:?}")).usually(
            "a failure that counts as an end like any other, so that dependants start; or one that reaches others than \
             those behind it",
        );
    }
}

/// A thousand items in a net, in any order, with ids of any size: each runs once, after all that it depends on, and its
/// outcome comes after theirs. Then the output ends; without items, at once.
#[criterion]
async fn each_item_once_and_after_its_dependencies() {
    let items = spread_out(net(1000, 100, 1));
    let depends_on: Arc<HashMap<u64, Vec<u64>>> =
        Arc::new(items.iter().map(|item| (item.id, item.depends_on.clone())).collect());
    let done: Arc<Mutex<HashSet<u64>>> = Arc::default();
    let early: Arc<Mutex<Vec<(u64, u64)>>> = Arc::default();
    let work = Work::varying(|id| ms(id % 5));
    let closure = {
        let (work, done, early, depends_on) = (work.clone(), done.clone(), early.clone(), depends_on.clone());
        move |id: u64| {
            let (work, done, early, depends_on) = (work.clone(), done.clone(), early.clone(), depends_on.clone());
            async move {
                let missing = {
                    let done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    depends_on[&id].iter().find(|on| !done.contains(on)).copied()
                };
                early.lock().unwrap_or_else(PoisonError::into_inner).extend(missing.map(|on| (id, on)));
                work.run(id).await;
                done.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
                Ok(())
            }
        }
    };
    let seen = all(accepted(causal(items.clone(), closure))).await;
    one_outcome_each(
        &seen,
        &items,
        "an item that waits for a count which never gets to 0: a dependency named twice is done once",
    );
    let early = early.lock().unwrap_or_else(PoisonError::into_inner).first().copied().unwrap_or_default();
    check::that(early == (0, 0), format!("item {} starts before {}, which it depends on, is done", early.0, early.1))
        .usually("the order of the input is taken for the order of the graph, or one dependency of several is enough");
    let mut before = HashSet::new();
    for seen in &seen {
        let on = depends_on[&seen.id()].iter().find(|on| !before.contains(*on)).copied();
        check::that(
            on.is_none(),
            format!("the outcome of {} comes before that of {on:?}, which it depends on", seen.id()),
        )
        .usually("a dependant is started before the outcome is sent");
        before.insert(seen.id());
    }
    check::runs("runs", &work, 1000).usually("an item is started once for each of its dependencies");
    let none = all(start(&[], &work, never)).await;
    check::items(&none, &[]).usually("an outcome without an item");
}

/// A hundred items that depend on nothing, of 1 ms each, take 13 ms: eight are in flight, and never more.
#[criterion]
async fn independent_items_run_eight_at_a_time() {
    let items: Vec<Item> = (0..100).map(|id| item(id, [])).collect();
    let work = Work::taking(ms(1));
    let begun = Instant::now();
    let seen = all(start(&items, &work, never)).await;
    check::in_flight_at_most(&work, WIDTH).usually("whatever is ready is started: nothing counts what runs");
    check::in_flight_reached(&work, WIDTH).usually("items are run one after another, or too few places");
    check::took(begun, ms(13), ms(0)).usually("a batch is waited for before the next one begins");
    one_outcome_each(&seen, &items, "an item that is dropped on the way");
}

/// Two chains of fourteen items each, of 5 ms and 1 ms in turn and out of step, take 42 ms. In a net of 500, an item that is
/// ready starts at that instant, unless eight others are in flight.
#[criterion]
async fn an_item_starts_when_its_own_dependencies_are_done() {
    const CAUSE: &str = "a barrier: the whole level must be done before the next one begins, and an item needs only its own dependencies; \
         or several items become ready at once and one worker is woken";
    let mut items = chain(0..14);
    items.extend(chain(14..28));
    let work = watched(Work::varying(|id| if (id + id / 14) % 2 == 0 { ms(5) } else { ms(1) }));
    let begun = Instant::now();
    let seen = all(start(&items, &work, never)).await;
    one_outcome_each(&seen, &items, "an item that is dropped on the way");
    check::took(begun, ms(42), ms(0)).usually(CAUSE);

    let items = net(500, 30, 2);
    let work = Work::varying(|id| ms(1 + id % 4));
    let begun = Instant::now();
    let seen = all(start(&items, &work, never)).await;
    one_outcome_each(&seen, &items, "an item that is dropped on the way");
    let at = |instant: Instant| (instant - begun).as_millis() as usize;
    let runs: HashMap<u64, (usize, usize)> =
        work.records().iter().map(|run| (run.item, (at(run.start), at(run.end.unwrap_or(begun))))).collect();
    let mut in_flight = vec![0; 1 + runs.values().map(|run| run.1).max().unwrap_or(0)];
    runs.values().for_each(|run| in_flight[run.0..run.1].iter_mut().for_each(|count| *count += 1));
    for item in &items {
        let ready = item.depends_on.iter().map(|on| runs[on].1).max().unwrap_or(0);
        let idle = (ready..runs[&item.id].0).find(|&moment| in_flight[moment] < WIDTH);
        let moment = idle.unwrap_or_default();
        check::that(
            idle.is_none(),
            format!(
                "an item is ready at {ready} ms and starts at {} ms; at {moment} ms, {} were in flight",
                runs[&item.id].0, in_flight[moment]
            ),
        )
        .usually(CAUSE);
    }
}

/// A chain of 2 000 items of 1 ms takes 2 s. A first item, 1 000 that depend on it, and one that depends on them all take
/// 127 ms.
#[criterion]
async fn chains_and_fans_take_what_they_must() {
    const CAUSE: &str = "a pause between the end of an item and the start of the next, a limit that is not 8, or one \
                         worker that is woken when many items become ready";
    let (items, work) = (chain(0..2_000), Work::taking(ms(1)));
    let begun = Instant::now();
    let seen = all(start(&items, &work, never)).await;
    let expected: Vec<Seen> = (0..2_000).map(Seen::Done).collect();
    check::items(&seen, &expected).usually("a chain is a sequence: there is one order in which it can run");
    check::took(begun, ms(2_000), ms(0)).usually(CAUSE);

    let (items, work) = (fan(1_000), Work::taking(ms(1)));
    let begun = Instant::now();
    let seen = all(start(&items, &work, never)).await;
    one_outcome_each(&seen, &items, "an item that is dropped on the way");
    check::took(begun, ms(1 + 125 + 1), ms(0)).usually(CAUSE);
}

/// A chain of 100 000 items without work, and a last one that depends on them all, come to their end within 10 s of
/// processor time.
#[criterion(deadline = 120, polls = 10_000_000)]
async fn a_hundred_thousand_items() {
    let mut items = chain(0..LARGE);
    items.insert(0, item(LARGE, (0..LARGE).rev().collect::<Vec<u64>>()));
    let begun = Usage::now();
    let mut output = accepted(causal(items, |_| async { Ok(()) }));
    let mut done = 0;
    while let Some(outcome) = output.recv().await {
        done += u64::from(outcome.status == Status::Done);
        check::that(
            begun.elapsed().processor < Duration::from_secs(10),
            format!("not all of {} items are done after 10 s of processor time", LARGE + 1),
        )
        .usually("work that grows with the square of its input: everything is looked through at each step");
    }
    check::equal("items done", done, LARGE + 1)
        .usually("an item that waits for a count which never gets to 0, or one whose outcome is lost");
}

/// An id that is used twice, and a dependency that is not there, are errors that name them, before any work starts.
/// Where there are several faults, it is the first in the order of the input, duplicates before unknown ids.
#[criterion]
async fn a_wrong_graph_is_refused() {
    let work = Work::taking(ms(1));
    let duplicate = [item(5, []), item(6, [5]), item(7, [99]), item(6, []), item(5, [])];
    check::equal("the fault of the ids 5, 6, 7, 6, 5", wrong(&duplicate, &work).await, Wrong::Duplicate(6))
        .usually("the later item replaces the earlier one in a map: look at what `insert` returns");
    let unknown = [item(1, []), item(2, [1, 77]), item(3, [88]), item(4, [5]), item(5, [4])];
    check::equal("the fault of a graph without 77 and 88", wrong(&unknown, &work).await, Wrong::Unknown(2, 77))
        .usually("a dependency that is not there is passed over, as if it were done; or it is waited for");
    check::equal("items started of a graph with a fault", work.records().len(), 0)
        .usually("the items are started before all are checked");
}

/// Items that wait for each other are an error, before any work starts: it names those on the cycle and no others, each
/// depending on the next, the smallest first. So for a ring beside a part without a fault, an item that depends on itself, and a
/// ring of 100 000.
#[criterion]
async fn a_cycle_is_named_in_order() {
    const CAUSE: &str =
        "no look for a cycle: everybody on it waits for the others, for ever; what depends on it waits too";
    const ORDER: &str = "what is left when nothing is ready are the cycles and all that depends on them: walk along the \
                         dependencies until you come back";
    let work = Work::taking(ms(1));
    // 1 is free; 9, 4, 7 wait in a ring for each other; 2 and 3 wait for the ring, and 4 for 1 as well.
    let items = [item(3, [2]), item(1, []), item(2, [9]), item(9, [4]), item(4, [1, 7]), item(7, [9])];
    let seen = wrong(&items, &work).await;
    check::that(seen != Wrong::Nothing, "items that wait for each other are accepted").usually(CAUSE);
    check::equal("the fault of 9 → 4 → 7 → 9", seen, Wrong::Cycle(vec![4, 7, 9])).usually(ORDER);
    // Nothing leads from the first part, which has no fault, to the ring.
    let apart = [item(8, [6]), item(6, [5]), item(5, []), item(11, [10]), item(10, [11])];
    check::equal("the fault of 11 → 10 → 11, beside 8 → 6 → 5", wrong(&apart, &work).await, Wrong::Cycle(vec![10, 11]))
        .usually(
            "a search that begins at one item and ends where its dependencies end: begin at each that is not cleared",
        );
    let seen = wrong(&[item(6, [6]), item(5, [])], &work).await;
    check::equal("the fault of an item that depends on itself", seen, Wrong::Cycle(vec![6])).usually(CAUSE);
    let ring: Vec<Item> = (0..LARGE).map(|id| item(id, [(id + 1) % LARGE])).collect();
    let Wrong::Cycle(ids) = wrong(&ring, &work).await else {
        return check::that(false, "a ring of 100 000 is no cycle").usually(CAUSE);
    };
    check::items(&ids, &(0..LARGE).collect::<Vec<u64>>()).usually(ORDER);
    check::equal("items started of a graph with a cycle", work.records().len(), 0)
        .usually("the items are started before all are checked");
}

/// When the work on an item fails, all that depend on it, directly or through others, are skipped, each once, never
/// started, and name an item at fault. All others are done.
#[criterion]
async fn a_failure_fails_its_dependants_only() {
    const LOST: &str = "a failure that ends the run; or one that skips the items directly behind it, while those behind them \
                        wait for ever";
    // 1 fails. 2 and 3 depend on it, 4 on both, 8 on 2; 6 fails too, and 4 depends on it as well; 7 depends on 5 alone.
    let items = [
        item(1, []),
        item(2, [1]),
        item(3, [1]),
        item(4, [2, 3, 6]),
        item(5, []),
        item(6, []),
        item(7, [5]),
        item(8, [2]),
    ];
    let work = Work::varying(ms);
    let fails = |id| id == 1 || id == 6;
    let seen = all(start(&items, &work, fails)).await;
    each_as_it_must_be(&seen, &items, fails, Seen::Failed, LOST);
    let begun: Vec<u64> = work.records().iter().map(|run| run.item).collect();
    check::same_items(&begun, &[1, 5, 6, 7]).usually("an item is started although one that it depends on has failed");

    let items = net(1000, 300, 4);
    let fails = |id| id % 40 == 3;
    let seen = all(start(&items, &Work::varying(|id| ms(1 + id % 4)), fails)).await;
    each_as_it_must_be(&seen, &items, fails, Seen::Failed, LOST);
}

/// An item whose work panics is reported, and what depends on it is skipped. All others are done.
#[criterion]
async fn a_panic_fails_its_dependants_only() {
    let items = net(1000, 300, 5);
    let panics = |id| id % 40 == 3;
    let work = Work::taking(ms(1)).panicking(panics);
    let seen = all(start(&items, &work, never)).await;
    each_as_it_must_be(
        &seen,
        &items,
        panics,
        Seen::Panicked,
        "a panic that ends the whole run, or a task whose end nobody looks at: what depends on it waits for ever",
    );
}

/// While nobody reads, at most 25 items are started and every task is parked. Then everything comes out.
#[criterion]
async fn a_reader_that_stops_holds_back_the_items() {
    let items: Vec<Item> = (0..200).map(|id| item(id, if id < 100 { vec![] } else { vec![id - 100] })).collect();
    let work = Work::taking(ms(1));
    let output = start(&items, &work, never);
    pass(ms(100)).await;
    check::at_most("items started while nobody reads", work.records().len() as u64, HELD)
        .usually("more room than OUTPUT_CAPACITY, or items that are started while outcomes wait to be sent");
    check::parked_for(ms(10_000)).await.usually("a loop around `try_send`, or around a look for items that are ready");
    let seen = all(output).await;
    one_outcome_each(&seen, &items, "an outcome that is dropped when there is no room");
}

/// When the output is dropped while eight items need 10 s, and when it is dropped while all wait for room, work in flight is
/// cancelled, none is started, and 2 ms later no task is left.
#[criterion]
async fn dropping_the_output_cancels_the_work() {
    const CAUSE: &str =
        "only `send` notices that the reader is gone: wait for `output.closed()` besides, and drop the work with it";
    let items: Vec<Item> = (0..100).map(|id| item(id, [])).collect();
    for read in [20, 0] {
        let work = Work::varying(move |id| if id < 20 { ms(1) } else { Duration::from_secs(10) });
        let mut output = start(&items, &work, never);
        for _ in 0..read {
            output.recv().await;
        }
        pass(ms(100)).await;
        let begun = work.records().len();
        drop(output);
        pass(ms(2)).await;
        check::equal("items started after the output was dropped", work.records().len() - begun, 0).usually(CAUSE);
        check::equal("items in flight after the output was dropped", work.in_flight(), 0).usually(CAUSE);
        check::all_tasks_gone().await.usually(CAUSE);
    }
}
