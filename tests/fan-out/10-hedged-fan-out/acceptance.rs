//! The slowest of many decides how long you wait: a second attempt for the few, and what it must not cost.

use harness::{check, criterion, drain, ms, pass, quiescent, watched};
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use task::{BothFailed, FetchError, Fetched, TryFetch, fan_out, hedged};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, timeout};
use workbook::Work;

/// What may be taken and not read: 8 in the output, 8 in hand, 9 spare for a design with a queue of its own.
const HELD: u64 = 8 + 8 + 9;

/// A service whose first and second answers for an item are scripted: how long each takes, and which of them fail.
#[derive(Clone)]
struct Script {
    primary: Work,
    hedge: Work,
    fails: (bool, bool),
    /// Of which items they fail.
    failing: fn(u64) -> bool,
    /// The items that were asked for.
    asked: Arc<Mutex<BTreeSet<u64>>>,
}

impl Script {
    /// Both attempts succeed, each after its time for the item.
    fn new(primary: Work, hedge: Work) -> Script {
        let (primary, hedge) = (watched(primary.named("primary")), watched(hedge.named("hedge")));
        Script { primary, hedge, fails: (false, false), failing: |_| true, asked: Arc::default() }
    }

    /// One item: these times, in milliseconds, and whether each attempt fails at its end.
    fn one(primary: (u64, bool), hedge: (u64, bool)) -> Script {
        let script = Script::new(Work::taking(ms(primary.0)), Work::taking(ms(hedge.0)));
        Script { fails: (primary.1, hedge.1), ..script }
    }

    fn service(&self) -> Arc<dyn TryFetch> {
        Arc::new(self.clone())
    }

    /// What `hedged` says of an item, in words, and how long it took.
    async fn ask(&self, item: u64) -> (String, Duration) {
        let start = Instant::now();
        let said = said(&hedged(self.service(), item).await);
        (said, start.elapsed())
    }

    /// How many second attempts there were. A third one would count too.
    fn hedges(&self) -> usize {
        self.hedge.records().len()
    }

    /// The hedge began so many milliseconds after the primary.
    fn hedge_began_after(&self, expected: u128) {
        let start = self.primary.records().first().map(|run| run.start);
        let began = self.hedge.records().first().map(|run| run.start).zip(start);
        let seen = match began.map(|(began, start)| began.duration_since(start).as_millis()) {
            None => "no hedge began".to_owned(),
            Some(after) => format!("the hedge began after {after} ms"),
        };
        let holds = seen == format!("the hedge began after {expected} ms");
        check::that(holds, format!("{seen}, expected after {expected} ms")).usually(
            "the hedge has two signs to begin, and the earlier one counts: the primary has taken 50 ms, or it has failed",
        );
    }

    /// No attempt goes on, and no task is left.
    async fn nothing_goes_on(&self, after: &str) {
        quiescent().await;
        let in_flight = (self.primary.in_flight(), self.hedge.in_flight());
        check::all_tasks_gone().await.usually(
            "the loser is a task that nobody aborts: a dropped `JoinHandle` lets its task go on, a dropped future does not",
        );
        check::equal(&format!("primaries and hedges in flight {after}"), in_flight, (0, 0))
            .usually("the loser is kept alive instead of dropped");
    }
}

impl TryFetch for Script {
    // As `async_trait` has it, but by hand: the first call is the primary, whichever of the futures is polled first.
    fn try_fetch<'a, 'b>(&'a self, item: u64) -> Pin<Box<dyn Future<Output = Result<u64, FetchError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let first = self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(item);
        let (work, fails, value) = if first {
            (&self.primary, self.fails.0, item * 10 + 1)
        } else {
            (&self.hedge, self.fails.1, item * 10 + 2)
        };
        Box::pin(async move {
            work.run(item).await;
            if fails && (self.failing)(item) {
                Err(FetchError(format!("{} of {item}", work.name())))
            } else {
                Ok(value)
            }
        })
    }
}

/// A result in words: the scripts' values end in 1 for a primary and in 2 for a hedge.
fn said(result: &Result<u64, BothFailed>) -> String {
    match result {
        Ok(value) if value % 10 == 1 => "the primary's value".to_owned(),
        Ok(value) if value % 10 == 2 => "the hedge's value".to_owned(),
        Ok(value) => format!("{value}, which no attempt has given"),
        Err(BothFailed { primary, hedge }) => format!("primary: {}; hedge: {}", primary.0, hedge.0),
    }
}

/// An input of 1..=count that is open as long as the sender lives. No task feeds it.
fn open_input(count: u64) -> (Sender<u64>, Receiver<u64>) {
    let (sender, input) = mpsc::channel(1000);
    for item in 1..=count {
        sender.try_send(item).expect("the input has room for a thousand");
    }
    (sender, input)
}

