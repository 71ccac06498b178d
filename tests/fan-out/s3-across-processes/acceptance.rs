//! One topic, one group, processes that come and go.
//!
//! A consumer that dies must lose nothing, so an offset is committed only when everything before it is done. The
//! tests run the program against a real broker, kill it with SIGKILL, and read what the group has committed.

mod cluster;

use cluster::{Cluster, GROUP, Line, Process, until};
use harness::{check, criterion, ms};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::time::Duration;
use task::{Error, Item, PARTITIONS, Settings, WORKERS, Watermark, consume, produce};
use tokio_util::sync::CancellationToken;
use workbook::Work;

/// How soon a process that is silent is taken for dead.
const SESSION: Duration = ms(2000);

/// What is committed is the first offset whose work is not done, also when later offsets are.
#[criterion]
async fn nothing_past_a_gap_may_be_committed() {
    let mut watermark = Watermark::default();
    check::equal("the offset to commit before anything began", watermark.commit(), None)
        .usually("a commit of 0, which would make the group start again");
    for offset in 5..=9 {
        watermark.begin(offset);
    }
    for (done, commit) in [(7, 5), (6, 5), (5, 8), (9, 8), (8, 10)] {
        watermark.done(done);
        check::equal(&format!("the offset to commit once {done} is done"), watermark.commit(), Some(commit))
            .usually("the highest offset that is done, whatever is open below it");
    }
}

/// Offsets that never came, as in a compacted topic, hold nothing up.
#[criterion]
async fn holes_in_the_offsets_hold_nothing_up() {
    let mut watermark = Watermark::default();
    for offset in [3, 10, 11, 40] {
        watermark.begin(offset);
    }
    for (done, commit) in [(10, 3), (3, 11), (11, 40), (40, 41)] {
        watermark.done(done);
        let (seen, commit) = (watermark.commit(), Some(commit));
        check::equal(&format!("the offset to commit once {done} of 3, 10, 11, 40 is done"), seen, commit).usually(
            if seen > commit {
                "the highest offset that is done, whatever is open below it"
            } else {
                "counting up one by one, which waits for an offset that will never come"
            },
        );
    }
}

/// `produce` sends item n to partition n % 10, each once and in order, and returns when all are acknowledged.
#[criterion(processes, clock = "real", deadline = 60)]
async fn produce_sends_each_item_once_and_in_order() {
    let cluster = Cluster::start().await;
    let items = (0..20_000).map(|id| format!("{id} 0 0").into_bytes());
    let sent = produce(cluster.brokers(), &cluster.topic, items).await;
    let contents = cluster.contents(20_000).await;
    check::that(sent.is_ok(), format!("`produce` returned {sent:?}")).usually("an error where the queue is full");
    check::equal("items that `produce` says were sent", sent.unwrap_or_default(), 20_000)
        .usually("counting batches, or only what was sent before the last flush");
    for (partition, ids) in contents {
        let expected: Vec<u64> = (0..20_000).filter(|id| id % PARTITIONS as u64 == partition as u64).collect();
        let lost = expected.iter().any(|id| !ids.contains(id));
        check::that(!lost, "items that were counted as sent are not in their partition")
            .usually("a return before the acknowledgements are in, or another partition");
        once(&ids, "in its partition", "an item that is sent again, although it may have arrived");
        check::that(ids == expected, "the items of a partition are not in order")
            .usually("sends of one partition side by side, or another partition");
    }
}

/// One process does each item once, 8 in flight at most and at times, and begins those of a partition in order.
#[criterion(processes, clock = "real", deadline = 60)]
async fn one_process_works_eight_wide_in_order() {
    let cluster = Cluster::start().await;
    cluster.send((0..800).map(|id| (id, ms(1 + id % 7))));
    let mut process = cluster.process(SESSION);
    done(
        &mut [&mut process],
        800,
        "items that are lost between the poll and the worker, or workers that wait for each other",
    )
    .await;
    process.terminate().await;
    let lines = process.lines();
    once(&ids(&lines, true), "done", "an item that is given to two workers");
    in_order(&lines);
    let widest = widest(&lines);
    check::at_most(
        "items in flight in the process, counted up to the ninth",
        widest.min(WORKERS + 1) as u64,
        WORKERS as u64,
    )
    .usually("a task for every item that was polled");
    check::that(widest == WORKERS, format!("there were never {WORKERS} items in flight"))
        .usually("one worker, or one for each partition and fewer partitions than workers");
}

