//! `checker trace`: runs a task's tests, and draws what one of them saw over virtual time.

mod colours;

use crate::bench;
use crate::cli::TraceOptions;
use crate::fault::Fault;
use crate::judge::{self, How, Judged};
use crate::stage::Parts;
use crate::style::{BOLD, DIM};
use crate::{Exit, report, show, task, whose};
use catalog::{Task, Workbook};
use lanes::{Mark, Options};
use std::path::Path;

/// Where the output is no terminal, and of a terminal that is larger, at most so much: a line is to be followed with
/// the eye.
const WIDTH: usize = 80;
const WIDEST: usize = 160;
const HEIGHT: usize = 32;
/// What stands above and below the picture.
const AROUND: usize = 6;
const LOWEST: usize = 12;

/// Draws one criterion of a task.
pub(crate) fn trace(workbook: &Workbook, options: &TraceOptions) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let task = catalog::resolve(&tasks, &options.id)?;
    if task.judged_elsewhere() {
        return Err(Fault::usage(format!("the tests of {} are not in this copy of the workbook", task.id()))
            .help("what is drawn is a test's run: there is none to draw"));
    }
    let (subject, who) = whose::subject(task, &options.whose)?;
    let test = options.test.as_deref().map(|test| named(task, test)).transpose()?;
    if let Some(file) = &options.svg {
        bench::writable(file)?;
    }
    let how = |only| How { parts: Parts::Tests, only, quiet: false, spans: true, again: 0 };
    let judge = |only| task::only_one(judge::judge(workbook.root(), std::slice::from_ref(&subject), how(only))?);
    let outcome = judge(test.as_deref())?;
    out!("{}", report::head(task, &who.to_string(), &outcome.compiler));
    let Some(chosen) = choose(task, &outcome.judged, test.as_deref()) else {
        return match outcome.judged.iter().find(|judged| !judged.verdict.passed()) {
            // It did not come to its work.
            Some(broken) if test.is_none() || judged_at_once(broken) => {
                out!("{}", report::criteria(std::slice::from_ref(broken)));
                outln!("\n{DIM}Nothing was worked on: there is no picture.{DIM:#}");
                Ok(task::exit(std::slice::from_ref(broken)))
            }
            _ if test.is_none() => Err(without(task)),
            _ => Err(unwatched(task, test.as_deref().unwrap_or_default(), &judge(None)?.judged)),
        };
    };
    out!("{}", report::criteria(std::slice::from_ref(chosen)));
    let picture = picture(task, chosen, &who.to_string());
    let (width, height) = terminal_size::terminal_size()
        .map_or((WIDTH, HEIGHT), |(width, height)| (usize::from(width.0).min(WIDEST), usize::from(height.0)));
    let lines = lanes::pieces(&chosen.verdict.spans, &picture, width, height.saturating_sub(AROUND).max(LOWEST));
    out!("\n{}\n", colours::painted(&lines));
    if let Some(others) = others(&outcome.judged, chosen) {
        out!("{DIM}{others}{DIM:#}");
    }
    if let Some(file) = &options.svg {
        let svg = lanes::draw(&chosen.verdict.spans, &picture);
        std::fs::write(file, svg).map_err(|error| Fault::file("write", file, &error))?;
        outln!("{DIM}the picture:{DIM:#} {BOLD}{}{BOLD:#}", shown(file));
    }
    Ok(task::exit(std::slice::from_ref(chosen)))
}

/// The picture of a whole judging, where one of its criteria has one: of the first that does not hold, or else of the
/// one that the book shows.
#[cfg(feature = "grade")]
pub(crate) fn picture_of(task: &Task, judged: &[Judged], who: &str) -> Option<String> {
    let chosen = choose(task, judged, None)?;
    Some(lanes::draw(&chosen.verdict.spans, &picture(task, chosen, who)))
}

