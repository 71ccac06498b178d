//! A task whose tests are not in this copy of the workbook: what can be said is whether the code compiles.

use super::stream::Stream;
use crate::build::{self, What};
use crate::cli::TaskOptions;
use crate::fault::Fault;
use crate::judge::{Judged, Listen, Outcome};
use crate::report;
use crate::rules::Rules;
use crate::stage::{Parts, Stage};
use crate::style::BOLD;
use crate::subject::Subject;
use crate::whose::Who;
use crate::{Exit, rules, show};
use catalog::{Task, Workbook};
use verdict::Verdict;

/// Compiles the code, and says who judges it. What is not judged is not passed.
pub(super) fn compile(
    workbook: &Workbook,
    task: &Task,
    subject: Subject<'_>,
    who: &Who,
    options: &TaskOptions,
) -> Result<Exit, Fault> {
    if options.only.is_some() {
        return Err(Fault::usage(format!("the tests of {} are not in this copy of the workbook", task.id()))
            .help("without --only it is compiled; your instructor judges it"));
    }
    let criteria = task.criteria()?;
    let stream = options.json.then(|| Stream::begin(workbook, task, &who.to_string(), &criteria, options.rendered));
    let (outcome, broken) = built(workbook, &subject, options.json, stream.as_ref())?;
    let exit = if broken.is_some() { Exit::Failed } else { Exit::Infra };
    let judged: Vec<Judged> = broken
        .iter()
        .flat_map(|broken| criteria.iter().map(|criterion| Judged::at_once(criterion, broken.clone())))
        .collect();
    if let Some(stream) = stream {
        judged.iter().for_each(|judged| stream.judged(judged));
        stream.end(&judged, outcome.warnings, exit).or_else(super::unread)?;
        return Ok(exit);
    }
    out!("{}", report::head(task, &who.to_string(), &outcome.compiler));
    match broken {
        Some(broken) => out!("{}", report::finding(&broken, "")),
        None => {
            outln!("{BOLD}It compiles, and is not judged here.{BOLD:#} The tests of this task are not in this");
            outln!("copy of the workbook: your instructor runs them on what you hand in.");
            outln!("`cargo checker show {}` prints the {}.", show::short(task), asks(criteria.len()));
        }
    }
    Ok(exit)
}

fn asks(criteria: usize) -> String {
    if criteria == 1 { "criterion".to_owned() } else { format!("{criteria} criteria") }
}

/// What the compiler says, and why it is refused, if it is.
fn built(
    workbook: &Workbook,
    subject: &Subject<'_>,
    quiet: bool,
    stream: Option<&Stream>,
) -> Result<(Outcome, Option<Verdict>), Fault> {
    let stage = Stage::set(workbook.root(), std::slice::from_ref(subject), Parts::Tests)?;
    let sources = subject.sources(&stage.staged(subject));
    if let Some(verdict) = rules::oversized(&sources) {
        return Ok((Outcome { judged: Vec::new(), compiler: String::new(), warnings: 0 }, Some(verdict)));
    }
    if let Some(stream) = stream {
        stream.building();
    }
    let packages = [subject.package.clone()];
    let built = build::build(workbook.root(), &stage, &packages, What::Crate, quiet)?;
    let outcome = Outcome::of(subject, &built);
    if let Some(stream) = stream {
        stream.built(&outcome);
    }
    let broken = built.package(&subject.package).and_then(|package| package.broken.clone());
    let forbidden = Rules::of(subject.task, false).broken_by(&sources)?.forbidden;
    Ok((outcome, broken.or(forbidden)))
}