/// An input that ends after 1..=count.
fn ended_input(count: u64) -> Receiver<u64> {
    open_input(count).1
}

/// Results that came, by their items, and when.
async fn arrivals(mut output: Receiver<Fetched>) -> Vec<(u64, Instant)> {
    let mut seen = Vec::new();
    while let Some(fetched) = output.recv().await {
        seen.push((fetched.item, Instant::now()));
    }
    seen
}

/// A primary that succeeds after 49 ms is the only attempt: its value is there after 49 ms, and there is no hedge.
#[criterion]
async fn a_quick_primary_is_not_hedged() {
    let script = Script::one((49, false), (1, false));
    let (said, took) = script.ask(7).await;
    check::equal("hedges beside a primary of 49 ms", script.hedges(), 0)
        .usually("the hedge begins together with the primary, or before the 50 ms are over");
    check::equal("the result", said, "the primary's value".to_owned()).usually("a value that no attempt has given");
    check::equal("its time in ms", took.as_millis(), 49).usually("the answer is held back until the 50 ms are over");
    pass(ms(1_000)).await;
    check::equal("hedges a second later", script.hedges(), 0)
        .usually("the timer of the hedge goes on after the primary has won");
}

/// Beside a primary of 1 s, the hedge begins after 50 ms. It takes 10 ms, so its value is there after 60 ms; the primary
/// is dropped at that moment, and no task is left.
#[criterion]
async fn a_slow_primary_is_hedged_after_50_ms() {
    let script = Script::one((1_000, false), (10, false));
    let (said, took) = script.ask(7).await;
    script.hedge_began_after(50);
    check::equal("the result", said, "the hedge's value".to_owned())
        .usually("the primary is waited for although the hedge has succeeded");
    check::equal("its time in ms", took.as_millis(), 60).usually("the loser is waited for");
    script.nothing_goes_on("after the hedge has won").await;
}

/// The first success wins, also if it is the primary's: after 80 ms, beside a hedge that would take 100 ms. The hedge is
/// dropped at that moment.
#[criterion]
async fn the_primary_may_still_win() {
    let script = Script::one((80, false), (100, false));
    let (said, took) = script.ask(7).await;
    check::equal("the result", said, "the primary's value".to_owned()).usually(
        "the primary is given up when the hedge begins: `timeout` drops the future that it is given, unless it is a `&mut` of it",
    );
    check::equal("its time in ms", took.as_millis(), 80).usually("the loser is waited for");
    script.nothing_goes_on("after the primary has won").await;
}

/// A failure does not win. A primary that fails after 10 ms starts the hedge at that moment. One that fails beside the
/// hedge, and a hedge that fails beside the primary, leave the other to succeed. There are never more than two attempts.
#[criterion]
async fn a_failure_leaves_it_to_the_other() {
    const CAUSE: &str =
        "the first attempt that is over wins, error or not: `select!` does not know a success from a failure";
    let script = Script::one((10, true), (10, false));
    let (said, took) = script.ask(7).await;
    script.hedge_began_after(10);
    check::equal("the result, if the primary fails after 10 ms", said, "the hedge's value".to_owned()).usually(CAUSE);
    check::equal("its time in ms", took.as_millis(), 20).usually("the answer is held back");

    let script = Script::one((80, true), (100, false));
    let (said, took) = script.ask(7).await;
    check::equal("the result, if the primary fails beside the hedge", said, "the hedge's value".to_owned())
        .usually(CAUSE);
    check::equal("attempts after the primary's failure beside the hedge", script.hedges(), 1)
        .usually("a failure begins another attempt although one is under way");
    check::equal("its time in ms", took.as_millis(), 150).usually("the hedge began late, or a second time");

    let script = Script::one((1_000, false), (10, true));
    let (said, took) = script.ask(7).await;
    check::equal("the result, if the hedge fails beside the primary", said, "the primary's value".to_owned())
        .usually("the first attempt that is over wins, error or not; or the primary was given up when the hedge began");
    check::equal("its time in ms", took.as_millis(), 1_000).usually("the answer is held back");
    script.nothing_goes_on("after the end").await;
}

/// When both attempts fail, the error has both, each in its place, at the moment of the second failure: whichever of the
/// two that is.
#[criterion]
async fn two_failures_are_one_error() {
    const CAUSE: &str = "one of the errors is lost: whoever waits for the second must still have the first; or the primary \
                         was given up when the hedge began";
    for (primary, hedge, begins, ends) in [(10, 10, 10, 20), (80, 100, 50, 150), (1_000, 10, 50, 1_000)] {
        let script = Script::one((primary, true), (hedge, true));
        let (said, took) = script.ask(7).await;
        script.hedge_began_after(begins);
        check::equal(
            &format!("the result, if a primary of {primary} ms and a hedge of {hedge} ms fail"),
            said,
            "primary: primary of 7; hedge: hedge of 7".to_owned(),
        )
        .usually(CAUSE);
        check::equal("its time in ms", took.as_millis(), ends)
            .usually("the first failure ends the wait, or the answer is held back");
        check::equal("hedges", script.hedges(), 1).usually("a failure begins another attempt although there were two");
    }
}

