//! `checker list`: every task, by track, with what has come of it.

use crate::fault::Fault;
use crate::progress::Progress;
use crate::style::{BOLD, CYAN, DIM, GREEN, RED, YELLOW};
use crate::{Exit, show};
use catalog::{Task, Workbook};
use std::collections::BTreeMap;

/// The columns of a track's bar.
const BAR: usize = 30;

/// What has come of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Passed,
    /// Its tests are others since.
    PassedWithOlderTests,
    Next,
    Open,
}

/// All tasks, by track.
pub(crate) fn list(workbook: &Workbook) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let progress = Progress::read(workbook.root());
    let next = tasks.iter().position(|task| !progress.passed(&task.id()));
    let states: Vec<State> =
        (0..).zip(&tasks).map(|(index, task)| state(task, &progress, next == Some(index))).collect();
    let services = services(&tasks);
    let all: Vec<(&Task, State)> = tasks.iter().zip(states.iter().copied()).collect();
    for track in all.chunk_by(|(a, _), (b, _)| a.track() == b.track()) {
        outln!("\n{}", head(track));
        for (task, state) in track {
            outln!("{}", line(task, *state, &services));
        }
    }
    let missing: Vec<String> = services.into_values().filter_map(Result::err).collect();
    if !missing.is_empty() || states.contains(&State::PassedWithOlderTests) {
        outln!();
    }
    if let Some((task, _)) = all.iter().find(|(_, state)| *state == State::PassedWithOlderTests) {
        let id = show::short(task);
        outln!("{DIM}judge again what was passed with older tests:{DIM:#} cargo checker task {id}");
    }
    for remedy in missing {
        for line in crate::report::wrap(&remedy, crate::report::WIDTH, "  ") {
            outln!("{DIM}{line}{DIM:#}");
        }
    }
    Ok(Exit::Passed)
}

fn state(task: &Task, progress: &Progress, next: bool) -> State {
    match task.hash() {
        Ok(tests) if progress.passed_with(&task.id(), &tests) => State::Passed,
        _ if progress.passed(&task.id()) => State::PassedWithOlderTests,
        _ if next => State::Next,
        _ => State::Open,
    }
}

/// `fan-out  ████▒░░░  5 of 25 passed`.
fn head(track: &[(&Task, State)]) -> String {
    let count = |wanted: State| track.iter().filter(|(_, state)| *state == wanted).count();
    let (new, old) = (count(State::Passed), count(State::PassedWithOlderTests));
    let upto = |tasks: usize| tasks * BAR / track.len();
    let (full, part) = (upto(new), upto(new + old) - upto(new));
    let bar = |mark: &str, length: usize| mark.repeat(length);
    let (name, all) = (track[0].0.track(), track.len());
    format!(
        "{BOLD}{name}{BOLD:#}  {GREEN}{}{GREEN:#}{YELLOW}{}{YELLOW:#}{DIM}{}{DIM:#}  {} of {all} passed",
        bar("█", full),
        bar("▒", part),
        bar("░", BAR - full - part),
        new + old
    )
}

fn line(task: &Task, state: State, services: &BTreeMap<&str, Result<(), String>>) -> String {
    let mark = match state {
        State::Passed => Some((GREEN, "passed")),
        State::PassedWithOlderTests => Some((YELLOW, "passed with older tests")),
        State::Next => Some((CYAN, "next")),
        State::Open => None,
    };
    let mark = mark.map(|(style, mark)| format!("{style}{mark}{style:#}"));
    let needs = task.metadata().requires.iter().map(|service| match services.get(&service[..]) {
        Some(Ok(())) => format!("{DIM}needs {service}: here{DIM:#}"),
        _ => format!("{DIM}needs {service}:{DIM:#} {RED}missing{RED:#}"),
    });
    let notes: Vec<String> = mark.into_iter().chain(needs).collect();
    let (number, title) = (task.number().to_string(), &task.metadata().title);
    match &notes[..] {
        [] => format!("  {number:>4}  {title}"),
        notes => format!("  {number:>4}  {title:<34}{}", notes.join("  ")),
    }
}

/// The services that tasks need: here, or what brings them.
fn services(tasks: &[Task]) -> BTreeMap<&str, Result<(), String>> {
    let wanted = tasks.iter().flat_map(|task| &task.metadata().requires);
    let look = |service: &str| match services::find(service) {
        Ok(_) => Ok(()),
        Err(missing) => Err(format!("{service} is missing: {}", missing.remedy)),
    };
    wanted.map(|service| (&service[..], look(service))).collect()
}
