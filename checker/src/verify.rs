//! `checker verify`: the workbook's proof of itself.
//!
//! A stub compiles without a warning and passes nothing; the solution and every right variant pass everything,
//! without a warning; a wrong variant fails exactly the criteria that it names, with the verdicts that it names.

use crate::Exit;
use crate::fault::Fault;
use crate::judge::{self, How, Outcome};
use crate::report::{BOLD, DIM, GREEN, RED};
use crate::show;
use crate::stage::Parts;
use crate::subject::Subject;
use catalog::{Task, Variant, Workbook};
use std::collections::BTreeSet;
use std::time::Instant;
use verdict::Kind;

/// What a subject must do.
enum Expected<'a> {
    Unstarted,
    Passes,
    Caught(&'a Variant),
}

/// The tasks that the ids name, or all.
pub(crate) fn chosen<'a>(tasks: &'a [Task], ids: &[String]) -> Result<Vec<&'a Task>, Fault> {
    if ids.is_empty() {
        return Ok(tasks.iter().collect());
    }
    ids.iter().map(|id| catalog::resolve(tasks, id).map_err(Fault::from)).collect()
}

/// Verifies the tasks.
pub(crate) fn verify(workbook: &Workbook, ids: &[String]) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let chosen = chosen(&tasks, ids)?;
    if chosen.is_empty() {
        return Err(Fault::usage("the workbook has no tasks"));
    }
    let began = Instant::now();
    let mut problems = 0;
    for task in &chosen {
        problems += one(workbook, task)?;
    }
    let (style, word) = if problems == 0 { (GREEN, "verified") } else { (RED, "not verified") };
    anstream::println!(
        "\n{style}{} tasks {word}{style:#}{DIM}, {problems} problems, {:.1} s{DIM:#}",
        chosen.len(),
        began.elapsed().as_secs_f64()
    );
    Ok(if problems == 0 { Exit::Passed } else { Exit::Failed })
}

/// Verifies one task and returns how many problems it has. All its subjects are built together.
fn one(workbook: &Workbook, task: &Task) -> Result<usize, Fault> {
    let began = Instant::now();
    let (rights, wrongs) = (task.rights()?, task.wrongs()?);
    let mut subjects = vec![Subject::stub(task), Subject::solution(task)];
    let mut expected = vec![("stub".to_owned(), Expected::Unstarted), ("solution".to_owned(), Expected::Passes)];
    for right in &rights {
        subjects.push(Subject::variant(task, "right", right));
        expected.push((format!("right/{}", right.name), Expected::Passes));
    }
    for wrong in &wrongs {
        subjects.push(Subject::variant(task, "wrong", wrong));
        expected.push((format!("wrong/{}", wrong.name), Expected::Caught(wrong)));
    }
    let how = How { parts: Parts::All, only: None, quiet: false, spans: false, tidy_up: true };
    let outcomes = judge::judge(workbook.root(), &subjects, how)?;
    let mut problems = Vec::new();
    for ((name, expected), outcome) in expected.iter().zip(&outcomes) {
        for problem in hold(expected, outcome) {
            problems.push(format!("{name}: {problem}"));
        }
    }
    let (style, word) = if problems.is_empty() { (GREEN, "ok") } else { (RED, "no") };
    anstream::println!(
        "{style}{word:>4}{style:#}  {BOLD}{:<12}{BOLD:#} {} criteria, stub, solution, {} right, {} wrong{DIM}  {:.1} s{DIM:#}",
        task.id(),
        outcomes[1].judged.len(),
        rights.len(),
        wrongs.len(),
        began.elapsed().as_secs_f64()
    );
    for problem in &problems {
        anstream::println!("      {problem}");
    }
    if !problems.is_empty() {
        anstream::println!("      {DIM}see one: cargo checker task {} --variant KIND/NAME{DIM:#}", show::short(task));
    }
    Ok(problems.len())
}

/// What is not as expected.
fn hold(expected: &Expected<'_>, outcome: &Outcome) -> Vec<String> {
    let mut problems = Vec::new();
    if outcome.warnings > 0 && !matches!(expected, Expected::Caught(_)) {
        problems.push(format!("{} compiler warnings", outcome.warnings));
    }
    let judged = || outcome.judged.iter().map(|judged| (judged.criterion.test.as_str(), &judged.verdict));
    if let Some((_, verdict)) = judged().find(|(_, verdict)| verdict.kind == Kind::Build) {
        return vec![verdict.to_string()]; // The same for every criterion.
    }
    match expected {
        Expected::Unstarted => {
            for (test, verdict) in judged().filter(|(_, verdict)| verdict.kind != Kind::Unstarted) {
                problems.push(format!("{test} should be unstarted: {verdict}"));
            }
        }
        Expected::Passes => {
            for (test, verdict) in judged().filter(|(_, verdict)| !verdict.passed()) {
                problems.push(format!("{test} should pass: {verdict}"));
            }
        }
        Expected::Caught(wrong) => {
            let named: BTreeSet<(&str, Kind)> =
                wrong.caught_by.iter().map(|(test, kind)| (test.as_str(), *kind)).collect();
            let seen: BTreeSet<(&str, Kind)> =
                judged().filter(|(_, verdict)| !verdict.passed()).map(|(test, verdict)| (test, verdict.kind)).collect();
            for (test, kind) in named.difference(&seen) {
                problems.push(format!("{test} should end in {kind}"));
            }
            for (test, verdict) in
                judged().filter(|(test, verdict)| !verdict.passed() && !named.contains(&(test, verdict.kind)))
            {
                problems.push(format!("{test} is not named: {verdict}"));
            }
        }
    }
    problems
}
