//! `checker verify`: the workbook's proof of itself.
//!
//! A stub compiles without a warning and passes nothing; the solution and every right variant pass everything,
//! without a warning; a wrong variant fails exactly the criteria that it names, with the verdicts that it names.

use crate::Exit;
use crate::fault::Fault;
use crate::judge::{self, How, Outcome};
use crate::stage::Parts;
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW};
use crate::subject::Subject;
use crate::{report, show};
use catalog::{Task, Workbook};
use std::collections::BTreeSet;
use std::time::Instant;
use verdict::Kind;

/// What a subject must do.
enum Expected {
    Unstarted,
    Passes,
    /// By exactly these criteria, with these verdicts.
    Caught(Vec<(String, Kind)>),
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
    let mut plans = Vec::new();
    let mut not_judged = 0;
    for task in &chosen {
        if let Some(missing) = missing(task) {
            not_judged += 1;
            outln!("{YELLOW}  --{YELLOW:#}  {BOLD}{:<12}{BOLD:#} not judged: {missing}", task.id());
            outln!("      {}", missing.remedy);
            continue;
        }
        plans.push(Plan::of(task)?);
        if plans.iter().map(|plan| plan.subjects.len()).sum::<usize>() >= TOGETHER {
            problems += together(workbook, &plans)?;
            plans.clear();
        }
    }
    problems += together(workbook, &plans)?;
    let (style, word) = if problems == 0 { (GREEN, "verified") } else { (RED, "not verified") };
    let less = if not_judged == 0 { String::new() } else { format!(", {not_judged} not judged") };
    outln!(
        "\n{style}{} {word}{style:#}{less}{DIM}, {}, {:.1} s{DIM:#}",
        report::counted(chosen.len() - not_judged, "task"),
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

/// So many subjects are built together, at least: enough to keep the cores busy. What was built for them is 20 MB
/// each and removed after they are judged.
const TOGETHER: usize = 40;

/// The subjects of one task and what each must do.
struct Plan<'a> {
    task: &'a Task,
    subjects: Vec<Subject<'a>>,
    expected: Vec<(String, Expected)>,
}

impl<'a> Plan<'a> {
    fn of(task: &'a Task) -> Result<Plan<'a>, Fault> {
        let mut subjects = vec![Subject::stub(task), Subject::solution(task)];
        let mut expected = vec![("stub".to_owned(), Expected::Unstarted), ("solution".to_owned(), Expected::Passes)];
        for right in task.rights()? {
            subjects.push(Subject::variant(task, "right", &right));
            expected.push((format!("right/{}", right.name), Expected::Passes));
        }
        for wrong in task.wrongs()? {
            subjects.push(Subject::variant(task, "wrong", &wrong));
            expected.push((format!("wrong/{}", wrong.name), Expected::Caught(wrong.caught_by)));
        }
        Ok(Plan { task, subjects, expected })
    }
}

/// Verifies these tasks, whose subjects are built together, and returns how many problems they have.
fn together(workbook: &Workbook, plans: &[Plan<'_>]) -> Result<usize, Fault> {
    let subjects: Vec<Subject<'_>> = plans.iter().flat_map(|plan| plan.subjects.clone()).collect();
    if subjects.is_empty() {
        return Ok(0);
    }
    let how = How { parts: Parts::All, only: None, quiet: false, spans: false, tidy_up: true };
    let outcomes = judge::judge(workbook.root(), &subjects, how)?;
    let mut outcomes = &outcomes[..];
    let mut problems = 0;
    for plan in plans {
        let (own, others) = outcomes.split_at(plan.subjects.len());
        outcomes = others;
        problems += tell(plan, own);
    }
    Ok(problems)
}

/// Tells how one task did and returns how many problems it has.
fn tell(plan: &Plan<'_>, outcomes: &[Outcome]) -> usize {
    let mut problems = Vec::new();
    for ((name, expected), outcome) in plan.expected.iter().zip(outcomes) {
        problems.extend(hold(expected, outcome).into_iter().map(|problem| format!("{name}: {problem}")));
    }
    let (style, word) = if problems.is_empty() { (GREEN, "ok") } else { (RED, "no") };
    let rights = plan.expected.iter().filter(|(name, _)| name.starts_with("right/")).count();
    outln!(
        "{style}{word:>4}{style:#}  {BOLD}{:<12}{BOLD:#} {} criteria, stub, solution, {rights} right, {} wrong",
        plan.task.id(),
        outcomes[1].judged.len(),
        plan.expected.len() - 2 - rights,
    );
    for problem in &problems {
        outln!("      {problem}");
    }
    if !problems.is_empty() {
        let id = show::short(plan.task);
        outln!("      {DIM}see one: cargo checker task {id} --variant KIND/NAME{DIM:#}");
    }
    problems.len()
}

/// What is not as expected.
fn hold(expected: &Expected, outcome: &Outcome) -> Vec<String> {
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
        Expected::Caught(caught_by) => {
            let named: BTreeSet<(&str, Kind)> = caught_by.iter().map(|(test, kind)| (test.as_str(), *kind)).collect();
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
