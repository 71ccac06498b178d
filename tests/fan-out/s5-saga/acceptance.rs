//! Three systems and no transaction over them: what has been done is taken back, whatever happens to the caller.

use async_trait::async_trait;
use futures::FutureExt;
use harness::{check, criterion, memory, ms, pass, watched};
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use task::{Aborted, Cause, Entry, Fault, Log, STAGES, Sagas, Stage, StageError};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use workbook::Work;

/// What an action and a compensation take.
const STEP: u64 = 10;
/// The saga of most tests.
const SAGA: u64 = 1;
/// Why a run ends too early.
const DETACHED: &str = "nobody waits for the compensation: it is spawned and not joined, or the stages are not awaited";
/// The item of a compensation, after those of the actions.
const BACK: u64 = 10;

/// What happens to one saga, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Event {
    Acts(usize),
    Acted(usize),
    Compensates(usize),
    DidCompensate(usize),
    LogsDone(usize),
    LogsAborted,
    LogsCompensated(usize),
}

use Event::{Acted, Acts, Compensates, DidCompensate, LogsAborted, LogsCompensated, LogsDone};

/// How a run ended, without the types of the subject.
#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    Complete,
    Aborted { cause: Why, not_compensated: Vec<Why> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Failed(usize),
    Panicked(usize),
    Cancelled,
}

fn why(fault: &Fault) -> Why {
    match fault {
        Fault::Failed { stage, .. } => Why::Failed(*stage),
        Fault::Panicked { stage } => Why::Panicked(*stage),
    }
}

fn end(result: Result<(), Aborted>) -> End {
    match result {
        Ok(()) => End::Complete,
        Err(Aborted { cause, not_compensated }) => End::Aborted {
            cause: match cause {
                Cause::Fault(fault) => why(&fault),
                Cause::Cancelled => Why::Cancelled,
            },
            not_compensated: not_compensated.iter().map(why).collect(),
        },
    }
}

fn aborted(cause: Why) -> End {
    End::Aborted { cause, not_compensated: Vec::new() }
}

/// The systems that the stages work on, and the log. Clones are the same.
#[derive(Clone)]
struct World {
    work: Work,
    fails: Vec<u64>,
    events: Arc<Mutex<HashMap<u64, Vec<Event>>>>,
    log: Arc<Mutex<HashMap<u64, Vec<Entry>>>>,
}

impl World {
    /// A world in which these items fail and those panic: a stage's action is its number, its compensation [`BACK`] more.
    fn of(fails: &[u64], panics: &[u64]) -> World {
        let panics = panics.to_vec();
        let work = Work::taking(ms(STEP)).panicking(move |item| panics.contains(&item));
        World { work: watched(work), fails: fails.to_vec(), events: Arc::default(), log: Arc::default() }
    }

    /// The same systems after a restart, in a world where these items fail.
    fn later(&self, fails: &[u64]) -> World {
        World { log: self.log.clone(), ..World::of(fails, &[]) }
    }

    fn sagas(&self) -> Sagas {
        let stage = |stage| -> Arc<dyn Stage> { Arc::new(TestStage { world: self.clone(), stage }) };
        Sagas::new([stage(0), stage(1), stage(2)], Arc::new(self.clone()))
    }

    fn note(&self, saga: u64, event: Event) {
        lock(&self.events).entry(saga).or_default().push(event);
    }

    /// All that happened to the saga.
    fn events(&self, saga: u64) -> Vec<Event> {
        lock(&self.events).get(&saga).cloned().unwrap_or_default()
    }

    /// The steps that were begun, without their ends and the log.
    fn steps(&self, saga: u64) -> Vec<Event> {
        self.events(saga).into_iter().filter(|event| matches!(event, Acts(_) | Compensates(_))).collect()
    }