/// While an item is open, its partition's commit stays at or below it; the other partitions' commits follow the work
/// within 3 s. After SIGKILL, the next process begins that item again.
#[criterion(processes, clock = "real", deadline = 90)]
async fn an_open_item_holds_back_its_partitions_commit() {
    let cluster = Cluster::start().await;
    let (slow, place) = (17, 1);
    cluster.send((0..300).map(|id| (id, if id == slow { ms(120_000) } else { ms(0) })));
    let mut process = cluster.process(SESSION);
    done(&mut [&mut process], 299, "an open item that holds up others, of its partition or of its worker").await;
    tokio::time::sleep(ms(3000)).await;
    let committed = cluster.committed();
    process.still_runs();
    check::at_most("the offset committed where the item at offset 1 is open", committed[&7] as u64, place)
        .usually("a commit on receipt, or of the highest offset that is done");
    let behind = committed.iter().find(|(partition, offset)| **partition != 7 && **offset != 30);
    let (partition, offset) = behind.unwrap_or((&0, &30));
    check::that(
        behind.is_none(),
        format!("3 s after all 30 items of partition {partition} were done, the offset committed there is {offset}"),
    )
    .usually("a commit at the end only, or one open item that holds back every partition");
    process.kill();
    let mut next = cluster.process(SESSION);
    let again = |processes: &[&mut Process]| ids(&processes[0].lines(), false).contains(&slow);
    until(&mut [&mut next], "the next process begins the item that was open", again)
        .await
        .usually("an offset that was committed before its work was done");
}

/// After SIGTERM no item begins, those in flight are done and committed, and the process ends with code 0: the next
/// one does the rest, and nothing twice.
#[criterion(processes, clock = "real", deadline = 90)]
async fn a_stop_finishes_what_is_in_flight() {
    let cluster = Cluster::start().await;
    cluster.send((0..60).map(|id| (id, ms(300))));
    let mut first = cluster.process(SESSION);
    done(&mut [&mut first], 10, "a process that gets no partition, or that does not poll").await;
    first.terminate().await;
    let lines = first.lines();
    check::that(
        first.count(false) == first.count(true),
        "items were begun, and the process ended before they were done",
    )
    .usually("tasks that are aborted or forgotten when the stop comes");
    check::that(lines.len() < 120, "all 60 items were begun although the stop came after 10".to_owned())
        .usually("what was already polled is begun after the stop");
    let mut next = cluster.process(SESSION);
    done(&mut [&mut next], 60 - first.count(true), EARLY).await;
    tokio::time::sleep(ms(500)).await;
    next.terminate().await;
    let all = [ids(&lines, true), ids(&next.lines(), true)].concat();
    once(&all, "done", "the last items are done and not committed before the group is left");
}

/// A second process takes over partitions while the first works: both work, and nothing is done twice.
#[criterion(processes, clock = "real", deadline = 90)]
async fn a_process_that_joins_takes_over_without_repeats() {
    let cluster = Cluster::start().await;
    // At every moment some item is in flight that takes longer than a rebalance.
    cluster.send((0..600).map(|id| (id, if id % 21 == 7 { ms(4000) } else { ms(5 + id % 7 * 5) })));
    let mut first = cluster.process(SESSION);
    done(&mut [&mut first], 60, "a process that gets no partition, or that does not poll").await;
    let mut second = cluster.process(SESSION);
    done(&mut [&mut first, &mut second], 600, EARLY).await;
    tokio::time::sleep(ms(500)).await;
    first.terminate().await;
    second.terminate().await;
    let (one, two) = (first.lines(), second.lines());
    check::that(two.iter().any(|line| line.done), "the second process did none of the 600 items")
        .usually("partitions that are assigned by hand instead of by the group");
    once(
        &[ids(&one, true), ids(&two, true)].concat(),
        "done",
        "a partition is handed over while its items are in flight, or before they are committed",
    );
    in_order(&[one, two].concat());
}

/// When one of two processes is killed, the other takes over its partitions: every item is done at least once, and
/// for the first time in its partition's order.
#[criterion(processes, clock = "real", deadline = 90)]
async fn a_killed_process_loses_nothing() {
    let cluster = Cluster::start().await;
    // Every hundredth item takes so long that those after it are done, and what may be committed is committed.
    cluster.send((0..2000).map(|id| (id, if id % 103 == 50 { ms(2500) } else { ms(10 + id % 5) })));
    let (mut first, mut second) = (cluster.process(SESSION), cluster.process(SESSION));
    let work = |processes: &[&mut Process]| processes.iter().all(|process| process.count(true) >= 20);
    until(&mut [&mut first, &mut second], "both processes of the group work", work)
        .await
        .usually("partitions that are assigned by hand, so that one process gets none");
    let open = |processes: &[&mut Process]| overtaken(&processes[0].lines());
    until(&mut [&mut second], "an item is open after a later one of its partition is done", open)
        .await
        .usually("items of one partition that are done one after the other");
    tokio::time::sleep(ms(1500)).await;
    second.kill();
    done(&mut [&mut first, &mut second], 2000, EARLY).await;
    first.terminate().await;
    // The killed process's lines come first: what it began, it began before the other took over.
    in_order(&[second.lines(), first.lines()].concat());
}