/// When the future of `hedged` is dropped while both attempts are under way, neither is in flight any more, and no task
/// is left.
#[criterion]
async fn dropping_hedged_drops_both_attempts() {
    let script = Script::one((1_000, false), (1_000, false));
    let early = timeout(ms(200), hedged(script.service(), 7)).await.is_ok();
    check::that(!early, "a result after 200 ms, though both attempts take 1 s")
        .usually("a value that no attempt has given");
    script.nothing_goes_on("after the drop").await;
}

/// Of a thousand items, each twentieth primary takes 1 s, all other attempts 10 ms. Exactly these fifty are hedged; the
/// 99th percentile of an item's time is 60 ms; all are done within 1623 ms, once each, and the output ends.
#[criterion]
async fn exactly_the_slow_ones_are_hedged() {
    let primary = Work::varying(|item| ms(if item % 20 == 0 { 1_000 } else { 10 }));
    let script = Script::new(primary, Work::taking(ms(10)));
    let start = Instant::now();
    let seen = arrivals(fan_out(ended_input(1000), script.service())).await;
    let items: Vec<u64> = seen.iter().map(|(item, _)| *item).collect();
    check::same_items(&items, &(1..=1000).collect::<Vec<u64>>())
        .usually("a worker that stops before the input is empty, or a stage that ends with its input");
    let hedged: Vec<u64> = script.hedge.records().iter().map(|run| run.item).collect();
    let slow: Vec<u64> = (1..=1000).filter(|item| item % 20 == 0).collect();
    let quick = hedged.iter().filter(|item| **item % 20 != 0).count();
    let seen_hedged = format!(
        "{} hedges, {quick} of them beside a primary of 10 ms; expected 50, one for each slow item",
        hedged.len()
    );
    check::that(quick == 0 && hedged.len() == slow.len(), seen_hedged).usually(
        "the hedge begins together with the primary, or `fan_out` does not go through `hedged`, or each slow item is \
         asked a third time",
    );
    check::same_items(&hedged, &slow).usually("a third attempt for an item");
    let mut times: Vec<u128> = Vec::new();
    for run in script.primary.records() {
        let arrived = seen.iter().find(|(item, _)| *item == run.item).map_or(run.start, |(_, arrived)| *arrived);
        times.push(arrived.duration_since(run.start).as_millis());
    }
    times.sort_unstable();
    check::equal("the 99th percentile of an item's time, in ms", times[989], 60)
        .usually("the primary is waited for although the hedge has succeeded, or results wait for each other");
    check::took_at_most(start, ms(1_623)).usually(
        "a result that waits for an earlier one holds a place, as in `buffered`; or fewer than eight items at a time: \
         a lock on the input that is held through the fetch leaves one",
    );
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}

/// Of a hundred items, both attempts of each fifth fail. Each item has one result: both errors of its own, or its own
/// value. Then the output ends.
#[criterion]
async fn a_failed_item_has_its_result_too() {
    let script = Script::new(Work::taking(ms(10)), Work::taking(ms(20)));
    let script = Script { fails: (true, true), failing: |item| item.is_multiple_of(5), ..script };
    let mut seen = drain(fan_out(ended_input(100), script.service())).await;
    seen.sort_by_key(|fetched| fetched.item);
    let items: Vec<u64> = seen.iter().map(|fetched| fetched.item).collect();
    check::same_items(&items, &(1..=100).collect::<Vec<u64>>()).usually(
        "a result that is an error is not sent, or it ends the worker: to the stage, it is a result like any other",
    );
    for fetched in seen {
        let item = fetched.item;
        let expected = if item.is_multiple_of(5) {
            Err(format!("primary: primary of {item}; hedge: hedge of {item}"))
        } else {
            Ok(item * 10 + 1)
        };
        let result = fetched.result.map_err(|failed| said(&Err(failed)));
        check::equal(&format!("the result of item {item}"), result, expected)
            .usually("the result of another item, or of an attempt that has lost");
    }
}