/// The criterion that is meant: its whole name, or a part that no other name has.
fn named(task: &Task, part: &str) -> Result<String, Fault> {
    let names: Vec<String> =
        task.criteria()?.into_iter().filter(|criterion| !criterion.model).map(|criterion| criterion.test).collect();
    let alike: Vec<&String> = names.iter().filter(|name| name.contains(part)).collect();
    match (names.iter().find(|name| *name == part), &alike[..]) {
        (Some(name), _) => Ok(name.clone()),
        (None, [name]) => Ok((*name).clone()),
        (None, []) => Err(Fault::usage(format!("no criterion of {} has {part:?} in its name", task.id()))
            .help(format!("one of {}", names.join(", ")))),
        (None, several) => {
            let several: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
            Err(Fault::usage(format!("several criteria of {} have {part:?} in their names", task.id()))
                .help(format!("one of {}", several.join(", "))))
        }
    }
}

/// What to draw: what was asked for; else the first criterion that does not hold; else the one that the book shows;
/// else the one with most to show.
fn choose<'a>(task: &Task, judged: &'a [Judged], test: Option<&str>) -> Option<&'a Judged> {
    let mut drawable = judged.iter().filter(|judged| !judged.verdict.spans.is_empty());
    if let Some(test) = test {
        return drawable.find(|judged| judged.criterion.test == test);
    }
    let drawable: Vec<&Judged> = drawable.collect();
    let broken = drawable.iter().find(|judged| !judged.verdict.passed());
    let picture = task.metadata().picture.as_ref();
    let pictured =
        || drawable.iter().find(|judged| picture.is_some_and(|picture| picture.test == judged.criterion.test));
    let most = || drawable.iter().rev().max_by_key(|judged| judged.verdict.spans.len());
    broken.or_else(pictured).or_else(most).copied()
}

/// Whether a criterion was judged without a run, or met a `todo!()` before its work.
fn judged_at_once(judged: &Judged) -> bool {
    use verdict::Kind::{Build, Infra, Rule, Unstarted};
    matches!(judged.verdict.kind, Build | Infra | Rule | Unstarted)
}

/// How the run is drawn: as its verdict knows it, and of the reference's run that the book shows, as its `task.toml`
/// says.
fn picture(task: &Task, judged: &Judged, who: &str) -> Options {
    let mut options = Options::of(&judged.verdict);
    options.title = format!("{} {}: {}, {who}", task.id(), task.metadata().title, judged.criterion.test);
    let picture = task.metadata().picture.as_ref().filter(|picture| picture.test == judged.criterion.test);
    if let Some(picture) = picture.filter(|_| judged.verdict.passed()) {
        let micros = |ms: f64| (ms * 1000.0).round() as u64;
        let end = judged.verdict.spans.iter().map(|span| span.end).max().unwrap_or(0);
        options.window = Some((micros(picture.from_ms), picture.until_ms.map_or(end, micros)));
        options.bound = picture.bound;
        if options.marks.is_empty() {
            let mark = |mark: &catalog::Mark| Mark { at: micros(mark.at_ms), label: mark.label.clone() };
            options.marks = picture.mark.iter().map(mark).collect();
        }
    }
    options
}

/// The other criteria that could be drawn, those first that do not hold.
fn others(judged: &[Judged], chosen: &Judged) -> Option<String> {
    let drawable =
        |judged: &&Judged| !judged.verdict.spans.is_empty() && judged.criterion.test != chosen.criterion.test;
    let mut others: Vec<&Judged> = judged.iter().filter(drawable).collect();
    others.sort_by_key(|judged| judged.verdict.passed());
    let names: Vec<&str> = others.iter().map(|judged| judged.criterion.test.as_str()).collect();
    let text = format!("others, with --test: {}", names.join(", "));
    (!names.is_empty()).then(|| report::wrap(&text, WIDTH, "  ").join("\n") + "\n")
}

fn without(task: &Task) -> Fault {
    Fault::usage(format!("no test of {} watches work: there is nothing to draw", task.id()))
        .help(format!("`cargo checker task {}` judges it", show::short(task)))
}

fn unwatched(task: &Task, test: &str, judged: &[Judged]) -> Fault {
    let with: Vec<&str> = judged
        .iter()
        .filter(|judged| !judged.verdict.spans.is_empty())
        .map(|judged| judged.criterion.test.as_str())
        .collect();
    if with.is_empty() {
        return without(task);
    }
    Fault::usage(format!("{test} watches no work: there is nothing to draw"))
        .help(format!("these criteria have a picture: {}", with.join(", ")))
}

fn shown(file: &Path) -> String {
    report::plain(&file.display().to_string())
}
