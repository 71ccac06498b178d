//! `checker verify`: the workbook's proof of itself.
//!
//! A stub compiles without a warning and passes nothing; the solution and every right variant pass everything,
//! without a warning; a wrong variant fails exactly the criteria that it names, with the verdicts that it names.
//! What each is told when it fails is what `reports.txt` says.
//!
//! While some subjects are judged, which is mostly waiting, the next are built. What was proved and has not changed
//! since is not judged again.

pub(crate) mod changed;
mod decides;
mod expected;
mod plan;
mod proofs;
pub(crate) mod reports;
pub(crate) mod varies;

use crate::cargo;
use crate::cli::VerifyOptions;
use crate::fault::Fault;
use crate::judge::{How, Outcome, Ready};
use crate::report;
use crate::stage::{Lock, Parts};
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW};
use crate::subject::Subject;
use crate::{Exit, whose};
use catalog::{Task, Workbook};
pub(crate) use decides::Decides;
#[cfg(feature = "grade")]
pub(crate) use decides::{about_subject, toolchain};
#[cfg(feature = "grade")]
pub(crate) use expected::Expected;
use indicatif::ProgressBar;
use plan::Plan;
#[cfg(feature = "grade")]
pub(crate) use proofs::Proofs;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

/// The tasks that the ids name, or all. What is done with them needs their solutions.
pub(crate) fn chosen<'a>(tasks: &'a [Task], ids: &[String]) -> Result<Vec<&'a Task>, Fault> {
    let chosen: Vec<&Task> = match ids.is_empty() {
        true => tasks.iter().collect(),
        false => ids.iter().map(|id| catalog::resolve(tasks, id)).collect::<Result<_, _>>()?,
    };
    chosen.iter().try_for_each(|task| whose::reference(task))?;
    Ok(chosen)
}

/// Verifies the tasks.
pub(crate) fn verify(workbook: &Workbook, options: &VerifyOptions) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let chosen = chosen(&tasks, &options.ids)?;
    if chosen.is_empty() {
        return Err(Fault::usage("the workbook has no tasks"));
    }
    let began = Instant::now();
    let mut decides = Decides::read(workbook.root())?;
    let mut plans = Vec::new();
    for task in &chosen {
        if let Some(missing) = missing(task) {
            outln!("{YELLOW}  --{YELLOW:#}  {BOLD}{:<12}{BOLD:#} not judged: {missing}", task.id());
            outln!("      {}", missing.remedy);
            continue;
        }
        let mut plan = Plan::of(workbook.root(), task, &mut decides, options.fresh)?;
        if options.any_words {
            plan.any_words();
        }
        plans.push(plan);
    }
    let not_judged = chosen.len() - plans.len();
    let judged = plans.len();
    let problems = all(workbook, plans, options.bless)?;
    let (style, word) = if problems == 0 { (GREEN, "verified") } else { (RED, "looked at") };
    let less = if not_judged == 0 { String::new() } else { format!(", {not_judged} not judged") };
    outln!(
        "\n{style}{} {word}{style:#}{less}{DIM}, {}, {:.1} s{DIM:#}",
        report::counted(judged, "task"),
        report::counted(problems, "problem"),
        began.elapsed().as_secs_f64()
    );
    Ok(match (problems, not_judged) {
        (0, 0) => Exit::Passed,
        (0, _) => Exit::Infra,
        _ => Exit::Failed,
    })
}

/// A service that the task needs and that is not here.
fn missing(task: &Task) -> Option<services::Missing> {
    task.metadata().requires.iter().find_map(|service| services::find(service).err())
}

/// So many subjects are built together: enough to keep the cores busy, and to make up for cargo's own second. What was
/// built for them is 26 MB each and removed after they are judged.
const TOGETHER: usize = 20;

/// What is blessed is judged so many times more, to see what of a message varies by itself.
const AGAIN: usize = 4;

/// Subjects that are built together.
struct Batch<'a> {
    subjects: Vec<Subject<'a>>,
    /// The plan of each, and its place there.
    places: Vec<(usize, usize)>,
}

fn batches<'a>(plans: &[Plan<'a>]) -> Vec<Batch<'a>> {
    let cases = plans.iter().enumerate().flat_map(|(plan, of)| (0..of.cases.len()).map(move |case| (plan, case)));
    let open: Vec<_> = cases.filter(|(plan, case)| !plans[*plan].cases[*case].proved).collect();
    open.chunks(TOGETHER)
        .map(|places| Batch {
            subjects: places.iter().map(|(plan, case)| plans[*plan].cases[*case].subject.clone()).collect(),
            places: places.to_vec(),
        })
        .collect()
}

/// Verifies by these plans, tells of each task in order, and returns how many problems there are.
fn all(workbook: &Workbook, mut plans: Vec<Plan<'_>>, bless: bool) -> Result<usize, Fault> {
    let batches = batches(&plans);
    let open: usize = batches.iter().map(|batch| batch.subjects.len()).sum();
    let progress = cargo::progress(open == 0, "{spinner} {pos} of {len} subjects judged, {elapsed}");
    progress.set_length(open as u64);
    let mut problems = 0;
    let mut told = 0;
    tell(&mut plans, &mut told, &mut problems, bless, &progress)?;
    if open > 0 {
        let again = if bless { AGAIN } else { 0 };
        side_by_side(workbook, &batches, again, |batch, outcomes| {
            for ((plan, case), outcome) in batch.places.iter().zip(outcomes) {
                plans[*plan].cases[*case].outcome = Some(outcome);
            }
            progress.inc(batch.subjects.len() as u64);
            tell(&mut plans, &mut told, &mut problems, bless, &progress)
        })?;
    }
    progress.finish_and_clear();
    Ok(problems)
}

/// Tells of the next tasks whose subjects have all been judged.
fn tell(
    plans: &mut [Plan<'_>],
    told: &mut usize,
    problems: &mut usize,
    bless: bool,
    progress: &ProgressBar,
) -> Result<(), Fault> {
    while let Some(plan) = plans.get_mut(*told).filter(|plan| plan.complete()) {
        *problems += progress.suspend(|| plan.tell(bless))?;
        *told += 1;
    }
    Ok(())
}

/// Builds one batch after the other, and judges each while the next is built.
fn side_by_side<'a>(
    workbook: &Workbook,
    batches: &'a [Batch<'a>],
    again: usize,
    mut judged: impl FnMut(&Batch<'a>, Vec<Outcome>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let how = How { parts: Parts::All, only: None, quiet: true, spans: false, again };
    let lock = Lock::take(workbook.root())?;
    std::thread::scope(|scope| {
        let (built, ready) = sync_channel(0);
        let lock = &lock;
        scope.spawn(move || {
            for batch in batches {
                let ready = Ready::built(lock, workbook.root(), &batch.subjects, how);
                let over = ready.is_err();
                if built.send((batch, ready)).is_err() || over {
                    return;
                }
            }
        });
        for (batch, ready) in ready {
            let ready = ready?;
            let outcomes = ready.judge();
            ready.tidy_up();
            judged(batch, outcomes?)?;
        }
        Ok(())
    })
}