/// A thousand items of 10 ms take 1250 ms: eight are fetched at a time, and never more, also when all of them are hedged.
#[criterion]
async fn eight_items_at_a_time() {
    let script = Script::new(Work::taking(ms(10)), Work::taking(ms(10)));
    let start = Instant::now();
    drain(fan_out(ended_input(1000), script.service())).await;
    check::in_flight_at_most(&script.primary, 8).usually("a task or future for each item: nothing limits how many run");
    check::in_flight_reached(&script.primary, 8)
        .usually("a lock on the input that is held through the fetch (one at a time), or a worker too few");
    check::took(start, ms(1_250), ms(1))
        .usually("a pause between one item and the next, or workers that wait for each other");
    let script = Script::new(Work::taking(ms(1_000)), Work::taking(ms(1_000)));
    drain(fan_out(ended_input(40), script.service())).await;
    check::in_flight_at_most(&script.primary, 8)
        .usually("an item whose hedge has begun no longer counts as one of the eight");
    check::in_flight_at_most(&script.hedge, 8).usually("more than one hedge for an item");
}

/// While nobody reads the output, at most 25 items are taken from the input, and the tasks are parked: nothing is polled.
/// Nor is anything polled while the input is open and empty.
#[criterion]
async fn a_reader_that_stops_holds_back_the_input() {
    let script = Script::new(Work::taking(ms(10)), Work::taking(ms(10)));
    let (input, receiver) = open_input(1000);
    let output = fan_out(receiver, script.service());
    pass(ms(1_000)).await;
    check::at_most("items taken while nobody reads", input.capacity() as u64, HELD).usually(
        "results that wait where nothing counts them: a larger channel, a list, or tasks that no longer count while they send",
    );
    check::parked_for(ms(10_000)).await.usually("a loop around `try_send`, or one that looks at a flag every so often");
    drop(output);
    let (kept, receiver) = open_input(0);
    let output = fan_out(receiver, script.service());
    pass(ms(1_000)).await;
    check::parked_for(ms(10_000))
        .await
        .usually("a loop around `try_recv`, or one that looks at a flag every so often; `recv().await` parks the task");
    drop((kept, output));
}

/// When the output is dropped while attempts of 10 s are under way, no attempt is in flight 5 ms later, no task is
/// left, and at most 8 further items were begun. The same holds while the input is open and brings nothing.
#[criterion]
async fn dropping_the_output_stops_everything() {
    let script = Script::new(Work::taking(ms(10_000)), Work::taking(ms(10_000)));
    let output = fan_out(ended_input(1000), script.service());
    pass(ms(200)).await;
    let begun = script.primary.records().len();
    drop(output);
    pass(ms(5)).await;
    check::at_most("items begun after the output was dropped", (script.primary.records().len() - begun) as u64, 8)
        .usually(
            "a worker gives up its item and takes the next one: when the output is gone, it has nothing more to do",
        );
    check::all_tasks_gone().await.usually(
        "a worker learns that the output is gone at its next send, which is seconds away: race its work against `closed()`; \
         or an attempt is a task that nobody aborts",
    );
    script.nothing_goes_on("after the output was dropped").await;
    let (kept, receiver) = open_input(0);
    let output = fan_out(receiver, script.service());
    pass(ms(200)).await;
    drop(output);
    pass(ms(5)).await;
    check::all_tasks_gone().await.usually("a worker that waits for its input does not learn that the output is gone");
    drop(kept);
}

/// Of a hundred items, the primary of each fifth panics, and of four others the hedge does. All other items have their
/// results, eight are at work as before, the output ends, and no task is left.
#[criterion]
async fn a_panic_loses_at_most_its_item() {
    const CAUSE: &str = "the panicking task held more than its item: the fetches of others, a queue of its own, or one of the \
                         eight places, and after eight panics none is left; or a `JoinError` that is unwrapped";
    let hedge_panics = |item: u64| item <= 100 && item % 25 == 7;
    let primary = Work::varying(move |item| ms(if hedge_panics(item) { 1_000 } else { 10 }));
    let primary = primary.panicking(|item| item <= 100 && item.is_multiple_of(5));
    let script = Script::new(primary, Work::taking(ms(10)).panicking(hedge_panics));
    let (input, receiver) = open_input(100);
    let output = fan_out(receiver, script.service());
    let reader = async {
        pass(ms(10_000)).await;
        for item in 1001..=1008 {
            input.try_send(item).ok();
        }
        pass(ms(5)).await;
        check::equal("items at work after the panics, with eight that wait", script.primary.in_flight(), 8)
            .usually(CAUSE);
        drop(input);
    };
    let (seen, ()) = tokio::join!(drain(output), reader);
    let harmless = |item: &u64| !item.is_multiple_of(5) && !hedge_panics(*item) || *item > 100;
    let items: Vec<u64> = seen.iter().map(|fetched| fetched.item).filter(harmless).collect();
    let expected: Vec<u64> = (1..=100).chain(1001..=1008).filter(harmless).collect();
    check::same_items(&items, &expected).usually(CAUSE);
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}