/// When the work of an item panics, `consume` returns that, with the item's place. What was done before is committed, and
/// the item is not: the next `consume` does it, and says how many items it has done.
#[criterion(processes, clock = "real", deadline = 60)]
async fn a_panic_is_returned_and_its_item_is_not_lost() {
    const PANICS: u64 = 13;
    let cluster = Cluster::start().await;
    cluster.send((0..40).map(|id| (id, ms(0))));
    // It panics long after all others are done.
    let work = Work::varying(|id| ms(if id == PANICS { 2000 } else { 10 })).panicking(|id| id == PANICS);
    let returned = consumed(&cluster, &work, 39).await;
    check::equal("what `consume` returned", &returned[..], "a panic at offset 1 of partition 3")
        .usually("a task's panic is an error of its `JoinHandle`: nobody looks at it");
    let mut committed = cluster.committed();
    check::equal("the offset committed where the item at offset 1 panicked", committed.remove(&3).unwrap_or(0), 1)
        .usually("a commit that passes an open item, or a panic that counts as done");
    check::that(
        committed.values().all(|offset| *offset == 4),
        "items that were done before the panic are not committed",
    )
    .usually("items that wait behind the one that panics, or a return before the last commit");
    let work = Work::taking(ms(10));
    let returned = consumed(&cluster, &work, 3).await;
    let ran: Vec<u64> = work.records().iter().map(|run| run.item).collect();
    check::same_items(&ran, &[PANICS, 23, 33]).usually("what was done before the panic is not committed");
    check::equal("what the next `consume` returned", &returned[..], "3 items done")
        .usually("items that are counted twice, or not at all");
    check::that(cluster.committed().values().all(|offset| *offset == 4), "not all is committed in the end")
        .usually("a group that is left before the last commit");
}

/// Takes part in the group until so many items are done and 4 s more have passed; what `consume` returned, in words.
async fn consumed(cluster: &Cluster, work: &Work, count: usize) -> String {
    let settings = Settings {
        brokers: cluster.brokers().to_owned(),
        topic: cluster.topic.clone(),
        group: GROUP.to_owned(),
        session_timeout: SESSION,
    };
    let stop = CancellationToken::new();
    let enough = async {
        while work.records().iter().filter(|run| run.finished).count() < count {
            tokio::time::sleep(ms(20)).await;
        }
        tokio::time::sleep(ms(4000)).await;
        stop.cancel();
        std::future::pending::<Infallible>().await
    };
    let runs = work.clone();
    let work = move |item: Item| {
        let id = item.offset * i64::from(PARTITIONS) + i64::from(item.partition);
        runs.run(id as u64)
    };
    let returned = tokio::select! {
        returned = consume(settings, work, stop.clone()) => returned,
        never = enough => match never {},
    };
    match returned {
        Ok(consumed) => format!("{} items done", consumed.items),
        Err(Error::Panicked { partition, offset }) => format!("a panic at offset {offset} of partition {partition}"),
        Err(_) => "another error".to_owned(),
    }
}

/// Why a process has nothing to do, and not everything is done.
const EARLY: &str = "an offset that was committed before its work was done, so that nobody gets that item any more; or partitions \
                     that nobody takes over";

/// None of the items is there twice.
fn once(ids: &[u64], how: &str, cause: &str) {
    let mut known = BTreeSet::new();
    check::that(ids.iter().all(|id| known.insert(id)), format!("an item is {how} twice")).usually(cause);
}

/// Waits until the processes together have done this many different items. `cause` is why they may not.
async fn done(processes: &mut [&mut Process], wanted: usize, cause: &str) {
    let mut seen = 0;
    let mut still = std::time::Instant::now();
    loop {
        let done: BTreeSet<u64> = processes.iter().flat_map(|process| ids(&process.lines(), true)).collect();
        if done.len() >= wanted {
            return;
        }
        if done.len() > seen {
            (seen, still) = (done.len(), std::time::Instant::now());
        }
        for process in processes.iter_mut().filter(|process| !process.killed()) {
            process.still_runs();
        }
        check::that(
            still.elapsed() < Duration::from_secs(20),
            "some items are not done, and no other has been for 20 s",
        )
        .usually(cause);
        tokio::time::sleep(ms(20)).await;
    }
}

fn ids(lines: &[Line], done: bool) -> Vec<u64> {
    lines.iter().filter(|line| line.done == done).map(|line| line.id).collect()
}

/// The first beginnings of each partition's offsets ascend.
fn in_order(lines: &[Line]) {
    let mut highest: BTreeMap<i32, i64> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for line in lines.iter().filter(|line| !line.done && known.insert((line.partition, line.offset))) {
        let before = highest.insert(line.partition, line.offset).unwrap_or(-1);
        check::that(line.offset > before, "an item began for the first time after a later one of its partition")
            .usually("workers that take items and begin them on their own: whoever is scheduled first begins first");
    }
}

/// Whether an item is open that has been overtaken in its partition.
fn overtaken(lines: &[Line]) -> bool {
    let done: BTreeSet<u64> = ids(lines, true).into_iter().collect();
    let later = |open: &&Line| {
        lines.iter().any(|line| line.done && line.partition == open.partition && line.offset > open.offset)
    };
    lines.iter().filter(|line| !line.done && !done.contains(&line.id)).any(|open| later(&open))
}

fn widest(lines: &[Line]) -> usize {
    let mut open = 0_usize;
    let mut widest = 0;
    for line in lines {
        open = if line.done { open.saturating_sub(1) } else { open + 1 };
        widest = widest.max(open);
    }
    widest
}