    async fn step(&self, item: u64) -> Result<(), StageError> {
        self.work.run(item).await;
        if self.fails.contains(&item) { Err(StageError(format!("step {item} fails"))) } else { Ok(()) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct TestStage {
    world: World,
    stage: usize,
}

#[async_trait]
impl Stage for TestStage {
    async fn act(&self, saga: u64) -> Result<(), StageError> {
        self.world.note(saga, Acts(self.stage));
        self.world.step(self.stage as u64).await?;
        self.world.note(saga, Acted(self.stage));
        Ok(())
    }

    async fn compensate(&self, saga: u64) -> Result<(), StageError> {
        self.world.note(saga, Compensates(self.stage));
        self.world.step(BACK + self.stage as u64).await?;
        self.world.note(saga, DidCompensate(self.stage));
        Ok(())
    }
}

#[async_trait]
impl Log for World {
    async fn read(&self, saga: u64) -> Vec<Entry> {
        tokio::task::yield_now().await;
        lock(&self.log).get(&saga).cloned().unwrap_or_default()
    }

    async fn append(&self, saga: u64, entry: Entry) {
        tokio::task::yield_now().await;
        self.note(
            saga,
            match entry {
                Entry::Done(stage) => LogsDone(stage),
                Entry::Aborted(_) => LogsAborted,
                Entry::Compensated(stage) => LogsCompensated(stage),
            },
        );
        lock(&self.log).entry(saga).or_default().push(entry);
    }
}

/// The stages before `stage` act.
fn there(stage: usize) -> impl Iterator<Item = Event> {
    (0..stage).flat_map(|done| [Acts(done), Acted(done), LogsDone(done)])
}

/// The saga turns, and the stages before `stage` are compensated.
fn back(stage: usize) -> impl Iterator<Item = Event> {
    let stages = (0..stage).rev();
    std::iter::once(LogsAborted)
        .chain(stages.flat_map(|done| [Compensates(done), DidCompensate(done), LogsCompensated(done)]))
}

/// What happens when `stage` fails.
fn there_and_back(stage: usize) -> Vec<Event> {
    there(stage).chain([Acts(stage)]).chain(back(stage)).collect()
}

/// This happened, in this order. What is commonly wrong with the way back is told apart; `otherwise` is why something is
/// missing.
fn history(seen: &[Event], expected: &[Event], otherwise: &str) {
    let at = |event: Event| seen.iter().position(|seen| *seen == event);
    for stage in 0..STAGES {
        check::that(
            at(Compensates(stage)).is_none() || at(Acted(stage)).is_some(),
            format!("stage {stage} is compensated, and it has failed"),
        )
        .usually("all that was begun is taken back: a stage that fails has had no effect");
        check::that(
            at(LogsDone(stage)).is_none_or(|logged| at(Acted(stage)).is_some_and(|acted| acted < logged)),
            format!("stage {stage} is in the log as done before it has acted"),
        )
        .usually("the entry is written first: if the stage then fails, or the process dies, the log is wrong");
    }
    let back: Vec<usize> =
        seen.iter().enumerate().filter(|(_, e)| matches!(e, Compensates(_))).map(|(at, _)| at).collect();
    if let Some(&first) = back.first() {
        check::that(
            at(LogsAborted).is_some_and(|turn| turn < first),
            "a stage is compensated before `Aborted` is in the log",
        )
        .usually("the turn is not logged, or too late: after a crash on the way back, the saga would go forward again");
    }
    for pair in back.windows(2) {
        let (earlier, later) = (seen[pair[0]], seen[pair[1]]);
        check::that(earlier > later, format!("out of order: {earlier:?}, then {later:?}"))
            .usually("the way back is the way forward: compensate the last stage first");
        check::that(
            pair[1] > pair[0] + 1 || !expected.contains(&twin(earlier)),
            format!("{later:?} begins before {earlier:?} is over"),
        )
        .usually("the compensations run side by side: each relies on what the stages before it have done");
    }
    check::items(seen, expected).usually(otherwise);
}

/// The end of a compensation.
fn twin(begun: Event) -> Event {
    if let Compensates(stage) = begun { DidCompensate(stage) } else { begun }
}

/// The step of this item, in words.
fn step(item: u64) -> String {
    if item < BACK { format!("stage {item}") } else { format!("the compensation of stage {}", item - BACK) }
}

/// No step was begun and not ended: `how` says what became of it.
fn no_step_was(world: &World, how: &str, cause: &str) {
    let begun = world.work.records().iter().find(|run| !run.finished).map(|run| step(run.item));
    check::that(begun.is_none(), format!("{} was {how}", begun.unwrap_or_default())).usually(cause);
}

/// Nothing happens to the saga after `what`.
async fn nothing_follows(world: &World, saga: u64, what: &str, cause: &str) {
    let before = world.events(saga).len();
    pass(ms(100)).await;
    let after: Vec<Event> = world.events(saga).split_off(before);
    check::that(after.is_empty(), format!("after {what}, this happens: {after:?}")).usually(cause);
}

/// Runs the saga to its end, in a world where something may panic.
async fn run_caught(sagas: &Sagas) -> End {
    let ended = AssertUnwindSafe(sagas.run(SAGA, CancellationToken::new())).catch_unwind().await;
    check::that(ended.is_ok(), "a panic of a stage comes out of `run`")
        .usually("a panic ends the saga's task, and with it the one who would compensate: catch it around each step");
    ended.map_or(End::Complete, end)
}

/// Runs the saga for so long, then drops the run.
async fn run_for(sagas: &Sagas, saga: u64, time: Duration) {
    let run = timeout(time, sagas.run(saga, CancellationToken::new())).await;
    check::that(run.is_err(), format!("the saga ended within {} ms", time.as_millis())).usually(DETACHED);
}

/// Runs the saga and cancels it after so long.
async fn run_cancelled(sagas: &Sagas, saga: u64, after: Duration) -> End {
    let token = CancellationToken::new();
    let cancel = async {
        tokio::time::sleep(after).await;
        token.cancel();
    };
    let (result, ()) = tokio::join!(sagas.run(saga, token.clone()), cancel);
    end(result)
}

/// Three stages of 10 ms act one after another, each is logged before the next begins, and nothing is compensated: the saga
/// is complete after 30 ms.
#[criterion]
async fn three_stages_act_one_after_another() {
    let world = World::of(&[], &[]);
    let start = Instant::now();
    let ended = world.sagas().run(SAGA, CancellationToken::new()).await;
    check::equal("how the saga ended", end(ended), End::Complete).usually("a success that is taken for a failure");
    let expected: Vec<Event> = there(STAGES).collect();
    history(
        &world.events(SAGA),
        &expected,
        "stages that act at once, or an entry that is written when the next has begun",
    );
    check::took(start, ms(3 * STEP), ms(0)).usually("stages that act at once, or a pause between them");
}

/// Whichever stage fails, those before it are compensated, the last one first, one after another, each once; the failed
/// one is not. `Aborted` and each compensation are logged in their place. The run returns after the last of them, and
/// names the stage.
#[criterion]
async fn a_failure_compensates_in_reverse_order() {
    for stage in (0..STAGES).rev() {
        let world = World::of(&[stage as u64], &[]);
        let ended = world.sagas().run(SAGA, CancellationToken::new()).await;
        nothing_follows(&world, SAGA, "`run` has returned", DETACHED).await;
        history(&world.events(SAGA), &there_and_back(stage), "a stage that has acted and is not compensated");
        check::equal("how the saga ended", end(ended), aborted(Why::Failed(stage)))
            .usually("the error is lost, or names another stage");
    }
}

/// A panic is a failure of its stage: those before it are compensated in reverse order, and the run names the stage.
#[criterion]
async fn a_panic_is_a_failure_of_its_stage() {
    for stage in (0..STAGES).rev() {
        let world = World::of(&[], &[stage as u64]);
        let ended = run_caught(&world.sagas()).await;
        nothing_follows(&world, SAGA, "`run` has returned", DETACHED).await;
        history(
            &world.events(SAGA),
            &there_and_back(stage),
            "a panic ends the saga's task, and with it the one who would compensate",
        );
        check::equal("how the saga ended", ended, aborted(Why::Panicked(stage)))
            .usually("a panic that is reported as something else, or of another stage");
    }
}

/// A compensation that fails or panics is reported and not logged, and the others still run. A later run tries that one
/// again, nothing else, and then reports nothing.
#[criterion]
async fn a_failing_compensation_does_not_stop_the_others() {
    const CAUSE: &str = "the first compensation that fails ends the way back; what lies before it keeps its effect";
    for (fails, panics, left) in
        [(vec![2, BACK + 1], vec![], Why::Failed(1)), (vec![2], vec![BACK + 1], Why::Panicked(1))]
    {
        let world = World::of(&fails, &panics);
        let ended = run_caught(&world.sagas()).await;
        nothing_follows(&world, SAGA, "`run` has returned", DETACHED).await;
        let mut expected = there_and_back(2);
        expected.retain(|event| !matches!(event, DidCompensate(1) | LogsCompensated(1)));
        history(&world.events(SAGA), &expected, CAUSE);
        let cause = Why::Failed(2);
        check::equal("how the saga ended", ended, End::Aborted { cause, not_compensated: vec![left] })
            .usually("the fault of a compensation is lost, or replaces the cause");
        let later = world.later(&[2]);
        let again = later.sagas().run(SAGA, CancellationToken::new()).await;
        check::that(
            !later.events(SAGA).is_empty(),
            "the second run does nothing, and stage 1 is still not compensated",
        )
        .usually(
            "what follows the last `Compensated` is taken to be all that is left: `Compensated(0)` is in the log, and \
                 `Compensated(1)` is not",
        );
        check::items(&later.events(SAGA), &[Compensates(1), DidCompensate(1), LogsCompensated(1)]).usually(
            "a compensation that failed is logged like one that did not; or the log is not read before the run, and all \
             is done again",
        );
        check::equal("how the saga ended the second time", end(again), aborted(cause))
            .usually("the cause is not taken from the log");
    }
}

/// A cancel lets the action under way end; then no other begins, and that action and those before it are compensated.
/// Before the first stage, nothing happens. During the last it comes too late: the saga is complete.
#[criterion]
async fn a_cancel_lets_the_action_end_and_compensates() {
    let world = World::of(&[], &[]);
    let ended = run_cancelled(&world.sagas(), SAGA, ms(15)).await;
    nothing_follows(&world, SAGA, "`run` has returned", DETACHED).await;
    no_step_was(
        &world,
        "cut off",
        "the action is raced against the token: whether it had its effect, nobody knows any more",
    );
    let expected: Vec<Event> = there(2).chain(back(2)).collect();
    history(
        &world.events(SAGA),
        &expected,
        "a cancel stops the saga, and with it the compensation; or is not looked at between two stages",
    );
    check::equal("how the saga ended", ended, aborted(Why::Cancelled))
        .usually("a cancel is not the cause that is told");

    let before = CancellationToken::new();
    before.cancel();
    let ended = world.sagas().run(2, before).await;
    check::items(&world.steps(2), &[]).usually("the token is looked at after the first stage only");
    check::equal("how the saga ended that was cancelled before it began", end(ended), aborted(Why::Cancelled))
        .usually("the token is not looked at before the first stage");

    let ended = run_cancelled(&world.sagas(), 3, ms(25)).await;
    check::equal("how the saga ended that was cancelled during its last stage", ended, End::Complete).usually(
        "the token is looked at when all is done, and there is nothing left to cancel; or the action is cut off",
    );
    check::items(&world.steps(3), &[Acts(0), Acts(1), Acts(2)]).usually("a complete saga is compensated");
}

/// A cancel during the compensation changes nothing: each ends, in its order, and the cause stays what it was.
#[criterion]
async fn a_cancel_does_not_interrupt_the_compensation() {
    for after in [35, 45] {
        let world = World::of(&[2], &[]);
        let ended = run_cancelled(&world.sagas(), SAGA, ms(after)).await;
        nothing_follows(&world, SAGA, "`run` has returned", DETACHED).await;
        history(
            &world.events(SAGA),
            &there_and_back(2),
            "the token stops the compensation too: it is for the way forward alone",
        );
        check::equal("how the saga ended", ended, aborted(Why::Failed(2)))
            .usually("a later cancel replaces the failure");
    }
}

/// A run that is dropped is a cancel: the action under way ends, the compensation runs to its end, and then, to the
/// millisecond, no task is left. Dropped during the compensation, it runs to its end too.
#[criterion]
async fn a_dropped_caller_is_a_cancel() {
    let world = World::of(&[], &[]);
    run_for(&world.sagas(), SAGA, ms(15)).await;
    pass(ms(25)).await;
    no_step_was(
        &world,
        "dropped with the caller",
        "the saga runs in the caller's future and is dropped with it: give it a task of its own. Or that task drops the \
         action when it hears that the caller is gone",
    );
    check::all_tasks_gone().await.usually("something waits for a caller that is gone, or goes on forward without it");
    let expected: Vec<Event> = there(2).chain(back(2)).collect();
    history(
        &world.events(SAGA),
        &expected,
        "nothing tells the saga's task that its caller is gone; or the compensation listens to it",
    );

    let world = World::of(&[2], &[]);
    run_for(&world.sagas(), SAGA, ms(35)).await;
    pass(ms(15)).await;
    history(
        &world.events(SAGA),
        &there_and_back(2),
        "the compensation runs in the caller's future and is dropped with it: give it a task of its own",
    );
    check::all_tasks_gone().await.usually("something waits for a caller that is gone");
}

/// `settled` returns when the last compensation of a dropped caller has ended, not before and not later; when nothing
/// runs, at once.
#[criterion]
async fn settled_waits_for_those_whose_callers_are_gone() {
    let world = World::of(&[], &[]);
    let sagas = world.sagas();
    let start = Instant::now();
    let at_once = timeout(ms(1_000), sagas.settled()).await;
    check::that(at_once.is_ok(), "`settled` waits though nothing runs")
        .usually("a wait for a change, without a look before");
    run_for(&sagas, SAGA, ms(15)).await;
    let settled = timeout(ms(1_000), sagas.settled()).await;
    check::that(settled.is_ok(), "`settled` does not return").usually("a count that does not get back to 0");
    check::took_at_most(start, ms(4 * STEP)).usually("`settled` looks from time to time");
    nothing_follows(
        &world,
        SAGA,
        "`settled` has returned",
        "only runs with a caller are counted: the compensation is detached, and the program may end before it",
    )
    .await;
    let ended = sagas.run(2, CancellationToken::new()).await;
    check::equal("how a saga ended that was begun afterwards", end(ended), End::Complete)
        .usually("`settled` shuts the door: it only waits");
}

/// A saga that is complete, and one that was aborted and compensated, are not run again, nor after a restart: no stage is
/// called, and the result is the one that it had.
#[criterion]
async fn a_finished_saga_is_not_run_again() {
    const CAUSE: &str = "the log is not read before the run, or does not tell that the saga was aborted; or what is finished \
                         is known to this process alone";
    for (fails, expected) in [(vec![], End::Complete), (vec![2], aborted(Why::Failed(2)))] {
        let world = World::of(&fails, &[]);
        let sagas = world.sagas();
        let first = sagas.run(SAGA, CancellationToken::new()).await;
        check::equal("how the saga ended", end(first), expected.clone()).usually("an error that is lost");
        nothing_follows(&world, SAGA, "`run` has returned", DETACHED).await;
        let steps = world.steps(SAGA).len();
        let second = sagas.run(SAGA, CancellationToken::new()).await;
        check::equal("steps of the second run", world.steps(SAGA).len() - steps, 0).usually(CAUSE);
        check::equal("how the second run ended", end(second), expected.clone()).usually(CAUSE);
        let later = world.later(&[]);
        let third = later.sagas().run(SAGA, CancellationToken::new()).await;
        check::items(&later.steps(SAGA), &[]).usually(CAUSE);
        check::equal("how the run after a restart ended", end(third), expected).usually(CAUSE);
    }
}

/// After a crash, whatever the log's last entry, a run goes on behind it: no step that is logged is taken again, and none
/// that is not is left out. After `Aborted` it goes backward only.
#[criterion]
async fn a_run_goes_on_where_the_log_ends() {
    const CAUSE: &str = "the log is not read before the run; or what it says of the direction is not: after `Aborted`, \
                         nothing acts, and only what is done is compensated";
    for done in 0..=STAGES {
        let crashed = World::of(&[], &[]);
        lock(&crashed.log).insert(SAGA, (0..done).map(Entry::Done).collect());
        let ended = crashed.sagas().run(SAGA, CancellationToken::new()).await;
        check::items(&crashed.steps(SAGA), &(done..STAGES).map(Acts).collect::<Vec<Event>>()).usually(CAUSE);
        check::equal("how the saga ended after the crash", end(ended), End::Complete).usually(CAUSE);
    }
    let error = StageError("the card is refused".to_owned());
    let turn = Entry::Aborted(Cause::Fault(Fault::Failed { stage: 2, error }));
    let log = [Entry::Done(0), Entry::Done(1), turn, Entry::Compensated(1), Entry::Compensated(0)];
    let steps = [Acts(0), Acts(1), Acts(2), Compensates(1), Compensates(0)];
    // The third action failed before `Aborted` was written: so many entries, so many steps.
    for entries in 0..=log.len() {
        let crashed = World::of(&[2], &[]);
        lock(&crashed.log).insert(SAGA, log[..entries].to_vec());
        let ended = crashed.sagas().run(SAGA, CancellationToken::new()).await;
        nothing_follows(&crashed, SAGA, "`run` has returned", DETACHED).await;
        check::same_items(&crashed.steps(SAGA), &steps[entries..]).usually(CAUSE);
        check::equal("how the saga ended after the crash", end(ended), aborted(Why::Failed(2))).usually(CAUSE);
    }
}

/// A run of a saga that is under way waits for its end, and then does what is left, if anything: nothing happens twice,
/// also when the first caller is gone and the compensation is still on its way. So does a third run, while the second is
/// under way.
#[criterion]
async fn a_retry_waits_for_the_run_under_way() {
    const CAUSE: &str = "both runs read the log at the same time and take the same next step: one at a time for each saga. \
                         Or the first was cut off with its caller";
    let world = World::of(&[], &[]);
    let sagas = world.sagas();
    let (first, second) =
        tokio::join!(sagas.run(SAGA, CancellationToken::new()), sagas.run(SAGA, CancellationToken::new()));
    check::items(&world.steps(SAGA), &[Acts(0), Acts(1), Acts(2)]).usually(CAUSE);
    check::equal("how both runs ended", (end(first), end(second)), (End::Complete, End::Complete)).usually(CAUSE);

    run_for(&sagas, 2, ms(15)).await;
    let retry = sagas.run(2, CancellationToken::new()).await;
    nothing_follows(&world, 2, "the second `run` has returned", "the second run does not wait for the first").await;
    let steps = world.steps(2);
    let twice = (1..steps.len()).find(|&at| steps[..at].contains(&steps[at])).map(|at| steps[at]);
    check::that(
        twice.is_none(),
        format!("{} was taken twice", twice.map_or(String::new(), |step| format!("{step:?}"))),
    )
    .usually(CAUSE);
    check::equal("how the retry ended", end(retry), aborted(Why::Cancelled)).usually(
        "the first run does not hear that its caller is gone, or is dropped with it; or its turn is not in the log",
    );

    // A compensation that fails is tried again by each run: the third comes when the first is over and the second is not.
    let world = World::of(&[2, BACK + 1], &[]);
    let sagas = world.sagas();
    let third = async {
        pass(ms(5 * STEP + STEP / 2)).await;
        sagas.run(SAGA, CancellationToken::new()).await
    };
    let first_and_second = all_of(&sagas, [SAGA, SAGA]);
    let (mut ended, third) = tokio::join!(first_and_second, third);
    ended.push(end(third));
    let mut tries: Vec<_> = world.work.records().into_iter().filter(|record| record.item == BACK + 1).collect();
    tries.sort_by_key(|record| record.start);
    let overlap = tries.windows(2).any(|pair| pair[0].end.is_none_or(|end| pair[1].start < end));
    check::that(!overlap, "of three runs of one saga, two compensate stage 1 at the same time").usually(
        "the saga's lock is thrown away when a run ends, though another waits for it: who comes next makes a new one",
    );
    let expected = End::Aborted { cause: Why::Failed(2), not_compensated: vec![Why::Failed(1)] };
    let other = ended.into_iter().find(|ended| *ended != expected).unwrap_or(expected.clone());
    check::equal("how one of three runs ended", other, expected)
        .usually("the cause, or the compensation that fails again, is lost on the way to a caller");
}

/// A run that waits for another of its saga is cancelled at 15 ms: the other is complete at 30 ms, and the one that waits
/// returns the same, not before. So is the other complete when the one that waits is dropped at 15 ms.
#[criterion]
async fn a_cancelled_retry_leaves_the_run_under_way_alone() {
    let world = World::of(&[], &[]);
    let sagas = world.sagas();
    let start = Instant::now();
    let waits = async {
        let ended = run_cancelled(&sagas, SAGA, ms(15)).await;
        (ended, start.elapsed().as_millis())
    };
    let (first, (second, after)) = tokio::join!(sagas.run(SAGA, CancellationToken::new()), waits);
    check::equal("how the run under way ended", end(first), End::Complete)
        .usually("the token of a run that waits reaches the one under way: it is another caller's");
    check::items(&world.steps(SAGA), &[Acts(0), Acts(1), Acts(2)])
        .usually("the run that is to wait acts too: both read the log at the same time and take the same next step");
    check::that(after == 30, format!("the run that waits is cancelled and returns after {after} ms, expected 30"))
        .usually(
            "the wait is raced against the token: nobody knows yet how the saga ends, and what is returned is made up",
        );
    check::equal("how the run that waited ended", second, End::Complete).usually(
        "the token is looked at when the other run has completed the saga, and there is nothing left to cancel",
    );

    let (first, dropped) =
        tokio::join!(sagas.run(2, CancellationToken::new()), timeout(ms(15), sagas.run(2, CancellationToken::new())));
    check::that(dropped.is_err(), "the run that waits ended within 15 ms").usually("it does not wait");
    check::equal("how the run under way ended, when one that waits was dropped", end(first), End::Complete)
        .usually("all callers of a saga share one guard, and the first of them that goes away cancels it");
    check::items(&world.steps(2), &[Acts(0), Acts(1), Acts(2)]).usually("the run that waited acts too");
    sagas.settled().await;
}

/// The caller's token is only read: it is not cancelled after a run that has returned, complete or aborted, nor after one
/// that was dropped.
#[criterion]
async fn the_callers_token_is_only_read() {
    const CAUSE: &str =
        "a drop guard of the caller's own token, which cancels whatever else hangs on it: cancel a child of it";
    let world = World::of(&[], &[]);
    let sagas = world.sagas();
    let token = CancellationToken::new();
    sagas.run(SAGA, token.clone()).await.ok();
    check::that(!token.is_cancelled(), "the caller's token is cancelled when `run` has returned").usually(CAUSE);
    let failing = World::of(&[2], &[]);
    failing.sagas().run(SAGA, token.clone()).await.err();
    check::that(!token.is_cancelled(), "the caller's token is cancelled when a stage has failed").usually(CAUSE);
    timeout(ms(15), sagas.run(2, token.clone())).await.ok();
    sagas.settled().await;
    check::that(!token.is_cancelled(), "the caller's token is cancelled when `run` was dropped").usually(CAUSE);
}

/// The log of sagas that are all complete.
struct AllDone;

#[async_trait]
impl Log for AllDone {
    async fn read(&self, _: u64) -> Vec<Entry> {
        (0..STAGES).map(Entry::Done).collect()
    }

    async fn append(&self, saga: u64, entry: Entry) {
        check::that(false, format!("saga {saga} was complete, and {entry:?} was logged"))
            .usually("the log is not read before the run");
    }
}

/// Nothing is kept of a saga that has ended: 5000, one after another, need at most 400 KiB.
#[criterion]
async fn a_saga_that_has_ended_leaves_nothing() {
    let world = World::of(&[], &[]);
    let stage = |stage| -> Arc<dyn Stage> { Arc::new(TestStage { world: world.clone(), stage }) };
    let sagas = Sagas::new([stage(0), stage(1), stage(2)], Arc::new(AllDone));
    let peak = memory::measure();
    for saga in 0..5000 {
        if saga % 1000 == 999 {
            pass(ms(1)).await;
        }
        let ended = sagas.run(saga, CancellationToken::new()).await;
        check::that(ended.is_ok(), format!("saga {saga} was complete, and ended like this: {ended:?}"))
            .usually("the log is not read before the run");
    }
    check::peak_memory(&peak, 400 << 10)
        .usually("a lock, a handle or a result is kept for every saga that ever ran: remove it when its last run ends");
}

/// Ten sagas at once take as long as one, 30 ms, though the caller of one is dropped.
#[criterion]
async fn sagas_do_not_wait_for_each_other() {
    let world = World::of(&[], &[]);
    let sagas = world.sagas();
    let start = Instant::now();
    let dropped = timeout(ms(15), sagas.run(0, CancellationToken::new()));
    let (dropped, others) = tokio::join!(dropped, all_of(&sagas, 1..10));
    check::that(dropped.is_err(), "a saga ended within 15 ms").usually("the stages are not awaited one after another");
    check::took(start, ms(3 * STEP), ms(0)).usually("one lock for all sagas: each needs one of its own");
    check::that(others.iter().all(|ended| *ended == End::Complete), format!("nine sagas ended like this: {others:?}"))
        .usually("a cancel that reaches every saga");
    pass(ms(STEP)).await;
}

/// Runs these sagas at once.
async fn all_of(sagas: &Sagas, ids: impl IntoIterator<Item = u64>) -> Vec<End> {
    let runs: Vec<_> = ids.into_iter().map(|saga| sagas.run(saga, CancellationToken::new())).collect();
    futures::future::join_all(runs).await.into_iter().map(end).collect()
}
