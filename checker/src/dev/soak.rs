//! `checker dev soak`: judges every solution and every wrong variant again and again beside a busy processor.
//! A verdict that changes, or the message with it, is a defect of the judge, whatever the subject.

use crate::Exit;
use crate::build;
use crate::fault::Fault;
use crate::judge::{self, Judged};
use crate::stage::{self, Parts, Stage};
use crate::style::{DIM, GREEN, RED};
use crate::subject::Subject;
use crate::verify::reports::{self, Reports};
use crate::verify::{self, changed, varies};
use catalog::{Criterion, Workbook};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;
use verdict::Kind;

/// Judges each criterion `repeats` times while every core has a thread that only computes.
pub(crate) fn soak(workbook: &Workbook, ids: &[String], repeats: u32) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let mut changed = 0;
    for task in verify::chosen(&tasks, ids)? {
        let began = Instant::now();
        let (rights, wrongs) = (task.rights()?, task.wrongs()?);
        let mut subjects = vec![Subject::solution(task)];
        subjects.extend(rights.iter().map(|right| Subject::variant(task, "right", right)));
        subjects.extend(wrongs.iter().map(|wrong| Subject::variant(task, "wrong", wrong)));
        let reports = Reports::read(&task.reports())?;
        let vary = wrongs.iter().filter(|wrong| reports.of(&format!("wrong/{}", wrong.name)).contains(varies::ANY));
        let vary: Vec<String> = vary.map(|wrong| Subject::variant(task, "wrong", wrong).package).collect();
        let stage = Stage::set(workbook.root(), &subjects, Parts::All)?;
        let packages: Vec<String> =
            subjects.iter().flat_map(|subject| Parts::All.packages(subject)).map(|(name, _)| name).collect();
        let built = build::build(workbook.root(), &stage, &packages, build::What::Tests, false)?;
        let criteria = task.criteria()?;
        let mut jobs = Vec::new();
        for subject in &subjects {
            for criterion in criteria.iter().filter(|criterion| subject.models || !criterion.model) {
                let package = if criterion.model { stage::models(subject) } else { subject.package.clone() };
                if let Some(binary) = built.package(&package).and_then(|package| package.binary.clone()) {
                    // Loom and real time cost too much to repeat as often: they get a tenth.
                    let times = if criterion.model { (repeats / 10).max(1) } else { repeats };
                    let messages = !vary.contains(&subject.package);
                    jobs.push(Job { package: subject.package.clone(), criterion, binary, times, messages });
                }
            }
        }
        let runs: u64 = jobs.iter().map(|job| u64::from(job.times)).sum();
        let differing = repeat(&jobs);
        let (style, word) = if differing.is_empty() { (GREEN, "ok") } else { (RED, "no") };
        let seconds = began.elapsed().as_secs_f64();
        outln!("{style}{word:>4}{style:#}  {:<12} {runs} runs{DIM}  {seconds:.0} s{DIM:#}", task.id());
        for line in &differing {
            outln!("      {line}");
        }
        changed += differing.len();
    }
    Ok(if changed == 0 { Exit::Passed } else { Exit::Failed })
}

/// One criterion of one subject, to be judged again and again.
struct Job<'a> {
    package: String,
    criterion: &'a Criterion,
    binary: PathBuf,
    times: u32,
    /// Whether the messages are the same each time: where they vary by themselves, that is on record.
    messages: bool,
}

/// The criteria whose verdicts were not all of one kind.
fn repeat(jobs: &[Job<'_>]) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let differing = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut x = 0u64;
                while !over.load(Relaxed) {
                    x = black_box(x.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1));
                }
            });
        }
        let judges: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(job) = jobs.get(next.fetch_add(1, Relaxed)) {
                        let mut ends: BTreeMap<(Kind, String), u32> = BTreeMap::new();
                        for _ in 0..job.times {
                            let judged = judge::one(job.criterion, &job.binary, false);
                            *ends.entry(told(judged, job.messages)).or_default() += 1;
                        }
                        if let Some(difference) = difference(&ends) {
                            let line = format!("{} {}: {difference}", job.package, job.criterion.test);
                            differing.lock().expect("no judge panics").push(line);
                        }
                    }
                })
            })
            .collect();
        for judge in judges {
            let _ = judge.join();
        }
        over.store(true, Relaxed);
    });
    differing.into_inner().expect("no judge panics")
}

/// The verdict, and what a learner is told with it.
fn told(judged: Judged, message: bool) -> (Kind, String) {
    let kind = judged.verdict.kind;
    (kind, if message && kind != Kind::Pass { reports::section("", &[judged]) } else { String::new() })
}

/// How often each verdict came; or, where it is always the same one, of how many messages, and how two of them differ.
fn difference(ends: &BTreeMap<(Kind, String), u32>) -> Option<String> {
    if ends.len() < 2 {
        return None;
    }
    let mut kinds: BTreeMap<Kind, u32> = BTreeMap::new();
    for ((kind, _), count) in ends {
        *kinds.entry(*kind).or_default() += count;
    }
    if kinds.len() > 1 {
        let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} × {kind}")).collect();
        return Some(kinds.join(", "));
    }
    let mut messages = ends.keys().map(|(_, message)| message);
    let (one, other) = (messages.next()?, messages.next()?);
    Some(format!("{} messages\n{}", ends.len(), changed::lines(one, other)))
}
