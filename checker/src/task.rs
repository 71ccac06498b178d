//! `checker task`: from an id to a report.

mod elsewhere;
mod stream;

use crate::cli::TaskOptions;
use crate::fault::Fault;
use crate::judge::{self, How, Judged, Listen, Outcome};
use crate::progress::{self, Progress};
use crate::report;
use crate::stage::Parts;
use crate::style::{BOLD, DIM};
use crate::subject::Subject;
use crate::whose::{self, Who};
use crate::{Exit, show};
use catalog::{Criterion, Task, Workbook};
use std::io;
pub(crate) use stream::SCHEMA;
use stream::Stream;
use verdict::Kind;

/// Judges one task.
pub(crate) fn task(workbook: &Workbook, options: &TaskOptions) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let task = catalog::resolve(&tasks, &options.id)?;
    let (subject, who) = whose::subject(task, &options.whose)?;
    if task.judged_elsewhere() {
        return elsewhere::compile(workbook, task, subject, &who, options);
    }
    let learners = matches!(who, Who::Learner);
    let how =
        How { parts: Parts::Tests, only: options.only.as_deref(), quiet: options.json, spans: options.spans, again: 0 };
    let subject = [subject];
    let criteria = wanted(task, &subject[0], options)?;
    let stream = options.json.then(|| Stream::begin(workbook, task, &who.to_string(), &criteria, options.rendered));
    let listener: &dyn Listen = stream.as_ref().map_or(&(), |stream| stream as &dyn Listen);
    let outcome = only_one(judge::judge_aloud(workbook.root(), &subject, how, listener)?)?;
    if !options.json {
        out!("{}", report::head(task, &who.to_string(), &outcome.compiler));
        out!("{}", report::criteria(&outcome.judged));
    }
    let mut judged = outcome.judged;
    // A model takes seconds: the other criteria are told first. What does not compile has been told already.
    let broken = judged.iter().any(|judged| judged.verdict.kind == Kind::Build);
    if criteria.iter().any(|criterion| criterion.model) && !broken {
        let how = How { parts: Parts::Models, ..how };
        let models = only_one(judge::judge_aloud(workbook.root(), &subject, how, listener)?)?;
        if !options.json {
            out!("{}", report::criteria(&models.judged));
        }
        judged.extend(models.judged);
    }
    let exit = exit(&judged);
    if stream.is_none() {
        out!("{}", report::sum(&judged));
        if let Some(again) = report::again(&judged, &whose::command(task, &options.whose)) {
            out!("{again}");
        }
    }
    if learners && options.only.is_none() && !options.skip_models {
        let progress = record(workbook, task, &judged, exit)?;
        if !options.json {
            next(&tasks, task, &progress, exit);
        }
    }
    if let Some(stream) = stream {
        stream.end(&judged, outcome.warnings, exit).or_else(unread)?;
    }
    Ok(exit)
}

/// The criteria that are asked for.
fn wanted(task: &Task, subject: &Subject<'_>, options: &TaskOptions) -> Result<Vec<Criterion>, Fault> {
    let models = subject.models && !options.skip_models;
    let mut criteria = task.criteria()?;
    criteria.retain(|criterion| {
        (models || !criterion.model) && options.only.as_ref().is_none_or(|part| criterion.test.contains(part))
    });
    match criteria.is_empty() {
        false => Ok(criteria),
        true => {
            let only = options.only.as_deref().unwrap_or_default();
            Err(Fault::usage(format!("no criterion of {} has {only:?} in its name", task.id()))
                .help("the names are those of the functions in its acceptance.rs"))
        }
    }
}

/// Notes what the verdict says about the learner's code: a pass, or the first criterion that does not hold. What was
/// not judged, because it does not compile or is not written yet, leaves what was known.
fn record(workbook: &Workbook, task: &Task, judged: &[Judged], exit: Exit) -> Result<Progress, Fault> {
    let (root, id) = (workbook.root(), task.id());
    Ok(match report::first_of_its_own(judged) {
        _ if exit == Exit::Passed => {
            let tests = task.hash()?;
            progress::update(root, |file| file.pass(&id, &tests))
        }
        Some(first) => progress::update(root, |file| file.fail(&id, &first.criterion.test)),
        None => Progress::read(root),
    })
}

/// What came of the one subject that was judged.
pub(crate) fn only_one(outcomes: Vec<Outcome>) -> Result<Outcome, Fault> {
    outcomes.into_iter().next().ok_or_else(|| Fault::infra("a subject without an outcome"))
}

/// What to do after the report.
fn next(tasks: &[Task], task: &Task, progress: &Progress, exit: Exit) {
    let short = show::short(task);
    match exit {
        Exit::Passed => match to_do(tasks, task, |task| progress.passed(&task.id())) {
            Some(next) => {
                outln!("{DIM}next:{DIM:#} {BOLD}cargo checker show {}{BOLD:#}", show::short(next))
            }
            None => outln!("{DIM}that was the last task{DIM:#}"),
        },
        _ => {
            outln!(
                "{DIM}edit exercises/{}/src, then:{DIM:#} {BOLD}cargo checker task {short}{BOLD:#}",
                show::folder(task)
            );
            outln!("{DIM}no idea?{DIM:#} {BOLD}cargo checker hint {short}{BOLD:#}");
        }
    }
}

/// The first task behind this one that has not been passed, or else the first one of all.
fn to_do<'a>(tasks: &'a [Task], task: &Task, passed: impl Fn(&Task) -> bool) -> Option<&'a Task> {
    let behind = tasks.iter().skip_while(|other| other.id() != task.id()).skip(1);
    behind.chain(tasks).find(|task| !passed(task))
}

/// The exit code: a grader's fault outweighs a learner's, which it may have caused.
pub(crate) fn exit(judged: &[Judged]) -> Exit {
    let kinds = || judged.iter().map(|judged| judged.verdict.kind);
    if kinds().any(|kind| kind == Kind::Infra) {
        Exit::Infra
    } else if kinds().all(|kind| kind == Kind::Pass) {
        Exit::Passed
    } else {
        Exit::Failed
    }
}

/// A reader that has seen enough is no fault; records that could not be written are.
pub(crate) fn unread(error: io::Error) -> Result<(), Fault> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Fault::infra(format!("the records cannot be written: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Workbook, to_do};

    #[test]
    fn the_next_task_is_behind_the_one_just_passed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let task = |name: &str| format!("tests/fan-out/{name}/task.toml");
        let place = ["Cargo.toml", "exercises/x", "tests/harness/x"].map(str::to_owned);
        for file in place.into_iter().chain(["01-a", "02-b", "03-c"].map(task)) {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, "title = \"A task\"\nsummary = \"What it is\"\n").expect("a file");
        }
        let tasks = Workbook::find(folder.path()).and_then(|workbook| workbook.tasks()).expect("three tasks");
        let next = |just: usize, passed: &[usize]| {
            to_do(&tasks, &tasks[just - 1], |task| passed.iter().any(|at| tasks[at - 1].id() == task.id()))
                .map(|task| task.id().to_string())
        };
        assert_eq!(next(2, &[2]).as_deref(), Some("fan-out/3"), "behind it, though the first is open");
        assert_eq!(next(3, &[2, 3]).as_deref(), Some("fan-out/1"), "none is open behind it");
        assert_eq!(next(1, &[1, 2]).as_deref(), Some("fan-out/3"));
        assert_eq!(next(2, &[1, 2, 3]), None);
    }
}
